"""Check the channels and the parameter counts that were noted."""

from course.annotations.rules import OTHER
from course.annotations.verdicts import INHERITED, RIGHT, UNCLAIMED, WRONG, Verdict


def check_channels(noted, ledger):
    """Return a Verdict for each layer's number of channels, where the noted size has one."""
    verdicts, wrong = [], {}
    for number, (note, row) in enumerate(zip(noted, ledger, strict=True)):
        claim, shape = note.claim.size, row.output_shape
        if claim is None or len(claim) != 3 or shape is None:
            verdicts.append(Verdict(UNCLAIMED))
        elif claim[2] == shape[-1]:
            verdicts.append(Verdict(RIGHT))
        else:
            before = wrong.get(max(row.inputs, default=-1), (None, None))
            passed_on = before[0] == claim[2] and not hasattr(note.layer, "filters")
            source = before[1] if passed_on else None
            wrong[number] = claim[2], number if source is None else source
            sentence = f"It puts out {shape[-1]} channels, not {claim[2]}."
            verdicts.append(
                Verdict(INHERITED, sentence, source=source) if passed_on else Verdict(WRONG, sentence, OTHER)
            )
            continue
        if claim is None and not hasattr(note.layer, "filters") and row.inputs and max(row.inputs) in wrong:
            wrong[number] = wrong[max(row.inputs)]
    return verdicts


def check_parameters(noted, ledger):
    """Return a Verdict for each layer's parameter count."""
    return [_judge(note, row) for note, row in zip(noted, ledger, strict=True)]


def _judge(note, row):
    claim, true = note.claim.parameters, row.parameters
    if claim is None or true is None:
        return Verdict(UNCLAIMED)
    if claim == true:
        return Verdict(RIGHT)
    biases = row.output_shape[-1] if getattr(note.layer, "use_bias", False) else 0
    why = ": its biases were left out" if biases and claim == true - biases else ""
    return Verdict(WRONG, f"It holds {true:,} parameters, not {claim:,}{why}.", "wrong parameter count")
