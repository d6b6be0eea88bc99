"""Functions that graphs hold once."""

import keras
import numpy as np
import pytest
from keras import ops

import pikelpn_keras as pk
from pikelpn_keras.tracing import once_in_jax, traced_for_all_shapes, traced_once

tf = pytest.importorskip("tensorflow")


def test_graphs_hold_a_function_once_for_each_shape_and_setting():
    traces = []

    @traced_once
    def scaled(x, *, factor):
        traces.append((x.shape[0], factor))
        return x * factor

    @tf.function
    def layers(x, y):
        return scaled(x, factor=2) + scaled(x, factor=2), scaled(x, factor=3), scaled(y, factor=2)

    outputs = layers(ops.ones(2), ops.ones(4))
    assert [list(v.numpy()) for v in outputs] == [[4, 4], [3, 3], [2, 2, 2, 2]]
    assert traces == [(2, 2), (2, 3), (4, 2)]


def test_jaxprs_hold_a_function_once_for_each_shape_and_setting():
    jax = pytest.importorskip("jax")
    traces = []

    @once_in_jax
    def scaled(x, *, factor):
        traces.append((x.shape[0], factor))
        return x * factor

    def layers(x, y):
        return scaled(x, factor=2) + scaled(x, factor=2), scaled(x, factor=3), scaled(y, factor=2)

    inputs = np.ones(2, "float32"), np.ones(4, "float32")
    outputs = jax.jit(layers)(*inputs)
    assert [list(np.asarray(v)) for v in outputs] == [[4, 4], [3, 3], [2, 2, 2, 2]]
    assert traces == [(2, 2), (2, 3), (4, 2)]
    calls = [e for e in jax.make_jaxpr(layers)(*inputs).eqns if e.params.get("name") == "scaled"]
    assert len(calls) == 4
    assert calls[0].params["jaxpr"] is calls[1].params["jaxpr"]
    assert scaled(np.float32([2]), factor=3) == 6
    assert traces[3:] == [(1, 3)]


def test_graphs_hold_a_function_for_all_shapes_once_and_know_its_outputs_shapes():
    traces = []

    @traced_for_all_shapes(lambda x, *, factor: (x.shape, ()))
    def scaled(x, *, factor):
        traces.append(x.shape.as_list())
        return x * factor, ops.sum(x)

    @tf.function
    def layers(x, y):
        outputs = scaled(x, factor=2), scaled(y, factor=2)
        assert [[v.shape.as_list() for v in pair] for pair in outputs] == [[[2], []], [[4], []]]
        return outputs

    (first, _), (second, total) = layers(ops.ones(2), ops.ones(4))
    assert first.numpy().tolist() == [2, 2] and second.numpy().tolist() == [2] * 4
    assert total.numpy() == 4
    assert traces == [[None]]


def test_kernels_of_all_shapes_share_a_quantizer_that_reads_no_sizes():
    def shared(quantizer):
        graph = tf.function(
            lambda *kernels: [quantizer(k, axes) for k, axes in zip(kernels, channels, strict=True)]
        )
        specs = [tf.TensorSpec(shape) for shape in ((1, 1, 8, 16), (3, 3, 4, 8), (3, 3, 4, 1))]
        function = graph.get_concrete_function(*specs)
        for spec, axes, (values, exponents) in zip(
            specs, channels, function.structured_outputs, strict=True
        ):
            assert values.shape == spec.shape
            assert exponents.shape == quantizer.exponents_shape(spec.shape, axes)
        nodes = function.graph.as_graph_def().node
        return {node.attr["f"].func.name for node in nodes if node.op == "PartitionedCall"}

    channels = (-1,), (-1,), (-2, -1)
    for quantizer in (pk.quantizers.UniformQuantizer(4), pk.quantizers.PowerOfTwoQuantizer(6)):
        assert not quantizer.reads_sizes
        assert len(shared(quantizer)) == 2
    assert pk.quantizers.TernaryQuantizer().reads_sizes
    assert len(shared(pk.quantizers.TernaryQuantizer())) == 3


def test_equal_quantizers_are_one_setting():
    traces = []

    @traced_once
    def quantized(x, *, quantizer):
        traces.append(quantizer)
        return quantizer.quantize(x)[0]

    @tf.function
    def layers(x):
        twice = [quantized(x, quantizer=pk.quantizers.UniformQuantizer(4)) for _ in range(2)]
        return *twice, quantized(x, quantizer=pk.quantizers.UniformQuantizer(3))

    first, second, coarse = (v.numpy() for v in layers(ops.array([[0.7], [0.2]])))
    assert first.tolist() == second.tolist() == [[6], [2]]
    assert coarse.tolist() == [[3], [1]]
    assert len(traces) == 2


def test_a_training_step_calls_what_its_layers_share():
    """Of eight equal layers the graph has one definition of each function, called by all."""
    model = keras.Sequential([keras.Input((4, 4, 3)), pk.layers.QuantInput()])
    for _ in range(8):
        model.add(pk.layers.QuantConv2D(3, 3, padding="same", use_bias=False))
        model.add(pk.layers.QuantNorm())
        model.add(pk.layers.QuantReLU())
    step = tf.function(lambda x: model(x, training=True))
    graph = step.get_concrete_function(tf.zeros((2, 4, 4, 3), "uint8")).graph.as_graph_def()
    called = [node.attr["f"].func.name for node in graph.node if node.op == "PartitionedCall"]
    assert len(called) == 8 * 5
    assert len(set(called)) == 5
    definitions = {d.signature.name: d for d in graph.library.function}
    assert all(definitions[name].attr["_noinline"].b for name in called)


def test_eager_functions_run_as_they_are():
    assert traced_once(lambda x: float(x))(np.float32(2)) == 2.0
