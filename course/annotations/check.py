"""Check a text of notes beside layers, from the reading to the findings."""

from course.annotations.claims import ReadError
from course.annotations.findings import Finding, Findings
from course.annotations.judging import fitted, judged
from course.annotations.reading.documents import chosen, readings
from course.annotations.truth import truth_of

FEWEST = 4  # layers of a model without an input that a total may be of


def check(text, input_shape=None, model=None):
    """Check the output sizes, receptive fields, parameters and MACs that are noted beside layers.

    Parameters
    ----------
    text : str or pathlib.Path
        Keras code with notes, a page or notebook that holds some, a pasted `model.summary()`, or the
        path of such a file. The code is read, never run.
    input_shape : tuple of int, optional
        (height, width, channels) of the image, where the text does not say. If not given, it is taken
        from the notes where they agree on one; what depends on it is not judged otherwise.
    model : str or int, optional
        Of several models in the text: its name, or its number counted from 1. If not given, the one
        with the most notes.

    Returns
    -------
    Findings
        Shows as a table; `as_dict()` for JSON.

    Raises
    ------
    ReadError
        When the file can't be read, no layers are found, or there is no such model.
    """
    found = readings(text, _given(input_shape))
    return _findings(found, _numbered(found, model))


def check_all(text, input_shape=None):
    """Check every model of a text.

    Parameters
    ----------
    text : str or pathlib.Path
        As `check` takes it.
    input_shape : tuple of int, optional
        As `check` takes it.

    Returns
    -------
    list of Findings
        In the order in which the models begin.
    """
    found = readings(text, _given(input_shape))
    return [_findings(found, number) for number in range(len(found))]


def _given(input_shape):
    return tuple(input_shape) if input_shape else None


def _numbered(found, model):
    """Return the place of the model that is asked for."""
    if model is None:
        return found.index(chosen(found))
    names = [reading.name for reading in found]
    if model in names:
        return names.index(model)
    if str(model).isdecimal() and 1 <= int(model) <= len(found):
        return int(model) - 1
    raise ReadError(f"There is no model {model!r}: {_models(found)}.")


def _models(found):
    listed = [
        f"{i} {f'`{reading.name}`' if reading.name else 'without a name'}"
        f"{f' (line {reading.line})' if reading.line else ''}"
        for i, reading in enumerate(found[:9], start=1)
    ]
    more = f" and {len(found) - 9} more" if len(found) > 9 else ""
    return f"there {'is' if len(found) == 1 else 'are'} {', '.join(listed)}{more}"


def _findings(found, number):
    reading = found[number]
    noted = reading.layers
    truth = fitted(noted, truth_of(noted, reading.input_shape))
    misfits = []
    for i, why in truth.misfits:
        line = noted[i].line
        misfits.append(f"{f'Line {line}: ' if line else ''}{why}")
    claimed, remarks = _total(reading, truth, len(found))
    return Findings(
        tuple(map(Finding, range(len(noted)), noted, truth.rows, *judged(noted, truth))),
        claimed,
        truth.parameters,
        tuple(misfits),
        reading.unread,
        (*reading.remarks, *remarks),
        reading.name,
        number + 1,
        tuple((each.name, each.line, sum(bool(n.claim) for n in each.layers)) for each in found),
    )


def _total(reading, truth, models):
    """Return the total that can be held against a model, and remarks on others."""
    totals, true = reading.parameters or (), truth.parameters
    if not totals or not true:
        return None, ()
    if true in totals:
        return true, ()
    if models > 1 or not (reading.is_written or len(reading.layers) >= FEWEST):
        return None, ()
    if len(totals) > 1:
        stated = ", ".join(f"{total:,}" for total in totals[:4])
        remark = f"The totals in the text ({stated}) may be other models'; this one holds {true:,} parameters."
        return None, (remark,)
    return totals[0], ()
