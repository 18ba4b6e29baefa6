"""Which pixels can change a unit, and how much it listens to each: by experiment, on the real layers.

Gradients of a trained network are a poor test of what a unit *can* see: a ReLU may be off, terms may
cancel or underflow. `footprint` therefore asks a copy of the network in which nothing of the kind can
happen. `effective_field` asks the network itself.
"""

import numpy as np

from course._quiet import import_keras
from course.arithmetic import LAYERS, POINTWISE, LayerError, Pointwise
from course.arithmetic.layer import ALONE, IDLE, MIXING, RESHAPING
from course.inspection.reading import module_of

# What a layer does to positions, by kind. Those that the ledger does not read by their settings come last.
_ROLES = {
    **{kind: layer.role for kind, layer in LAYERS.items()},
    **{kind: Pointwise(kind).role for kind in (*POINTWISE, "Normalization", "LayerScale", "StochasticDepth")},
    **dict.fromkeys(("Permute", "RepeatVector"), RESHAPING),
}
_BATCH = 32  # images whose activations are in memory at once


def footprint(model, layer, unit=None):
    """Return which pixels of the image can change a unit of a layer's output, in any of its channels.

    The answer does not depend on the weights. It comes from a gradient through a copy of the network
    whose weights are all 1, whose activations pass their input on, and whose gradient is reduced to
    "some" or "none" at every layer: nothing cancels, underflows or is off.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, with one image input of a fixed size.
    layer : str
        Name of the layer. The activation inside a layer counts as part of it. Where a layer is used
        several times, its first use.
    unit : tuple of int, optional
        (row, column) of the unit, from 0; () where the output is no map, as after Flatten. Without
        it, the unit in the centre: row height // 2, column width // 2.

    Returns
    -------
    numpy.ndarray
        bool, shape (height, width) of the image.

    Raises
    ------
    ValueError
        When there is no such layer or unit, or the model has not one image input.
    LayerError
        When it meets a layer it does not know.
    """
    part, unit = _up_to(model, layer, unit)
    gradient = _gradient(_adding_copy(part), np.ones((1, *part.input_shape[1:]), np.float32), unit)
    return gradient[0].any(axis=-1)


def effective_field(model, layer, unit=None, images=None, count=32, seed=0):
    """Return how much a unit listens to each pixel: the effective receptive field.

    A gradient of 1 is placed at every channel of the unit and carried back to the image. Its absolute
    value is averaged over images and colours, and divided by its sum over the pixels. Dropout is off.

    Parameters
    ----------
    model : keras.Model
        Takes float images from 0 to 1; sequential or functional, with an input of a fixed size.
    layer : str
        As for `footprint`.
    unit : tuple of int, optional
        As for `footprint`.
    images : numpy.ndarray, optional
        uint8, shape (N, height, width, channels). Without them, noise.
    count : int
        How many images of noise.
    seed : int
        Fixes the noise.

    Returns
    -------
    numpy.ndarray
        float64, shape (height, width) of the image; the sum is 1.

    Raises
    ------
    ValueError
        When there is no such layer or unit, the images do not fit, or no gradient arrives at any.

    Source: Luo, Li, Urtasun, Zemel, "Understanding the Effective Receptive Field in Deep Convolutional
    Neural Networks", NIPS 2016.
    """
    part, unit = _up_to(model, layer, unit)
    if _is_softmax(model.get_layer(layer)):
        raise ValueError(
            f"The channels of {layer} always sum to 1, so no pixel can change their sum: "
            "choose a layer before the softmax."
        )
    if images is None:
        values = np.random.default_rng(seed).random((count, *part.input_shape[1:]), np.float32)
    else:
        values = _checked(images, part.input_shape[1:]).astype(np.float32) / 255
    total = np.zeros(part.input_shape[1:3])
    for start in range(0, len(values), _BATCH):
        total += np.abs(_gradient(part, values[start : start + _BATCH], unit)).sum(axis=(0, -1), dtype=float)
    if not 0 < total.sum() < np.inf:
        raise ValueError(
            f"No gradient arrives from unit {unit} of {layer} with {len(values)} images: all its ReLUs are off, "
            "or the weights are not finite; choose another unit or more images."
        )
    return total / total.sum()


def spread(field):
    """Return the standard deviation of an effective field in pixels, down and across.

    Parameters
    ----------
    field : numpy.ndarray
        As from `effective_field`, shape (height, width).

    Returns
    -------
    tuple of float
        For n linear layers of all-equal k x k kernels, sqrt(n (k^2 - 1) / 12) each way, if the image
        holds the whole receptive field (Luo et al. 2016).
    """

    def deviation(profile):
        places = np.arange(len(profile))
        mean = np.average(places, weights=profile)
        return float(np.sqrt(np.average((places - mean) ** 2, weights=profile)))

    return deviation(field.sum(axis=1)), deviation(field.sum(axis=0))


def core(field, share=0.95):
    """Return the fewest pixels that together hold a share of an effective field.

    Parameters
    ----------
    field : numpy.ndarray
        As from `effective_field`, shape (height, width).
    share : float
        From 0 to 1.

    Returns
    -------
    numpy.ndarray
        bool, the shape of `field`.
    """
    order = np.argsort(-field, axis=None, kind="stable")
    held = np.cumsum(field.ravel()[order])
    # One rounding error must not cost a pixel.
    needed = np.searchsorted(held, share * held[-1] * (1 - 1e-9)) + 1
    inside = np.zeros(field.size, bool)
    inside[order[:needed]] = True
    return inside.reshape(field.shape)


def _up_to(model, layer, unit):
    """Return the part of a model that ends in a layer, and the checked unit."""
    keras = import_keras()
    inputs = getattr(model, "inputs", None) or []
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or None in inputs[0].shape[1:]:
        raise ValueError(
            f"{model.name} must have one image input of a fixed size: start it with "
            "keras.Input(shape=(32, 32, 3))."
        )
    names = [each.name for each in model.layers]
    if layer not in names:
        raise ValueError(f"{model.name} has no layer {layer!r}: choose one of {', '.join(names)}.")
    found = model.get_layer(layer)
    if not hasattr(found.output, "shape"):
        raise ValueError(f"{layer} has {len(found.output)} outputs: choose a layer with one.")
    size = tuple(found.output.shape[1:-1])
    unit = tuple(n // 2 for n in size) if unit is None else tuple(np.ravel(unit).tolist())
    if len(unit) != len(size):
        where = f"a map of {' x '.join(map(str, size))} units: pass (row, column)" if size else "no map: pass ()"
        raise ValueError(f"unit is {unit}, and the output of {layer} is {where}.")
    if not all(isinstance(u, int) and 0 <= u < n for u, n in zip(unit, size, strict=True)):
        last = ", ".join(str(n - 1) for n in size)
        raise ValueError(f"unit is {unit}, and the units of {layer} run from {(0,) * len(size)} to ({last}).")
    return keras.Model(inputs[0], found.output), unit


def _gradient(model, images, unit):
    """Return the gradient of a unit, summed over its channels, with respect to the values of each image."""
    import tensorflow as tf

    images = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        chosen = model(images, training=False)[(slice(None), *unit)]
    return tape.gradient(chosen, images).numpy()


def _adding_copy(model):
    """Return a copy of a model that only adds, with a gradient of 0 or 1 at the inputs of every layer."""
    keras = import_keras()

    def marked(value):
        if not keras.backend.is_keras_tensor(value):
            return value  # such as the 2 of x + 2
        return keras.layers.Lambda(_mark, output_shape=lambda shape: shape)(value)

    def call(layer, *args, mask=None, training=None, **kwargs):
        return layer(*keras.tree.map_structure(marked, args), **kwargs)

    copy = keras.models.clone_model(
        keras.Model(model.inputs[0], model.outputs[0]), clone_function=_stand_in, call_function=call
    )
    for weight in copy.weights:
        weight.assign(np.ones(weight.shape))
    return copy


def _stand_in(layer):
    """Return a layer that looks at the same pixels as another one, and adds."""
    keras = import_keras()
    kind = type(layer).__name__
    if isinstance(layer, keras.Model) and len(getattr(layer, "inputs", ())) == len(layer.outputs) == 1:
        return _adding_copy(layer)
    # A learner's own class may have the name of one of Keras's. Bicubic weights, for one, may be negative.
    ours = module_of(type(layer)).split(".")[0] == "keras"
    if kind not in _ROLES or not ours or getattr(layer, "interpolation", "nearest") not in ("nearest", "bilinear"):
        raise LayerError(f"{layer.name} ({kind}): footprint does not know which pixels such a layer looks at.")
    if _ROLES[kind] in (ALONE, IDLE):
        return keras.layers.Identity()
    if _ROLES[kind] == MIXING:
        axis = (1, 2, 3) if kind == "GroupNormalization" else layer.axis
        return keras.layers.Lambda(lambda x: x + keras.ops.sum(x, axis=axis, keepdims=True))
    adding = getattr(LAYERS.get(kind), "adds_as", None)
    if not isinstance(layer, keras.Layer):  # an operation such as x + y
        return keras.ops.add if adding else layer
    # All its weights are set to 1.
    config = layer.get_config()
    if "activation" in config:
        config["activation"] = "linear"
    return getattr(keras.layers, adding or kind).from_config(config)


def _mark(values):
    """Return the values, with a gradient of 1 wherever any gradient arrives."""
    import tensorflow as tf

    @tf.custom_gradient
    def marked(values):
        def gradient(upstream):
            # Fast convolutions, on a GPU for one, leave rounding errors where nothing arrives.
            return tf.cast(upstream > 1e-5 * tf.reduce_max(upstream), upstream.dtype)

        return tf.identity(values), gradient

    return marked(values)


def _is_softmax(layer):
    softmax = import_keras().activations.softmax
    return type(layer).__name__ == "Softmax" or getattr(layer, "activation", None) is softmax


def _checked(images, shape):
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.shape[1:] != tuple(shape) or not len(images):
        raise ValueError(
            f"images has dtype {images.dtype} and shape {images.shape}; it must be uint8 from 0 to 255 and "
            f"(N, {', '.join(map(str, shape))}) with N > 0."
        )
    return images
