"""Files by TensorFlow's own converter: those with an `IntegerGraph`, and those without.

The latter are listed and their cost is counted nevertheless.
"""

import numpy as np
import pytest

from pikelpn_keras import cost
from tflite_export import read
from tflite_export.costing import workloads
from tflite_export.inspection_facts import facts
from tflite_export.operator_list import operator_list
from tflite_export.reading.errors import UnsupportedModelError

CONVOLUTION_MACS = 6 * 6 * 3 * 3 * 3 * 40
DENSE_MACS = 40 * 5


@pytest.fixture(scope="module")
def module():
    """Two functions with weights of their own: of pictures, and of features."""
    tf = pytest.importorskip("tensorflow")
    rng = np.random.default_rng(0)
    kernel = tf.constant(rng.normal(size=(3, 3, 3, 40)), tf.float32)
    weights = tf.constant(rng.normal(size=(40, 5)), tf.float32)

    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((1, 6, 6, 3), tf.float32)])
        def features(self, picture):
            x = tf.nn.relu(tf.nn.conv2d(picture, kernel, 1, "SAME"))
            return {"features": tf.reduce_mean(x, (1, 2))}

        @tf.function(input_signature=[tf.TensorSpec((1, 40), tf.float32)])
        def classes(self, features):
            return {"classes": tf.matmul(features, weights)}

    return Module()


@pytest.fixture(scope="module")
def saved(module, tmp_path_factory):
    import tensorflow as tf

    folder = str(tmp_path_factory.mktemp("module"))
    signatures = {"features": module.features, "classes": module.classes}
    tf.saved_model.save(module, folder, signatures=signatures)
    return folder


def samples(*names):
    """Sets of inputs for signatures of some names."""
    inputs = {"features": ("picture", (1, 6, 6, 3)), "classes": ("features", (1, 40))}
    rng = np.random.default_rng(1)
    for name in names:
        argument, shape = inputs[name]
        for _ in range(3):
            yield name, {argument: rng.uniform(-1, 1, shape).astype(np.float32)}


def converted(saved, *names, operators=None):
    """The bytes of a file of some signatures, in integers of the set `operators` if there is one.

    Without one, weights are integers and activations floats: dynamic range.
    """
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_saved_model(saved, signature_keys=list(names))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if operators is not None:
        converter.representative_dataset = lambda: samples(*names)
        converter.target_spec.supported_ops = [getattr(tf.lite.OpsSet, operators)]
    return converter.convert()


@pytest.mark.parametrize(
    ("operators", "types", "weights", "sentence"),
    [
        ("TFLITE_BUILTINS_INT8", {"int8"}, "int8 x int8", "operator MEAN has no integer meaning"),
        (
            "EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8",
            {"int16"},
            "int16 x int8",
            "is int16, neither int8 nor uint8",
        ),
        (None, {"float32"}, "int8 x int8", "holds floats between the operators"),
    ],
)
def test_without_a_graph_they_are_listed_and_counted(saved, operators, types, weights, sentence):
    file = converted(saved, "features", operators=operators)
    (subgraph,) = operator_list(file).subgraphs
    inner = {"CONV_2D", "MEAN"}
    assert inner <= {operator.name for operator in subgraph.operators}
    written = [op.outputs[0] for op in subgraph.operators if op.name in inner]
    assert {subgraph.tensors[index].dtype for index in written} == types
    assert sentence in facts(file).origin
    with pytest.raises(UnsupportedModelError, match=sentence):
        read(file)
    (found,) = workloads(file)
    assert found.unknown == ()
    ((formats, count),) = cost.report(found).mac_counts.items()
    assert (" x ".join(map(str, formats)), count) == (weights, CONVOLUTION_MACS)


@pytest.fixture(scope="module")
def two(saved):
    return converted(saved, "features", "classes", operators="TFLITE_BUILTINS_INT8")


def test_all_of_several_subgraphs_are_counted(two):
    listed = operator_list(two)
    assert set(listed.signatures) == {"features", "classes"}
    macs = {part.name: sum(cost.report(part).mac_counts.values()) for part in workloads(listed)}
    assert macs == {"model:classes": DENSE_MACS, "model:features": CONVOLUTION_MACS}


def test_one_of_several_subgraphs_is_read(two):
    from ai_edge_litert.interpreter import Interpreter

    graph = read(two, subgraph="classes")
    runner = Interpreter(model_content=two).get_signature_runner("classes")
    features = np.random.default_rng(2).uniform(-1, 1, (50, 40)).astype(np.float32)
    computed = np.concatenate([runner(features=row[None])["classes"] for row in features])
    scale = np.float32(graph.tensors[graph.outputs[0]].grid.scale)
    integers = graph.run(features)
    assert np.array_equal(computed, integers.astype(np.float32) * scale)
    assert len(np.unique(integers)) > 20
    with pytest.raises(UnsupportedModelError, match="MEAN"):
        read(two, subgraph="features")
    with pytest.raises(ValueError, match="no single subgraph 'heads': give one of 0 to 1"):
        read(two, subgraph="heads")
    with pytest.raises(ValueError, match="no single subgraph 2"):
        read(two, subgraph=2)
