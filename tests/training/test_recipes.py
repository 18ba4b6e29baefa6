"""Recipes: what the reports used, and a sentence for what makes no sense."""

from dataclasses import FrozenInstanceError, replace
from fractions import Fraction

import numpy as np
import pytest

from course.data import Augmentation
from course.models import MODELS
from course.training import LADDER, RECIPES, Recipe, annealed, annealed_muon, published_baseline, quick, recipe_for


def test_the_published_recipe():
    assert (published_baseline.epochs, published_baseline.batch_size) == (50, 128)
    assert published_baseline.learning_rate == 1e-3
    assert published_baseline.steps_per_epoch is None  # 50,000 images make 390 batches of 128
    assert published_baseline.augmentation == Augmentation(flip=False, crop=0, zoom=0.0)
    assert published_baseline.monitor == "test"


def test_each_model_has_the_recipe_of_its_report_and_the_kits_own_the_one_that_wins():
    published = ("baseline", "separable_65k", "separable_99k")
    assert {name: recipe_for(name).name for name in MODELS} == {
        **{name: f"published_{name}" for name in published},
        **dict.fromkeys(("compact_100k", "compact_fine", "compact_quick"), "annealed_muon"),
    }  # fmt: skip
    assert recipe_for("separable_65k").augmentation == Augmentation(flip=True, zoom=0.1)
    assert recipe_for("my_own") is published_baseline


def test_the_ladder_leads_from_the_published_recipe_to_the_one_that_wins():
    first, *_, averaged, last = LADDER.values()
    short = {"epochs": 8, "monitor": "validation"}
    assert first == replace(recipe_for("separable_65k"), name="as_published", **short)
    assert averaged == replace(annealed, name="averaged", **short)
    assert last == replace(annealed_muon, name="muon", **short)
    assert list(LADDER) == [recipe.name for recipe in LADDER.values()]


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
        ({"epochs": 0}, "epochs is 0; it must be a whole number of at least 1"),
        ({"epochs": -3}, "epochs is -3"),
        ({"epochs": 2.5}, "epochs is 2.5; it must be a whole number"),
        ({"epochs": "ten"}, "epochs is 'ten'"),
        ({"epochs": None}, "epochs is None"),
        ({"batch_size": 0}, "batch_size is 0; it must be a whole number of at least 1"),
        ({"batch_size": 12.8}, "batch_size is 12.8"),
        ({"steps_per_epoch": 0}, "steps_per_epoch is 0; it must be a whole number of at least 1"),
        ({"steps_per_epoch": -1}, "steps_per_epoch is -1"),
        ({"learning_rate": 0}, "learning_rate is 0; it must be above 0, such as 0.001"),
        ({"learning_rate": -1e-3}, "learning_rate is -0.001"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"learning_rate": float("inf")}, "learning_rate is inf"),
        ({"augmentation": None}, "augmentation is None; it must be an Augmentation"),
        ({"augmentation": "flip"}, "augmentation is 'flip'"),
        ({"optimizer": "rmsprop"}, "optimizer is 'rmsprop'; it must be 'adam', 'adamw', 'sgd' or 'muon'"),
        ({"schedule": "step"}, "schedule is 'step'; it must be 'constant', 'linear', 'cosine' or 'one_cycle'"),
        ({"warm_up": 1.0, "schedule": "cosine"}, "warm_up is 1.0; it must be at least 0 and below 1"),
        ({"label_smoothing": -0.1}, "label_smoothing is -0.1"),
        ({"label_smoothing": True}, "label_smoothing is True"),
        ({"ema_momentum": "0.9"}, "ema_momentum is '0.9'"),
        ({"norm_momentum": 1}, "norm_momentum is 1; it must be at least 0 and below 1"),
        ({"weight_decay": -1e-4}, "weight_decay is -0.0001; it must be 0 or above"),
        ({"weight_decay": float("nan")}, "weight_decay is nan"),
        ({"dropout": 0.2}, r"dropout is 0.2; it must be True \(as the model has it\) or False"),
        ({"weight_decay": 0.1}, "Adam has none: choose optimizer='adamw', 'sgd' or 'muon'"),
        ({"warm_up": 0.1}, "warm_up is 0.1, and a constant schedule never changes: choose schedule='linear'"),
        ({"schedule": "one_cycle"}, "rises before it falls: give it a warm_up, such as 0.3"),
        ({"epochs": 10**400}, "epochs is above 1,000,000,000; it must be a whole number from 1 to 1,000,000,000"),
        ({"learning_rate": 10**400}, "learning_rate is above 1,000,000,000; it must be above 0"),
        ({"learning_rate": Fraction(1, 3)}, r"learning_rate is Fraction\(1, 3\)"),
        ({"weight_decay": 10**400, "optimizer": "sgd"}, "weight_decay is above 1,000,000,000; it must"),
        ({"name": None}, "name is None; it must be what the record calls the recipe, in quotes"),
        ({"name": 5}, "name is 5"),
        ({"optimizer": ["sgd"]}, r"optimizer is \('sgd'\); it must be 'adam'"),
        ({"schedule": None}, "schedule is None"),
        ({"monitor": np.array(["test", "nothing"])}, "monitor is array"),
        ({"monitor": "train"}, "monitor is 'train'; it must be 'test', 'validation' or 'nothing'"),
    ],
)
def test_what_makes_no_sense_gets_a_sentence(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        replace(quick, **wrong)


NUMBERS = (
    "epochs", "batch_size", "steps_per_epoch", "learning_rate", "warm_up", "weight_decay", "label_smoothing",
    "ema_momentum", "norm_momentum",
)  # fmt: skip


@pytest.mark.parametrize("key", NUMBERS)
@pytest.mark.parametrize("value", [True, np.True_, "1", float("nan"), float("inf"), -1, [1], 1 + 0j])
def test_a_number_is_a_finite_number(key, value):
    with pytest.raises(ValueError, match=rf"^{key} is .*; it must be .*[.]$"):
        replace(quick, **{key: value})


def test_numbers_of_numpy_will_do():
    assert Recipe("mine", epochs=np.int64(3), steps_per_epoch=np.int32(7)).epochs == 3
    assert Recipe("mine", learning_rate=np.float32(0.5), ema_momentum=np.float16(0.5)).learning_rate == 0.5
