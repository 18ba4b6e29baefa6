"""Several runs in one picture: how many, what to call them, and what they were trained on."""

from course.plots.picture import listed

MOST_RUNS = 3


def few(runs):
    """Return runs; ValueError where there are more than a picture of predictions has room for, or none."""
    if not 1 <= len(runs) <= MOST_RUNS:
        raise ValueError(f"There are {len(runs)} runs to draw: pass 1 to {MOST_RUNS}.")
    return runs


def names_of(runs):
    """Return what to call each run: published ones are marked, and those of one name numbered."""
    names = [run.title for run in runs]
    return [
        f"{name}, run {names[: i + 1].count(name)}" if names.count(name) > 1 else name
        for i, name in enumerate(names)
    ]


def sources_of(runs):
    """Return the data that runs were trained on: "Data: X.", or "a and b: X. c: Y." where they differ."""
    by_source = {}
    for name, run in zip(names_of(runs), runs, strict=True):
        by_source.setdefault(run.data.get("source", "not recorded"), []).append(name)
    if len(by_source) == 1:
        return f"Data: {next(iter(by_source))}."
    return " ".join(f"{listed(names)}: {source}." for source, names in by_source.items())
