"""Recipes and the training loop."""

from course.training.accelerate import accelerate, accelerated, multiplies_bfloat16
from course.training.ladder import LADDER
from course.training.loop import predict, train
from course.training.recipes import (
    RECIPES,
    Recipe,
    annealed,
    annealed_muon,
    published_baseline,
    published_separable_65k,
    published_separable_99k,
    qualifier,
    quick,
    recipe_for,
)

__all__ = [
    "LADDER",
    "RECIPES",
    "Recipe",
    "accelerate",
    "accelerated",
    "annealed",
    "annealed_muon",
    "multiplies_bfloat16",
    "predict",
    "published_baseline",
    "published_separable_65k",
    "published_separable_99k",
    "qualifier",
    "quick",
    "recipe_for",
    "train",
]
