import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer.kernels.families import FAMILIES
from tests.tflite_export import graphs
from tests.tflite_export.reading import plain_files
from tests.tflite_export.reading.plain_files import Layer, PlainFile, linear
from tflite_export import convert, read
from tflite_export.flatbuffer import pack, unpack
from tflite_export.operator_list import operator_list
from tflite_export.reading.errors import BrokenFileError, UnsupportedModelError
from tflite_export.runtimes import RUNTIMES

CONV, DEPTHWISE, DENSE = "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"


def differing(rng, tflite, family):
    """How many output integers of a runtime differ from those of the graph that is read."""
    graph = read(tflite, kernels=family)
    inputs = plain_files.inputs_of(rng, graph)
    expected = graph.run(*inputs)
    # More than a clamp must be compared.
    assert len(np.unique(expected)) > 3
    (computed,) = RUNTIMES[family](tflite).run(*inputs)
    return int((computed != expected).sum())


LAYERS = [
    Layer(CONV),
    Layer(CONV, ties=True),
    Layer(CONV, ties=True, per_channel=False, inputs=16, outputs=24, activation="RELU"),
    Layer(CONV, strides=(2, 3), padding="VALID", activation="RELU6"),
    Layer(CONV, dilation=(2, 2), ties=True),
    Layer(CONV, ties=True, activation="RELU_N1_TO_1"),
    Layer(CONV, dtype="UINT8"),
    Layer(CONV, dtype="UINT8", ties=True, activation="RELU"),
    Layer(DEPTHWISE, inputs=5, outputs=5, ties=True),
    Layer(DEPTHWISE, inputs=8, outputs=8, ties=True, activation="RELU"),
    Layer(DEPTHWISE, inputs=19, outputs=19, ties=True, strides=(2, 2)),
    Layer(DEPTHWISE, inputs=16, outputs=16, padding="VALID", per_channel=False),
    Layer(DEPTHWISE, inputs=3, outputs=6, ties=True),
    Layer(DEPTHWISE, inputs=9, outputs=9, dtype="UINT8", ties=True),
    Layer(DENSE),
    Layer(DENSE, ties=True, inputs=40, outputs=33),
    Layer(DENSE, ties=True, per_channel=False, inputs=64, outputs=12, activation="RELU"),
    Layer(DENSE, dtype="UINT8", ties=True, inputs=64, outputs=12),
]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("layer", LAYERS, ids=str)
def test_layers(rng, layer, family):
    assert differing(rng, linear(rng, layer), family) == 0


@pytest.mark.parametrize("layer", [Layer(CONV, ties=True), Layer(DENSE, ties=True, inputs=64)])
def test_families_differ_on_ties(rng, layer):
    tflite = linear(rng, layer)
    inputs = plain_files.inputs_of(rng, read(tflite), 600)
    outputs = [read(tflite, kernels=family).run(*inputs) for family in FAMILIES]
    for index, output in enumerate(outputs):
        assert (output != outputs[index - 1]).any()
        assert np.abs(output - outputs[index - 1]).max() == 1


def joined(rng, operator, dtype, *, ties, activation="NONE"):
    """A file of ADD, SUB or MUL on three grids."""
    file = PlainFile()
    scales = [plain_files.scale(rng, ties) for _ in range(3)]
    if operator == "MUL":
        scales[2] = np.float32(scales[0] * scales[1] * (64 if ties else 50))
    first, second, output = (
        file.tensor((1, 4, 4, 5), dtype, own, plain_files.zero_point(rng, dtype)) for own in scales
    )
    options = getattr(schema, f"{operator.title()}OptionsT")(
        fusedActivationFunction=getattr(schema.ActivationFunctionType, activation)
    )
    file.operator(operator, 2, [first, second], [output], options)
    return file.write([first, second], [output])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dtype", ["INT8", "UINT8"])
@pytest.mark.parametrize("operator", ["ADD", "SUB", "MUL"])
def test_sums_and_products(rng, operator, dtype, family):
    for ties in (False, True, True, True):
        assert differing(rng, joined(rng, operator, dtype, ties=ties), family) == 0


def test_sums_differ_between_families_on_ties(rng):
    tflites = [joined(rng, "ADD", "INT8", ties=True) for _ in range(6)]
    differ = 0
    for tflite in tflites:
        inputs = plain_files.inputs_of(rng, read(tflite))
        differ += (read(tflite).run(*inputs) != read(tflite, kernels="builtin").run(*inputs)).sum()
    assert differ > 100


def pooled(rng, operator, dtype, padding, size=3, activation="NONE"):
    file, zero = PlainFile(), plain_files.zero_point(rng, dtype)
    places = 7 // size if padding == "VALID" else -(-7 // size)
    x = file.tensor((1, 7, 7, 5), dtype, 0.05, zero)
    y = file.tensor((1, places, places, 5), dtype, 0.05, zero)
    options = schema.Pool2DOptionsT(
        padding=getattr(schema.Padding, padding),
        strideH=size,
        strideW=size,
        filterHeight=size,
        filterWidth=size,
        fusedActivationFunction=getattr(schema.ActivationFunctionType, activation),
    )
    file.operator(operator, 2, [x], [y], options)
    return file.write([x], [y])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dtype", ["INT8", "UINT8"])
@pytest.mark.parametrize("operator", ["AVERAGE_POOL_2D", "MAX_POOL_2D"])
def test_pools(rng, operator, dtype, family):
    for padding, size in (("SAME", 2), ("VALID", 2), ("SAME", 3), ("VALID", 7)):
        assert differing(rng, pooled(rng, operator, dtype, padding, size), family) == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_activation_of_a_pool(rng, family):
    tflite = pooled(rng, "AVERAGE_POOL_2D", "INT8", "VALID", 2, activation="RELU6")
    assert differing(rng, tflite, family) == 0


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dtype", ["INT8", "UINT8"])
@pytest.mark.parametrize("beta", [1.0, 0.5])
def test_softmax(rng, dtype, family, beta):
    for classes, own_scale in ((2, 0.05), (10, 0.17), (100, 0.6)):
        file, low = PlainFile(), plain_files.RANGES[dtype][0]
        x = file.tensor((1, classes), dtype, own_scale, plain_files.zero_point(rng, dtype))
        y = file.tensor((1, classes), dtype, 1 / 256, low)
        file.operator("SOFTMAX", 2, [x], [y], schema.SoftmaxOptionsT(beta=beta))
        tflite = file.write([x], [y])
        graph = read(tflite, kernels=family)
        (x,) = graph.inputs
        near = rng.normal((x.grid.low + x.grid.high) / 2, 8, (400, classes)).round()
        logits = np.clip(near, x.grid.low, x.grid.high).astype(int)
        (computed,) = RUNTIMES[family](tflite).run(logits)
        expected = graph.run(logits)
        assert np.array_equal(computed, expected)
        assert len(np.unique(expected)) > 3


@pytest.mark.parametrize("family", FAMILIES)
def test_movement(rng, family):
    file = PlainFile()
    x = file.tensor((1, 4, 3, 2), scales=0.1, zero_point=7)
    pads = np.array([[0, 0], [1, 0], [2, 1], [0, 0]], np.int32)
    padded = file.tensor((1, 5, 6, 2), scales=0.1, zero_point=7)
    file.operator("PAD", 1, [x, file.tensor((4, 2), "INT32", data=pads)], [padded])
    twice = file.tensor((1, 5, 6, 4), scales=0.1, zero_point=7)
    options = schema.ConcatenationOptionsT(axis=-1)
    file.operator("CONCATENATION", 2, [padded, padded], [twice], options)
    flat = file.tensor((1, 120), scales=0.1, zero_point=7)
    shape = file.tensor((2,), "INT32", data=np.array([-1, 120], np.int32))
    file.operator("RESHAPE", 1, [twice, shape], [flat], schema.ReshapeOptionsT())
    assert differing(rng, file.write([x], [flat]), family) == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_quantize_that_moves_the_zero_point(rng, family):
    file = PlainFile()
    x = file.tensor((1, 40), "UINT8", 0.1, 3)
    y = file.tensor((1, 40), "INT8", 0.1, -20)
    file.operator("QUANTIZE", 1, [x], [y], schema.QuantizeOptionsT())
    assert differing(rng, file.write([x], [y]), family) == 0


def test_floats_at_the_edges_are_left_away(rng):
    file = PlainFile()
    floats = file.tensor((1, 9), "FLOAT32", name="floats")
    x = file.tensor((1, 9), scales=0.1, zero_point=3, name="x")
    y = file.tensor((1, 9), scales=0.2, zero_point=4, name="y")
    result = file.tensor((1, 9), "FLOAT32", name="result")
    file.operator("QUANTIZE", 1, [floats], [x], schema.QuantizeOptionsT())
    file.operator("ADD", 2, [x, x], [y], schema.AddOptionsT())
    file.operator("DEQUANTIZE", 2, [y], [result], schema.DequantizeOptionsT())
    graph = read(file.write([floats], [result]))
    assert [tensor.name for tensor in graph.inputs] == ["x"]
    assert graph.outputs == ("y",)
    values = rng.uniform(-10, 10, (5, 9)).astype(np.float32)
    assert np.array_equal(graph.run(values), np.clip(np.rint(values / 0.1), -131, 124))


def test_missing_and_double_names_appended_files_and_more_subgraphs(rng):
    model = unpack(linear(rng, Layer(DENSE)))
    for tensor, name in zip(model.subgraphs[0].tensors, ("x", "", None, "x"), strict=True):
        tensor.name = name
    model.subgraphs.append(schema.SubGraphT(tensors=[model.subgraphs[0].tensors[0]]))
    graph = read(plain_files.with_attachment(pack(model)))
    assert (graph.inputs[0].name, graph.outputs) == ("x", ("x#3",))


def test_the_graph_does_not_convert(rng):
    with pytest.raises(ValueError, match="no power of two is not converted"):
        convert(read(linear(rng, Layer(DENSE))))


def changed(rng, change):
    """A small file, its `ModelT` changed by a function."""
    model = unpack(linear(rng, Layer(DENSE)))
    change(model.subgraphs[0], model)
    return pack(model)


def _set_operator(name):
    def change(subgraph, model):
        model.operatorCodes[0].deprecatedBuiltinCode = getattr(schema.BuiltinOperator, name)

    return change


def _set_tensor(index, **fields):
    def change(subgraph, model):
        for name, value in fields.items():
            setattr(subgraph.tensors[index], name, value)

    return change


def _scales(count, scale=0.1):
    return schema.QuantizationParametersT(scale=np.full(count, scale, np.float32))


def _set_large_scales(subgraph, model):
    subgraph.tensors[0].quantization = _scales(1, 1e38)
    subgraph.tensors[1].quantization = _scales(7, 1e10)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_set_operator("LSTM"), "operator LSTM has no integer meaning here; operator_list"),
        (_set_operator("SOFTMAX"), "operator SOFTMAX that writes 't3' writes probabilities in"),
        (_set_tensor(0, type=schema.TensorType.INT16), "'t0' is int16, neither int8 nor uint8"),
        (
            _set_tensor(0, shape=np.array([2, 5], np.int32)),
            r"'t0' has the shape \(2, 5\); a batch of 1",
        ),
        (_set_tensor(0, shape=np.array([], np.int32)), r"'t0' has the shape \(\)"),
        (_set_tensor(0, quantization=None), "'t0' has no single scale and zero point"),
        (_set_tensor(0, quantization=_scales(2)), "'t0' has no single scale and zero point"),
        (_set_tensor(0, shape=np.array([1, 6], np.int32)), "FULLY_CONNECTED .* not one vector"),
        (_set_tensor(3, shape=np.array([1, 6], np.int32)), r"FULLY_CONNECTED .* writes \(6,\)"),
        (_set_tensor(1, quantization=_scales(4)), "scales along another axis"),
        (_set_tensor(1, quantization=_scales(7, np.nan)), "scales of weights that are no positive"),
        (_set_tensor(1, quantization=_scales(7, -0.1)), "scales of weights that are no positive"),
        (_set_large_scales, "scales too large for float32 factors"),
        (_set_tensor(1, type=schema.TensorType.BOOL), "no constant of type int8 or uint8 at"),
        (_set_tensor(1, sparsity=schema.SparsityParametersT()), "no constant of type int8"),
        (_set_tensor(2, shape=np.array([7, 1], np.int32)), "has 7 biases for 7 channels"),
    ],
)
def test_what_has_no_graph_is_named(rng, change, sentence):
    with pytest.raises(UnsupportedModelError, match=sentence):
        read(changed(rng, change))


def test_a_quantize_that_changes_the_scale():
    file = PlainFile()
    x, y = (file.tensor((1, 4), scales=scale) for scale in (0.1, 0.2))
    file.operator("QUANTIZE", 1, [x], [y], schema.QuantizeOptionsT())
    with pytest.raises(UnsupportedModelError, match="QUANTIZE that writes 't1' changes the scale"):
        read(file.write([x], [y]))


@pytest.mark.filterwarnings("ignore:layer")
def test_int4_weights_without_a_record(rng):
    model = unpack(convert(graphs.small_net(rng), weight_storage="int4"))
    model.metadata = []
    tflite = pack(model)
    with pytest.raises(UnsupportedModelError, match="no constant of type int8 or uint8 at input 1"):
        read(tflite)
    dtypes = {tensor.dtype for tensor in operator_list(tflite).subgraphs[0].tensors}
    assert "int4" in dtypes


@pytest.mark.parametrize("name", ["QUANTIZE", "DEQUANTIZE", "ADD"])
@pytest.mark.parametrize("inputs", [[], [-1]])
def test_operators_that_read_nothing(name, inputs):
    file = PlainFile()
    x = file.tensor((1, 4), scales=0.1)
    file.operator(name, 1, inputs, [x])
    with pytest.raises(UnsupportedModelError, match=f"operator {name} reads"):
        read(file.write([], [x]))


def test_floats_inside_are_named(rng):
    file = PlainFile()
    x, y = (file.tensor((1, 4), "FLOAT32") for _ in range(2))
    file.operator("ADD", 1, [x, x], [y], schema.AddOptionsT())
    with pytest.raises(UnsupportedModelError, match="'t0' holds floats|is float32"):
        read(file.write([x], [y]))


def test_a_tensor_that_nobody_writes(rng):
    file = PlainFile()
    x, y, z = (file.tensor((1, 4), scales=0.1) for _ in range(3))
    file.operator("ADD", 1, [x, y], [z], schema.AddOptionsT())
    with pytest.raises(BrokenFileError, match="'t1' is read before it is written"):
        read(file.write([x], [z]))


def test_a_tensor_that_is_written_twice(rng):
    file = PlainFile()
    x, y = (file.tensor((1, 4), scales=0.1) for _ in range(2))
    file.operator("ADD", 1, [x, x], [y], schema.AddOptionsT())
    with pytest.raises(BrokenFileError, match="two inputs of one name"):
        read(file.write([x, x], [y]))
    file.operator("ADD", 1, [x, x], [y], schema.AddOptionsT())
    with pytest.raises(BrokenFileError, match="two tensors named 't1'"):
        read(file.write([x], [y]))


def test_unknown_kernels():
    with pytest.raises(ValueError, match="kernels is 'gpu'; it must be one of xnnpack, builtin"):
        read(b"", kernels="gpu")
