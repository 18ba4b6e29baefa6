"""Recipes: what the reports used, and a sentence for what makes no sense."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from course.data import Augmentation
from course.models import MODELS
from course.training import RECIPES, Recipe, published_baseline, published_for, quick


def test_the_published_recipe():
    assert (published_baseline.epochs, published_baseline.batch_size) == (50, 128)
    assert published_baseline.learning_rate == 1e-3
    assert published_baseline.steps_per_epoch is None  # 50,000 images make 390 batches of 128
    assert published_baseline.augmentation == Augmentation(flip=False, crop=0, zoom=0.0)
    assert published_baseline.monitor == "test"


def test_each_model_has_the_recipe_of_its_report():
    assert {name: published_for(name).name for name in MODELS} == {name: f"published_{name}" for name in MODELS}
    assert published_for("separable_65k").augmentation == Augmentation(flip=True, zoom=0.1)
    assert published_for("my_own") is published_baseline


def test_recipes_go_by_their_names():
    assert all(recipe.name == name for name, recipe in RECIPES.items())
    assert RECIPES["quick"] is quick


def test_the_first_training_is_short_and_its_moving_statistics_keep_up():
    # An image costs plain Keras about 8 ms of processor time, and a newcomer on one core waits a minute.
    assert quick.epochs * quick.steps_per_epoch * quick.batch_size <= 6_000
    # Untrained, what a separable layer puts out has a variance of about 0.002: the first value, 1, has to go.
    assert quick.norm_momentum**quick.steps_per_epoch < 1e-4


def test_a_recipe_never_changes():
    with pytest.raises(FrozenInstanceError):
        quick.epochs = 5


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"epochs": 0}, "epochs is 0; it must be at least 1"),
        ({"epochs": -3}, "epochs is -3"),
        ({"epochs": 2.5}, "epochs is 2.5; it must be a whole number"),
        ({"epochs": "ten"}, "epochs is 'ten'"),
        ({"epochs": None}, "epochs is None"),
        ({"batch_size": 0}, "batch_size is 0; it must be at least 1"),
        ({"batch_size": 12.8}, "batch_size is 12.8"),
        ({"steps_per_epoch": 0}, "steps_per_epoch is 0; it must be at least 1"),
        ({"steps_per_epoch": -1}, "steps_per_epoch is -1"),
        ({"learning_rate": 0}, "learning_rate is 0; it must be above 0, such as 0.001"),
        ({"learning_rate": -1e-3}, "learning_rate is -0.001"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"learning_rate": float("inf")}, "learning_rate is inf"),
        ({"augmentation": None}, "augmentation is None; it must be an Augmentation"),
        ({"augmentation": "flip"}, "augmentation is 'flip'"),
        ({"monitor": "train"}, "monitor is 'train'; it must be 'test' or 'validation'"),
    ],
)
def test_what_makes_no_sense_gets_a_sentence(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        replace(quick, **wrong)


def test_whole_numbers_of_numpy_will_do():
    assert Recipe("mine", epochs=np.int64(3), steps_per_epoch=np.int32(7)).epochs == 3
