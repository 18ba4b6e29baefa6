"""The runs of a study, checked before the first of them begins."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from course import models as kit
from course import runs
from course._given import check_seed
from course.training import RECIPES, Recipe


@dataclass(frozen=True)
class Planned:
    """One run of a study.

    Parameters
    ----------
    model : str
        What the study calls the model.
    make : function
        Takes a seed, returns a built model.
    recipe : Recipe
        How to train it.
    seed : int
        Fixes the initial weights and the order of images.
    study : pathlib.Path
        The study's folder.
    """

    model: str
    make: Callable
    recipe: Recipe
    seed: int
    study: Path

    @property
    def name(self):
        """What the run and its folder are called."""
        return f"{self.model}-{self.recipe.name}-seed{self.seed}"

    @property
    def folder(self):
        """Where its record goes."""
        return self.study / self.name

    def finished(self, fingerprint, quicker):
        """Return the run's record, None while there is no finished one of these images and this speed."""
        try:
            record = runs.load(self.folder)
            about = record.about
            images, too_quick = about["data"]["fingerprint"], about["accelerated"] and not quicker
            found = about["status"], about["recipe"], about["seed"], images, too_quick
        except (ValueError, KeyError):
            return None
        # Whatever differs is for `train` to go on with, or to refuse with a sentence.
        return record if found == ("complete", asdict(self.recipe), self.seed, fingerprint, False) else None


def grid(models, recipes, seeds, epochs, study):
    """Return a study's runs, by model, then recipe, then seed.

    Parameters
    ----------
    models, recipes, seeds, epochs
        As `run` takes them.
    study : pathlib.Path
        The study's folder.

    Returns
    -------
    list of Planned

    Raises
    ------
    ValueError
        When one of them can't be run, two would share a folder, or there is none.
    """
    recipes = [recipes] if isinstance(recipes, (str, Recipe)) else recipes
    recipes = [_recipe(recipe, epochs) for recipe in recipes]
    try:
        seeds = list(seeds)
    except TypeError:
        raise ValueError(f"seeds is {seeds!r}; it must be a list of whole numbers, such as range(3).") from None
    for seed in seeds:
        check_seed(seed, "A seed")
    planned = [
        Planned(name, make, recipe, int(seed), study)
        for name, make in _makers(models)
        for recipe in recipes
        for seed in seeds
    ]
    if not planned:
        raise ValueError("There is nothing to run: give at least one model, one recipe and one seed.")
    _check_names([one.name for one in planned])
    return planned


def _recipe(recipe, epochs):
    if isinstance(recipe, str):
        if recipe not in RECIPES:
            raise ValueError(f"There is no recipe {recipe!r}: choose one of {', '.join(RECIPES)}.")
        recipe = RECIPES[recipe]
    if not isinstance(recipe, Recipe):
        raise ValueError(f"A recipe is {recipe!r}; it must be a training.Recipe, or the name of one.")
    return recipe if epochs is None else replace(recipe, epochs=epochs)


def _makers(models):
    """Return pairs of a name and a function that takes a seed and returns a model."""
    if isinstance(models, Mapping):
        named = models.items()
    else:
        listed = [models] if isinstance(models, str) or callable(models) else models
        named = [(m if isinstance(m, str) else getattr(m, "__name__", "<lambda>"), m) for m in listed]
    return [(name, _maker(name, model)) for name, model in named]


def _maker(name, model):
    if isinstance(model, str):
        if model not in kit.MODELS:
            raise ValueError(f"There is no model {model!r}: choose one of {', '.join(kit.MODELS)}.")
        return partial(kit.build, model)
    if isinstance(model, kit.keras.Model) or not callable(model):
        raise ValueError(
            f"A model is {model!r}; it must be a name, or a function that takes a seed and returns a model."
        )
    if name == "<lambda>":
        raise ValueError(f"{model!r} has no name to call its runs by: give it one, {{'name': function}}.")
    return model


def _check_names(names):
    seen = set()
    for name in names:
        if not re.fullmatch(r"[\w.+=,-]+", name):
            raise ValueError(
                f"{name!r} can't be a folder's name: call models and recipes by letters, digits and _.+=,- only."
            )
        # Some systems don't tell A from a in a file's name.
        if name.casefold() in seen:
            raise ValueError(
                f"Two runs would be called {name}: give each model a name of its own, {{'name': model}}, each "
                "recipe too, dataclasses.replace(recipe, name='name'), and each seed once."
            )
        seen.add(name.casefold())
