"""From the arguments of a Keras call to a layer of `course.arithmetic`.

Keras 1 spellings follow the Keras 1.2 documentation and the conversions of Keras 2's `legacy/interfaces.py`.
"""

from dataclasses import replace

from course.arithmetic import LAYERS, POINTWISE, KerasObject, LayerError, Pointwise, from_config
from course.arithmetic.layer import plain
from course.arithmetic.layers import arguments, wanted

ALIASES = {
    "Convolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
}
KERAS_1_KEYS = {
    "nb_filter": "filters",
    "border_mode": "padding",
    "subsample": "strides",
    "bias": "use_bias",
    "output_dim": "units",
    "atrous_rate": "dilation_rate",
    "dim_ordering": "data_format",
    "p": "rate",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
}
KERAS_1_KERNEL = ("nb_row", "nb_col")
KERAS_1_VALUES = {"th": "channels_first", "tf": "channels_last"}
# A sign on its own that a text was written for Keras 1 (`p`, `bias` and `output_dim` live on elsewhere).
KERAS_1_SIGNS = (
    "border_mode", "subsample", "nb_filter", "nb_row", "nb_col", "nb_epoch", "samples_per_epoch", "nb_val_samples",
    "dim_ordering", "atrous_rate", "Convolution2D", "AtrousConvolution2D", "W_regularizer", "b_regularizer",
)  # fmt: skip
# What a layer does to sizes, receptive fields and parameters does not depend on these.
HARMLESS = ("rate", "activation", "momentum", "epsilon")
# What is read elsewhere, and belongs to the network rather than to the layer.
INPUTS = (
    "data_format", "input_shape", "batch_input_shape", "batch_shape", "input_dim", "input_length", "batch_size",
)  # fmt: skip
# Where Keras has what is no layer and is given to one: `keras.regularizers.L2(0.01)`.
OBJECTS = ("initializers", "regularizers", "constraints", "random")
# Of earlier Keras. They work on each position alone, as those of `POINTWISE` do.
EARLIER = ("Masking", "ThresholdedReLU")
KNOWN = {*LAYERS, *POINTWISE, *EARLIER, *ALIASES, "Permute"}

# What can't be told from the text is read in two ways, and what differs is not judged. No text has such numbers
# of channels, and most groups divide them.
UNKNOWN_CHANNELS = (1_441_440, 2_162_160)
DOUBTS = {
    "filters": UNKNOWN_CHANNELS,
    "units": UNKNOWN_CHANNELS,
    "kernel_size": (3, 5),
    "pool_size": (2, 3),
    "strides": (1, 2),
    "padding": ("same", "valid"),
    "dilation_rate": (1, 2),
    "depth_multiplier": (1, 2),
    "use_bias": (True, False),
    "size": (2, 3),
}
# When the network is used they leave every position as it is. `Normalization` holds counts of its own.
PREPROCESSING = (
    "Normalization", "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast",
    "RandomBrightness", "RandomShear", "RandomHue", "RandomSaturation", "RandomColorJitter", "RandomErasing",
    "RandomGrayscale", "RandomHeight", "RandomWidth", "AutoContrast", "Equalization", "Solarization",
)  # fmt: skip
# Keras layers of which nothing is known on an image's height and width.
ELSEWHERE = (
    "LSTM", "GRU", "SimpleRNN", "RNN", "Embedding", "Bidirectional", "TimeDistributed", "Conv1D", "Conv3D",
    "MaxPooling1D", "MaxPooling3D", "AveragePooling1D", "AveragePooling3D", "GlobalAveragePooling1D",
    "GlobalMaxPooling1D", "UpSampling1D", "UpSampling3D", "ConvLSTM2D", "RepeatVector", "MultiHeadAttention",
    "Attention", "Discretization", "Hashing", "TextVectorization", "LocallyConnected2D", "Convolution1D",
)  # fmt: skip

MERGES = {
    "add": "Add", "sum": "Add", "concatenate": "Concatenate", "concat": "Concatenate", "maximum": "Maximum",
    "max": "Maximum", "minimum": "Minimum", "average": "Average", "ave": "Average", "multiply": "Multiply",
    "mul": "Multiply", "subtract": "Subtract",
}  # fmt: skip
FUNCTIONS = {"relu": "ReLU", "leaky_relu": "LeakyReLU", "elu": "ELU", "softmax": "Softmax"} | dict.fromkeys(
    ("sigmoid", "tanh", "swish", "silu", "gelu", "selu", "mish", "softplus", "softsign", "relu6", "hard_sigmoid",
     "hard_swish", "abs", "square", "sqrt", "exp", "clip", "clip_by_value", "cast", "identity", "stop_gradient"),
    "Activation",
)  # fmt: skip

LARGEST = 1_000_000


class Unresolved:
    """A value that is not a constant: its source is kept, to be named in a sentence."""

    def __init__(self, source):
        self.source = source


def canonical(kind):
    """Return a class name as Keras 3 spells it."""
    return ALIASES.get(kind, kind)


def is_keras_1_kernel(kind, positional):
    """Return whether positional arguments read (filters, rows, columns), as Keras 1 had them."""
    has_kernel = arguments(kind)[:2] == ("filters", "kernel_size")
    return has_kernel and len(positional) >= 3 and all(type(value) is int for value in positional[:3])


def layer_of(kind, positional, keywords, keras_1):
    """Return (layer, other, why): a layer, what it might be as well, and what of it can't be read.

    Parameters
    ----------
    kind : str
        As Keras 3 spells it.
    positional : list
        Values; an `Unresolved` where one is not a constant.
    keywords : dict
        Likewise.
    keras_1 : bool
        Read `Conv2D(48, 3, 3)` as a 3x3 kernel.
    """
    if kind in PREPROCESSING:
        return Pointwise(kind, (None, None) if kind == "Normalization" else (0, 0)), None, None
    if kind in ELSEWHERE:
        return None, None, f"{kind} is not among the layers this checker knows"
    if kind not in (*LAYERS, *POINTWISE, *EARLIER):
        return None, None, ""
    try:
        config = _config(kind, positional, keywords, keras_1)
        if kind not in LAYERS:
            layer = _layer(kind, config) if kind in POINTWISE else Pointwise(kind, name=config.get("name"))
            return layer, None, None
        other, doubts = dict(config), []
        # How many groups share a mean changes no size and no count.
        harmless = (*HARMLESS, "groups") if kind == "GroupNormalization" else HARMLESS
        for key in [key for key, value in config.items() if key in wanted(kind) and not _is_plain(value)]:
            if key in harmless:
                config[key] = other[key] = "custom"
                continue
            source = f"={config[key].source}" if isinstance(config[key], Unresolved) else ""
            doubts.append(f"{key}{source} is not a constant written in the text")
            if key not in DOUBTS:
                return None, None, doubts[-1]
            config[key], other[key] = DOUBTS[key]
        layer = _layer(kind, config)
        if not doubts:
            _check(layer)
            return layer, None, None
        return layer, _layer(kind, other), "; ".join(doubts)
    except LayerError as why:
        return None, None, str(why)
    except (TypeError, ValueError) as why:
        return None, None, f"its arguments don't fit ({str(why).partition('__init__() ')[2] or why})"


def opaque_layer(strides=1):
    """Return the two layers that a layer of a writer's own is read as: positions kept, channels not known."""
    config = {"kernel_size": 1, "strides": strides}
    return tuple(from_config("Conv2D", {"filters": filters, **config}) for filters in UNKNOWN_CHANNELS)


def _layer(kind, config):
    """Return the layer of a configuration, with what a ledger has no use for as its settings."""
    layer, read = from_config(kind, config), (*wanted(kind), *INPUTS)
    others = ((key, _setting(value)) for key, value in config.items() if key not in read)
    return replace(layer, settings=(*layer.settings, *others))


def _setting(value):
    if not isinstance(value, KerasObject):
        return value if _is_plain(value) else "custom"
    settings = tuple((key, _setting(plain(inner))) for key, inner in value.settings)
    return "custom" if any(inner == "custom" for _, inner in settings) else KerasObject(value.path, settings)


def _is_plain(value, depth=0):
    if isinstance(value, tuple):
        return depth < 3 and len(value) <= 4 and all(_is_plain(part, depth + 1) for part in value)
    return value is None or type(value) in (int, float, bool, str)


def _config(kind, positional, keywords, keras_1):
    order = arguments(kind)
    config = {}
    if keras_1 and is_keras_1_kernel(kind, positional):
        order, positional = ("filters", "kernel_size"), [positional[0], (positional[1], positional[2])]
    if len(positional) > len(order) and order:
        raise LayerError(f"it has {len(positional)} arguments without a keyword, and {kind} takes {len(order)}")
    config.update(zip(order, positional, strict=False))
    if all(key in keywords for key in KERAS_1_KERNEL):
        config["kernel_size"] = tuple(keywords[key] for key in KERAS_1_KERNEL)
    for key, value in keywords.items():
        key = "negative_slope" if (kind, key) == ("LeakyReLU", "alpha") else KERAS_1_KEYS.get(key, key)
        if isinstance(value, str) and key in ("padding", "data_format"):
            value = KERAS_1_VALUES.get(value.lower(), value.lower())
        config[key] = value
    if isinstance(config.get("padding"), str):
        config["padding"] = config["padding"].lower()
    for key in ("name", "activation"):
        if config.get(key) is None or (key == "name" and not isinstance(config[key], str)):
            config.pop(key, None)
    return {key: tuple(value) if isinstance(value, list) else value for key, value in config.items()}


def _check(layer):
    """Raise LayerError for a value no layer can have, so that it is named with its line."""
    for key in ("filters", "units", "kernel_size", "strides", "pool_size", "dilation_rate"):
        value = getattr(layer, key, None)
        if value is None:
            continue
        values = value if isinstance(value, tuple) and len(value) == 2 else (value,)
        if not all(type(v) is int and 1 <= v <= LARGEST for v in values):
            raise LayerError(f"{key} is not a whole number from 1 to {LARGEST:,}, or two of them")
