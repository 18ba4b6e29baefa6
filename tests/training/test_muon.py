"""Muon: its steps against a singular value decomposition and against Keras's own on a Dense kernel."""

import numpy as np
import pytest

from course.training import Recipe, loop, setting
from course.training.muon import Muon, orthogonal

keras = loop.keras
layers = keras.layers


def gradients(shape, steps=4):
    return np.random.default_rng(0).normal(size=(steps, *shape)).astype("float32")


@pytest.mark.parametrize("shape", [(48, 80), (80, 48), (27, 16), (1, 5)])
def test_every_direction_gets_about_the_same(shape):
    (matrix,) = gradients(shape, 1)
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    found = keras.ops.convert_to_numpy(orthogonal(matrix))
    # The directions are kept: in their own axes the found matrix is diagonal.
    diagonal = left.T @ found @ right.T
    np.testing.assert_allclose(diagonal, np.diag(np.diag(diagonal)), atol=2e-3)
    inner = np.diag(diagonal)[values > values.max() / 50]
    assert inner.min() > 0.65 and inner.max() < 1.25


@pytest.mark.skipif(not hasattr(keras.optimizers, "Muon"), reason="this Keras has no Muon")
@pytest.mark.parametrize("shape", [(24, 40), (40, 24)])
def test_on_a_matrix_it_is_kerass_own(shape):
    ours, theirs = (keras.Variable(np.ones(shape, "float32")) for _ in range(2))
    made = Muon(0.05, [ours], weight_decay=0.1)
    own = keras.optimizers.Muon(0.05, weight_decay=0.1)
    if getattr(own, "rms_rate", None) != 0.2:
        pytest.skip("this Keras's Muon takes steps of another length")
    for gradient in gradients(shape):
        made.apply([keras.ops.convert_to_tensor(gradient)], [ours])
        own.apply([keras.ops.convert_to_tensor(gradient)], [theirs])
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)
    assert np.abs(np.asarray(ours) - 1).max() > 0.05


def test_a_kernels_two_axes_of_place_and_its_channels_in_are_one():
    """A step for a kernel of shape (3, 3, 4, 6) is that for the matrix of shape (36, 6)."""
    kernel, matrix = (keras.Variable(np.zeros(shape, "float32")) for shape in ((3, 3, 4, 6), (36, 6)))
    for variable in (kernel, matrix):
        optimizer = Muon(0.1, [variable])
        for gradient in gradients((36, 6)):
            optimizer.apply([keras.ops.reshape(gradient, variable.shape)], [variable])
    np.testing.assert_allclose(np.reshape(kernel, (36, 6)), matrix, atol=1e-6)


def test_all_but_convolutions_kernels_take_adamw_at_half_the_rate():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.SeparableConv2D(5, 3, name="separable"),
            layers.DepthwiseConv2D(3, name="depthwise"),
            layers.BatchNormalization(name="norm"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, name="dense"),
        ]
    )
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    setting.compile_for(model, Recipe("mine", optimizer="muon", learning_rate=0.1, weight_decay=0.2))
    setting.compile_for(twin, Recipe("mine", optimizer="adamw", learning_rate=0.05, weight_decay=0.4))
    for seed in range(3):
        found = [gradients(variable.shape, seed + 1)[seed] for variable in model.trainable_variables]
        for one in (model, twin):
            one.optimizer.apply([keras.ops.convert_to_tensor(gradient) for gradient in found])
    same = {
        variable.path.partition("/")[2]
        for variable, other in zip(model.trainable_variables, twin.trainable_variables, strict=True)
        if np.allclose(variable, other, atol=1e-6)
    }
    everything = {variable.path.partition("/")[2] for variable in model.trainable_variables}
    assert everything - same == {"separable/pointwise_kernel"}
