import larq as lq
import numpy as np
import pytest
import tf_keras

import pikelpn_keras as pk
import tflite_export
from pikelpn_keras.config import InputGrid
from pikelpn_keras.interop.larq import InputQuantizer
from pikelpn_keras.quantizers import BinaryQuantizer, TernaryQuantizer, UniformQuantizer
from tests.interop.legacy.nets import SHAPE, L, binary_net, shaken, some_slow
from tests.pikelpn_keras.layer_test_case import pixels

CONFIG = pk.QuantConfig.w8a8(input=InputGrid(scale=1 / 255))


def floats(images):
    return images / np.float32(255)


def lifted(model, images, **arguments):
    """The lifted model, exact on every runtime."""
    made = pk.interop.larq.lift(model, CONFIG, **arguments)
    report = tflite_export.verify(made, tflite_export.convert(made, exact="all"), images)
    assert not report.skipped
    assert report.exact, str(report)
    return made


def correlation(found, expected):
    return np.corrcoef(np.ravel(found), np.ravel(expected))[0, 1]


def signs_of(model):
    """The layers of a lifted model that give signs."""
    return [layer for layer in model.layers if isinstance(layer, pk.layers.QuantSign)]


def test_twin_computes_what_larq_computes():
    images = pixels(SHAPE)
    for model in (binary_net(), binary_net(pad_values=1.0), binary_net("magnitude_aware_sign")):
        twin = pk.interop.larq.twin(model)
        np.testing.assert_allclose(twin(floats(images)), model(floats(images)), atol=1e-4)


KERNELS = {
    "ste_sign": BinaryQuantizer,
    "approx_sign": BinaryQuantizer,
    "magnitude_aware_sign": BinaryQuantizer,
    "ste_tern": TernaryQuantizer,
    "dorefa": UniformQuantizer,
    "uniform4": UniformQuantizer,
}


@pytest.mark.parametrize("name", some_slow(KERNELS, "ste_sign", "ste_tern", "dorefa"))
def test_every_sign_is_that_of_larq(name):
    """Up to the last layer, whose scale counts, no sign differs."""
    quantizer = lq.quantizers.DoReFa(2, mode="weights") if name == "dorefa" else name
    check_signs(binary_net(quantizer), KERNELS[name])


def test_every_sign_is_that_of_larq_where_borders_are_ones():
    check_signs(binary_net(pad_values=1.0), BinaryQuantizer)


def check_signs(model, quantizer_class):
    images = pixels(SHAPE, 64)
    made = lifted(model, images, calibration_data=images)
    twin = pk.interop.larq.twin(model)
    wanted = [layer for layer in twin.layers if type(layer).__name__ == "Sign"]
    assert len(signs_of(made)) == len(wanted) == 3
    for theirs, ours in zip(wanted, signs_of(made), strict=True):
        expected = type(twin)(twin.inputs, theirs.output)(floats(images))
        found = type(made)(made.inputs, ours.output)(images)
        assert np.array_equal(found, expected)
        assert 0.02 < np.mean(np.asarray(found) > 0) < 0.98
    kernels = [x for x in made.layers if isinstance(x, pk.layers.QuantConv2D)]
    assert [type(x.quantizer) for x in kernels] == [quantizer_class] * 3
    norms = [x for x in made.layers if isinstance(x, pk.layers.QuantNorm)]
    assert len(norms) == 3
    assert any((np.asarray(x.multiplier) < 0).any() for x in norms)


def test_accuracy_hardly_changes_where_scales_count():
    images = pixels(SHAPE, 64)
    model = binary_net()
    made = lifted(model, images, calibration_data=images)
    outputs = np.asarray(model(floats(images)))
    error = np.abs(np.asarray(made(images)) - outputs)
    assert error.max() < 0.03 * np.abs(outputs).max()


@pytest.mark.parametrize("bits", [2, 3])
def test_dorefa_activations(bits):
    activations = lq.quantizers.DoReFa(bits)
    weights = lq.quantizers.DoReFa(bits, mode="weights")
    model, images = binary_net(weights, activations, weights), pixels(SHAPE, 64)
    made = lifted(model, images, calibration_data=images)
    assert {x.bits for x in made.layers if isinstance(x, pk.layers.QuantReLU)} == {bits}
    twin = pk.interop.larq.twin(model)
    np.testing.assert_allclose(twin(floats(images)), model(floats(images)), atol=1e-4)
    assert correlation(made(images), model(floats(images))) > 0.97


def test_residual_and_depthwise_and_separable():
    inputs = L.Input(SHAPE)
    x = L.BatchNormalization()(lq.layers.QuantConv2D(6, 3, use_bias=False)(inputs))
    y = lq.layers.QuantConv2D(
        6, 3, padding="same", input_quantizer="approx_sign", kernel_quantizer="ste_sign"
    )(x)
    x = L.Add()([x, L.BatchNormalization()(y)])
    x = lq.layers.QuantDepthwiseConv2D(
        3, input_quantizer="ste_sign", depthwise_quantizer="ste_sign", pad_values=0.0
    )(x)
    x = lq.layers.QuantSeparableConv2D(
        4, 3, depthwise_quantizer="ste_sign", pointwise_quantizer="ste_tern", activation="relu"
    )(L.BatchNormalization()(x))
    outputs = lq.layers.QuantDense(3, kernel_quantizer="ste_sign")(L.Flatten()(x))
    model, images = shaken(tf_keras.Model(inputs, outputs)), pixels(SHAPE, 64)
    made = lifted(model, images, calibration_data=images)
    assert correlation(made(images), model(floats(images))) > 0.97


def test_our_quantizers_in_larq():
    images = pixels(SHAPE, 64)
    inputs = [InputQuantizer("binary"), InputQuantizer("uniform8")]
    layers = [
        L.Input(SHAPE),
        lq.layers.QuantConv2D(6, 3, kernel_quantizer="uniform4", use_bias=False),
        L.BatchNormalization(),
        lq.layers.QuantConv2D(6, 3, kernel_quantizer="binary", input_quantizer=inputs[0]),
        L.BatchNormalization(),
        L.Flatten(),
        lq.layers.QuantDense(3, kernel_quantizer="power_of_two6", input_quantizer=inputs[1]),
    ]
    model = shaken(tf_keras.Sequential(layers))
    for layer in (layers[3], layers[-1]):
        layer.input_quantizer._exponent.assign(-1.0 if layer is layers[3] else -4.0)
    made = lifted(model, images, calibration_data=images)
    assert correlation(made(images), model(floats(images))) > 0.97


def test_lifted_models_train_on():
    images = pixels(SHAPE, 64)
    made = lifted(binary_net(), images)
    before = np.asarray(made.layers[-2].kernel)
    made.compile("adam", "mse")
    made.fit(images, np.ones((64, 5)), epochs=2, verbose=0)
    assert np.abs(np.asarray(made.layers[-2].kernel) - before).max() > 0
    report = tflite_export.verify(made, tflite_export.convert(made), images)
    assert report.exact, str(report)


def sequential(*layers):
    return tf_keras.Sequential([L.Input(SHAPE), *layers])


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ({"input_quantizer": "ste_tern"}, "'q'.*by SteTern, which has no integer form"),
        ({"input_quantizer": "magnitude_aware_sign"}, "'q'.*by MagnitudeAwareSign"),
        (
            {"input_quantizer": InputQuantizer("ternary")},
            "'q'.*TernaryQuantizer.*which no operator",
        ),
        ({"padding": "same", "pad_values": 1.0}, "'q_border_1'.*pads values other than signs"),
        ({"input_quantizer": lq.quantizers.DoReFa(1)}, "activations 0 and 1"),
    ],
)
def test_refuses_by_name(layer, message):
    model = sequential(lq.layers.QuantConv2D(3, 3, name="q", **layer))
    if isinstance(model.layers[0].input_quantizer, InputQuantizer):
        model(pixels(SHAPE, 2).astype("float32"))
    with pytest.raises(ValueError, match=message):
        pk.interop.larq.lift(model)
