import numpy as np
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import Grid
from pikelpn_keras.integer.nodes import Tensor
from tflite_export.flatbuffer import unpack
from tflite_export.writer import Constant, ModelWriter

X = Tensor("x", (2, 2, 3), Grid(-8, 8, signed=False))


def written(writer):
    return unpack(writer.write("model", inputs={"x": 0}, outputs={"x": 0}, metadata={}))


def test_an_activation_is_made_once():
    writer = ModelWriter()
    assert writer.activation(X) == writer.activation(X) == 0
    assert len(written(writer).subgraphs[0].tensors) == 1


def test_a_renamed_activation_is_found_by_its_graph_tensor():
    writer = ModelWriter()
    assert writer.activation(X, name="x:int8") == writer.activation(X)
    assert written(writer).subgraphs[0].tensors[0].name == b"x:int8"


def test_activations_have_batch_1_and_the_grid_as_quantization():
    writer = ModelWriter()
    writer.activation(X)
    tensor = written(writer).subgraphs[0].tensors[0]
    assert list(tensor.shape) == [1, 2, 2, 3]
    assert tensor.type == schema.TensorType.INT8
    assert tensor.quantization.scale == [2.0**-8]
    assert tensor.quantization.zeroPoint == [-128]
    assert tensor.buffer == 0


def test_a_uint8_edge_counts_from_0():
    writer = ModelWriter()
    writer.edge(X, schema.TensorType.UINT8)
    assert written(writer).subgraphs[0].tensors[0].quantization.zeroPoint == [0]


def test_constants_carry_data_scales_and_axis():
    data, scales = np.arange(6, dtype=np.int8), np.array([0.5, 0.25, 2], np.float32)
    writer = ModelWriter()
    writer.constant("w", Constant(data, (2, 3), schema.TensorType.INT8, scales, channel_axis=1))
    model = written(writer)
    tensor = model.subgraphs[0].tensors[0]
    assert model.buffers[tensor.buffer].data.tobytes() == data.tobytes()
    assert np.array_equal(tensor.quantization.scale, scales)
    assert list(tensor.quantization.zeroPoint) == [0, 0, 0]
    assert tensor.quantization.quantizedDimension == 1


def test_operators_share_codes():
    writer = ModelWriter()
    add = schema.BuiltinOperator.ADD
    for version in (2, 2, 1):
        writer.operator(add, version, [0, 0], 0, schema.AddOptionsT())
    writer.activation(X)
    model = written(writer)
    assert [(c.builtinCode, c.version) for c in model.operatorCodes] == [(add, 2), (add, 1)]
    assert [operator.opcodeIndex for operator in model.subgraphs[0].operators] == [0, 0, 1]


def test_old_and_new_field_name_the_operator():
    writer = ModelWriter()
    writer.activation(X)
    for code in (schema.BuiltinOperator.ADD, schema.BuiltinOperator.GELU):
        writer.operator(code, 1, [0], 0, schema.AddOptionsT())
    codes = written(writer).operatorCodes
    assert [(c.deprecatedBuiltinCode, c.builtinCode) for c in codes] == [(0, 0), (127, 150)]


def test_equal_vectors_are_in_the_file_once():
    def size(zero_points):
        writer = ModelWriter()
        for number, zero_point in enumerate(zero_points):
            scales = np.full(1000, 0.5, np.float32)
            data = np.zeros(1000, np.int8)
            constant = Constant(data, (1000,), schema.TensorType.INT8, scales, 0, zero_point)
            writer.constant(f"w{number}", constant)
        return len(writer.write("model", {"w0": 0}, {"w0": 0}, metadata={}))

    assert 8 * 1000 <= size([0, 1]) - size([0, 0]) < 8 * 1000 + 16
    assert size([0, 0]) - size([0]) < 1000 + 400
