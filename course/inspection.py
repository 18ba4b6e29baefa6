"""Read a built Keras model into a ledger. Used in notebooks 01 to 05."""

from course.arithmetic import LayerError, ledger
from course.arithmetic.layers import from_config


def ledger_of(model):
    """Return the ledger of a built Keras model that is a chain of layers.

    Parameters
    ----------
    model : keras.Model
        Sequential, or functional without branches, with an input of fixed size.

    Returns
    -------
    course.arithmetic.Ledger

    Raises
    ------
    LayerError
        When the model is not built, branches, or holds a layer the ledger does not know.

    Used in notebooks 01 to 05.
    """
    if not model.built or not hasattr(model, "input_shape"):
        raise LayerError(f"{model.name} is not built: start it with keras.Input(shape=(32, 32, 3)).")
    if not isinstance(model.input_shape, tuple) or None in model.input_shape[1:]:
        raise LayerError(
            f"{model.name} has input shape {model.input_shape}: a ledger needs one input of a fixed size."
        )
    graph = getattr(model, "_functional", model)
    if any(len(nodes) > 1 for nodes in getattr(graph, "_nodes_by_depth", {}).values()):
        raise LayerError(f"{model.name} branches, and this ledger reads chains of layers only.")
    layers = []
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        try:
            layers.append(from_config(kind, layer.get_config()))
        except LayerError as why:
            raise LayerError(f"{layer.name} ({kind}): {why}.") from None
    return ledger(layers, model.input_shape[1:], model.name)
