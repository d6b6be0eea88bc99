import keras
import numpy as np
import pytest
import sklearn.datasets
import tensorflow as tf

import pikelpn_keras as pk

L = keras.layers
RANDOM = np.random.default_rng(0)
X = RANDOM.integers(0, 256, (80, 4), "uint8")
Y = X.argmax(1) % 2


def tiny():
    return keras.Sequential(
        [
            keras.Input((4,)),
            pk.layers.QuantInput(),
            pk.layers.QuantDense(6),
            pk.layers.QuantReLU(),
            pk.layers.QuantDense(2),
            pk.layers.QuantIdentity(),
        ]
    )


class Observer(keras.callbacks.Callback):
    """Notes the next learning rate and whether the model is frozen at the end of each step."""

    def __init__(self):
        super().__init__()
        self.rates, self.frozen = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.rates.append(float(self.model.optimizer.learning_rate))
        self.frozen.append(self.model.layers[-1].frozen)


def observed(x, y=None, **arguments):
    observer, model = Observer(), tiny()
    pk.fit_recipe(model, x, y, callbacks=observer, verbose=0, **arguments)
    return observer, model


def test_rates_and_freezing_by_step():
    observer, model = observed(X, Y, epochs=4, batch_size=8, learning_rate=0.01)
    assert len(observer.rates) == 40
    assert np.isclose(observer.rates[0], 0.005)
    cosine = 0.005 * (1 + np.cos(np.pi * np.arange(39) / 38))
    assert np.allclose(observer.rates[1:], cosine, atol=1e-6)
    assert observer.frozen == [False] * 28 + [True] * 12
    assert isinstance(model.optimizer, keras.optimizers.AdamW)
    assert np.isclose(model.optimizer.weight_decay, 1e-3)


def test_rates_and_freezing_by_epoch_where_the_length_is_unknown():
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(40).filter(lambda *batch: True)
    observer, _ = observed(data, epochs=10, learning_rate=2e-3)
    rates = np.array(observer.rates).reshape(10, 2)
    assert np.all(rates[:, 0] == rates[:, 1])
    # The first epoch ends at its middle what the rise of half an epoch began.
    middles = np.arange(10) / 9.5
    assert np.allclose(rates[:, 0], 1e-3 * (1 + np.cos(np.pi * middles)), rtol=1e-3)
    assert observer.frozen == [False] * 14 + [True] * 6


def test_a_single_epoch_of_unknown_length():
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(40).filter(lambda *batch: True)
    with pytest.raises(ValueError, match="give steps_per_epoch or more epochs"):
        pk.fit_recipe(tiny(), data, epochs=1)
    observer, _ = observed(data.repeat(), epochs=1, steps_per_epoch=10)
    assert observer.frozen == [False] * 7 + [True] * 3


def test_labels_as_numbers_or_one_hot():
    histories = []
    for y in (Y, np.eye(2)[Y]):
        keras.utils.set_random_seed(0)
        recipe = pk.FitRecipe(freeze_last=0.5)
        arguments = {"validation_data": (X, y), "recipe": recipe, "verbose": 0}
        histories.append(pk.fit_recipe(tiny(), X, y, epochs=2, **arguments).history)
    assert sorted(histories[0]) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    for name, values in histories[1].items():
        assert np.allclose(values, histories[0][name], rtol=1e-6), name


class Interrupt(keras.callbacks.Callback):
    """Ends a training in the middle of an epoch, once."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


@pytest.mark.parametrize("epoch", [pytest.param(2, marks=pytest.mark.slow), 5])
def test_an_interrupted_training_goes_on(epoch, tmp_path):
    """The last two of six epochs are frozen."""

    def train(model, *callbacks):
        arguments = {"epochs": 6, "batch_size": 8, "shuffle": False, "verbose": 0}
        return pk.fit_recipe(model, X, Y, callbacks=list(callbacks), **arguments)

    start = tiny()
    whole, broken, resumed = (keras.models.clone_model(start) for _ in range(3))
    for model in (whole, broken):
        model.set_weights(start.get_weights())
    train(whole)
    with pytest.raises(KeyboardInterrupt):
        train(broken, keras.callbacks.BackupAndRestore(tmp_path), Interrupt(epoch))
    history = train(resumed, keras.callbacks.BackupAndRestore(tmp_path))
    assert history.epoch == list(range(epoch, 6))
    assert all(map(np.array_equal, resumed.get_weights(), whole.get_weights()))


def ending_in(layer):
    return keras.Sequential([keras.Input((4,)), *tiny().layers, layer], name="m")


@pytest.mark.parametrize(
    ("model", "arguments", "reason"),
    [
        (tiny, {"epochs": 0}, "epochs is a whole number from 1 on, not 0"),
        (tiny, {"epochs": 1.5}, "epochs is a whole number from 1 on, not 1.5"),
        (lambda: "m.keras", {}, "model is a keras.Model, not str"),
        (lambda: ending_in(pk.layers.QuantSoftmax()), {}, "model 'm' ends in a softmax"),
        (lambda: keras.Sequential([L.Dense(2), L.Softmax()], name="m"), {}, "ends in a softmax"),
        (lambda: ending_in(L.Activation("sigmoid")), {}, "model 'm' ends in a sigmoid"),
        (lambda: ending_in(L.Dense(1)), {}, "model 'm' ends in one number"),
        (tiny, {"learning_rate": -1.0}, "learning_rate is a positive number, not -1.0"),
        (tiny, {"recipe": {"warmup": 0}}, "recipe is a FitRecipe, such as"),
        (tiny, {"teacher": "float.keras"}, "teacher is a keras.Model, not str"),
    ],
)
def test_refuses(model, arguments, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        pk.fit_recipe(model(), X, Y, **{"epochs": 1, **arguments})
    assert "\n" not in str(caught.value)


def test_refuses_several_outputs():
    inputs = keras.Input((4,))
    model = keras.Model(inputs, [L.Dense(2)(inputs), L.Dense(3)(inputs)], name="m")
    with pytest.raises(ValueError, match="model 'm' has 2 outputs"):
        pk.fit_recipe(model, X, Y, epochs=1)


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ({"warmup": 1.1}, "warmup is a fraction"),
        ({"teacher_share": -0.1}, "teacher_share is a fraction"),
        ({"temperature": 0.0}, "temperature is a positive number"),
        ({"learning_rate": np.nan}, "learning_rate is a positive number"),
        ({"weight_decay": -1e-3}, "weight_decay is 0 or positive"),
    ],
)
def test_refuses_settings(setting, reason):
    with pytest.raises(ValueError, match=reason):
        pk.FitRecipe(**setting)


@pytest.mark.parametrize("steps", [1, 2, 19, 20])
def test_short_schedules(steps):
    rates = [float(pk.FitRecipe(0.5).schedule(steps)(step)) for step in range(steps + 1)]
    assert max(rates) == 0.5
    assert rates[-1] == pytest.approx(0, abs=1e-7)


def float_net():
    """A separable net for digits."""
    x = inputs = keras.Input((8, 8, 1))
    x = L.Rescaling(1 / 256)(x)
    for filters, strides in ((16, 1), (32, 2), (32, 1)):
        if filters > 16:
            x = L.DepthwiseConv2D(3, strides, padding="same", use_bias=False)(x)
            x = L.ReLU()(L.BatchNormalization()(x))
        x = L.Conv2D(filters, 1 if filters > 16 else 3, padding="same", use_bias=False)(x)
        x = L.ReLU()(L.BatchNormalization()(x))
    return keras.Model(inputs, L.Dense(10)(L.GlobalAveragePooling2D()(x)))


@pytest.mark.slow
def test_from_a_float_model_on_digits():
    """Float training and few quantized epochs against as many quantized epochs in all."""
    digits = sklearn.datasets.load_digits()
    images = (digits.images * 15).astype("uint8")[..., None]
    x, y, x_test, y_test = images[:-360], digits.target[:-360], images[-360:], digits.target[-360:]
    settings = {"learning_rate": 1e-2, "verbose": 0}
    keras.utils.set_random_seed(0)
    float_model = float_net()
    scratch = pk.quantize_model(float_net())
    pk.fit_recipe(scratch, x, y, epochs=18, **settings)
    pk.fit_recipe(float_model, x, y, epochs=12, **settings)
    tuned = pk.quantize_model(float_model, calibration_data=x[:128])
    pk.fit_recipe(tuned, x, y, epochs=6, teacher=float_model, learning_rate=2e-3, verbose=0)
    accuracy, least = (m.evaluate(x_test, y_test, verbose=0)[1] for m in (tuned, scratch))
    assert accuracy >= least > 0.85
