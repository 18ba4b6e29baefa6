"""Timings and ceilings as numbers, and the JSON file they are kept in."""

import json
from dataclasses import asdict, dataclass
from statistics import median, quantiles

from course import runs

RECORD = runs.RECORDS / "layer_timings.json"
# At which the record has the kit's models timed.
WIDTHS = (0.25, 0.5, 0.75, 1.0, 1.5)
MULTIPLIERS = (1, 2)


@dataclass(frozen=True)
class Ceilings:
    """What a machine was seen to do at most, in work that suits it. A layer may suit it even better.

    Parameters
    ----------
    macs_per_second : float
        In large products of matrices of float32.
    bytes_per_second : float
        Read and written together, in a copy too large for the caches.
    """

    macs_per_second: float
    bytes_per_second: float

    @property
    def ridge(self):
        """The arithmetic intensity, in MACs for each byte, from which on arithmetic is the limit."""
        return self.macs_per_second / self.bytes_per_second


@dataclass(frozen=True)
class Timing:
    """How long something took, each time it was run.

    Parameters
    ----------
    name : str
        What was run: a kind of layer, a number of groups, or a network.
    seconds : tuple of float
        Wall seconds of each run, at least one.
    size, channels, batch : int, optional
        Of a layer's input, which is square; it has as many filters as channels.
    training : bool
        Whether gradients were computed too; of a network, whether a whole step of training was made.
    macs, bytes : int, optional
        Of a layer, forward, for the batch, as `course.costs` counts them.
    """

    name: str
    seconds: tuple
    size: int = None
    channels: int = None
    batch: int = None
    training: bool = False
    macs: int = None
    bytes: int = None

    @property
    def median(self):
        """Seconds."""
        return median(self.seconds)

    @property
    def quartiles(self):
        """(lower, upper), in seconds: half of all runs took a time between them."""
        if len(self.seconds) < 2:
            return self.seconds[0], self.seconds[0]
        lower, _, upper = quantiles(self.seconds, n=4, method="inclusive")
        return lower, upper

    @property
    def took(self):
        """The median in words, such as "5.8 ms"."""
        return f"{1000 * self.median:,.0f} ms" if self.median >= 0.02 else f"{1000 * self.median:.1f} ms"

    @property
    def input(self):
        """A layer's input in words, such as "32×32×16"."""
        return f"{self.size}×{self.size}×{self.channels}"

    @property
    def macs_per_second(self):
        """Multiply-accumulates, counted forward, for each second of the median run."""
        return self.macs / self.median

    @property
    def intensity(self):
        """Multiply-accumulates for each byte moved, forward."""
        return self.macs / self.bytes


def scaled_name(name, width, depth_multiplier):
    """Return what the record calls one of the kit's models at another width and depth multiplier.

    Parameters
    ----------
    name : str
        One of `course.models.MODELS`.
    width : float
    depth_multiplier : int

    Returns
    -------
    str
        Such as "separable_65k 0.5 2".
    """
    return f"{name} {width:g} {depth_multiplier}"


def save(ceiling, timings, path=RECORD):
    """Write ceilings and timings, and on what machine they were taken, as JSON.

    Parameters
    ----------
    ceiling : Ceilings
    timings : dict of str to list of Timing
        By what they are of, such as "layers".
    path : str or pathlib.Path, optional
        Where to; the kit's own record if left out.
    """
    about = {
        **runs.made_on(),
        "ceilings": asdict(ceiling),
    }
    parts = [f'"about": {json.dumps(about, indent=1)}']
    for name, some in timings.items():
        lines = ",\n".join(f"  {json.dumps(_stored(timing))}" for timing in some)
        parts.append(f"{json.dumps(name)}: [\n{lines}\n]")
    text = "{" + ",\n".join(parts) + "}\n"
    with runs.replacing(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def load(path=RECORD):
    """Return what `save` wrote.

    Parameters
    ----------
    path : str or pathlib.Path, optional
        The kit's own record if left out.

    Returns
    -------
    (dict, Ceilings, dict of str to list of Timing)
        Machine and versions; the ceilings; the timings. The kit's own record holds

        - "layers": `time_layers()`, and "groups": `time_groups()`;
        - "training": a step of each of `models.CONVERSION` and of `course.CHAINS`, and of `separable_65k`
          without some of its layers and with standard convolutions, 128 images;
        - "scaled": `course.CHAINS` at `WIDTHS` and, where they are separable, `MULTIPLIERS`, forward,
          `BATCH` images, by their `scaled_name`.

    Raises
    ------
    ValueError
        When the file can't be read as such a record.
    """
    try:
        with open(path, encoding="utf-8") as file:
            record = json.load(file)
        about = record.pop("about")
        timings = {name: [_read(timing) for timing in some] for name, some in record.items()}
        return about, Ceilings(**about["ceilings"]), timings
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as why:
        why = f"it has no {why}" if isinstance(why, KeyError) else why
        raise ValueError(
            f"{path} can't be read as a record of timings ({why}): restore it, or write one with save()."
        ) from None


def _stored(timing):
    kept = {key: value for key, value in asdict(timing).items() if value is not None}
    return {**kept, "seconds": [round(s, 6) for s in timing.seconds]}


def _read(timing):
    seconds = tuple(map(float, timing["seconds"]))
    if not seconds or min(seconds) <= 0:
        raise ValueError(f"{timing['name']!r} has no seconds above 0")
    return Timing(**{**timing, "seconds": seconds})
