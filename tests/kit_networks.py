"""The kit's networks, each built once: to look at, not to change."""

from functools import cache

from course import models


@cache
def built(name):
    """Return a network of `models.MODELS`."""
    return models.build(name)


@cache
def step(name):
    """Return a step of `models.CONVERSION`."""
    return models.separable_baseline(**models.CONVERSION[name])
