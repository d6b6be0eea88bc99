import keras
import numpy as np
import pytest
import tensorflow as tf

import pikelpn_keras as pk


class Observer(keras.callbacks.Callback):
    """Notes at the end of each batch whether the model was frozen in it."""

    def __init__(self):
        super().__init__()
        self.frozen = []

    def on_train_batch_end(self, batch, logs=None):
        self.frozen.append(self.model.layers[-1].frozen)


def trained(epochs, batches, last, data=None):
    model = keras.Sequential(
        [
            keras.Input((4,)),
            pk.layers.QuantInput(),
            pk.layers.QuantDense(2),
            pk.layers.QuantNorm(),
            pk.layers.QuantIdentity(),
        ]
    )
    model.compile("sgd", "mse")
    observer = Observer()
    x, y = np.zeros((batches * 2, 4), "uint8"), np.zeros((batches * 2, 2))
    fed = {"x": x, "y": y, "batch_size": 2} if data is None else {"x": data(x, y)}
    callbacks = [pk.callbacks.FreezeSchedule(last), observer]
    model.fit(**fed, epochs=epochs, verbose=0, callbacks=callbacks)
    return model, observer.frozen


@pytest.mark.parametrize(
    ("epochs", "batches", "last", "expected"),
    [(1, 10, 0.3, 3), (2, 10, 0.3, 6), (10, 1, 0.3, 3), (2, 5, 1.0, 10), (1, 4, 0.5, 2)],
)
def test_freezes_the_last_fraction_of_the_steps(epochs, batches, last, expected):
    model, frozen = trained(epochs, batches, last)
    assert frozen == [False] * (epochs * batches - expected) + [True] * expected
    assert model.layers[-2].frozen


def test_a_second_training_begins_unfrozen():
    model, _ = trained(2, 5, 0.5)
    observer = Observer()
    x, y = np.zeros((10, 4), "uint8"), np.zeros((10, 2))
    callbacks = [pk.callbacks.FreezeSchedule(0.5), observer]
    model.fit(x, y, batch_size=2, epochs=2, verbose=0, callbacks=callbacks)
    assert observer.frozen == [False] * 5 + [True] * 5


def test_zero_never_freezes():
    assert not any(trained(2, 3, 0.0)[1])


def test_unknown_length_freezes_at_an_epoch():
    def of_unknown_length(x, y):
        data = tf.data.Dataset.from_tensor_slices((x, y)).batch(2)
        return data.filter(lambda *batch: True)

    _, frozen = trained(4, 3, 0.25, data=of_unknown_length)
    assert frozen == [False] * 9 + [True] * 3


def test_freezes_a_model_that_fit_builds():
    model = keras.Sequential([pk.layers.QuantInput(), pk.layers.QuantReLU()])
    model.compile("sgd", "mse")
    callbacks = [pk.callbacks.FreezeSchedule()]
    model.fit(np.zeros((4, 2)), np.zeros((4, 2)), epochs=2, verbose=0, callbacks=callbacks)
    assert model.layers[-1].frozen


@pytest.mark.parametrize("last", [-0.1, 1.1, "0.3"])
def test_refuses_fractions(last):
    with pytest.raises(ValueError, match="fraction from 0 to 1"):
        pk.callbacks.FreezeSchedule(last)


def test_freeze_reaches_nested_layers():
    x = pk.layers.QuantInput()(inputs := keras.Input((6, 6, 2)))
    block = pk.layers.QuantSeparableConv2D(
        3, 3, depthwise_norm=pk.layers.QuantNorm(), depthwise_activation=pk.layers.QuantReLU()
    )
    model = keras.Model(inputs, pk.layers.QuantReLU()(block(x)))
    outer = keras.Sequential([keras.Input((6, 6, 2)), model])
    pk.callbacks.freeze(outer)
    assert block.depthwise_norm.frozen and block.depthwise_activation.frozen
