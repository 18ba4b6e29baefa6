"""The three published networks, every row against its source document."""

import numpy as np
import pytest

from course import models
from course.arithmetic import LayerError
from course.inspection import ledger_of

WINDOWS = ("Conv2D", "SeparableConv2D", "MaxPooling2D")


def windows(name):
    return [row for row in ledger_of(models.build(name)) if row.kind in WINDOWS]


@pytest.mark.parametrize(
    ("name", "parameters"), [("baseline", 1_172_410), ("separable_65k", 65_101), ("separable_99k", 98_887)]
)
def test_parameters(name, parameters):
    model = models.build(name)
    assert ledger_of(model).parameters == model.count_params() == parameters


@pytest.mark.parametrize("name", models.MODELS)
def test_every_row_agrees_with_keras(name):
    model = models.build(name)
    found = ledger_of(model)
    assert found.name == name and len(found) == len(model.layers)
    for row, layer in zip(found, model.layers, strict=True):
        assert row.name == layer.name
        assert row.output_shape == tuple(layer.output.shape[1:])
        assert row.parameters == layer.count_params()


def test_document_000_sizes_and_receptive_fields():
    rows = windows("separable_65k")
    assert [row.receptive_field[0] for row in rows] == [3, 5, 7, 8, 8, 12, 16, 18, 26, 34]
    assert [row.output_shape for row in rows] == [
        (32, 32, 64), (30, 30, 64), (30, 30, 128), (15, 15, 128), (15, 15, 64),
        (15, 15, 96), (13, 13, 128), (6, 6, 128), (4, 4, 128), (2, 2, 10),
    ]  # fmt: skip


def test_baseline_sizes_and_receptive_fields():
    rows = windows("baseline")
    assert [row.output_shape[0] for row in rows] == [32, 30, 15, 15, 13, 6, 6, 4, 2]
    assert [row.receptive_field[0] for row in rows] == [3, 5, 6, 10, 14, 16, 24, 32, 36]
    assert ledger_of(models.baseline())["dense1"].receptive_field == (44, 44)


def test_document_002_every_row_of_its_summary():
    found = ledger_of(models.build("separable_99k"))
    assert [(row.kind, row.output_shape, row.parameters) for row in found] == [
        ("SeparableConv2D", (32, 32, 32), 155),
        ("BatchNormalization", (32, 32, 32), 128),
        ("Dropout", (32, 32, 32), 0),
        ("SeparableConv2D", (32, 32, 32), 1344),
        ("BatchNormalization", (32, 32, 32), 128),
        ("MaxPooling2D", (16, 16, 32), 0),
        ("Dropout", (16, 16, 32), 0),
        ("SeparableConv2D", (16, 16, 64), 2400),
        ("BatchNormalization", (16, 16, 64), 256),
        ("SeparableConv2D", (16, 16, 64), 4736),
        ("BatchNormalization", (16, 16, 64), 256),
        ("MaxPooling2D", (8, 8, 64), 0),
        ("Dropout", (8, 8, 64), 0),
        ("SeparableConv2D", (8, 8, 128), 8896),
        ("BatchNormalization", (8, 8, 128), 512),
        ("SeparableConv2D", (8, 8, 128), 17664),
        ("BatchNormalization", (8, 8, 128), 512),
        ("MaxPooling2D", (4, 4, 128), 0),
        ("Dropout", (4, 4, 128), 0),
        ("Flatten", (2048,), 0),
        ("Dense", (30,), 61470),
        ("BatchNormalization", (30,), 120),
        ("Dropout", (30,), 0),
        ("Dense", (10,), 310),
    ]
    assert [row.receptive_field[0] for row in found if row.kind in WINDOWS] == [
        3,
        5,
        6,
        10,
        14,
        16,
        24,
        32,
        36,
    ]


def test_a_seed_fixes_the_weights():
    one, same, other = (models.build("separable_99k", seed).get_weights()[0] for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_unknown_model_lists_the_models():
    with pytest.raises(ValueError, match="choose one of baseline, separable_65k, separable_99k"):
        models.build("resnet")


def test_probabilities_add_up():
    for name in models.MODELS:
        out = models.build(name).predict_on_batch(np.zeros((2, 32, 32, 3), "float32"))
        assert out.shape == (2, 10) and np.allclose(out.sum(axis=1), 1, atol=1e-5)


def test_ledger_refuses_what_it_can_not_read():
    keras = models.keras
    with pytest.raises(LayerError, match="not built"):
        ledger_of(keras.Sequential([keras.layers.Conv2D(4, 1)]))
    with pytest.raises(LayerError, match="fixed size"):
        ledger_of(keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(4, 1)]))


def test_functional_chains_are_read():
    keras = models.keras
    image = keras.Input((8, 8, 3))
    chain = keras.Model(image, keras.layers.MaxPooling2D()(keras.layers.Conv2D(4, 3)(image)))
    assert [row.receptive_field[0] for row in ledger_of(chain)] == [3, 4]
