"""From what a learner hands in to a built Keras model, with no harm to the kernel on the way."""

import contextlib
import ctypes
import threading
import traceback
from dataclasses import fields
from math import prod
from operator import attrgetter

from course._quiet import import_keras
from course.arithmetic import POINTWISE, KerasObject, LayerError, ledger
from course.arithmetic.layer import Named

keras = import_keras()

_MOST = 20_000_000  # parameters that are made, to be counted; 80 MB
_TRIES = 20  # to stop a build that catches what is raised in it


class BuildError(ValueError):
    """One sentence: why there is no model. `rule` is the rule it breaks: "builds" or "parameters"."""

    def __init__(self, sentence, rule="builds"):
        super().__init__(sentence)
        self.rule = rule


class _TooMany(Exception):
    pass


class _TimeIsUp(BaseException):  # passes an `except Exception` in the learner's code
    pass


def built(given, seconds):
    """Return the Keras model that was handed in, built if it is not.

    Parameters
    ----------
    given : callable, keras.Model, or a stack
        A function without arguments that returns a model; a model; or what holds layers of
        `course.arithmetic` as `layers` beside an `input_shape`, as the layer explorer and its state do.
    seconds : float
        How long building may take.

    Returns
    -------
    keras.Model

    Raises
    ------
    BuildError
        When no model comes of it.
    """
    if isinstance(given, keras.Model):
        return given
    stack = getattr(given, "state", given)
    if hasattr(stack, "layers") and hasattr(stack, "input_shape"):
        return guarded(lambda: _from_layers(stack.layers, stack.input_shape), seconds, "The stack")
    if not callable(given):
        raise BuildError(
            f"This is {_named(given)}: hand in build_model itself (no brackets, no arguments), a Keras model, "
            "or a layer explorer."
        )
    who = f"{getattr(given, '__name__', 'build_model')}()"
    model = guarded(given, seconds, who)
    if not isinstance(model, keras.Model):
        raise BuildError(f"{who} returned {_named(model)}: end it with `return model`, a Keras model.")
    return model


def guarded(build, seconds, who):
    """Return what a function returns, if it ends in time and asks for no more weights than can be counted.

    It runs in a thread of its own, where Keras numbers its names afresh. When time is up, an exception is
    raised inside it, which ends any loop of Python. A weight that is too large is refused before it is made.

    Parameters
    ----------
    build : callable
        Without arguments.
    seconds : float
    who : str
        What the sentence calls it.

    Returns
    -------
    object
        What the function returns.

    Raises
    ------
    BuildError
        When it raises, takes too long, or asks for too much.
    """
    outcome = {}

    def work():
        try:
            outcome["returned"] = build()
        except BaseException as why:  # also exit(), which would end the thread without a word
            outcome["raised"] = why

    thread = threading.Thread(target=work, daemon=True)
    with _weights_counted(thread):
        try:
            thread.start()
            thread.join(seconds)
        finally:
            late = thread.is_alive()
            if late:
                _stop(thread)
    if late:
        ended = "was stopped: look for a loop that never ends."
        if thread.is_alive():
            ended = "could not be stopped: look for something that waits or never ends, and restart the kernel."
        raise BuildError(f"{who} was not done after {seconds:g} seconds and {ended}")
    why = outcome.get("raised")
    if isinstance(why, _TooMany):
        raise BuildError(str(why), "parameters")
    if why is not None:
        raise BuildError(f"{who} stopped{_line_of(build, why)} with {_words(why)}")
    return outcome["returned"]


@contextlib.contextmanager
def _weights_counted(thread):
    """Refuse weights that a thread's layers ask for once they are more than `_MOST`."""
    add_weight, asked = keras.layers.Layer.add_weight, []

    def counting(layer, shape=None, *arguments, **settings):
        if threading.current_thread() is thread:
            size = prod(shape if isinstance(shape, (tuple, list)) else (shape or 1,))
            asked.append(size)
            if sum(asked) > _MOST:
                raise _TooMany(
                    f"{sum(asked):,} with {layer.name} ({type(layer).__name__}), which asks for a weight of "
                    f"{size:,}; building was stopped there, before that weight took memory"
                )
        return add_weight(layer, shape, *arguments, **settings)

    keras.layers.Layer.add_weight = counting
    try:
        yield
    finally:
        keras.layers.Layer.add_weight = add_weight


def _stop(thread):
    for _ in range(_TRIES):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(_TimeIsUp))
        thread.join(0.1)
        if not thread.is_alive():
            return


def _from_layers(layers, input_shape):
    """Return the Keras model that a stack of layers of `course.arithmetic` describes."""
    ledger(layers, input_shape)  # says better than Keras which layer does not fit, and why
    made = [keras.Input(tuple(input_shape))]
    for number, layer in enumerate(layers, start=1):
        if isinstance(layer, Named) and layer.kind not in POINTWISE:
            raise LayerError(f"layer {number} is a {layer.kind}, of which the stack does not know the settings")
        # A transposed convolution takes no groups.
        taken = () if isinstance(layer, Named) else layer.arguments()
        settings = {f.name: getattr(layer, f.name) for f in fields(layer) if f.name in taken}
        settings |= dict(layer.settings)
        if own := [key for key, value in settings.items() if value == "custom"]:
            article = "an" if own[0][0] in "aeio" else "a"
            raise LayerError(f"layer {number}, a {layer.kind}, has {article} {own[0]} of your own")
        made.append(_made(KerasObject(f"layers.{layer.kind}", tuple(settings.items()))))
    return keras.Sequential(made)


def _made(value):
    """Return a setting as Keras takes it."""
    if not isinstance(value, KerasObject):
        return value
    given = [(key, _made(inner)) for key, inner in value.settings]
    words = {key: inner for key, inner in given if key}
    return attrgetter(value.path)(keras)(*(inner for key, inner in given if not key), **words)


def _named(thing):
    return "None" if thing is None else f"a {type(thing).__name__}"


def _words(why):
    """Return an exception's kind and first line."""
    first = next((line.strip() for line in str(why).splitlines() if line.strip()), "")
    first = f"{first[:200].rstrip()} …" if len(first) > 200 else first
    kind = type(why).__name__
    return f"{kind}: {first if first.endswith(('.', '…')) else first + '.'}" if first else f"{kind}."


def _line_of(build, why):
    """Return " at line 7" where the exception went through the learner's own function."""
    code = getattr(build, "__code__", None)
    frames = traceback.extract_tb(why.__traceback__)
    lines = [frame.lineno for frame in frames if code is not None and frame.filename == code.co_filename]
    return f" at line {lines[-1]}" if lines else ""
