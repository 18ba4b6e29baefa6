"""Import Keras without TensorFlow's C++ log lines, and without a convolution that damages memory."""

import importlib
import os
import sys


def import_keras():
    """Return the `keras` module, its start-up chatter kept off the screen.

    TensorFlow's C++ code writes "could not find cuda drivers" to file descriptor 2 before it has
    read TF_CPP_MIN_LOG_LEVEL. In a notebook that is a red box above the first result.

    Its Conv2D is made to skip pixels before a 1x1 kernel rather than while it moves: see `_skip_first`.

    Returns
    -------
    module
        `keras`, with the TensorFlow backend.
    """
    if "keras" not in sys.modules:
        _import_quietly()
    keras = sys.modules["keras"]
    convolve = keras.layers.Conv2D.convolution_op
    if convolve.__module__ != __name__:
        keras.layers.Conv2D.convolution_op = _skip_first(convolve, keras.ops.conv)
    return keras


def _import_quietly():
    sys.stderr.flush()
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        importlib.import_module("keras")
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


def _skip_first(convolve, conv):
    """Return a convolution that computes a 1x1 kernel with strides as one without, of every n-th pixel."""
    # It is the same sum of the same products. With strides, TensorFlow's gradient of the kernel goes to a
    # function of oneDNN that writes past its memory: for fewer than 16 channels (with AVX2, 8), where the
    # strides divide height and width. The process dies sooner or later, often in another place ("free():
    # invalid next size"), or the gradient is wrong. Seen in float32 and bfloat16 with TensorFlow 2.19 to 2.21
    # (oneDNN 3.5 and 3.7.3). Conv1D and Conv2DTranspose have it too, with a kernel of size 1 and strides, and
    # are left alone: no network of this kit holds them.
    # Source: https://github.com/uxlfoundation/oneDNN/issues/6035

    def convolution_op(layer, inputs, kernel):
        *window, channels, _ = kernel.shape
        rows, columns = layer.strides
        # From 16 channels on it is safe, and a gradient through the skipping costs more than oneDNN's own.
        safe = window != [1, 1] or rows == columns == 1 or channels >= 16
        if safe or layer.data_format != "channels_last":
            return convolve(layer, inputs, kernel)
        return conv(inputs[:, ::rows, ::columns], kernel, padding="valid", data_format="channels_last")

    return convolution_op
