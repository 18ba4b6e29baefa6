"""The kit's networks, the published ones row by row against their source documents, and what is made of them."""

import numpy as np
import pytest
from kit_networks import built, step

from course import models
from course.arithmetic import Conv2D, Dense, LayerError, SeparableConv2D, ledger
from course.inspection import ledger_of

WINDOWS = ("Conv2D", "SeparableConv2D", "MaxPooling2D")


def windows(name):
    return [row for row in ledger_of(built(name)) if row.kind in WINDOWS]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("baseline", 1_172_410), ("separable_65k", 65_101), ("separable_99k", 98_887), ("compact_100k", 95_210)],
)
def test_parameters(name, parameters):
    model = built(name)
    assert ledger_of(model).parameters == model.count_params() == parameters


@pytest.mark.parametrize("name", models.MODELS)
def test_every_row_agrees_with_keras(name):
    model = built(name)
    found = ledger_of(model)
    layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    assert found.name == name and len(found) == len(layers)
    for row, layer in zip(found, layers, strict=True):
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
    assert ledger_of(built("baseline"))["dense1"].receptive_field == (44, 44)


def test_document_002_every_row_of_its_summary():
    found = ledger_of(built("separable_99k"))
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


def test_the_kits_own_network_keeps_size_within_a_stage_and_sees_the_whole_image():
    rows = ledger_of(built("compact_100k"))
    added = [row for row in rows if row.kind == "Add"]
    # 3 after the first convolution, then 2 more for each block, 4 at half the size, 8 at a quarter.
    assert [row.receptive_field[0] for row in added] == [5, 7, 9, 14, 18, 22, 26, 36, 44]
    assert [row.output_shape for row in added] == 3 * [(32, 32, 48)] + 4 * [(16, 16, 80)] + 2 * [(8, 8, 128)]
    assert all(row.aligned for row in rows) and rows.macs == 20_907_264


def test_the_quick_network_is_the_same_without_its_additions():
    added, not_added = (ledger_of(models.compact_quick(residual=residual)) for residual in (True, False))
    assert sum(row.kind == "Add" for row in added) == 8
    assert [row.name for row in added if row.kind != "Add"] == [row.name for row in not_added]
    assert added.parameters == not_added.parameters == 91_274


def test_a_seed_fixes_the_weights():
    one, same, other = (models.build("separable_99k", seed).get_weights()[0] for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_unknown_model_lists_the_models():
    with pytest.raises(ValueError, match="choose one of baseline, separable_65k, separable_99k"):
        models.build("resnet")


def test_probabilities_add_up():
    for name in models.MODELS:
        out = built(name).predict_on_batch(np.zeros((2, 32, 32, 3), "float32"))
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


def config_of(layer):
    """Return a layer's settings, without its seed, which is drawn anew."""
    return {key: value for key, value in layer.get_config().items() if key not in ("seed", "build_config")}


def alike(one, other):
    return type(one) is type(other) and config_of(one) == config_of(other)


def test_no_block_separable_is_the_baseline_layer_for_layer():
    first, baseline = step("baseline"), built("baseline")
    assert len(first.layers) == len(baseline.layers)
    assert all(map(alike, first.layers, baseline.layers))
    assert first.count_params() == 1_172_410


def counted(kind, channels, filters):
    """Return the parameters of a 3x3 layer."""
    return ledger([kind(filters, 3)], (9, 9, channels)).parameters


# Input channels and filters of the six convolutions.
WIDE = [(3, 48), (48, 48), (48, 96), (96, 96), (96, 192), (192, 192)]


@pytest.mark.parametrize("name", models.CONVERSION)
def test_the_parameters_of_each_step_follow_from_its_layers(name):
    how = {"pooled": False, "normalised": False, **models.CONVERSION[name]}
    kinds = [SeparableConv2D if block > 3 - how["blocks"] else Conv2D for block in (1, 1, 2, 2, 3, 3)]
    expected = sum(counted(kind, *wide) for kind, wide in zip(kinds, WIDE, strict=True))
    head = [192, 10] if how["pooled"] else [2 * 2 * 192, 512, 256, 10]
    expected += sum(
        ledger([Dense(units)], (1, 1, before)).parameters for before, units in zip(head, head[1:], strict=False)
    )
    if how["normalised"]:
        expected += sum(4 * filters for _, filters in WIDE)
    model = step(name)
    assert model.count_params() == ledger_of(model).parameters == expected


def test_the_steps_are_these():
    counts = {name: step(name).count_params() for name in models.CONVERSION}
    assert counts == {
        "baseline": 1_172_410,
        "normalised": 1_175_098,
        "block 3 separable": 735_322,
        "blocks 2 and 3 separable": 626_026,
        "all blocks separable": 606_901,
        "pooled head": 81_205,
    }


def test_the_steps_keep_the_baselines_sizes_and_fields():
    def seen(model):
        return [(row.output_shape, row.receptive_field) for row in ledger_of(model) if row.kind in WINDOWS]

    expected = seen(built("baseline"))
    for name in models.CONVERSION:
        assert seen(step(name)) == expected


def test_each_normalisation_follows_its_convolution():
    kinds = [type(layer).__name__ for layer in models.separable_baseline(normalised=True).layers]
    after = [kinds[i + 1] for i, kind in enumerate(kinds) if kind == "SeparableConv2D"]
    assert after == ["BatchNormalization"] * 6 == [kind for kind in kinds if kind == "BatchNormalization"]


@pytest.mark.parametrize("blocks", [-1, 4, 1.5, None])
def test_there_are_three_blocks(blocks):
    with pytest.raises(ValueError, match=f"blocks is {blocks}; the baseline has three, so it must be 0, 1, 2"):
        models.separable_baseline(blocks)


@pytest.mark.parametrize("name", models.MODELS)
def test_a_twin_has_standard_convolutions_and_is_otherwise_the_same(name):
    model = built(name)
    twin = models.twin(model)
    assert twin.name == model.name and len(twin.layers) == len(model.layers)
    for one, other in zip(model.layers, twin.layers, strict=True):
        if type(one).__name__ != "SeparableConv2D":
            assert alike(one, other)
            continue
        assert type(other).__name__ == "Conv2D" and one.output.shape == other.output.shape
        before, after = config_of(one), config_of(other)
        for key in "name filters kernel_size strides padding dilation_rate activation use_bias".split():
            assert before[key] == after[key]
    assert twin.output_shape == (None, 10)


def test_a_twin_keeps_stride_dilation_and_branches():
    keras = models.keras
    image = keras.Input((9, 9, 4))
    window = {"padding": "same", "use_bias": False, "name": "first"}
    one = keras.layers.SeparableConv2D(4, 3, strides=2, activation="relu", **window)(image)
    two = keras.layers.SeparableConv2D(4, 3, padding="same", dilation_rate=2, depth_multiplier=2)(one)
    model = keras.Model(image, keras.layers.Add()([one, two]))
    first, second = (models.twin(model).layers[i] for i in (1, 2))
    assert (first.strides, first.use_bias, first.activation.__name__) == ((2, 2), False, "relu")
    assert (second.dilation_rate, second.padding) == ((2, 2), "same")
    assert ledger_of(models.twin(model))[-1].receptive_field == ledger_of(model)[-1].receptive_field


def test_what_is_changed_is_a_new_model():
    model = built("separable_99k")
    before = [weight.copy() for weight in model.get_weights()]
    for changed in (models.scaled(model), models.twin(model), models.without(model, "Dropout")):
        assert not set(map(id, changed.layers)) & set(map(id, model.layers))
        changed.set_weights([weight + 1 for weight in changed.get_weights()])
    assert all(map(np.array_equal, before, model.get_weights()))


@pytest.mark.parametrize("kinds", [("Dropout",), ("BatchNormalization",), ("Dropout", "BatchNormalization"), ()])
def test_without_leaves_out_what_is_named_and_nothing_else(kinds):
    model = built("separable_65k")
    less = models.without(model, *kinds)
    kept = [layer for layer in model.layers if type(layer).__name__ not in kinds]
    assert len(less.layers) == len(kept) and all(map(alike, less.layers, kept))
    assert (less.name, less.input_shape, less.output_shape) == (model.name, model.input_shape, (None, 10))


def test_without_says_what_there_is():
    with pytest.raises(ValueError, match="baseline has no BatchNormalization layer: it has Conv2D, Dense,"):
        models.without(built("baseline"), "Dropout", "BatchNormalization")
    keras = models.keras
    image = keras.Input((8, 8, 3))
    with pytest.raises(ValueError, match="graph is not Sequential: its layers may branch"):
        models.without(keras.Model(image, keras.layers.Flatten()(image), name="graph"), "Flatten")


@pytest.mark.parametrize(("width", "multiplier"), [(0.5, 1), (1.35, 3)])
def test_scaled_changes_channels_and_multipliers_alone(width, multiplier):
    model = built("separable_65k")
    scaled = models.scaled(model, width, multiplier)
    *_, last = [layer.name for layer in model.layers if hasattr(layer, "filters")]
    assert scaled.name == model.name and len(scaled.layers) == len(model.layers)
    for one, other in zip(model.layers, scaled.layers, strict=True):
        expected = config_of(one)
        if "filters" in expected and one.name != last:
            expected["filters"] = round(width * expected["filters"])
        if type(one).__name__ == "SeparableConv2D":
            expected["depth_multiplier"] = multiplier
        assert type(one) is type(other) and config_of(other) == expected
    assert models.scaled(model, 0.001).layers[0].filters == 1


def test_at_width_1_the_model_is_copied():
    for name in models.MODELS:
        model = built(name)
        assert all(map(alike, model.layers, models.scaled(model).layers))


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"width": 0}, "width is 0; it must be a number above 0 and at most 8"),
        ({"width": 8.5}, "width is 8.5"),
        ({"depth_multiplier": 9}, "depth_multiplier is 9; it must be a whole number from 1 to 8"),
        ({"depth_multiplier": 1.5}, "depth_multiplier is 1.5"),
    ],
)
def test_scaled_refuses_what_is_out_of_range(how, words):
    with pytest.raises(ValueError, match=words):
        models.scaled(built("baseline"), **how)


def test_pooled_replaces_the_head_and_nothing_else():
    model = built("separable_99k")
    less = models.pooled(model)
    kept = [layer.name for layer in less.layers[:-2]]
    assert kept == [layer.name for layer in model.layers[: len(kept)]] and "flatten" not in kept
    for mine, theirs in zip(less.layers[:-2], model.layers, strict=False):
        assert config_of(mine) == config_of(theirs)
    assert [type(layer).__name__ for layer in less.layers[-2:]] == ["GlobalAveragePooling2D", "Dense"]
    head = sum(model.get_layer(name).count_params() for name in ("dense1", "dense1_norm", "probabilities"))
    assert less.count_params() == model.count_params() - head + 129 * 10
    outputs = less.predict_on_batch(np.random.default_rng(0).random((2, 32, 32, 3)))
    assert outputs.shape == (2, 10) and np.allclose(outputs.sum(axis=1), 1, atol=1e-5)
    with pytest.raises(ValueError, match="separable_65k has no Flatten layer"):
        models.pooled(built("separable_65k"))


def test_without_activation_lets_one_layers_outputs_pass():
    model = built("separable_65k")
    changed = models.without_activation(model, "block3_conv2")
    for mine, theirs in zip(changed.layers, model.layers, strict=True):
        wanted = config_of(theirs)
        if theirs.name == "block3_conv2":
            wanted["activation"] = "linear"
        assert config_of(mine) == wanted
    image = np.random.default_rng(0).random((2, 32, 32, 3))
    outputs = [
        np.asarray(models.keras.Model(m.inputs[0], m.get_layer("block3_conv2").output)(image))
        for m in (model, changed)
    ]
    assert outputs[0].min() == 0 and outputs[1].min() < 0
    with pytest.raises(ValueError, match="no layer 'block3_norm2' with an activation: it has block1_conv1"):
        models.without_activation(model, "block3_norm2")
    with pytest.raises(ValueError, match="'block3_conv2' with an activation"):
        models.without_activation(changed, "block3_conv2")
    branched = models.keras.Model(model.inputs, model.outputs)
    with pytest.raises(ValueError, match="is not Sequential"):
        models.pooled(branched)
