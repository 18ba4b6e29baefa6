"""One layer's step along one axis: what it adds to a receptive field, and to what."""

from dataclasses import dataclass

CONVOLUTION, POOLING, GLOBAL, DENSE, OTHER = "convolution", "pooling", "global pooling", "dense", "other"


@dataclass(frozen=True)
class Step:
    """What a layer does to the receptive field along one axis.

    Parameters
    ----------
    family : str
        "convolution", "pooling", "global pooling", "dense" or "other".
    grows : int
        How much the receptive field really grows, in pixels.
    jump : int
        Of what reaches the layer, in pixels.
    kernel, stride, dilation : int
        Of the window; the whole map for global pooling and Dense.
    last_stride : int
        The latest stride above 1 before this layer, 1 if there was none.
    first : bool
        Whether no window came before.
    after_pooling : bool
        Whether the window before was a pooling's.
    size : int
        Of what reaches the layer, in units.
    image : int
        Size of the image, in pixels.
    """

    family: str
    grows: int
    jump: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    last_stride: int = 1
    first: bool = False
    after_pooling: bool = False
    size: int = 1
    image: int = 1

    @property
    def extent(self):
        """Length of the window, holes included, in units of what reaches it."""
        return (self.kernel - 1) * self.dilation + 1

    @property
    def window(self):
        """Whether a window of more than one tap is moved over the map."""
        return self.family in (CONVOLUTION, POOLING) and self.kernel > 1


def steps_of(ledger):
    """Return the steps of all layers, each as a (height, width) pair, None where they can't be known.

    Parameters
    ----------
    ledger : course.arithmetic.Ledger
    """
    steps = []
    history = {-1: ((1, 1), True, False)}  # latest strides, whether no window came before, was it a pooling's
    for number, row in enumerate(ledger):
        strides, first, pooled = history[max(row.inputs, default=-1)]
        source = max(row.inputs, key=lambda i: _reach(ledger, i) or (0, 0), default=None)
        pair = None
        if source is not None and None not in row.nominal_receptive_field and _reach(ledger, source) is not None:
            pair = tuple(
                _step(row, ledger, source, axis, strides[axis], first, pooled) for axis in (0, 1)
            )
            if pair[0].family in (CONVOLUTION, POOLING):
                pooled = pair[0].family == POOLING or (pooled and not pair[0].window)
                first = first and not pair[0].window
                strides = tuple(
                    step.stride if step.stride > 1 else old for step, old in zip(pair, strides, strict=True)
                )
        steps.append(pair)
        history[number] = strides, first, pooled
    return steps


def _reach(ledger, source):
    """Return the nominal receptive field at the output of a row, (1, 1) for the image."""
    field = (1, 1) if source < 0 else ledger[source].nominal_receptive_field
    return None if None in field else field


def _step(row, ledger, source, axis, last_stride, first, pooled):
    layer = row.layer
    before = None if source < 0 else ledger[source].axes[axis]
    field, jump = (1, 1) if before is None else (before.nominal_receptive_field, before.jump)
    size = ledger.input_shape[axis] if before is None else before.size
    common = {
        "grows": row.nominal_receptive_field[axis] - field,
        "jump": jump,
        "last_stride": last_stride,
        "first": first,
        "after_pooling": pooled,
        "size": size,
        "image": ledger.input_shape[axis],
    }
    if layer.family == GLOBAL or (layer.family == DENSE and len(row.output_shape) == 1):
        return Step(layer.family, kernel=size, **common)
    if hasattr(layer, "taps"):
        kernel, stride, dilation = (pair[axis] for pair in layer.taps())
        family = POOLING if layer.family == POOLING else CONVOLUTION
        # Where units see more than others do, no rule says what the window adds.
        family = OTHER if row.axes[axis].varies else family
        return Step(family, kernel=kernel, stride=stride, dilation=dilation, **common)
    return Step(OTHER, **common)
