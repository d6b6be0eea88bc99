import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from pikelpn_keras.cost import CostLogger, ace, ace_v2, cost


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3)

    def call(self, inputs):
        return self.dense(inputs)


def model_of():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            pk.layers.QuantInput(),
            pk.layers.QuantDense(4, kernel_quantizer="power_of_two4"),
            pk.layers.QuantNorm(),
            pk.layers.QuantIdentity(),
        ]
    )
    model.compile(keras.optimizers.Adam(0.05), "mse")
    return model


def history_of(model, logger, epochs):
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 256, (32, 6), "uint8"), rng.normal(size=(32, 4))
    fitted = model.fit(x, y, batch_size=8, epochs=epochs, verbose=0, callbacks=[logger])
    return fitted.history


def test_the_last_entry_is_the_cost_of_the_model():
    model = model_of()
    history = history_of(model, CostLogger(), epochs=3)
    assert history["ace"] == [ace(model)] * 3
    assert len(history["ace_v2"]) == 3
    assert history["ace_v2"][-1] == ace_v2(model)


def test_another_cost_model_at_longer_intervals():
    model = model_of()
    history = history_of(model, CostLogger("energy_45nm", every=2), epochs=5)
    # After the epochs 2 and 4, and after the last.
    assert len(history["energy_45nm"]) == 3
    assert history["energy_45nm"][-1] == cost(model, "energy_45nm")


def test_what_cannot_be_counted_is_said_before_training():
    model = Subclassed()
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="has no symbolic inputs"):
        model.fit(np.zeros((4, 2)), np.zeros((4, 3)), verbose=0, callbacks=[CostLogger()])


@pytest.mark.parametrize("every", [0, -1, 1.5])
def test_refuses_intervals(every):
    with pytest.raises(ValueError, match="every counts epochs"):
        CostLogger(every=every)


def test_refuses_unknown_cost_models():
    with pytest.raises(ValueError, match="'watts' is no cost model"):
        CostLogger("watts")
