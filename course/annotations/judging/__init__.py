"""All verdicts on the notes of one network."""

from course.annotations.judging.counts import check_channels, check_parameters
from course.annotations.judging.macs import check_macs
from course.annotations.judging.receptive_fields import check_receptive_fields
from course.annotations.judging.sizes import check_sizes
from course.annotations.judging.verdicts import INHERITED, RIGHT, UNJUDGED
from course.annotations.truth import truth_of

STRIDES = (1, 2, 3, 4)  # that a layer of one's own may have
MOST_OWN = 3  # such layers whose strides are looked for


def judged(noted, truth):
    """Return the verdicts on receptive fields, sizes, channels, parameters and MACs, each a list, one a layer."""
    sizes, planes = check_sizes(noted, truth)
    return (
        check_receptive_fields(noted, truth, planes),
        sizes,
        check_channels(noted, truth),
        check_parameters(noted, truth),
        check_macs(noted, truth, planes),
    )


def sense(noted, truth):
    """Return how much sense notes make: those that are right, or build on a mistake, less the mistakes."""
    verdicts = [each for part in judged(noted, truth) for each in part]
    weights = {RIGHT: 1, INHERITED: 0.5}
    return sum(weights.get(each.verdict, 0) - (each.mistake is not None) for each in verdicts)


def fitted(noted, truth):
    """Return the truth with strides of layers of one's own that the notes agree best with."""
    own = [i for i, note in enumerate(noted) if note.opaque][:MOST_OWN]
    strides = {}
    for number in own:
        ranked = []
        for stride in STRIDES:
            tried = truth_of(noted, truth.image, {**strides, number: stride}) if stride > 1 else truth
            fields, sizes, *_ = judged(noted, tried)
            right = sum(each.verdict == RIGHT for each in sizes)
            starts = sum(each.mistake is not None for each in (*fields, *sizes))
            open_ = sum(each.verdict == UNJUDGED for each in (*fields, *sizes))
            ranked.append((-right, starts, open_, stride, tried))
            if stride == 1 and not starts + open_:
                break
        *_, strides[number], truth = min(ranked, key=lambda each: each[:-1])
    return truth
