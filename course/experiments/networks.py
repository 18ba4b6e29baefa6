"""Small networks with a receptive field of a chosen size."""

from course._quiet import import_keras

keras = import_keras()

from keras import layers  # noqa: E402  (after the quiet import)

WAYS = ("depth", "stride", "pooling", "dilation")
SIZE = 24  # pixels, height and width of the images


def network(receptive_field, by="depth", channels=8, size=SIZE):
    """Return a small network whose last units have a given receptive field.

    3x3 convolutions without padding, each followed by BatchNormalization and ReLU, then global
    average pooling. The zeros at the very beginning let the windows slide beyond the border, so that
    a dot near it is met as often as any other. Two dots change few of the positions that the global
    pooling averages; the BatchNormalization after it makes the small differences large.

    Parameters
    ----------
    receptive_field : int
        In pixels: 3, 5, 7, ...; by "pooling" from 5 on.
    by : str
        "depth": convolutions one after another. "stride": one of the first two takes steps of 2
        pixels. "pooling": a 3x3 max pooling with steps of 2 follows the first or the second. "dilation":
        all convolutions have dilation 2; for a field of 3, 7, 11, ... the first has not.
    channels : int
        Filters of each convolution.
    size : int
        Height and width of the images in pixels.

    Returns
    -------
    keras.Sequential
        Takes float images of shape (N, size, size, 1) from 0 to 1, returns the probabilities of two
        classes.

    Raises
    ------
    ValueError
        When there is no such network.
    """
    if by not in WAYS:
        raise ValueError(f"by is {by!r}; choose one of {', '.join(WAYS)}.")
    least = 5 if by == "pooling" else 3
    if not isinstance(receptive_field, int) or receptive_field % 2 == 0 or receptive_field < least:
        raise ValueError(
            f"receptive_field is {receptive_field!r}; by {by} it can be any odd number from {least} on."
        )
    model = keras.Sequential(name=f"{by}_{receptive_field}")
    model.add(layers.ZeroPadding2D(receptive_field - 1))
    for layer in _windows(receptive_field, by, channels):
        model.add(layer)
        if isinstance(layer, layers.Conv2D):
            model.add(_normalization())
            model.add(layers.ReLU())
    model.add(layers.GlobalAveragePooling2D())
    model.add(_normalization())
    model.add(layers.Dense(2, activation="softmax"))
    model.build((None, size, size, 1))  # at the end, and so once: see course.models.published
    return model


def _windows(receptive_field, by, channels):
    def convolutions(count, **options):
        return [layers.Conv2D(channels, 3, **options) for _ in range(count)]

    # A convolution adds 2 pixels to the field. With dilation 2, or after a step of 2, it adds 4, so every
    # second field needs one more layer that adds 2.
    fours, rest = divmod(receptive_field - 1, 4)
    if by == "depth":
        return convolutions((receptive_field - 1) // 2)
    if by == "dilation":
        return convolutions(rest // 2) + convolutions(fours, dilation_rate=2)
    if by == "stride":
        if rest:
            return convolutions(1, strides=2) + convolutions(fours)
        return convolutions(1) + convolutions(1, strides=2) + convolutions(fours - 1)
    before = 2 if rest else 1
    return convolutions(before) + [layers.MaxPooling2D(3, strides=2)] + convolutions(fours - 1)


def _normalization():
    # Keras's own momentum of 0.99 would remember the beginning of so short a training for ever.
    return layers.BatchNormalization(momentum=0.5)
