"""Float Keras models; every expected number is derived in a comment."""

import keras
import pytest

import pikelpn_keras as pk
from pikelpn_keras.cost import Formats, ace, report, workload

L = keras.layers


def operations_of(model, name, formats=None):
    (layer,) = [entry for entry in workload(model, formats).layers if entry.name == name]
    return [str(entry) for entry in layer.work.operations]


def sequential(shape, *layers):
    return keras.Sequential([keras.Input(shape), *layers])


def test_convolution_with_bias_and_activation():
    model = sequential((8, 8, 3), L.Conv2D(4, 3, activation="relu", name="conv"))
    # 6x6 positions, 27 taps, 4 filters.
    assert operations_of(model, "conv") == [
        "3,888 mac float32 x float32 x float32 (mac)",
        "144 add float32 x float32 (bias)",
        "144 compare float32 x float32 (activation)",
    ]
    assert ace(model) == 3888 * 32 * 32
    storage = workload(model).storage
    assert (storage.weights, storage.biases) == (27 * 4 * 32, 4 * 32)


def test_supposed_formats():
    model = sequential(
        (8, 8, 3), L.Conv2D(4, 3, use_bias=False, name="conv"), L.BatchNormalization(name="norm")
    )
    formats = Formats("int4", "int4", "float32")
    # 27 products of 8 bits need 4 + 4 + 5 bits.
    assert operations_of(model, "conv", formats) == [
        "3,888 mac int4 x int4 x int13 (mac)",
        "144 multiply float32 x float32 (scale)",
    ]
    assert operations_of(model, "norm", formats) == [
        "144 multiply float32 x float32 (norm)",
        "144 add float32 x float32 (norm)",
    ]
    # Multiplier and offset of 4 channels; a scale for each of 4 filters.
    storage = workload(model, formats).storage
    assert (storage.norms, storage.scales) == (2 * 4 * 32, 4 * 32)


def test_depthwise_separable_and_transposed():
    model = sequential(
        (8, 8, 3),
        L.DepthwiseConv2D(3, padding="same", depth_multiplier=2, use_bias=False, name="depthwise"),
        L.SeparableConv2D(5, 3, padding="same", use_bias=False, name="separable"),
        L.Conv2DTranspose(7, 3, strides=2, padding="same", use_bias=False, name="transposed"),
    )
    macs = {layer.name: sum(m.count for m in layer.work.macs) for layer in workload(model).layers}
    assert macs == {
        "depthwise": 64 * 9 * 6,
        "separable": 64 * (9 * 6 + 6 * 5),
        "transposed": 64 * 9 * 5 * 7,
    }


def test_sums_are_as_wide_as_their_taps():
    model = sequential(
        (8, 8, 3),
        L.DepthwiseConv2D(3, use_bias=False, name="depthwise"),
        L.SeparableConv2D(4, 3, use_bias=False, name="separable"),
    )
    formats = Formats("int4", "int4", "float32")
    # 9 products of 8 bits have 12 bits, 3 have 10.
    assert operations_of(model, "depthwise", formats)[0] == "972 mac int4 x int4 x int12 (mac)"
    assert operations_of(model, "separable", formats)[:2] == [
        "432 mac int4 x int4 x int12 (mac)",
        "192 mac int4 x int4 x int10 (mac)",
    ]


def test_groups():
    model = sequential((8, 8, 4), L.Conv2D(6, 1, groups=2, use_bias=False))
    assert workload(model).mac_count == 64 * 2 * 6


def test_channels_first():
    model = sequential(
        (3, 8, 8), L.Conv2D(4, 3, data_format="channels_first", use_bias=False, name="conv")
    )
    assert workload(model).mac_count == 36 * 27 * 4


def test_mixed_precision_runs_norms_in_float32():
    policy = "mixed_bfloat16"
    model = sequential(
        (4, 4, 2),
        L.Conv2D(3, 1, use_bias=False, dtype=policy, name="conv"),
        L.BatchNormalization(dtype=policy, name="norm"),
        L.ReLU(dtype=policy, name="relu"),
    )
    assert operations_of(model, "conv") == ["96 mac float16 x float16 x float16 (mac)"]
    assert operations_of(model, "norm")[0] == "48 multiply float32 x float32 (norm)"
    assert operations_of(model, "relu") == ["48 compare float16 x float16 (activation)"]


@pytest.mark.filterwarnings("ignore:Layer InputLayer does not have a `quantize` method")
def test_int8_of_keras():
    model = sequential((10,), L.Dense(4, name="dense"))
    model.quantize("int8")
    assert operations_of(model, "dense") == [
        "40 mac int8 x int8 x int20 (mac)",
        # The largest of 10 inputs; 10 inputs and 4 outputs times a scale.
        "10 compare float32 x float32 (scale)",
        "14 multiply float32 x float32 (scale)",
        "4 add float32 x float32 (bias)",
    ]
    assert workload(model).storage.weights == 40 * 8


def test_pooling_merging_and_softmax():
    inputs = keras.Input((8, 8, 3))
    x = L.MaxPooling2D(2, name="max")(inputs)
    y = L.AveragePooling2D(2, name="average")(inputs)
    x = L.Add(name="add")([x, y])
    x = L.Multiply(name="multiply")([x, y])
    x = L.GlobalAveragePooling2D(name="pool")(x)
    model = keras.Model(inputs, L.Activation("softmax", name="softmax")(x))
    assert operations_of(model, "max") == ["144 compare float32 x float32 (pooling)"]
    assert operations_of(model, "average") == [
        "192 add float32 x float32 (pooling)",
        "48 multiply float32 x float32 (pooling)",
    ]
    assert operations_of(model, "add") == ["48 add float32 x float32 (residual)"]
    assert operations_of(model, "multiply") == ["48 multiply float32 x float32 (gate)"]
    assert operations_of(model, "pool")[0] == "48 add float32 x float32 (pooling)"
    # Two comparisons, three subtractions and two additions, three exponentials and a reciprocal.
    assert operations_of(model, "softmax") == [
        "2 compare float32 x float32 (activation)",
        "5 add float32 x float32 (activation)",
        "4 function float32 x float32 (activation)",
        "3 multiply float32 x float32 (activation)",
    ]
    # Input, both poolings: the input dies once both have read it.
    assert workload(model).peak_activation_bits == 32 * (192 + 48 + 48)


def test_what_is_not_known_is_listed():
    model = sequential(
        (8, 8, 3),
        L.Lambda(lambda x: x, name="secret"),
        L.Conv2D(4, 3, activation="mish", name="conv"),
    )
    found = report(model)
    assert found.workload.unknown == ("secret (Lambda)", "conv (activation mish)")
    assert found.workload.mac_count == 3888
    assert "secret (Lambda)" in str(found)


def test_a_layer_that_is_called_twice_counts_twice():
    inputs = keras.Input((6,))
    dense = L.Dense(6, use_bias=False, name="dense")
    counted = workload(keras.Model(inputs, dense(dense(inputs))))
    assert [layer.name for layer in counted.layers] == ["dense", "dense_1"]
    assert counted.mac_count == 72


def test_quantized_models_are_counted_as_integers():
    model = keras.Sequential(
        [
            keras.Input((6,)),
            pk.layers.QuantInput(),
            pk.layers.QuantDense(4, name="dense"),
            pk.layers.QuantIdentity(),
        ]
    )
    found, expected = workload(model), workload(pk.integer_graph(model))
    assert found == expected
    assert found.layers[0].kind == "Dense"
    with pytest.raises(ValueError, match="has quantized layers"):
        workload(model, Formats("int4", "int4", "float32"))
    with pytest.raises(ValueError, match="IntegerGraph .* has its own"):
        workload(pk.integer_graph(model), Formats("int4", "int4", "float32"))


def test_refusals():
    with pytest.raises(ValueError, match="has the open shape"):
        workload(sequential((None, None, 3), L.Conv2D(4, 3)))
    with pytest.raises(ValueError, match="has no symbolic inputs and outputs"):
        workload(keras.Sequential([L.Dense(3)]))
    with pytest.raises(ValueError, match="cost of a str is not known"):
        workload("model.keras")
