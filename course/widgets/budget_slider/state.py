"""A network made wider or narrower, its costs, and the time that they predict."""

from dataclasses import dataclass
from functools import cache

from course import BUDGET, benchmarks, costs, models
from course.inspection import ledger_of
from course.widgets.rendered import budget

WIDTHS = tuple(round(0.05 * i, 2) for i in range(3, 41))
MULTIPLIERS = (1, 2, 3, 4)


@dataclass(frozen=True)
class Scaling:
    """One of the kit's models, and how it is scaled.

    Parameters
    ----------
    model : str
        One of `course.models.MODELS`.
    width : float
        Multiplies the number of filters and units; one of `WIDTHS`.
    depth_multiplier : int
        Of every separable layer; one of `MULTIPLIERS`. Without effect where there are none.
    """

    model: str = "separable_65k"
    width: float = 1.0
    depth_multiplier: int = 1


@dataclass(frozen=True)
class Costs:
    """What a scaled network costs. Bytes and seconds are for `course.benchmarks.BATCH` images, forward.

    Parameters
    ----------
    parameters, macs, bytes : int
        MACs are for one image.
    field : tuple
        (height, width): the last layer's receptive field.
    predicted : float
        Seconds: the sum of what each pass over the data takes at the machine's ceilings.
    measured : float or None
        Seconds: the record's median. None at widths that were not timed.
    """

    parameters: int
    macs: int
    bytes: int
    field: tuple
    predicted: float
    measured: float = None


@cache
def cost_of(state):
    """Return what a scaled network costs: predicted from the record's ceilings, measured where it was timed.

    Parameters
    ----------
    state : Scaling

    Returns
    -------
    Costs
    """
    _, ceilings, timed = record()
    multiplier = state.depth_multiplier if separable(state.model) else 1
    network = costs.scaled(_network(state.model), state.width, multiplier)
    passes = costs.operations(network, benchmarks.BATCH)
    limits = ceilings.macs_per_second, ceilings.bytes_per_second
    return Costs(
        network.parameters,
        network.macs,
        sum(part.bytes for part in passes),
        network[-1].receptive_field,
        sum(part.seconds(*limits)[0] for part in passes),
        timed.get(benchmarks.scaled_name(state.model, state.width, multiplier)),
    )


def separable(name):
    """Return whether one of the kit's models has a separable layer, so that the depth multiplier matters."""
    return any(row.kind == "SeparableConv2D" for row in _network(name))


def curve(state):
    """Return the numbers of the chart of time against width.

    Parameters
    ----------
    state : Scaling

    Returns
    -------
    (list, list, float)
        Predicted and measured, each a list of (width, ms), and the largest width within the budget. Every
        width is predicted; none may have been measured.
    """
    found = {width: cost_of(Scaling(state.model, width, state.depth_multiplier)) for width in WIDTHS}
    predicted = [(width, 1000 * cost.predicted) for width, cost in found.items()]
    measured = [(width, 1000 * cost.measured) for width, cost in found.items() if cost.measured]
    return predicted, measured, max(width for width, cost in found.items() if cost.parameters < BUDGET)


def words(state):
    """Return what a scaled model costs, in two sentences."""
    found = cost_of(state)
    kind = f" and depth multiplier {state.depth_multiplier}" if separable(state.model) else ""
    measured = "not measured" if found.measured is None else f"measured {1000 * found.measured:.1f} ms"
    return (
        f"{state.model} at width {state.width:g}{kind} has {budget(found.parameters)}. "
        f"{found.macs / 1e6:,.1f} million MACs an image; predicted {1000 * found.predicted:.1f} ms, {measured}."
    )


@cache
def record():
    """Return about, ceilings and seconds by name, of the recorded measurements."""
    about, ceilings, timings = benchmarks.load()
    return about, ceilings, {timing.name: timing.median for timing in timings["scaled"]}


@cache
def _network(name):
    # Not models.build, which would set the learner's random seed.
    return ledger_of(models.MODELS[name]())
