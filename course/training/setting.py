"""What a recipe sets: the layers of a model, its loss and optimizer, and the average of its weights."""

import contextlib

from course._quiet import import_keras
from course.training.muon import Muon
from course.training.uninterrupted import uninterrupted

keras = import_keras()

import tensorflow as tf  # noqa: E402  (after the quiet import)


def compile_for(model, recipe):
    """Set a model's layers as a recipe asks, and compile it with the recipe's loss and optimizer.

    Parameters
    ----------
    model : keras.Model
        Built. What the recipe leaves alone stays as the model has it.
    recipe : Recipe
    """
    for layer in layers_within(model):
        if isinstance(layer, keras.layers.Dropout) and not recipe.dropout:
            layer.rate = 0.0
        if isinstance(layer, keras.layers.BatchNormalization) and recipe.norm_momentum is not None:
            layer.momentum = recipe.norm_momentum
    loss = _smoothed(recipe.label_smoothing) if recipe.label_smoothing else "sparse_categorical_crossentropy"
    model.compile(optimizer=_optimizer(model, recipe), loss=loss, metrics=["accuracy"])
    model.optimizer.build(model.trainable_variables)


def layers_within(model):
    """Yield a model's layers, and in the place of a model among them that one's own.

    Parameters
    ----------
    model : keras.Model

    Yields
    ------
    keras.Layer
    """
    for layer in model.layers:
        yield from layers_within(layer) if isinstance(layer, keras.Model) else [layer]


def _smoothed(share):
    # Keras smooths vectors of labels, not numbers of classes.
    def loss(labels, probabilities):
        vectors = keras.ops.one_hot(keras.ops.reshape(labels, (-1,)), probabilities.shape[-1])
        return keras.losses.categorical_crossentropy(vectors, probabilities, label_smoothing=share)

    return loss


def _optimizer(model, recipe):
    rate, decay = recipe.learning_rate, recipe.weight_decay
    if recipe.optimizer == "adam":
        return keras.optimizers.Adam(rate)
    undecayed = _undecayed(model)
    if recipe.optimizer == "adamw":
        made = keras.optimizers.AdamW(rate, weight_decay=decay)
    elif recipe.optimizer == "muon":
        alone = {id(variable) for variable in undecayed}
        kernels = [v for v in model.trainable_variables if id(v) not in alone and len(v.shape) == 4]
        made = Muon(rate, kernels, weight_decay=decay)
    else:
        made = keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=decay or None)
    made.exclude_from_weight_decay(var_list=undecayed)
    return made


def _undecayed(model):
    kept = [layer for layer in layers_within(model) if isinstance(layer, keras.layers.DepthwiseConv2D)]
    depthwise = {id(variable) for layer in kept for variable in layer.trainable_variables}
    return [
        variable
        for variable in model.trainable_variables
        if id(variable) in depthwise or variable.name not in ("kernel", "pointwise_kernel")
    ]


class Averages:
    """The exponential moving average of a model's weights and of BatchNormalization's statistics.

    Keras's own (`use_ema`) leaves the statistics out, which then belong to other weights.

    Parameters
    ----------
    model : keras.Model
    momentum : float
        What is kept of the average at each step; less in the first steps, as TensorFlow's
        `ExponentialMovingAverage` does. 0: nothing is averaged, and all methods do nothing.
    """

    def __init__(self, model, momentum):
        self.momentum = momentum
        self._averaged = [weight.value for weight in model.weights] if momentum else []
        self.variables = [tf.Variable(value, trainable=False) for value in self._averaged]

    def update(self, step):
        """Take in the weights after a step, counted from 0 over the whole run."""
        if self.variables:
            self._update(tf.constant(min(self.momentum, (1 + step) / (10 + step)), tf.float32))

    @tf.function
    def _update(self, momentum):
        for average, value in zip(self.variables, self._averaged, strict=True):
            average.assign(value + momentum * (average - value))

    @contextlib.contextmanager
    def in_place(self):
        """Put the averages in the weights' place for as long as a `with` statement lasts."""
        weights = [value.numpy() for value in self._averaged]
        try:
            self.keep()
            yield
        finally:
            with uninterrupted():
                for value, weight in zip(self._averaged, weights, strict=True):
                    value.assign(weight)

    def keep(self):
        """Put the averages in the weights' place for good."""
        for value, average in zip(self._averaged, self.variables, strict=True):
            value.assign(average)
