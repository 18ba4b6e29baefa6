"""Check the channels and the parameter counts that were noted."""

from course.annotations.judging.rules import OTHER
from course.annotations.judging.verdicts import INHERITED, RIGHT, UNCLAIMED, UNJUDGED, WRONG, Verdict


def check_channels(noted, truth):
    """Return a Verdict for each layer's number of channels, where one is noted."""
    verdicts, wrong = [], {}
    for number, (note, row) in enumerate(zip(noted, truth.rows, strict=True)):
        claim, before = _channels(note.claim), max(row.row.inputs, default=-1)
        has_filters = hasattr(note.layer, "filters") and not note.opaque
        if claim is None:
            verdicts.append(Verdict(UNCLAIMED))
            if before in wrong and not has_filters:
                wrong[number] = wrong[before]
        elif row.output_shape and claim == row.output_shape[-1]:
            verdicts.append(Verdict(RIGHT))
        elif not (possible := _possible_channels(row)) or claim in possible:
            verdicts.append(Verdict(UNJUDGED))
        else:
            noted_before, source = wrong.get(before, (None, None))
            passed_on = noted_before == claim and not has_filters
            wrong[number] = claim, source if passed_on else number
            sentence = f"It puts out {' or '.join(map(str, possible))} channels, not {claim}."
            verdicts.append(
                Verdict(INHERITED, sentence, source=source) if passed_on else Verdict(WRONG, sentence, OTHER)
            )
    return verdicts


def _channels(claim):
    if claim.channels is not None:
        return claim.channels
    return claim.size[2] if claim.size and len(claim.size) == 3 else None


def _possible_channels(row):
    """Return the numbers of channels that a layer may put out, none where they can't be told."""
    shape = row.output_shape or (None,)
    if len(shape) == 1 and "output_shape" in row.loose:
        return ()
    return tuple(dict.fromkeys(each[-1] for each in row.shapes)) or tuple(n for n in shape[-1:] if n is not None)


def check_parameters(noted, truth):
    """Return a Verdict for each layer's parameter count."""
    return [_judge(note, row) for note, row in zip(noted, truth.rows, strict=True)]


def _judge(note, row):
    claim, true = note.claim.parameters, row.parameters
    if claim is None or true is None:
        return Verdict(UNCLAIMED if claim is None else UNJUDGED)
    if claim == true:
        return Verdict(RIGHT)
    if "parameters" in row.loose:
        return Verdict(UNJUDGED)
    biases = row.output_shape[-1] if getattr(note.layer, "use_bias", False) and row.output_shape else 0
    why = ": its biases were left out" if biases and claim == true - biases else ""
    return Verdict(WRONG, f"It holds {true:,} parameters, not {claim:,}{why}.", "wrong parameter count")
