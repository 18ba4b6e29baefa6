"""Make a model cheaper to train on a CPU, and leave what it computes as it is.

Keras 3 on TensorFlow builds BatchNormalization from a dozen small operations, each a pass over the
map, takes long to find again what a pooling took, and draws dropout's random numbers with a slow
generator, into maps of their own. Here all three are replaced, and a processor with instructions for
bfloat16 multiplies in it.
"""

from functools import cache, partial, reduce
from pathlib import Path

import numpy as np

from course._quiet import import_keras

keras = import_keras()

import tensorflow as tf  # noqa: E402  (after the quiet import)
from keras import layers  # noqa: E402

# Linux's names for the instructions that multiply bfloat16.
_INSTRUCTIONS = {"avx512_bf16", "amx_bf16"}
_GOLDEN = np.uint32(0x9E3779B1)  # 2**32 by the golden ratio: neighbours end up far apart


def accelerate(model, bfloat16=None):
    """Return a model that computes what another does, and takes less time to train on a CPU.

    Its layers have the same names and the same weights, so that files of weights fit both. Weights,
    BatchNormalization's statistics and the last layer stay in float32. On a GPU, where Keras's own
    layers are compiled, the model itself is returned.

    Parameters
    ----------
    model : keras.Model
        Built, Sequential or functional.
    bfloat16 : bool, optional
        Whether convolutions and Dense layers multiply in bfloat16, which keeps 8 bits of a number's
        24. None: where the processor has instructions for it; elsewhere it would be slower.

    Returns
    -------
    keras.Model
        New and uncompiled, with a copy of the weights.

    Raises
    ------
    ValueError
        When the model is not built.
    """
    if not model.built:
        raise ValueError(f"{model.name} is not built: start it with keras.Input(shape=(32, 32, 3)).")
    if tf.config.list_physical_devices("GPU"):
        return model
    half = multiplies_bfloat16() if bfloat16 is None else bfloat16
    last = model.layers[-1]
    kept = set() if _compiles() else {layers.MaxPooling2D, layers.Dropout}

    def quicker(layer):
        config, kind = layer.get_config(), type(layer)
        # keras.ops, such as an addition, stand among the layers and know no dtype.
        if half and layer is not last and isinstance(layer, layers.Layer):
            config["dtype"] = "mixed_bfloat16"
        return (kind if kind in kept else _QUICKER.get(kind, kind)).from_config(config)

    made = keras.models.clone_model(model, clone_function=quicker)
    made.set_weights(model.get_weights())
    return made


def accelerated(model):
    """Return whether a model has layers that `accelerate` put in, or set to bfloat16."""
    return any(
        type(layer) in _QUICKER.values() or layer.dtype_policy.name == "mixed_bfloat16" for layer in model.layers
    )


def multiplies_bfloat16(cpuinfo=Path("/proc/cpuinfo")):
    """Return whether this processor has instructions for bfloat16; False where Linux does not say.

    Parameters
    ----------
    cpuinfo : pathlib.Path
        Where Linux lists the processor's instructions.

    Returns
    -------
    bool
    """
    try:
        flags = next(line for line in cpuinfo.read_text().splitlines() if line.startswith("flags"))
    except (OSError, StopIteration):
        return False
    return bool(_INSTRUCTIONS & set(flags.split()))


# All keep Keras's class names: a file of weights calls a layer by them.
class BatchNormalization(layers.BatchNormalization):
    """Keras's BatchNormalization in few passes over the map: compiled, or by TensorFlow's fused operation."""

    def call(self, inputs, training=None, mask=None):
        channels_last = len(inputs.shape) == 4 and self.axis in (-1, 3)
        whole = channels_last and self.center and self.scale and mask is None
        if not (training and self.trainable and whole):
            return super().call(inputs, training=training, mask=mask)
        # What is compiled takes a third of the fused operation's time in float32, and none off in bfloat16.
        compiled = inputs.dtype == tf.float32 and 0 < (inputs.shape[1] or 0) <= _MOST_TERMS and _compiles()
        outputs, mean, variance = (_normalise if compiled else _normalise_fused)(
            inputs, tf.convert_to_tensor(self.gamma), tf.convert_to_tensor(self.beta), self.epsilon
        )
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1 - self.momentum))
        return outputs


def _normalise_fused(maps, gamma, beta, epsilon):
    outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(maps, gamma, beta, epsilon=epsilon)
    # The operation divides by one less than the number of values, Keras by that number.
    count = tf.cast(tf.size(maps) // maps.shape[-1], tf.float32)
    return outputs, mean, variance * (count - 1) / count


def _normalise(maps, gamma, beta, epsilon):
    """Return maps of shape (N, H, W, C), normalised, with the mean and the variance of each channel."""

    @tf.custom_gradient
    def normalise(maps, gamma, beta):
        count = tf.cast(tf.size(maps) // maps.shape[-1], tf.float32)
        # Counted from about the mean: the squares of large numbers leave the variance no digits.
        near = tf.reduce_mean(maps[:1], (0, 1, 2))
        total, squares = _sums(maps, near, maps, near)
        mean, variance = near + total / count, tf.maximum(squares / count - (total / count) ** 2, 0)
        inverse = tf.math.rsqrt(variance + epsilon)

        def gradients(upstream, *_):
            total, products = _sums(upstream, tf.zeros_like(mean), maps, mean)
            along = products * inverse
            slope = along * inverse / count
            return _back(upstream, total / count, maps, mean, slope, gamma * inverse), along, total

        return (_scaled(maps, mean, gamma * inverse, beta), mean, variance), gradients

    return normalise(maps, gamma, beta)


# As many terms as these a compiled expression may have.
_MOST_TERMS = 64
# Only what works unit by unit is compiled: a compiled convolution is many times slower on a CPU.
_compiled = partial(tf.function, jit_compile=True, autograph=False)


def _sums(values, base, maps, near):
    """Return each channel's sum of values less a base, and of that times maps less what they are near."""
    # Compiled, a sum down the rows alone is quick and one over all that is not a channel slow.
    return [tf.reduce_sum(rows, (0, 1)) for rows in _down_the_rows(values, base, maps, near)]


@_compiled
def _down_the_rows(values, base, maps, near):
    values = [row - base for row in tf.unstack(values, axis=1)]
    maps = [row - near for row in tf.unstack(maps, axis=1)]
    return tf.add_n(values), tf.add_n([ours * theirs for ours, theirs in zip(values, maps, strict=True)])


@_compiled
def _scaled(maps, mean, scale, offset):
    return (maps - mean) * scale + offset


@_compiled
def _back(upstream, base, maps, mean, slope, scale):
    return (upstream - base - (maps - mean) * slope) * scale


class MaxPooling2D(layers.MaxPooling2D):
    """Keras's MaxPooling2D, compiled: TensorFlow's takes ten times as long to go back."""

    def call(self, inputs, training=None):
        height, width = self.pool_size
        rows, columns = inputs.shape[1:3]
        apart = self.pool_size == tuple(self.strides) and self.data_format == "channels_last" and rows and columns
        few = height * width <= _MOST_TERMS
        if not (training and apart and few) or self.padding == "same" and (rows % height or columns % width):
            return super().call(inputs)
        return _largest(inputs, height, width)


def _largest(maps, height, width):
    @tf.custom_gradient
    def pool(maps):
        largest, places = _pooled(maps, height, width)
        return largest, lambda upstream: _unpooled(upstream, places, height, width, *maps.shape[1:3])

    return pool(maps)


@_compiled
def _pooled(maps, height, width):
    """Return the largest value of each window, and which it was."""
    bottom, right = (size - size % step for size, step in zip(maps.shape[1:3], (height, width), strict=True))
    parts = [
        maps[:, row:bottom:height, column:right:width] for row in range(height) for column in range(width)
    ]
    largest = reduce(tf.maximum, parts)
    places = tf.zeros_like(largest, tf.int32)
    for place, part in reversed(list(enumerate(parts))):
        # Of equal values the first counts, as TensorFlow has it.
        places = tf.where(part == largest, place, places)
    return largest, tf.cast(places, tf.uint8)


@_compiled
def _unpooled(upstream, places, height, width, rows, columns):
    """Return zeros, but for what comes back to the largest values."""
    own = tf.reshape(tf.range(height * width), (1, 1, height, 1, width, 1))
    given = tf.where(
        tf.cast(places[:, :, None, :, None], tf.int32) == own,
        upstream[:, :, None, :, None],
        tf.zeros((), upstream.dtype),
    )
    _, down, across, channels = upstream.shape
    given = tf.reshape(given, (-1, down * height, across * width, channels))
    return tf.pad(given, [(0, 0), (0, rows - down * height), (0, columns - across * width), (0, 0)])


class Dropout(layers.Dropout):
    """Keras's Dropout, compiled into one pass that works out again, going back, what it dropped."""

    def call(self, inputs, training=False):
        if not training or self.noise_shape is not None or not 0 < self.rate < 1:
            return super().call(inputs, training=training)
        return _drop(inputs, tf.bitcast(tf.cast(self.seed_generator.next(), tf.int32), tf.uint32), self.rate)


@_compiled
def _drop(inputs, seed, rate):
    @tf.custom_gradient
    def drop(values, seed):
        def kept(values):
            words = tf.reshape(_random_words(tf.size(values), seed), tf.shape(values))
            scaled = values * tf.cast(1 / (1 - rate), values.dtype)
            return tf.where(words >= np.uint32(rate * 2**32), scaled, tf.zeros((), values.dtype))

        return kept(values), lambda upstream: (kept(upstream), None)

    return drop(inputs, seed)


@cache
def _compiles():
    try:
        _drop(tf.ones(1), tf.zeros(2, tf.uint32), 0.5)
    except tf.errors.OpError:  # a TensorFlow that was built without the compiler
        return False
    return True


def _random_words(count, seed):
    """Return one uint32 for each place, by the finaliser of MurmurHash3 (A. Appleby, public domain)."""
    # A cryptographer would not take it, but a mask needs no more, and it costs less than reading the map.
    # Both halves of the seed go through the hash first: the second only counts the steps.
    key = _finalised(seed[0] ^ _finalised(seed[1] + _GOLDEN, seed[0]), seed[1])
    places = tf.bitcast(tf.range(count), tf.uint32)
    return _finalised(places * _GOLDEN ^ key, _finalised(key + _GOLDEN, seed[1]))


def _finalised(words, key):
    words = (words ^ tf.bitwise.right_shift(words, np.uint32(16))) * np.uint32(0x85EBCA6B)
    words = (words ^ key ^ tf.bitwise.right_shift(words, np.uint32(13))) * np.uint32(0xC2B2AE35)
    return words ^ tf.bitwise.right_shift(words, np.uint32(16))


_QUICKER = {
    layers.BatchNormalization: BatchNormalization,
    layers.MaxPooling2D: MaxPooling2D,
    layers.Dropout: Dropout,
}
