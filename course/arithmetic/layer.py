"""What every layer has in common."""

import re
from dataclasses import dataclass, field, fields

from course._given import MOST, is_whole, shown

# What a kind of layer does to the positions of its input: its `role`.
WINDOW = "slides a window over them"
RESIZING = "adds, cuts off or repeats some"
GLOBAL = "joins them all"
RESHAPING = "keeps every number and puts it elsewhere"
JOINING = "joins paths, position by position"
MIXING = "lets each depend on others, too"
ALONE = "works on each alone"
IDLE = "does nothing once the network is trained"
UNKNOWN = "not known"


class LayerError(ValueError):
    """One sentence: which layer can't be, and why.

    Parameters
    ----------
    sentence : str
    index : int, optional
        Number of the layer in its network, counted from 0.
    """

    def __init__(self, sentence, index=None):
        super().__init__(sentence)
        self.index = index


@dataclass(frozen=True)
class Map:
    """What flows from layer to layer: numbers of some shape, and what each of them sees of the image.

    Parameters
    ----------
    shape : tuple of int
        Without the batch: (height, width, channels), (units,) or (steps, channels). None: not known.
    axes : tuple of Axis
        (height, width). A flattened map keeps the axes it had.
    aligned : bool
        False where paths were joined whose fields have different centres.
    """

    shape: tuple
    axes: tuple
    aligned: bool = True


@dataclass(frozen=True)
class Layer:
    """What every layer has: a name, and no effect unless a subclass says so.

    What a kind of layer is, its class says, and all that tell kinds apart ask it there.

    Parameters
    ----------
    settings : tuple of (str, object)
        What else it is set to in Keras, where that is not Keras's default: numbers, words, tuples of them and
        `KerasObject`s. No number of a ledger depends on it. "custom" is what can't be written as one of these.

    Attributes
    ----------
    family : str
        "convolution", "depthwise convolution", "separable convolution", "pooling", "global pooling", "dense"
        or "other".
    role : str
        What it does to the positions of its input, such as `WINDOW`.
    signature : tuple of str
        The arguments of the Keras class in its order. If not given, the fields of this class are.
    new : dict
        The settings of one that was just chosen in the layer explorer. If not given, it can't be chosen.
    adds_as : str
        The Keras layer that looks at the same pixels and adds, where this one picks or subtracts.
    """

    name: str = field(default=None, kw_only=True)
    settings: tuple = field(default=(), kw_only=True)

    family = "other"
    role = ALONE
    signature = None
    new = None
    adds_as = None

    def __post_init__(self):
        for each in fields(self):
            value = getattr(self, each.name)
            if hasattr(value, "tolist"):  # NumPy's numbers overflow, and are none that JSON knows
                value = value.tolist()
                object.__setattr__(self, each.name, value)
            if each.type is bool and not (isinstance(value, bool) or value in (0, 1)):
                raise LayerError(f"{each.name} is {shown(value)}; it must be True or False")
            if each.type is str and not isinstance(value, str | None):
                raise LayerError(f"{each.name} is {shown(value)}; it must be a word in quotes")

    @classmethod
    def arguments(cls):
        """Return the names of the arguments that Keras takes without a keyword, in order."""
        return cls.signature or tuple(f.name for f in fields(cls) if f.name not in ("name", "settings"))

    @property
    def is_drawn(self):
        """Whether a picture of the network has a volume for it."""
        return self.role not in (RESHAPING, MIXING, ALONE, IDLE)

    @property
    def is_free(self):
        """Whether it costs no time: what it does is nothing, or done by reading the same values elsewhere."""
        return self.role in (RESHAPING, IDLE)

    @property
    def kind(self):
        """The Keras class name."""
        return type(self).__name__

    @property
    def snake_name(self):
        """The class name as Keras turns it into a layer's default name: conv2d, max_pooling2d."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", self.kind).lower()

    def apply(self, maps):
        """Return the output map, given the input maps."""
        if len(maps) != 1:
            raise LayerError(f"it takes one input, not {len(maps)}")
        axes = self.axes(maps[0].axes, maps[0].shape)
        return Map(self.output_shape(maps[0].shape, axes), axes)

    def axes(self, axes, shape):
        """Return the (height, width) axes of the output."""
        return axes

    def output_shape(self, shape, axes):
        """Return the output shape, given the input shape and the output axes."""
        return shape

    def parameters(self, shape):
        """Return (trainable, non-trainable) parameter counts for an input of this shape."""
        return 0, 0

    def macs(self, shape, output_shape):
        """Return the multiply-accumulates for one image."""
        return 0

    def _pair(self, key):
        """Return a parameter as (height, width), having checked that both are whole and positive."""
        value = getattr(self, key)
        pair = twice(value)
        if len(pair) != 2 or not all(is_whole(v) and 1 <= v <= MOST for v in pair):
            raise LayerError(f"{key} is {shown(value)}; it must be a whole number of at least 1, or two of them")
        return pair

    def _check_counts(self, *keys):
        for key in keys:
            value = getattr(self, key)
            if not is_whole(value) or not 1 <= value <= MOST:
                raise LayerError(f"{key} is {shown(value)}; it must be a whole number of at least 1")


@dataclass(frozen=True)
class Named(Layer):
    """A layer of which only the name of its Keras class and its parameters matter here.

    Parameters
    ----------
    keras_kind : str
        Its class name.
    counts : tuple of (int, int)
        Trainable and non-trainable parameters; None where they are not known.
    """

    keras_kind: str
    counts: tuple = (0, 0)

    @property
    def kind(self):
        return self.keras_kind

    def parameters(self, shape):
        return self.counts


@dataclass(frozen=True)
class KerasObject:
    """What a Keras layer is given besides numbers and words: an initializer, a regularizer, a constraint.

    Parameters
    ----------
    path : str
        Where Keras has it: "regularizers.L2".
    settings : tuple of (str, object)
        The arguments it is made with. One without a keyword has "" for it.
    """

    path: str
    settings: tuple = ()


def plain(value):
    """Return a number of numpy's as Python's own and a list as a tuple; anything else as it is."""
    if isinstance(value, (tuple, list)):
        return tuple(map(plain, value))
    return value.item() if getattr(value, "ndim", None) == 0 and hasattr(value, "item") else value


def twice(value):
    """Return a number as (height, width), and a tuple or list as a tuple; () where it is neither."""
    if isinstance(value, (tuple, list)):
        return tuple(value)
    return (value, value) if isinstance(value, int) else ()


def need_image(shape):
    """Raise LayerError unless a shape is (height, width, channels)."""
    if len(shape) != 3:
        raise LayerError(f"its input has shape {shape}, and it needs (height, width, channels)")


def both(axes, change):
    """Return the two axes after a change that is the same for both, worked out once where they agree."""
    first = change(axes[0])
    return first, first if axes[1] is axes[0] else change(axes[1])
