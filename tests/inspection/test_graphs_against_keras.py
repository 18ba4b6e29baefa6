"""The ledger of random networks against Keras: sizes, parameters, and which pixels change which units.

`COURSE_TEST_GRAPHS=1000` tries a thousand networks.
"""

import os
from collections import Counter
from math import prod

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from thorough import THOROUGH, thorough

from course._quiet import import_keras
from course.inspection import ledger_of

keras = import_keras()
layers = keras.layers

GRAPHS = int(os.environ.get("COURSE_TEST_GRAPHS", 300 if THOROUGH else 60))
LARGEST = 16  # units along an axis, so that upsampling does not run away
MERGES = (layers.Add, layers.Maximum, layers.Average, layers.Concatenate)


class Builder:
    """A random network in the making, and a note of every layer's call."""

    def __init__(self, draw):
        self.draw = draw
        self.calls = Counter()  # (name, output shape), one for each call
        self.parameters = {}  # by name
        self.maps = {}  # tensors of layers that are called once, by name

    def call(self, layer, inputs):
        out = layer(inputs)
        self.calls[layer.name, out.shape[1:]] += 1
        self.parameters[layer.name] = layer.count_params()
        if self.maps.pop(layer.name, None) is None:
            self.maps[layer.name] = out
        return out

    def pick(self, *choices):
        return self.draw(st.sampled_from(choices))

    def whole(self, least, most):
        return self.draw(st.integers(least, max(least, most)))

    def window(self, size):
        """Return the options of a window that fits, with strides or a dilation."""
        padding = self.pick("valid", "same")
        stride, dilation = self.pick((1, 1), (2, 1), (3, 1), (1, 2))
        most = 4 if padding == "same" else (min(size) - 1) // dilation + 1
        kernel = tuple(self.whole(1, min(4, most)) for _ in range(2))
        return {"kernel_size": kernel, "strides": stride, "dilation_rate": dilation, "padding": padding}

    def pool(self, size):
        options = self.window(size)
        strides = self.pick(None, (1, 2), (2, 1), options["strides"])
        return {"pool_size": options["kernel_size"], "strides": strides, "padding": options["padding"]}

    def layer(self, shape):
        """Return a layer that fits a map, or None."""
        *size, channels = shape
        small = max(size) * 3 <= LARGEST
        kind = self.pick(
            "Conv2D", "Conv2D", "Conv2D", "groups", "SeparableConv2D", "DepthwiseConv2D", "Conv2DTranspose",
            "MaxPooling2D", "AveragePooling2D", "ZeroPadding2D", "Cropping2D", "UpSampling2D",
            "BatchNormalization",
        )  # fmt: skip
        if kind == "Conv2D":
            return layers.Conv2D(self.pick(2, 3, 4), **self.window(size), activation=self.pick(None, "relu"))
        if kind == "groups":
            return layers.Conv2D(4, **self.window(size), groups=2) if channels % 2 == 0 else None
        if kind == "SeparableConv2D":
            return layers.SeparableConv2D(2, **self.window(size), depth_multiplier=self.pick(1, 2))
        if kind == "DepthwiseConv2D" and channels <= 4:
            return layers.DepthwiseConv2D(**self.window(size), depth_multiplier=self.pick(1, 2))
        if kind == "Conv2DTranspose" and small:
            kernel, strides = ((self.whole(1, 4), self.whole(1, 4)), (self.whole(1, 3), self.whole(1, 3)))
            return layers.Conv2DTranspose(2, kernel, strides, self.pick("valid", "same"))
        if kind in ("MaxPooling2D", "AveragePooling2D"):
            return getattr(layers, kind)(**self.pool(size))
        if kind == "ZeroPadding2D" and max(size) + 4 <= LARGEST:
            return layers.ZeroPadding2D([[self.whole(0, 2), self.whole(0, 2)] for _ in size])
        if kind == "Cropping2D" and min(size) > 3:
            return layers.Cropping2D([[self.whole(0, 1), self.whole(0, 2)] for _ in size])
        if kind == "UpSampling2D" and small:
            size = self.whole(1, 3), self.whole(1, 3)
            return layers.UpSampling2D(size, interpolation=self.pick("nearest", "bilinear"))
        return layers.BatchNormalization()

    def step(self, tensor):
        layer = self.layer(tensor.shape[1:])
        return tensor if layer is None else self.call(layer, tensor)

    def normalise(self, tensor):
        # Its outputs can be negative, and a maximum could hide that: hence the absolute value.
        out = keras.ops.absolute(self.call(layers.LayerNormalization(), tensor))
        operation = out._keras_history.operation
        self.calls[operation.name, out.shape[1:]] += 1
        self.parameters[operation.name] = 0
        return out

    def nested(self, tensor):
        parts, shape = [], tensor.shape[1:]
        for _ in range(2):
            parts.append(self.layer(shape) or layers.ReLU())
            shape = parts[-1].compute_output_shape((None, *shape))[1:]
        inner = keras.Sequential([keras.Input(tensor.shape[1:]), *parts])
        for part in parts:
            self.calls[f"{inner.name}/{part.name}", part.output.shape[1:]] += 1
            self.parameters[f"{inner.name}/{part.name}"] = part.count_params()
        return inner(tensor)

    def shared(self, tensor):
        channels = tensor.shape[-1]
        conv = layers.Conv2D(channels, (self.whole(1, 3), self.whole(1, 3)), padding="same")
        return self.call(conv, self.call(conv, tensor))

    def part(self, tensor):
        kind = self.pick("step", "step", "step", "branches", "branches", "nested", "shared", "normalise")
        if kind == "normalise" and tensor.shape[-1] < 3:
            kind = "step"  # of two channels nothing but a sign would be left
        return getattr(self, kind)(tensor)

    def branches(self, tensor):
        """Return two paths from a tensor, brought to one size and joined."""
        paths = []
        for _ in range(2):
            path = tensor
            for _ in range(self.whole(0, 2)):
                path = self.step(path)
            paths.append(path)
        height, width = (min(path.shape[place] for path in paths) for place in (1, 2))
        for number, path in enumerate(paths):
            surplus = path.shape[1] - height, path.shape[2] - width
            if any(surplus):
                ends = [[before := self.whole(0, extra), extra - before] for extra in surplus]
                paths[number] = self.call(layers.Cropping2D(ends), path)
        merge = self.pick(*MERGES)
        if merge is not layers.Concatenate:
            paths = [self.call(layers.Conv2D(3, 1), path) for path in paths]
        return self.call(merge(), paths)


@st.composite
def networks(draw):
    """Draw a functional model, with what its builder noted."""
    builder = Builder(draw)
    image = keras.Input((draw(st.integers(5, 12)), draw(st.integers(5, 9)), 2))
    tensor = builder.call(layers.Conv2D(3, 1), image)
    for _ in range(draw(st.integers(1, 4))):
        tensor = builder.part(tensor)
    return keras.Model(image, builder.call(layers.Identity(), tensor)), builder


def dependence(model, tensors):
    """Return, for each tensor, a bool array of shape (pixel rows, pixel columns, map rows, map columns).

    With positive weights and no biases no change can cancel out, and a black image gives zeros.
    """
    random = np.random.default_rng(0)
    for weight in model.weights:
        still = weight.name in ("bias", "beta", "moving_mean")
        weight.assign(np.zeros(weight.shape) if still else random.uniform(0.5, 1, weight.shape))
    height, width, colours = model.input_shape[1:]
    images = np.zeros((height * width + 1, height, width, colours), np.float32)
    rows, columns = np.indices((height, width)).reshape(2, -1)
    images[np.arange(height * width), rows, columns] = random.uniform(0.5, 1, colours)
    for values in keras.Model(model.inputs[0], tensors)(images):
        values = np.asarray(values)
        changed = (values[:-1] != values[-1]).any(axis=-1)
        yield changed.reshape(height, width, *changed.shape[1:])


def profile(masks, pixels):
    """Return the sets of pixels in `sees` as a bool array of shape (pixels, units)."""
    return np.array([[bool(mask >> pixel & 1) for mask in masks] for pixel in range(pixels)])


# Keras draws a new layer's seed from Python's own random numbers; no layer here uses its seed.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
@thorough
@settings(max_examples=GRAPHS, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_the_ledger_of_a_random_network(network):
    model, builder = network
    found = ledger_of(model)
    assert Counter((row.name, row.output_shape) for row in found) == builder.calls
    again = set()
    for row in found:
        assert row.parameters == (0 if row.name in again else builder.parameters[row.name]), row.name
        again.add(row.name)
    assert found.parameters == model.count_params()
    assert found.trainable == sum(prod(weight.shape) for weight in model.trainable_weights)
    for row in found:
        unknown = [column for column, mark in row.marks.items() if mark == "unavailable"]
        # A transposed convolution can leave gaps, and so a first unit that no pixel reaches.
        assert not unknown or (unknown == ["start"] and row.axes[0].field(0) is row.axes[1].field(0) is None)
    # A unit on zeros alone, in one direction, sees nothing in the other, which rows and columns can't say.
    assume(all(any(axis.sees) for row in found for axis in row.axes))
    joined = [found[source] for row in found if len(row.inputs) > 1 for source in row.inputs if source >= 0]
    assume(all(all(axis.sees) for row in joined for axis in row.axes))
    for name, truth in zip(builder.maps, dependence(model, list(builder.maps.values())), strict=True):
        height, width = found[name].sees
        np.testing.assert_array_equal(profile(height, truth.shape[0]), truth.any(axis=(1, 3)), err_msg=name)
        np.testing.assert_array_equal(profile(width, truth.shape[1]), truth.any(axis=(0, 2)), err_msg=name)
        assert found[name].touched == (truth.any(axis=(1, 3)).sum(0).max(), truth.any(axis=(0, 2)).sum(0).max())
