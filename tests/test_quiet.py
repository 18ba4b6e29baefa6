"""A 1x1 convolution with strides: what Keras computes, without the operation that damages memory."""

import numpy as np
import pytest

from course._quiet import import_keras

keras = import_keras()

import tensorflow as tf  # noqa: E402  (after the quiet import)


def gradients(layer, images):
    """Return the outputs, the gradients of the sum of their squares, and the nodes of the graph."""

    @tf.function
    def run(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            outputs = layer(images)
            total = tf.reduce_sum(outputs**2)
        return outputs, *tape.gradient(total, [images, layer.kernel.value])

    return run(images), run.get_concrete_function(images).graph.as_graph_def().node


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("strides", [2, (1, 2), (3, 2)])
@pytest.mark.parametrize("size", [(12, 12), (11, 8), (1, 5)])
def test_a_1x1_kernel_with_strides_sees_every_nth_pixel(size, strides, padding):
    layer = keras.layers.Conv2D(5, 1, strides, padding, use_bias=False)
    images = np.random.default_rng(0).normal(size=(2, *size, 3)).astype(np.float32)
    layer.build(images.shape)
    (outputs, to_images, to_kernel), nodes = gradients(layer, tf.constant(images))
    rows, columns = layer.strides
    kernel, seen = layer.get_weights()[0][0, 0], images[:, ::rows, ::columns]
    np.testing.assert_allclose(outputs, seen @ kernel, rtol=1e-4, atol=1e-5)
    assert outputs.shape == layer.compute_output_shape(images.shape)
    expected = np.zeros_like(images)
    expected[:, ::rows, ::columns] = 2 * seen @ kernel @ kernel.T
    np.testing.assert_allclose(to_images, expected, rtol=1e-3, atol=1e-4)
    expected = 2 * np.einsum("nhwi,nhwo->io", seen, seen @ kernel)
    np.testing.assert_allclose(to_kernel[0, 0], expected, rtol=1e-3, atol=1e-3)
    (backward,) = (node for node in nodes if node.op == "Conv2DBackpropFilter")
    assert list(backward.attr["strides"].list.i) == [1, 1, 1, 1]


def test_without_strides_nothing_is_skipped_or_copied():
    layer = keras.layers.Conv2D(5, 1, use_bias=False)
    layer.build((2, 6, 6, 3))
    _, nodes = gradients(layer, tf.ones((2, 6, 6, 3)))
    assert not any(node.op == "StridedSlice" for node in nodes)


@pytest.mark.parametrize("channels, stride", [(15, 1), (16, 2)])
def test_16_channels_are_left_to_keras(channels, stride):
    layer = keras.layers.Conv2D(2, 1, strides=2)
    layer.build((1, 4, 4, channels))
    _, nodes = gradients(layer, tf.ones((1, 4, 4, channels)))
    (backward,) = (node for node in nodes if node.op == "Conv2DBackpropFilter")
    assert list(backward.attr["strides"].list.i) == [1, stride, stride, 1]


def test_larger_kernels_and_maps_with_channels_first_are_left_to_keras():
    image = keras.Input((12, 12, 3))
    model = keras.Model(image, keras.layers.Conv2D(2, 3, strides=2)(image))
    assert model.output_shape == (None, 5, 5, 2)
    first = keras.layers.Conv2D(2, 1, strides=2, data_format="channels_first")
    assert first(keras.KerasTensor((1, 3, 12, 10))).shape == (1, 2, 6, 5)


def test_importing_again_wraps_nothing_twice():
    once = keras.layers.Conv2D.convolution_op
    assert import_keras() is keras
    assert keras.layers.Conv2D.convolution_op is once
