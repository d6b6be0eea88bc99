import keras
import numpy as np
import pytest
import tf_keras

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import pixels

L = tf_keras.layers


def shaken(model):
    """The model with weights and statistics that are not the initial ones."""
    rng = np.random.default_rng(0)
    model.set_weights([w + rng.uniform(0.05, 0.3, w.shape) for w in model.get_weights()])
    return model


def plain():
    block = tf_keras.Sequential(
        [L.Input((6, 6, 5)), L.SeparableConv2D(5, 3, padding="same"), L.BatchNormalization()],
        name="block",
    )
    x = inputs = L.Input((14, 14, 3))
    x = L.Rescaling(1 / 255)(x)
    x = L.Conv2D(5, 3, strides=2, activation="relu", kernel_regularizer="l2")(x)
    x = L.Add()([x, L.ReLU(max_value=6)(block(x))])
    x = L.DepthwiseConv2D(3, use_bias=False, depthwise_constraint="max_norm")(x)
    x = L.Dropout(0.3)(L.LeakyReLU(0.1)(x))
    shared = L.Conv2D(5, 1, activation="tanh")
    x = L.Concatenate()([shared(x), L.ZeroPadding2D(0)(shared(x))])
    x = L.Dense(4, activation="softmax")(L.Flatten()(L.MaxPooling2D()(x)))
    return tf_keras.Model(inputs, x)


def sequences():
    layers = [L.Input((9, 4)), L.Normalization(mean=[0.0] * 4, variance=[2.0] * 4)]
    layers += [L.Bidirectional(L.LSTM(3, return_sequences=True)), L.GRU(2), L.Dense(2)]
    return tf_keras.Sequential(layers)


@pytest.mark.parametrize("make", [plain, sequences])
def test_computes_the_same(make):
    old = shaken(make())
    inputs = pixels(old.input_shape[1:]).astype("float32")
    new = pk.interop.keras2.lift(old)
    assert isinstance(new, keras.Model)
    np.testing.assert_allclose(new(inputs), old(inputs), rtol=1e-4, atol=1e-5)
    assert np.ptp(old(inputs)) > 1e-3


def test_shared_layers_stay_shared_and_what_was_not_trained_is_not():
    old = plain()
    old.get_layer("block").get_layer(index=0).trainable = False
    new = pk.interop.keras2.lift(old)
    assert len(new.weights) == len(old.weights)
    assert len(new.trainable_weights) == len(old.trainable_weights) < len(new.weights) - 2


def test_goes_on_through_quantize_model():
    inputs = pixels((8, 8, 3))
    old = tf_keras.Sequential(
        [L.Input((8, 8, 3)), L.Rescaling(1 / 255), L.Conv2D(4, 3, activation="relu"), L.Flatten()]
    )
    old.add(L.Dense(2))
    model = pk.quantize_model(pk.interop.keras2.lift(old), pk.QuantConfig.w8a8(), inputs)
    assert np.abs(model(inputs) - old(inputs)).max() < 0.05


def test_refuses_by_name():
    class Own(L.Layer):
        pass

    cases = {
        "'own'.*is no layer of Keras 2's own": [L.Input((3,)), Own(name="own")],
        "'odd'.*no counterpart in keras.layers": [
            L.Input((8, 2)),
            L.LocallyConnected1D(2, 3, name="odd"),
        ],
    }
    for message, layers in cases.items():
        with pytest.raises(ValueError, match=message):
            pk.interop.keras2.lift(tf_keras.Sequential(layers))
    inputs = L.Input((3,))
    with pytest.raises(ValueError, match="'tf.math.multiply'.*has no counterpart"):
        pk.interop.keras2.lift(tf_keras.Model(inputs, inputs * 2.0))


def test_refuses_models_without_a_graph():
    class Subclassed(tf_keras.Model):
        pass

    for model in (Subclassed(name="m"), tf_keras.Sequential([L.Dense(2)], name="m")):
        with pytest.raises(ValueError, match="'m'.*has no symbolic inputs and outputs"):
            pk.interop.keras2.lift(model)
