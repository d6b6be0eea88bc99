import hashlib
import os
import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from pikelpn_keras.integer import Grid, IntegerGraph
from pikelpn_keras.integer.nodes import Add, Tensor
from tests.tflite_export import graphs
from tflite_export import convert, verify
from tflite_export.flatbuffer import unpack

INTEGER_TYPES = {
    schema.TensorType.INT8,
    schema.TensorType.UINT8,
    schema.TensorType.INT4,
    schema.TensorType.INT32,
}
PRINT_HASH = """
import hashlib
import numpy as np
from tests.tflite_export import graphs
from tflite_export import convert
print(hashlib.sha256(convert(graphs.small_net(np.random.default_rng(7)))).hexdigest())
"""


def run_python(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("input_type", ["int8", "uint8"])
@pytest.mark.parametrize("limit", [7, 31, 63])
def test_a_whole_net_is_exact_on_all_runtimes(rng, limit, input_type):
    graph = graphs.small_net(rng, limit=limit)
    images = graphs.images(rng, graph.inputs[0], 70).astype(np.uint8)
    report = graphs.verified(graph, images, input_type=input_type, exact="all")
    assert report.exact, report
    assert report.compared == 700


@pytest.mark.parametrize("bits", [8, 5])
def test_every_uint8_pixel_is_exact_on_all_runtimes(rng, bits):
    x = Tensor("x", (16, 16, 1), Grid(-8, bits, signed=False))
    graph = graphs.single(
        graphs.depthwise(
            rng, x, win=graphs.window((1, 1)), limit=1, shift=0, grid=Grid(-8, 8, signed=False)
        )
    )
    pixels = np.resize(np.arange(2**bits), (1, 16, 16, 1))
    assert graphs.verified(graph, pixels, input_type="uint8").exact


def test_the_same_model_gives_the_same_bytes():
    first, second = (convert(graphs.small_net(np.random.default_rng(7))) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("seed", ["0", "1"])
def test_another_process_gives_the_same_bytes(seed):
    here = hashlib.sha256(convert(graphs.small_net(np.random.default_rng(7)))).hexdigest()
    assert run_python(PRINT_HASH, PYTHONHASHSEED=seed) == here


def test_importing_and_converting_needs_neither_tensorflow_nor_keras():
    code = f"{PRINT_HASH}\nimport sys\nprint({{'tensorflow', 'keras'}} & set(sys.modules))"
    assert run_python(code).endswith("set()")


@pytest.mark.parametrize("weight_storage", ["int8", "int4"])
@pytest.mark.filterwarnings("ignore:layer")
def test_no_tensor_is_a_float(rng, weight_storage):
    model = unpack(convert(graphs.small_net(rng), weight_storage=weight_storage))
    types = [tensor.type for tensor in model.subgraphs[0].tensors]
    assert len(types) > 15
    assert set(types) <= INTEGER_TYPES


def test_operator_versions_are_those_of_the_first_runtimes_with_int8(rng):
    model = unpack(convert(graphs.small_net(rng), input_type="uint8"))
    operators = schema.BuiltinOperator
    assert {code.builtinCode: code.version for code in model.operatorCodes} == {
        operators.QUANTIZE: 1,
        operators.CONV_2D: 3,
        operators.DEPTHWISE_CONV_2D: 3,
        operators.ADD: 2,
        operators.RESHAPE: 1,
        operators.FULLY_CONNECTED: 4,
    }


def test_the_signature_names_inputs_and_outputs(rng):
    model = unpack(convert(graphs.small_net(rng), input_type="uint8"))
    (signature,), (subgraph,) = model.signatureDefs, model.subgraphs
    assert signature.signatureKey == b"serving_default"
    assert [(e.name, [e.tensorIndex]) for e in signature.inputs] == [
        (b"pixels", list(subgraph.inputs))
    ]
    assert [(e.name, [e.tensorIndex]) for e in signature.outputs] == [
        (b"classes", list(subgraph.outputs))
    ]
    assert subgraph.tensors[subgraph.inputs[0]].type == schema.TensorType.UINT8


def test_several_inputs_and_outputs_keep_their_order(rng):
    a, b = (Tensor(name, (4,), graphs.UNSIGNED) for name in "ab")
    total = Add((a, b), Tensor("total", (4,), graphs.UNSIGNED))
    double = Add((b, b), Tensor("double", (4,), graphs.UNSIGNED))
    graph = IntegerGraph("two", (a, b), (total, double), ("double", "total"))
    inputs = [graphs.images(rng, tensor, 9) for tensor in (a, b)]
    assert graphs.verified(graph, *inputs).exact


def test_int4_halves_the_weights(rng):
    x = Tensor("x", (6, 6, 64), graphs.PIXELS)
    graph = graphs.single(graphs.conv2d(rng, x, 64))
    saved = len(convert(graph)) - len(convert(graph, weight_storage="int4"))
    assert abs(saved - 9 * 64 * 64 // 2) < 100


@pytest.mark.filterwarnings("error")
def test_proven_models_convert_without_a_warning(rng):
    convert(graphs.small_net(rng))


def test_unproven_layers_are_named_with_reason_and_remedy(rng):
    graph = graphs.single(graphs.conv2d(rng, Tensor("x", (6, 6, 3), graphs.PIXELS), 4, limit=127))
    with pytest.warns(UserWarning) as caught:
        convert(graph)
    (warning,) = caught
    assert str(warning.message) == (
        "layer 'conv' is not proven exact on builtin, reference, tflm: its int8 weights have no "
        "spare bit for a tie-free encoding; keep abs(weight) <= 63, by fewer bits or levels"
    )
    assert warning.filename == __file__


def test_exact_all_refuses_unproven_layers(rng):
    graph = graphs.single(graphs.conv2d(rng, Tensor("x", (6, 6, 3), graphs.PIXELS), 4, limit=127))
    with pytest.raises(ValueError, match="layer 'conv' is not proven exact on builtin"):
        convert(graph, exact="all")


def test_exact_all_refuses_failing_bounds(rng):
    node = graphs.dense(rng, Tensor("x", (9000,), graphs.PIXELS), 2, limit=63, shift=18)
    with pytest.raises(ValueError, match="layer 'dense' is not proven exact.* may reach"):
        convert(graphs.single(node), exact="all")


@pytest.mark.parametrize("argument", ["input_type", "weight_storage", "exact"])
def test_unknown_arguments_are_refused(rng, argument):
    with pytest.raises(ValueError, match=f"{argument} is 'float32'; it must be one of"):
        convert(graphs.small_net(rng), **{argument: "float32"})


def test_uint8_needs_an_unsigned_grid(rng):
    graph = graphs.single(graphs.dense(rng, Tensor("x", (4,), graphs.SIGNED), 2))
    with pytest.raises(ValueError, match="input 'x' has a signed grid.*use input_type='int8'"):
        convert(graph, input_type="uint8")


def test_wide_grids_are_refused(rng):
    graph = graphs.single(graphs.dense(rng, Tensor("x", (4,), graphs.PIXELS), 2, grid=Grid(-8, 16)))
    with pytest.raises(ValueError, match="grid of 16 bits does not fit"):
        convert(graph)


@pytest.mark.slow
def test_four_million_weights_take_little_time_and_memory(rng):
    x = Tensor("x", (7, 7, 1024), graphs.UNSIGNED)
    nodes = [graphs.conv2d(rng, x, 1024, win=graphs.window((1, 1)), limit=16, shift=9)]
    for index in range(3):
        nodes.append(
            graphs.conv2d(
                rng,
                nodes[-1].output,
                1024,
                win=graphs.window((1, 1)),
                limit=16,
                shift=9,
                name=f"conv_{index}",
            )
        )
    graph = graphs.chain(*nodes)
    started = time.perf_counter()
    tflite = convert(graph)
    assert time.perf_counter() - started < 5
    tracemalloc.start()
    convert(graph)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500 * 2**20
    images = graphs.images(rng, x, 2)
    assert verify(graph, tflite, images).exact
