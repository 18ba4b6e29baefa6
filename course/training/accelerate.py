"""Make a model cheaper to train on a CPU, and leave what it computes as it is.

Keras 3 on TensorFlow builds BatchNormalization from a dozen small operations, each a pass over the
map, and draws dropout's random numbers with a slow generator, into maps of their own. Here both are
replaced, and a processor with instructions for bfloat16 multiplies in it.
"""

from functools import cache
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
    kept = set() if _compiles() else {layers.Dropout}

    def quicker(layer):
        config, kind = layer.get_config(), type(layer)
        if half and layer is not last:
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


# Both keep Keras's class names: a file of weights calls a layer by them.
class BatchNormalization(layers.BatchNormalization):
    """Keras's BatchNormalization, computed by TensorFlow's fused operation where that knows how."""

    def call(self, inputs, training=None, mask=None):
        channels_last = len(inputs.shape) == 4 and self.axis in (-1, 3)
        whole = channels_last and self.center and self.scale and mask is None
        if not (training and self.trainable and whole):
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs, tf.convert_to_tensor(self.gamma), tf.convert_to_tensor(self.beta), epsilon=self.epsilon
        )
        # The operation divides by one less than the number of values, Keras by that number.
        count = tf.cast(tf.size(inputs) // inputs.shape[-1], tf.float32)
        variance *= (count - 1) / count
        for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1 - self.momentum))
        return outputs


class Dropout(layers.Dropout):
    """Keras's Dropout, compiled into one pass that works out again, going back, what it dropped."""

    def call(self, inputs, training=False):
        if not training or self.noise_shape is not None or not 0 < self.rate < 1:
            return super().call(inputs, training=training)
        return _drop(inputs, tf.bitcast(tf.cast(self.seed_generator.next(), tf.int32), tf.uint32), self.rate)


# Only what works unit by unit is compiled: a compiled convolution is many times slower on a CPU.
@tf.function(jit_compile=True, autograph=False)
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


_QUICKER = {layers.BatchNormalization: BatchNormalization, layers.Dropout: Dropout}
