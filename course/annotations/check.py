"""Check a text of notes beside layers, from the reading to the findings."""

from course.annotations.claims import ReadError
from course.annotations.counts import check_channels, check_parameters
from course.annotations.documents import read
from course.annotations.findings import Finding, Findings
from course.annotations.receptive_fields import check_receptive_fields
from course.annotations.sizes import check_sizes
from course.arithmetic import LayerError, Unknown, ledger


def check(text, input_shape=(32, 32, 3)):
    """Check the output sizes, receptive fields and parameter counts that are noted beside layers.

    Parameters
    ----------
    text : str or pathlib.Path
        Keras code with notes, a page or notebook that holds some, a pasted `model.summary()`, or the
        path of such a file. The code is read, never run.
    input_shape : tuple of int
        (height, width, channels) of the image, used where the code does not give it.

    Returns
    -------
    Findings
        Shows as a table; `as_dict()` for JSON.

    Raises
    ------
    ReadError
        When the file can't be read or no layers are found.
    """
    reading = read(text)
    found, misfits = _ledger(reading, reading.input_shape or tuple(input_shape))
    noted = reading.layers
    sizes, planes = check_sizes(noted, found)
    verdicts = (
        check_receptive_fields(noted, found, planes),
        sizes,
        check_channels(noted, found),
        check_parameters(noted, found),
    )
    return Findings(
        tuple(map(Finding, range(len(found)), noted, found, *verdicts)),
        reading.parameters,
        None if any(row.parameters is None for row in found) else found.parameters,
        tuple(misfits),
        reading.unread,
        reading.remarks,
    )


def _ledger(reading, input_shape):
    """Return the ledger, and a sentence for each layer that can't be in its place."""
    layers = [note.layer or Unknown(note.kind) for note in reading.layers]
    inputs, misfits = [note.inputs for note in reading.layers], []
    while True:
        try:
            return ledger(layers, input_shape, inputs=inputs), misfits
        except LayerError as why:
            if why.index is None:
                raise ReadError(str(why)) from None
            line = reading.layers[why.index].line
            misfits.append(f"{f'Line {line}: ' if line else ''}{why}")
            layers[why.index] = Unknown(layers[why.index].kind)

