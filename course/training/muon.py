"""Muon: steps as large in every direction of a kernel, however small the gradient there."""

from course._quiet import import_keras

keras = import_keras()
ops = keras.ops

# Five times, these bring singular values between some thousandths and 1 to between 0.7 and 1.2.
_TIMES, _COEFFICIENTS = 5, (3.4445, -4.7750, 2.0315)


class Muon(keras.optimizers.AdamW):
    """Muon for convolutions' kernels; AdamW, at half the learning rate, for what else there is.

    Keras's own (`keras.optimizers.Muon`) takes AdamW for every kernel of four axes, so for all but Dense ones.

    Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; steps as long as
    AdamW's are, by Liu et al., "Muon is Scalable for LLM Training", 2025.

    Parameters
    ----------
    learning_rate : float
    kernels : sequence of keras.Variable
        Those that Muon is for: (..., channels in, filters), with or without axes before.
    weight_decay : float
        As AdamW's.
    momentum : float
        What a step keeps of the steps before, with Nesterov's look ahead.
    """

    def __init__(self, learning_rate, kernels, weight_decay=0.0, momentum=0.95):
        super().__init__(learning_rate, weight_decay=weight_decay)
        self._kernels, self._momentum = kernels, momentum

    def build(self, variables):
        super().build(variables)
        own = {id(kernel) for kernel in self._kernels}
        self._sums = [
            self.add_variable_from_reference(variable, name="sum") if id(variable) in own else None
            for variable in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        past = self._sums[self._get_variable_index(variable)]
        if past is None:
            return super().update_step(gradient, variable, learning_rate / 2)
        self.assign(past, self._momentum * past + gradient)
        ahead = ops.reshape(self._momentum * past + gradient, (-1, variable.shape[-1]))
        step = 0.2 * max(ahead.shape) ** 0.5 * orthogonal(ahead)
        self.assign_sub(variable, learning_rate * ops.reshape(step, variable.shape))


def orthogonal(matrix):
    """Return a matrix with the same directions, and each singular value near 1.

    Newton and Schulz's iteration, with the coefficients of Jordan et al., 2024: a few products of matrices in
    place of a singular value decomposition.

    Parameters
    ----------
    matrix : tensor
        Of shape (M, N).

    Returns
    -------
    tensor
        Of shape (M, N): about U Vᵀ, where the matrix is U S Vᵀ.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    found = ops.transpose(matrix) if tall else matrix
    found = found / (ops.norm(found) + 1e-7)
    first, third, fifth = _COEFFICIENTS
    for _ in range(_TIMES):
        square = found @ ops.transpose(found)
        found = first * found + (third * square + fifth * square @ square) @ found
    return ops.transpose(found) if tall else found
