"""Whole nets: ResNet-50 as an integer graph, and the claim of the paper's abstract."""

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from pikelpn_keras.cost import COST_MODELS, Formats, report, workload
from pikelpn_keras.integer import IntegerGraph
from pikelpn_keras.integer.nodes import Add, GlobalAveragePool, MaxPool2D, Tensor
from tests.pikelpn_keras.cost import architectures
from tests.tflite_export import graphs


def resnet50():
    """ResNet-50 v1 with random 4-bit weights, as `benchmarks/cost_counting.py` quantizes it."""
    rng, nodes = np.random.default_rng(0), []

    def add(node):
        nodes.append(node)
        return node.output

    def conv(x, channels, size, strides, name):
        window = graphs.window((size, size), (strides, strides))
        return add(graphs.conv2d(rng, x, channels, win=window, name=name))

    image = Tensor("image", (224, 224, 3), graphs.PIXELS)
    x = conv(image, 64, 7, 2, "stem")
    window = graphs.window((3, 3), (2, 2))
    x = add(MaxPool2D((x,), Tensor("pool1", (56, 56, 64), x.grid), window))
    for stage, (blocks, channels) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512))):
        for block in range(blocks):
            name, strides = f"stage{stage}_{block}", 2 if stage and not block else 1
            skip = x if block else conv(x, 4 * channels, 1, strides, f"{name}_shortcut")
            x = conv(x, channels, 1, strides, f"{name}_1")
            x = conv(conv(x, channels, 3, 1, f"{name}_2"), 4 * channels, 1, 1, f"{name}_3")
            x = add(Add((skip, x), Tensor(f"{name}_add", x.shape, x.grid)))
    x = add(GlobalAveragePool((x,), Tensor("mean", (2048,), x.grid)))
    add(graphs.dense(rng, x, 1000, name="logits"))
    return IntegerGraph("resnet50", (image,), tuple(nodes), ("logits",))


def test_resnet50():
    found = report(resnet50())
    described = architectures.resnet50(Formats("int4", "int8", "int8"), strided_size=1)
    assert found.workload.mac_count == described.mac_count == 3_857_973_248
    assert found.ace == 32 * described.mac_count
    # One weight of 15 is 0.
    assert found.counts["mac"]["mac"] == pytest.approx(14 / 15 * described.mac_count, rel=1e-3)


@pytest.fixture(scope="module")
def nets():
    """MobileNetV1 of 4 bits with float norms and scales, and PikeLPN 1x."""
    keras.utils.set_random_seed(0)
    pikelpn = pk.models.PikeLPN("1x")
    mobilenet = architectures.mobilenet_v1(Formats("int4", "int4", "float32"))
    return mobilenet, workload(pikelpn)


def test_both_nets_have_the_same_macs(nets):
    mobilenet, pikelpn = nets
    assert mobilenet.mac_count == pikelpn.mac_count


def test_elementwise_work_dominates_the_one_and_not_the_other(nets):
    mobilenet, pikelpn = map(report, nets)
    # As benchmarks/elementwise_share.py prints, but for the second end of Keras's ReLU6 there.
    assert mobilenet.elementwise_share == pytest.approx(0.539, abs=0.001)
    assert pikelpn.elementwise_share == pytest.approx(0.028, abs=0.001)
    assert mobilenet.elementwise > 38 * pikelpn.elementwise


@pytest.mark.parametrize("name", COST_MODELS)
def test_no_cost_model_reverses_it(nets, name):
    mobilenet, pikelpn = (report(net, name) for net in nets)
    assert mobilenet.elementwise_share > 10 * pikelpn.elementwise_share
