import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from pikelpn_keras.cost import WidthBudget, limit_widths


def model_of(threshold=64.0):
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((4,)),
            pk.layers.QuantInput(),
            pk.layers.QuantDense(3),
            pk.layers.QuantLearnedRangeReLU(bits=8, threshold=threshold, name="relu"),
            pk.layers.QuantDense(2),
            pk.layers.QuantIdentity(),
        ]
    )


def trained(model, steps=100):
    model.compile(keras.optimizers.Adam(0.1), "mse")
    x, y = np.zeros((steps, 4), "uint8"), np.zeros((steps, 2))
    model.fit(x, y, batch_size=1, verbose=0)
    return float(keras.ops.convert_to_numpy(model.get_layer("relu").log2_threshold))


def test_training_pulls_a_range_within_its_budget():
    # 64 is 8 bits wide in steps of 2**-2; 5 bits of these steps end at 8.
    model = model_of()
    before = model.get_layer("relu").grid
    assert limit_widths(model, bits=5, strength=1.0) == ["relu"]
    assert 2.0 < trained(model) <= 3.01
    # The layer still has 8 bits, on a grid finer by what the range has shrunk.
    assert model.get_layer("relu").grid.exponent <= before.exponent - 2
    assert model.get_layer("relu").grid.bits == 8
    # With the budget's bits it has the step that it had.
    narrow = pk.layers.QuantLearnedRangeReLU(bits=5, threshold=8.0)
    narrow.build((None, 3))
    assert narrow.grid.exponent == before.exponent


def test_without_a_budget_the_range_stays():
    assert trained(model_of(), steps=5) == 6.0


def test_configuration_survives():
    budget = WidthBudget(bits=5, step_exponent=-3, strength=0.25)
    again = keras.regularizers.deserialize(keras.regularizers.serialize(budget))
    assert again.get_config() == budget.get_config()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"bits": 0}, "bits is a budget"),
        ({"bits": float("nan")}, "bits is a budget"),
        ({"step_exponent": 0.5}, "step_exponent is an int"),
        ({"strength": -1}, "strength weighs a loss"),
    ],
)
def test_refuses(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        WidthBudget(**{"bits": 4, "step_exponent": 0, **arguments})


def test_refuses_a_model_without_learned_ranges():
    with pytest.raises(ValueError, match="has no learned ranges to limit"):
        limit_widths(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]), 4)
