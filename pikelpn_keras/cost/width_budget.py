"""A loss term that pulls learned ranges towards a budget of bits."""

import math

import keras
from keras import ops

from pikelpn_keras.layers.learned_range_relu import QuantLearnedRangeReLU


@keras.saving.register_keras_serializable("pikelpn")
class WidthBudget(keras.regularizers.Regularizer):
    """`strength * max(log2 t - step_exponent - bits, 0)**2` of a learned threshold t.

    At a step of `2**step_exponent` an unsigned activation of the range t is `log2 t -
    step_exponent` bits wide. The term is that width's excess over the budget, squared, so its
    gradient to log2 t is `2 * strength * excess`, and it vanishes within the budget.

    What is differentiable, and what is not: the threshold of `QuantLearnedRangeReLU` is a weight
    and this is a plain function of it. The layer's `bits` are no weight: trained with this term, a
    layer still has them, on a finer grid, and its ACE is what it was. The term makes room for
    fewer: once within the budget, the layer may be built with `bits` of the budget at no coarser a
    step than `2**step_exponent`. Weights' bits and the ranges that other layers follow by running
    averages have no gradient, so no loss term is defined for them.

    Args:
        bits: the budget, a positive number.
        step_exponent: exponent of the step that the range is measured in, an int.
        strength: weight of the term in the loss, not negative.

    Raises:
        ValueError: if an argument is none of that.

    Example:

    >>> budget = WidthBudget(bits=4, step_exponent=-2, strength=0.5)
    >>> # 2**4 is 6 bits wide in steps of 2**-2, 2 bits too many; 2**2 is within the budget.
    >>> float(budget(ops.array(4.0))), float(budget(ops.array(2.0)))
    (2.0, 0.0)
    """

    def __init__(self, bits, step_exponent, strength=1e-3):
        if not 0 < bits < math.inf:
            raise ValueError(f"bits is a budget and must be positive, not {bits!r}")
        if not isinstance(step_exponent, int):
            raise ValueError(f"step_exponent is an int, not {step_exponent!r}")
        if not 0 <= strength < math.inf:
            raise ValueError(f"strength weighs a loss and is not negative, not {strength!r}")
        self.bits = bits
        self.step_exponent = step_exponent
        self.strength = strength

    def __call__(self, log2_threshold):
        excess = ops.relu(log2_threshold - float(self.step_exponent + self.bits))
        return self.strength * ops.square(excess)

    def get_config(self):
        return {
            "bits": self.bits,
            "step_exponent": self.step_exponent,
            "strength": self.strength,
        }


def limit_widths(model, bits, strength=1e-3):
    """Adds a `WidthBudget` to every `QuantLearnedRangeReLU` of a model, for `model.fit` to use.

    Each is measured in the step that its layer has now, so that a layer of `b` bits has an excess
    of up to `b - bits` at first. The terms join `model.losses`. They are not saved with the model:
    call this again after loading it.

    Args:
        model: a built keras.Model.
        bits: the budget of each layer.
        strength: weight of the terms.

    Returns:
        names of the layers that have got a budget, a list.

    Raises:
        ValueError: if the model has no such layer, or one that is not built.

    Example:

    >>> import pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((4,)), pk.layers.QuantInput(), pk.layers.QuantDense(2),
    ...     pk.layers.QuantLearnedRangeReLU(bits=8, threshold=8.0, name="relu")])
    >>> limit_widths(model, bits=6, strength=1.0), float(model.losses[0])
    (['relu'], 4.0)
    """
    layers = [x for x in model._flatten_layers() if isinstance(x, QuantLearnedRangeReLU)]
    if not layers:
        raise ValueError(
            f"model '{model.name}' has no learned ranges to limit; use "
            "pikelpn_keras.layers.QuantLearnedRangeReLU for its activations"
        )
    for layer in layers:
        if not layer.built:
            raise ValueError(
                f"{type(layer).__name__} '{layer.name}' is not built yet; call the model on data "
                "once, then limit its widths"
            )
        layer.log2_threshold.regularizer = WidthBudget(bits, layer.grid.exponent, strength)
    return [layer.name for layer in layers]
