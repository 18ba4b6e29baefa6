"""Read a built Keras model into a ledger."""

from dataclasses import replace
from math import prod

from course.arithmetic import LAYERS, POINTWISE, Attention, LayerError, Pointwise, Reduction, Unknown, ledger
from course.arithmetic.layer import JOINING
from course.arithmetic.layers import from_config, wanted

# Keras's own layers and operations that are not in `LAYERS`, by what they do to positions.
_STILL = {
    *POINTWISE, "Normalization", "LayerScale", "StochasticDepth", "Absolute", "Abs", "Negative", "Square", "Sqrt",
    "Exp", "Log", "Log1p", "Tanh", "Sin", "Cos", "Clip", "Round", "Reciprocal", "Sign", "Cast", "Relu", "Relu6",
    "Sigmoid", "Softplus", "Softsign", "Silu", "LogSigmoid", "LeakyRelu", "HardSigmoid", "HardSilu", "Elu", "Selu",
    "Gelu", "Celu", "HardTanh",
}  # fmt: skip
_MERGES = {kind: kind for kind, layer in LAYERS.items() if layer.role == JOINING and kind != "Concatenate"} | {
    "Divide": "Multiply", "TrueDivide": "Multiply", "Power": "Multiply", "CustomScaleLayer": "Add",
}  # fmt: skip
_REDUCTIONS = ("Mean", "Sum", "Max", "Min", "Amax", "Amin", "Prod", "Std", "Var")
_ATTENTION = ("MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention")


def ledger_of(model, input_shape=None):
    """Return the ledger of a built Keras model: Sequential or functional, with branches or without.

    Models within the model are taken apart; their layers are called outer/inner. A layer that is
    called several times has a row for each call, and its parameters are counted in the first.
    Trainable are those that Keras would train now: none of a layer with `trainable=False`.
    Layers that are not known here, and those after them, keep their sizes and parameters; what
    they see is marked unavailable, as is what an input other than the first contributes.

    Parameters
    ----------
    model : keras.Model
    input_shape : tuple of int, optional
        (height, width, channels), instead of the model's own, for which it may be any size.

    Returns
    -------
    course.arithmetic.Ledger

    Raises
    ------
    LayerError
        When the model is not built, is not made of layers, its input is not an image of a fixed
        size, or a layer can't work on what reaches it.
    """
    walk, shape = followed(model, input_shape)
    found = ledger(walk.layers, shape, model.name, walk.inputs)
    # Asked of the whole model, because a frozen part calls all within it frozen, thawed again or not.
    trained = {id(weight) for weight in model.trainable_weights}
    rows = (_split(row, walk.weights[number], trained) for number, row in enumerate(found))
    return replace(found, rows=tuple(rows))


def followed(model, input_shape=None):
    """Return a walk through a built Keras model, with its layers and operations in order, and the input's shape.

    Takes and raises what `ledger_of` does.
    """
    graph = getattr(model, "_functional", None) or model
    if not model.built or (hasattr(model, "_functional") and graph is model):
        raise LayerError(f"{model.name} is not built: start it with keras.Input(shape=(32, 32, 3)).")
    if not hasattr(graph, "_nodes_by_depth"):
        raise LayerError(
            f"{model.name} is a class of its own, so its layers can't be followed: "
            "build it with Sequential, or with keras.Model(inputs, outputs)."
        )
    shape = tuple(input_shape or graph.inputs[0].shape[1:])
    if None in shape or len(shape) != 3:
        raise LayerError(
            f"{model.name} has input shape {graph.inputs[0].shape}: a ledger needs images of a fixed size. "
            "Give one as input_shape=(32, 32, 3)."
        )
    walk = _Walk()
    walk.outputs = walk.follow(graph, [-1] + [None] * (len(graph.inputs) - 1), "")
    return walk, shape


def _split(row, weights, trained):
    """Return a row whose parameters are apart by whether Keras trains them; None for those counted before."""
    if weights is None:
        return replace(row, trainable=0, non_trainable=0)
    if row.parameters is None:
        return row
    frozen = sum(prod(weight.shape) for weight in weights if id(weight) not in trained)
    return replace(row, trainable=row.parameters - frozen, non_trainable=frozen)


class _Walk:
    """The layers of a graph in an order in which each comes after those it takes from."""

    def __init__(self):
        self.layers, self.operations, self.inputs, self.outputs = [], [], [], []

    @property
    def weights(self):
        """For each layer its weights; None where it was called before."""
        weights, called = [], set()
        for operation in self.operations:
            weights.append(None if id(operation) in called else getattr(operation, "weights", ()))
            called.add(id(operation))
        return weights

    def add(self, layer, inputs, operation=None):
        self.layers.append(layer)
        self.inputs.append(tuple(inputs))
        self.operations.append(operation)
        return len(self.layers) - 1

    def follow(self, graph, sources, prefix):
        """Walk a functional graph whose inputs come from the numbered layers; return its outputs' numbers."""
        made = {}
        for tensor, source in zip(graph.inputs, sources, strict=True):
            if source is None:
                name = prefix + tensor._keras_history.operation.name
                source = self.add(Unknown("InputLayer", (0, 0), _fixed(tensor.shape), name=name), ())
            made[id(tensor)] = source
        for depth in sorted(graph._nodes_by_depth, reverse=True):
            for node in graph._nodes_by_depth[depth]:
                if node.is_input:
                    continue
                operation = node.operation
                taken = [made[id(tensor)] for tensor in node.arguments.keras_tensors]
                inner = getattr(operation, "_functional", None) or operation
                if hasattr(inner, "_nodes_by_depth"):
                    numbers = self.follow(inner, taken, f"{prefix}{operation.name}/")
                else:
                    numbers = [self.add(_read(operation, node, prefix), taken, operation)] * len(node.outputs)
                made.update(zip(map(id, node.outputs), numbers, strict=True))
        return [made[id(tensor)] for tensor in graph.outputs]


def _read(operation, node, prefix):
    """Return the layer of the ledger that a Keras layer or operation is."""
    try:
        return _known(operation, node, _counts(operation), prefix + operation.name)
    except LayerError as why:
        raise LayerError(f"{prefix}{operation.name} ({type(operation).__name__}): {why}.") from None


def _known(operation, node, counts, name):
    kind = type(operation).__name__
    several = len(node.arguments.keras_tensors) > 1
    # A learner's own class may have the name of one of Keras's.
    ours = module_of(type(operation)).split(".")[0] == "keras"
    # keras.ops.average is called as the layer that joins paths is, and takes one map.
    if ours and (kind in _REDUCTIONS or (kind == "Average" and not several and hasattr(operation, "axis"))):
        axis = (operation.axis,) if isinstance(operation.axis, int) else operation.axis
        return Reduction(kind, axis=axis, keepdims=getattr(operation, "keepdims", False), name=name)
    if ours and kind in _MERGES:
        return LAYERS[_MERGES[kind]](name=name) if several else Pointwise(kind, name=name)
    if ours and kind in _STILL and kind not in POINTWISE:
        return Pointwise(kind, counts, name=name)
    if ours and kind in _ATTENTION:
        return Attention(kind, counts, name=name)
    if ours and (kind in LAYERS or kind in POINTWISE):
        config = {key: getattr(operation, key) for key in wanted(kind) if hasattr(operation, key)}
        if kind == "Reshape" and "target_shape" not in config:
            config["target_shape"] = operation.newshape[1:]  # that of keras.ops counts the batch
        config.update(name=name, data_format=getattr(operation, "data_format", None))
        activation = getattr(operation, "activation", None)
        if module_of(activation).startswith("keras.src.activations"):
            config["activation"] = getattr(activation, "__name__", "custom")
        return from_config(kind, config)
    return Unknown(kind, counts, _fixed(node.outputs[0].shape), name=name)


def module_of(thing):
    """Return the name of the module that something is from, "" where it has none."""
    name = getattr(thing, "__module__", None)
    return name if isinstance(name, str) else ""


def _counts(operation):
    if not hasattr(operation, "weights"):
        return 0, 0
    return tuple(
        sum(prod(weight.shape) for weight in weights)
        for weights in (operation.trainable_weights, operation.non_trainable_weights)
    )


def _fixed(shape):
    return None if None in shape[1:] else tuple(shape[1:])
