"""`quantize_model`: what it makes computes what the float model does, on every runtime."""

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
import tflite_export
from pikelpn_keras import QuantConfig, quantize_model
from pikelpn_keras.quantize.reference import reference
from tests.pikelpn_keras.quantize.structures import (
    SHAPE,
    STRUCTURES,
    conv,
    head,
    norm_relu,
    pictures,
    with_uneven_norms,
)

L = keras.layers
W8A8 = QuantConfig.w8a8()
# A gate has 7 bits.
GATED = QuantConfig.w8a8(overrides={"gate": {"activation_bits": 7}})


def scaled(model):
    """`model` behind a division of the pixels, so that its activations are about 1."""
    inputs = [keras.Input(t.shape[1:], name=f"pixels{n}") for n, t in enumerate(model.inputs)]
    return keras.Model(inputs, model([L.Rescaling(1 / 255)(x) for x in inputs]))


def float_meaning(model, inputs):
    """The outputs of a quantized model if its layers rounded and clipped nothing."""
    known = dict(zip(map(id, model.inputs), inputs, strict=True))

    def value(tensor):
        if id(tensor) not in known:
            layer, index, _ = tensor._keras_history
            terms = [value(t) for t in layer._inbound_nodes[index].input_tensors]
            is_input = isinstance(layer, pk.layers.QuantInput)
            known[id(tensor)] = layer(terms[0]) if is_input else reference(layer, terms)
        return known[id(tensor)]

    return joined([value(tensor) for tensor in model.outputs])


def joined(outputs):
    """All outputs of a model side by side."""
    outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
    return np.concatenate([keras.ops.convert_to_numpy(x) for x in outputs], axis=-1)


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda f: f.__name__)
def test_structures_convert_and_verify(structure):
    keras.utils.set_random_seed(0)
    config = GATED if structure.__name__ == "gated" else W8A8
    model = with_uneven_norms(structure())
    if structure.__name__ not in ("rescaled", "normalized"):
        model = scaled(model)
    inputs = pictures(model)
    wanted = joined(model([x.astype("float32") for x in inputs]))
    unrounded = float_meaning(quantize_model(model, config), inputs)
    # Half a grey level of a centred input's padding is all that may differ.
    tolerance = 0.02 if structure.__name__ == "rescaled" else 2e-3
    assert np.abs(unrounded - wanted).max() < tolerance * np.abs(wanted).max()
    quantized = quantize_model(model, config, inputs)
    given = joined(quantized(inputs if len(inputs) > 1 else inputs[0]))
    assert np.sqrt(np.mean((wanted - given) ** 2)) < 0.1 * np.sqrt(np.mean(wanted**2))
    report = tflite_export.verify(quantized, tflite_export.convert(quantized, exact="all"), inputs)
    assert report.exact and not report.skipped, str(report)


def test_shared_layers_stay_shared():
    model = next(s for s in STRUCTURES if s.__name__ == "shared_layers")()
    quantized = quantize_model(model, W8A8, pictures(model))
    kernels = [layer for layer in quantized.layers if isinstance(layer, pk.layers.QuantConv2D)]
    assert len(kernels) == 1


def test_padded_border_of_a_centred_input():
    inputs = keras.Input(SHAPE)
    x = L.Rescaling(1 / 127.5, offset=-1.0)(inputs)
    model = keras.Model(inputs, L.ReLU()(conv(x)))
    pixels = pictures(model)[0]
    quantized = quantize_model(model, W8A8, pixels)
    difference = np.abs(quantized(pixels) - model(pixels.astype("float32")))
    assert difference[:, 0].max() < 0.08
    graph = pk.integer_graph(quantized)
    report = tflite_export.verify(quantized, tflite_export.convert(graph), pixels)
    assert report.exact, str(report)


def test_softmax_is_left_out_with_a_statement():
    inputs = keras.Input((6,))
    model = keras.Model(inputs, L.Dense(3, activation="softmax", name="classes")(inputs))
    with pytest.warns(UserWarning, match="softmax of layer 'classes' is left out.*from_logits"):
        quantized = quantize_model(model, W8A8, pictures(model)[0])
    assert (quantized.predict(pictures(model)[0], verbose=0) < 0).any()


@pytest.mark.parametrize(
    "layer", [L.GaussianNoise(0.1), L.RandomFlip(), L.SpatialDropout2D(0.2)], ids=lambda x: x.name
)
def test_what_works_in_training_alone_is_left_out_with_a_statement(layer):
    inputs = keras.Input(SHAPE)
    model = keras.Model(inputs, conv(L.Identity()(layer(inputs))))
    with pytest.warns(UserWarning, match=f"'{layer.name}' .* is left out; augment the data set"):
        quantized = quantize_model(model, W8A8)
    names = [type(made).__name__ for made in quantized.layers]
    assert names == ["InputLayer", "QuantInput", "QuantConv2D", "QuantIdentity"]


def test_power_of_two_norm_keeps_the_function():
    """7 bits of weight are all the noise: the remainder of the norm is in the kernel."""
    inputs = keras.Input(SHAPE)
    model = with_uneven_norms(keras.Model(inputs, L.BatchNormalization()(conv(inputs))))
    pixels = pictures(model)[0]
    quantized = quantize_model(model, W8A8)
    norm = next(x for x in quantized.layers if isinstance(x, pk.layers.QuantNorm))
    mantissas, _ = np.frexp(np.abs(norm.multiplier))
    assert np.all(mantissas == 0.5)
    layer = next(x for x in quantized.layers if isinstance(x, pk.layers.QuantConv2D))
    ones = keras.layers.Conv2D.call(layer, pixels.astype("float32") / 256)
    folded = (ones - norm.moving_mean) * norm.multiplier + norm.beta
    assert np.allclose(folded, model(pixels.astype("float32")), rtol=1e-3, atol=1e-2)


def test_result_trains_saves_and_loads(tmp_path):
    inputs = keras.Input(SHAPE)
    model = keras.Model(inputs, head(norm_relu(conv(inputs))))
    pixels = pictures(model)[0]
    quantized = quantize_model(model, QuantConfig.pikelpn(), pixels)
    quantized.compile("sgd", "mse")
    quantized.fit(
        pixels,
        np.zeros((len(pixels), 4)),
        verbose=0,
        callbacks=[pk.callbacks.FreezeSchedule()],
    )
    quantized.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert np.array_equal(loaded(pixels), quantized(pixels))
    report = tflite_export.verify(loaded, tflite_export.convert(loaded), pixels)
    assert report.exact, str(report)


@pytest.mark.parametrize("preset", ["pikelpn", "w4a4", "binary"])
def test_presets_are_exact(preset):
    keras.utils.set_random_seed(0)
    inputs = keras.Input(SHAPE)
    x = norm_relu(conv(norm_relu(conv(inputs))))
    model = with_uneven_norms(keras.Model(inputs, head(norm_relu(conv(x, size=1)))))
    pixels = pictures(model)[0]
    quantized = quantize_model(model, getattr(QuantConfig, preset)(), pixels)
    report = tflite_export.verify(quantized, tflite_export.convert(quantized, exact="all"), pixels)
    assert report.exact, str(report)


def test_overrides_reach_their_layers():
    inputs = keras.Input(SHAPE)
    x = L.ReLU(name="stop")(L.Conv2D(4, 3, name="stem")(inputs))
    model = keras.Model(inputs, head(L.Conv2D(4, 3, name="middle")(x)))
    config = QuantConfig.w8a8(
        overrides={"mid*": {"quantizer": "uniform3"}, "stop": {"activation_bits": 5}}
    )
    quantized = quantize_model(model, config, pictures(model)[0])
    assert quantized.get_layer("middle").kernel_quantizer.bits == 3
    assert quantized.get_layer("stem").kernel_quantizer.bits == 7
    assert quantized.get_layer("stop").bits == 5


@pytest.mark.parametrize(
    ("layer", "sentence"),
    [
        (L.Conv2D(6, 3, groups=3, name="g"), "layer 'g' .Conv2D. has groups.*use groups=1"),
        (L.Conv2D(6, 3, activation="elu", name="e"), "layer 'e' .* activation 'elu'; use relu"),
        (L.ReLU(3.0, name="r"), "layer 'r' .ReLU. has a slope.*use ReLU"),
        (L.LayerNormalization(name="n"), "layer 'n' .* no conversion carries over"),
        (L.ELU(name="u"), "layer 'u' .* no quantized counterpart"),
        (L.BatchNormalization(axis=1, name="b"), "layer 'b' .* axis 1; normalise the last"),
        (L.Conv3D(2, 3, name="v"), "layer 'v' .Conv3D. has weights that no conversion"),
        (L.PReLU(name="p"), "layer 'p' .PReLU. has slopes of shape .*share all axes but the last"),
        (
            L.PReLU(keras.initializers.Constant(-0.5), shared_axes=[1, 2], name="q"),
            "layer 'q' .PReLU. has slopes from -0.5 .* constrain alpha",
        ),
        (L.Conv2DTranspose(2, 3, strides=(2, 1), name="t"), "layer 't' .* use equal ones"),
        (
            L.Conv2DTranspose(2, 4, strides=2, padding="same", output_padding=0, name="o"),
            "QuantConv2DTranspose 'o' cuts more than a stride off",
        ),
        (L.Conv2DTranspose(2, 3, dilation_rate=2, name="d"), "layer 'd' .* has a dilation_rate"),
        (L.Conv2D(6, 3, activation="silu", name="z"), "layer 'z' .* 'silu'; use hard_swish in its"),
        (L.UpSampling2D(interpolation="bilinear", name="i"), "QuantUpSampling2D 'i' interpolates"),
        (L.LeakyReLU(3.0, name="l"), "QuantLeakyReLU 'l' takes a negative_slope above 0"),
        (L.Rescaling(np.inf, name="s"), "layer 's' .Rescaling. has 1 weights that are NaN or inf"),
    ],
)
def test_refusals_name_the_layer(layer, sentence):
    inputs = keras.Input((8, *SHAPE) if isinstance(layer, L.Conv3D) else SHAPE)
    with pytest.raises(ValueError, match=sentence):
        quantize_model(keras.Model(inputs, layer(inputs)), W8A8)


@pytest.mark.parametrize("name", ["bad_conv", "bad_norm", "bad_slopes"])
def test_weights_that_are_not_finite_are_refused(name):
    x = inputs = keras.Input(SHAPE)
    x = L.BatchNormalization(name="bad_norm")(L.Conv2D(4, 3, name="bad_conv")(x))
    model = keras.Model(inputs, L.PReLU(shared_axes=[1, 2], name="bad_slopes")(x))
    weight = model.get_layer(name).weights[0]
    weight.assign(weight * np.nan)
    with pytest.raises(ValueError, match=f"layer '{name}' .* NaN or infinite; load sound ones"):
        quantize_model(model, W8A8)


def test_a_quantized_model_is_refused():
    inputs = keras.Input(SHAPE)
    quantized = quantize_model(keras.Model(inputs, conv(inputs)), W8A8)
    with pytest.raises(ValueError, match=".QuantInput. is quantized already.*takes float models"):
        quantize_model(quantized, W8A8)


def test_an_override_of_no_layer_is_refused():
    inputs = keras.Input(SHAPE)
    with pytest.raises(ValueError, match="override 'gate' matches no layer; the layers are"):
        quantize_model(keras.Model(inputs, conv(inputs)), GATED)


def test_refuses_operations_and_layers_of_several_outputs():
    inputs = keras.Input((4,))
    with pytest.raises(ValueError, match="Add. is an operation on tensors; build"):
        quantize_model(keras.Model(inputs, inputs + inputs), W8A8)
    sequence = keras.Input((4, 3))
    _, state = L.GRU(3, return_state=True, name="gru")(sequence)
    with pytest.raises(ValueError, match="layer 'gru' .GRU. has 2 outputs"):
        quantize_model(keras.Model(sequence, state), W8A8)


def test_refuses_what_is_no_config():
    inputs = keras.Input((4,))
    with pytest.raises(ValueError, match="config is a QuantConfig.*not 'w8a8'"):
        quantize_model(keras.Model(inputs, L.Dense(2)(inputs)), "w8a8")


def test_refuses_models_without_ends_and_data_that_do_not_fit():
    with pytest.raises(ValueError, match="no symbolic inputs.*begin it with keras.Input"):
        quantize_model(keras.Sequential([L.Dense(2)]), W8A8)
    inputs = keras.Input((4,))
    with pytest.raises(ValueError, match="calibration_data.*do not fit"):
        quantize_model(keras.Model(inputs, L.Dense(2)(inputs)), W8A8, np.zeros((3, 5)))
    with pytest.raises(ValueError, match="to 256 do not fit the input grid 0 .. 255"):
        quantize_model(keras.Model(inputs, L.Dense(2)(inputs)), W8A8, np.full((3, 4), 256))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (np.nan, "calibration_data for input 'pixels' hold NaN or infinite"),
        (200.0, "'pixels' are floats up to 200, and its grid ends at 1; pass integers"),
    ],
)
def test_refuses_values_that_no_input_holds(value, sentence):
    inputs = keras.Input((4,), name="pixels")
    model = keras.Model(inputs, L.Dense(2)(inputs))
    with pytest.raises(ValueError, match=sentence):
        quantize_model(model, W8A8, np.full((3, 4), value))
