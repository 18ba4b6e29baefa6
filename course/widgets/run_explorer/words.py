"""What the run explorer says about the lines it draws: who is ahead, by how much, and what to beware of."""

from math import isfinite, sqrt

from course.plots.picture import listed
from course.widgets.run_explorer.state import ACCURACY, GAP, METRICS, SECONDS

_MOST = 4  # records that a sentence names


def label_of(state, lines):
    """Return what was measured, in the words of an axis: "test accuracy (%)"."""
    seen = sorted({line.run.monitored[0] for line in lines})
    return METRICS[state.metric].label.format(images=" or ".join(seen))


def unlike(lines):
    """Return whether lines come from different data. Copies of the same images count as the same."""
    return len({line.run.source.split(" (")[0] for line in lines}) > 1


def finding(state, lines):
    """Return what lines show, in one short sentence without a full stop.

    Parameters
    ----------
    state : Comparison
    lines : list of Line
        At least one.

    Returns
    -------
    str
    """
    if unlike(lines):
        return "These records saw different data: compare the shapes of the curves, not their heights"
    first, *others = _ranked(lines)
    if state.metric == GAP:
        return f"{first.name} ends with {_gap(first)}" + (", the largest gap" if others else "")
    if state.metric == SECONDS:
        against = f" against {_value(others[0])} of {others[0].name}" if others else ""
        return f"{first.name} takes {_value(first)} an epoch{against} ({'medians' if others else 'median'})"
    what = label_of(state, (first, *others[:1])).removesuffix(" (%)")
    if not others:
        return f"{first.name} ends at {_value(first)} {what}"
    apart = METRICS[state.metric].apart(abs(first.standing - others[0].standing))[1:]
    if not float(apart):
        return f"{first.name} and {others[0].name} end level in {what}"
    points = " points" if "accuracy" in state.metric else ""
    way = "above" if METRICS[state.metric].pick is max else "below"
    return f"{first.name} ends {apart}{points} {way} {others[0].name} in {what}"


def summary(state, lines):
    """Return which record is ahead and by how much, and whether that is more than chance would make.

    Parameters
    ----------
    state : Comparison
    lines : list of Line
        What of it can be drawn.

    Returns
    -------
    str
        One to three sentences.
    """
    if not state.chosen:
        return "No record is chosen: tick at least one."
    if not lines:
        return f"{listed(state.chosen)} can't be drawn: {_lacking(state)}."
    if unlike(lines):
        return f"{finding(state, lines)}."
    first, *others = _ranked(lines)
    told = finding(state, lines)
    if state.metric == SECONDS:
        return f"{told}."
    if state.metric == GAP:
        last = f" The smallest: {others[-1].name}, with {_gap(others[-1])}." if others else ""
        return f"{told}.{last}"
    if not others:
        error = "" if first.error is None else f" (standard error {first.error:.2f} points)"
        (last, _), (epoch, best) = first.last, first.best
        other = "" if epoch == last else f"; its best is {METRICS[state.metric].show(best)} in epoch {epoch}"
        return f"{told} in epoch {last}{error}{other}."
    both = (first, others[0])
    mixed = " or " in label_of(state, both)
    where = [f" on {line.run.monitored[0]} images" if mixed else "" for line in both]
    each = " against ".join(f"{_value(both[i])}{where[i]} in epoch {both[i].last[0]}" for i in (0, 1))
    last = f"Last of the {len(lines)}: {others[-1].name}, {_value(others[-1])}." if len(others) > 1 else ""
    return " ".join(filter(None, (f"{told}: {each}.", _chance(first, others[0]), last)))


def troubles(state, lines):
    """Return why something that is chosen can't be drawn or ranked, as a list of sentences."""
    if not state.chosen:
        return [f"No record is chosen. Tick one of those there are: {listed(name for name, _ in state.records)}."]
    found = []
    drawn = {line.name for line in lines}
    if absent := [name for name in state.chosen if name not in drawn]:
        found.append(f"Not drawn: {listed(absent)}, for {_lacking(state)}.")
    if unlike(lines):
        found.append(f"Different data: {_each(_grouped(lines, lambda line: line.run.source))}.")
    return found


def cautions(state, lines):
    """Return what to know before one compares the lines, as a list of sentences."""
    if len(lines) < 2 or unlike(lines):
        return []
    found = []
    measured = _grouped(lines, lambda line: f"{line.run.monitored[0]} images")
    if len(measured) > 1 and "{images}" in METRICS[state.metric].label:
        found.append(f"Not measured on the same images: {_each(measured)}.")
    copies = _grouped(lines, lambda line: line.run.source)
    if len(copies) > 1 and state.metric != SECONDS:
        found.append(f"Not the same copy of the images: {_each(copies)}. Some of a difference may come from that.")
    machines = _grouped(lines, lambda line: line.run.about.get("machine") or "a machine not recorded")
    if len(machines) > 1 and (state.metric == SECONDS or state.axis == "minutes"):
        found.append(f"Not timed on the same machine: {_each(machines)}.")
    return found + _when_all_have(state, lines)


def _when_all_have(state, lines):
    """Return how the lines stand in the last epoch that all have, where some go on for longer."""
    ends = [line.last[0] for line in lines]
    shared = set.intersection(*(set(line.epochs.astype(int)) for line in lines))
    if len(set(ends)) == 1 or state.metric == SECONDS or not shared:
        return []
    epoch, metric = max(shared), METRICS[state.metric]
    then = {line.name: float(line.values[line.epochs == epoch][0]) for line in lines}
    order = sorted(then, key=then.get, reverse=metric.pick is max)
    each = [f"{name} {metric.show(then[name])}" for name in order[:_MOST]]
    each = listed(each + ([f"{len(order) - _MOST} more behind"] if len(order) > _MOST else []))
    long = f"Not trained equally long: {min(ends)} to {max(ends)} epochs"
    return [f"{long}. In epoch {epoch}, the last that all have: {each}."]


def _chance(first, second):
    """Return whether two accuracies differ by more than two standard errors of their difference."""
    if first.metric != ACCURACY:
        return ""
    if first.error is None or second.error is None:
        return "How many images that was is not recorded, so nor is what chance would make."
    # As if each had images of its own. On the same images the difference is known better than that.
    twice = 2 * sqrt(first.error**2 + second.error**2)
    if first.standing - second.standing > twice:
        is_, could = "more than", "would rarely"
    else:
        is_, could = "within", "could well"
    error = f"two standard errors of the difference ({twice:.2f} points)"
    return f"That is {is_} {error}: chance in the choice of images {could} make it."


def smoothing_of(state):
    """Return what the lines are, where they are not the measurements themselves."""
    if state.smoothing == 1:
        return ""
    return (
        f"Lines are running means over {state.smoothing} epochs: each with the {state.smoothing // 2} before it "
        "and as many after it, fewer of both near the ends. Faint lines and dots are as measured."
    )


def duration(seconds):
    """Return a time in words: "1 h 48 min", "20 min 50 s" or "4.2 s"."""
    if not isfinite(seconds):
        return "–"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, left = divmod(round(seconds), 60)
    return f"{minutes} min {left} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _ranked(lines):
    return sorted(lines, key=lambda line: line.standing, reverse=METRICS[lines[0].metric].pick is max)


def _value(line):
    return METRICS[line.metric].show(line.standing)


def _gap(line):
    value = line.last[1]
    way = "above" if value >= 0 else "below"
    return f"training accuracy {abs(value):.2f} points {way} {line.run.monitored[0]} accuracy"


def _lacking(state):
    if state.axis == "minutes" and state.metric != SECONDS:
        return f"no epoch has {state.metric} and the seconds up to it; choose another measure or axis"
    return f"no epoch has {state.metric}; choose another measure"


def _grouped(lines, key):
    groups = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line.name)
    return groups


def _each(groups):
    return "; ".join(
        f"{listed(names) if len(names) <= _MOST else f'{len(names)} records'} on {what}"
        for what, names in groups.items()
    )
