"""What every layer of a network puts out for one image."""

import numpy as np

from course.arithmetic import LayerError
from course.inspection.reading import ledger_of

_KEPT = 4  # images
_AT_ONCE = 25  # images whose answers are computed together


class Activations:
    """A network's layers in the order of its ledger, and what each puts out for an image.

    They are computed once an image, by running the layers one after the other, and those of the last four
    images are kept: for each 4 bytes a value of every layer.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, with one image input of a fixed size. It takes values from 0 to 1.

    Raises
    ------
    LayerError
        When it can't be read as such.
    """

    def __init__(self, model):
        self.model = model
        self.ledger = ledger_of(model)
        self.layers = []
        self._known = {}
        if len(model.inputs) != 1:
            raise LayerError(
                f"{model.name} has {len(model.inputs)} inputs; one image is looked at, so it needs one."
            )
        import tensorflow as tf  # by now loaded, as there is a model

        # Called one by one, the layers take ten times as long as in a compiled function.
        taken = tf.TensorSpec((1, *model.input_shape[1:]), tf.float32)
        self._run = tf.function(self._every).get_concrete_function(taken)
        # They would also hold every layer's output until the last one is done.
        several = tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)
        self._answer = tf.function(lambda images: model(images, training=False), input_signature=[several])
        self._tensor = tf.constant

    @property
    def is_chain(self):
        """Whether each layer takes what the one before it puts out, and nothing else."""
        return all(row.inputs == (place - 1,) for place, row in enumerate(self.ledger))

    def of(self, image):
        """Return what each layer puts out.

        Parameters
        ----------
        image : numpy.ndarray
            uint8, shape (height, width, channels).

        Returns
        -------
        list of numpy.ndarray
            float32, without the batch, in the ledger's order.
        """
        key = image.tobytes()
        if key not in self._known:
            while len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known)))
            found = self._run(self._tensor(np.asarray(image[None], np.float32) / 255))
            self._known[key] = [np.asarray(value)[0] for value in found]
        self._known[key] = self._known.pop(key)  # the last one asked for is the last to go
        return self._known[key]

    def probabilities(self, images):
        """Return what the network answers to some images, shape (N, classes)."""
        parts = (images[start : start + _AT_ONCE] for start in range(0, len(images), _AT_ONCE))
        return np.concatenate([np.asarray(self._answer(np.asarray(part, np.float32) / 255)) for part in parts])

    def _every(self, image):
        self.layers, found = [], []
        self._follow(getattr(self.model, "_functional", None) or self.model, [image], found)
        return found

    def _follow(self, graph, taken, found):
        """Run a graph, and within it those that are its layers, in the order in which a ledger reads them."""
        made = {id(tensor): value for tensor, value in zip(graph.inputs, taken, strict=True)}
        for depth in sorted(graph._nodes_by_depth, reverse=True):
            for node in graph._nodes_by_depth[depth]:
                if node.is_input:
                    continue
                operation = node.operation
                inner = getattr(operation, "_functional", None) or operation
                if hasattr(inner, "_nodes_by_depth"):
                    values = self._follow(inner, [made[id(t)] for t in node.arguments.keras_tensors], found)
                else:
                    arguments, named = node.arguments.fill_in(made)
                    value = operation(*arguments, **named)
                    values = [value] if len(node.outputs) == 1 else list(value)
                    self.layers.append(operation)
                    found.append(values[0])
                made.update(zip(map(id, node.outputs), values, strict=True))
        return [made[id(tensor)] for tensor in graph.outputs]
