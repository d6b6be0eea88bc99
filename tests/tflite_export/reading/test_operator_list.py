import io
import zipfile

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_export import graphs
from tests.tflite_export.reading.plain_files import in_several_subgraphs
from tflite_export import convert
from tflite_export.flatbuffer import pack, unpack
from tflite_export.metadata import unpack_record
from tflite_export.operator_list import BrokenFileError, operator_list

INT8, INT32, FLOAT32 = (getattr(schema.TensorType, name) for name in ("INT8", "INT32", "FLOAT32"))


def tensor(name="x", shape=(1, 2), dtype=FLOAT32, buffer=0, **fields):
    return schema.TensorT(
        name=name, shape=np.array(shape, np.int32), type=dtype, buffer=buffer, **fields
    )


def operator(index=0, inputs=(0,), outputs=(1,), **fields):
    return schema.OperatorT(
        opcodeIndex=index,
        inputs=np.array(inputs, np.int32),
        outputs=np.array(outputs, np.int32),
        **fields,
    )


def code(number, **fields):
    return schema.OperatorCodeT(
        deprecatedBuiltinCode=min(number, 127), builtinCode=number, **fields
    )


def model(tensors, operators=(), codes=(), data=(), **fields):
    """The bytes of a file of one subgraph; the first of `data` is buffer 1."""
    subgraph = schema.SubGraphT(
        tensors=list(tensors),
        operators=list(operators),
        inputs=np.array([0], np.int32),
        outputs=np.array([len(tensors) - 1], np.int32),
    )
    buffers = [schema.BufferT(), *(schema.BufferT(data=np.asarray(array)) for array in data)]
    contents = {"subgraphs": [subgraph], "operatorCodes": list(codes), "buffers": buffers}
    return pack(schema.ModelT(version=3, **{**contents, **fields}))


def first(tflite):
    return operator_list(tflite).subgraphs[0]


def test_a_converted_model(rng, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(convert(graphs.small_net(rng), input_type="uint8"))
    listed = operator_list(path)
    assert listed.size == path.stat().st_size
    assert listed.description == "PikeLPN for Keras 3"
    assert unpack_record(listed.metadata["pikelpn"])["model"] == "small"
    (subgraph,) = listed.subgraphs
    names = [op.name for op in subgraph.operators]
    assert names[:3] == ["QUANTIZE", "CONV_2D", "DEPTHWISE_CONV_2D"]
    assert names[3:5] == ["CONV_2D", "ADD"] and names[-1] == "FULLY_CONNECTED"
    assert [subgraph.tensors[i].dtype for i in subgraph.inputs] == ["uint8"]
    assert [subgraph.tensors[i].name for i in subgraph.outputs] == ["classes"]
    stem = subgraph.operators[1]
    assert (stem.version, stem.custom) == (3, False)
    assert stem.options == {
        "padding": "SAME",
        "stride_w": 1,
        "stride_h": 1,
        "fused_activation_function": "RELU",
        "dilation_w_factor": 1,
        "dilation_h_factor": 1,
        "quantized_bias_type": 0,
    }
    kernel = subgraph.tensors[stem.inputs[1]]
    assert (kernel.dtype, kernel.shape, kernel.stored_bytes) == ("int8", (8, 3, 3, 3), 216)
    assert kernel.scales.shape == (8,) and kernel.quantized_dimension == 0
    assert not kernel.data.flags.writeable
    assert subgraph.tensors[stem.outputs[0]].data is None


def test_kernels_are_those_of_the_graph(rng):
    graph = graphs.single(graphs.dense(rng, graphs.Tensor("x", (5,), graphs.UNSIGNED), 3))
    subgraph = first(convert(graph, exact="all"))
    # Class A stores four times the weights.
    kernel = subgraph.tensors[subgraph.operators[0].inputs[1]].data
    assert np.array_equal(kernel, 4 * graph.nodes[0].kernel.T)


@pytest.mark.filterwarnings("ignore:layer")
def test_int4_weights_are_unpacked(rng):
    graph = graphs.single(graphs.conv2d(rng, graphs.Tensor("x", (4, 4, 3), graphs.UNSIGNED), 3))
    subgraph = first(convert(graph, weight_storage="int4"))
    kernel = subgraph.tensors[subgraph.operators[0].inputs[1]]
    assert (kernel.dtype, kernel.stored_bytes, kernel.size) == ("int4", 41, 81)
    assert np.array_equal(kernel.data, np.moveaxis(graph.nodes[0].kernel, -1, 0))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"deprecatedBuiltinCode": schema.BuiltinOperator.ADD}, "ADD"),
        ({"deprecatedBuiltinCode": 127, "builtinCode": schema.BuiltinOperator.GELU}, "GELU"),
        ({"builtinCode": 9999}, "OPERATOR_9999"),
        ({"builtinCode": -5}, "ADD"),
    ],
)
def test_old_new_and_unknown_operator_codes(fields, name):
    codes = [schema.OperatorCodeT(version=2, **fields)]
    (listed,) = first(model([tensor(), tensor("y")], [operator()], codes)).operators
    assert (listed.name, listed.version, listed.custom) == (name, 2, False)


def test_custom_operators_keep_their_options():
    codes = [code(schema.BuiltinOperator.CUSTOM, customCode="my_op")]
    custom = operator(customOptions=np.array([1, 2, 3], np.uint8))
    (listed,) = first(model([tensor(), tensor("y")], [custom], codes)).operators
    assert (listed.name, listed.custom, listed.custom_options) == ("my_op", True, b"\1\2\3")


def test_options_of_unknown_types_are_left_out():
    unknown = operator(builtinOptionsType=250, builtinOptions=schema.AddOptionsT())
    tflite = model([tensor(), tensor("y")], [unknown], [code(0)])
    assert first(tflite).operators[0].options == {}


def test_options_with_vectors_and_optional_inputs():
    reshape = operator(
        inputs=(0, -1),
        builtinOptionsType=schema.BuiltinOptions.ReshapeOptions,
        builtinOptions=schema.ReshapeOptionsT(newShape=np.array([-1, 2], np.int32)),
    )
    codes = [code(schema.BuiltinOperator.RESHAPE)]
    (listed,) = first(model([tensor(), tensor("y")], [reshape], codes)).operators
    assert listed.options == {"new_shape": (-1, 2)}
    assert listed.inputs == (0, -1)


def test_dynamic_range_weights_and_missing_names():
    scales = schema.QuantizationParametersT(scale=np.array([0.5], np.float32))
    weights = tensor(None, (2, 3), INT8, buffer=1, quantization=scales)
    tflite = model([tensor(), weights], data=[np.arange(6, dtype=np.int8)])
    listed = first(tflite).tensors[1]
    assert (listed.name, listed.scales.tolist(), listed.zero_points.tolist()) == ("", [0.5], [])
    assert np.array_equal(listed.data, [[0, 1, 2], [3, 4, 5]])


def test_several_subgraphs():
    whole = unpack(model([tensor(), tensor("y")], [operator()], [code(0)]))
    whole.subgraphs.append(schema.SubGraphT(name="second", tensors=[tensor("z")]))
    listed = operator_list(pack(whole))
    assert [subgraph.name for subgraph in listed.subgraphs] == ["", "second"]
    assert [t.name for t in listed.subgraphs[1].tensors] == ["z"]


def test_signatures_name_subgraphs():
    whole = unpack(in_several_subgraphs(model([tensor(), tensor("y")], [operator()], [code(0)])))
    listed = operator_list(pack(whole))
    assert listed.signatures == {"run_main": 0, "run_second": 1}
    assert [listed.subgraph_index(which) for which in (1, "second", "run_second")] == [1, 1, 1]
    for which in (2, -1, "third", None):
        with pytest.raises(ValueError, match="give one of 0 to 1, a signature .run_main, run_sec"):
            listed.subgraph_index(which)
    whole.signatureDefs[1].subgraphIndex = 2
    with pytest.raises(BrokenFileError, match="signature 'run_second' runs subgraph 2 of 2"):
        operator_list(pack(whole))


def test_files_appended_as_zip():
    content = io.BytesIO(model([tensor()]))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("labels.txt", "cat\ndog\n")
    assert operator_list(content.getvalue()).attachments == ("labels.txt",)


def test_buffers_behind_the_flatbuffer():
    whole = unpack(model([tensor(shape=(2,), dtype=INT32, buffer=1)], data=[np.zeros(1, np.int8)]))
    flatbuffer_size = 0
    for _ in range(2):
        whole.buffers[1] = schema.BufferT(offset=flatbuffer_size or 99, size=8)
        flatbuffer_size = len(pack(whole))
    numbers = np.array([7, -7], "<i4").tobytes()
    assert first(pack(whole) + numbers).tensors[0].data.tolist() == [7, -7]
    with pytest.raises(BrokenFileError, match="cut short"):
        operator_list(pack(whole) + numbers[:-1])


@pytest.mark.parametrize("content", [b"", b"TFL3", b"\0" * 4 + b"TFL2", b"nonsense at length"])
def test_other_bytes_are_refused(content):
    with pytest.raises(BrokenFileError, match="no .tflite file|no TFL3 mark|cut short"):
        operator_list(content)


def test_a_damaged_file_is_named(tmp_path):
    path = tmp_path / "net.tflite"
    path.write_bytes(model([tensor()])[:-4])
    for place in (path, str(path)):
        with pytest.raises(BrokenFileError, match="net.tflite: this .tflite file is damaged"):
            operator_list(place)


def test_other_types_are_refused():
    with pytest.raises(ValueError, match="path or the bytes of a .tflite file are needed, not 5"):
        operator_list(5)


@pytest.mark.parametrize(
    ("tflite", "sentence"),
    [
        (model([tensor(buffer=3)]), "buffer 3 of 1"),
        (model([tensor()], [operator(2, outputs=(0,))], [code(0)]), "operator code 2 of 1"),
        (model([tensor()], [operator(outputs=(5,))], [code(0)]), "tensors 5 to 5 of 1"),
        (model([tensor(buffer=1)], data=[np.zeros(7, np.int8)]), r"shape \(1, 2\) .* 7 bytes"),
        (model([tensor(shape=(-1, -2), buffer=1)], data=[np.zeros(8, np.int8)]), "8 bytes"),
        (model([tensor(shape=(1,) * 65)]), "65 dimensions"),
        (
            model(
                [
                    tensor(
                        quantization=schema.QuantizationParametersT(
                            scale=np.ones(2, np.float32), zeroPoint=np.zeros(3, np.int64)
                        )
                    )
                ]
            ),
            "2 scales and 3 zero points",
        ),
    ],
)
def test_contradictions_are_refused(tflite, sentence):
    with pytest.raises(BrokenFileError, match=sentence):
        operator_list(tflite)


def test_one_tensor_referred_to_very_often_is_refused():
    name = "x" * 1000
    tflite = bytearray(model([tensor(name)] + [tensor("y")] * 5000))
    start = tflite.index(b"TFL3")
    # Let all 5,001 entries of the vector of tensors point at the first tensor.
    count = (5001).to_bytes(4, "little")
    vector = tflite.index(count, start) + 4
    target = vector + int.from_bytes(tflite[vector : vector + 4], "little")
    for index in range(5001):
        place = vector + 4 * index
        tflite[place : place + 4] = (target - place).to_bytes(4, "little")
    with pytest.raises(BrokenFileError, match="over and over"):
        operator_list(tflite)
