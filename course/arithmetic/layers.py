"""Every layer the ledger reads, by the name of its Keras class.

A layer is a frozen dataclass, parameterised as Keras does it. It knows how it changes the two axes
of its input, how many parameters it holds and how many multiply-accumulates (MACs) it needs. MACs
are counted for convolutions and Dense layers; additions of a bias, pooling, normalisation and
activations are not counted, as is usual.
"""

from dataclasses import fields

from course._given import shown
from course.arithmetic import gathering, merging, pointwise, resampling, windows
from course.arithmetic.layer import Layer, LayerError, Named, plain
from course.arithmetic.pointwise import POINTWISE, Pointwise

# Each class of these files that is called as Keras's is.
LAYERS = {
    name: each
    for file in (windows, resampling, pointwise, gathering, merging)
    for name, each in vars(file).items()
    if isinstance(each, type) and issubclass(each, Layer) and not issubclass(each, Named) and name[0] != "_"
    if each.__module__ == file.__name__
}


def from_config(kind, config):
    """Return a layer from a Keras class name and the layer's `get_config()`.

    Parameters
    ----------
    kind : str
        One of `LAYERS` or `POINTWISE`.
    config : dict
        Keras's own keys; those that don't matter here are left out.

    Returns
    -------
    Layer

    Raises
    ------
    LayerError
        When the kind is not known, or its images have channels first.
    """
    if not (isinstance(kind, str) and isinstance(config, dict)):
        raise LayerError(f"a layer is a Keras class's name and a dict, not {shown(kind)} and {shown(config)}")
    if config.get("data_format") == "channels_first":
        raise LayerError("its images have channels first; build the model with channels last")
    if kind in POINTWISE:
        given = [(key, _written(config.get(key, usual)), usual) for key, usual in POINTWISE[kind][1].items()]
        settings = tuple((key, value) for key, value, usual in given if value != usual)
        return Pointwise(keras_kind=kind, name=config.get("name"), settings=settings)
    if kind not in LAYERS:
        raise LayerError(f"a {kind} is not among the layers this ledger reads: {', '.join(LAYERS)}")
    given = {key: plain(config[key]) for key in wanted(kind) if key in config}
    if not isinstance(given.get("activation", ""), str):
        given["activation"] = "custom"
    return LAYERS[kind](**given)


def wanted(kind):
    """Return the keys of a Keras layer's configuration that a ledger keeps."""
    names = [f.name for f in fields(LAYERS[kind])] if kind in LAYERS else ["name", *arguments(kind)]
    return [name for name in names if name != "settings"]


def arguments(kind):
    """Return the names of a Keras layer's arguments, in its order; () where they are not known."""
    return LAYERS[kind].arguments() if kind in LAYERS else tuple(POINTWISE.get(kind, ("", ()))[1])


def _written(value):
    value = plain(value)
    return value if value is None or isinstance(value, (int, float)) else "custom"
