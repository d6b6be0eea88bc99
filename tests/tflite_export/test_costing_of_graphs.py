"""The cost of graphs that were read from files by others."""

import importlib
import pkgutil

import numpy as np
import pytest

import tflite_export
from pikelpn_keras import cost
from pikelpn_keras.cost.nodes import registry
from pikelpn_keras.integer import kernels, nodes
from pikelpn_keras.integer.kernels.affine_grid import AffineGrid
from pikelpn_keras.integer.kernels.elementwise import AffineProduct
from pikelpn_keras.integer.kernels.requantization import TwoRoundings
from tests.node_types import concrete_nodes
from tflite_export.costing import workload


@pytest.mark.parametrize("name", ["pretrainedResnet_quant", "kws_ref_model"])
@pytest.mark.parametrize("family", ["xnnpack", "builtin", "reference"])
def test_graph_and_operators_agree(name, family, real_data):
    path = real_data(f"models/{name}.tflite")
    graph = cost.workload(tflite_export.read(path, kernels=family))
    listed = workload(path)
    assert graph.mac_count == listed.mac_count
    assert graph.storage.weights == listed.storage.weights
    for part in ("mac", "bias", "pooling"):
        found, expected = (cost.report(work).parts[part] for work in (graph, listed))
        assert found == expected, part
    # The operators add zero points and know which scales are powers of two.
    assert cost.cost(graph) == pytest.approx(cost.cost(listed), rel=0.01)


def test_every_node_of_the_kernels_has_a_counter():
    modules = [
        importlib.import_module(f"{kernels.__name__}.{module.name}")
        for module in pkgutil.iter_modules(kernels.__path__)
    ]
    found = set().union(*map(concrete_nodes, modules)) - concrete_nodes(nodes)
    assert len(found) >= 5
    for node_type in found:
        # A base that moves numbers is no counter for a node that computes some.
        own = [kind for kind in node_type.__mro__ if kind in registry._COUNTERS]
        assert own and own[0] is not nodes.MovementNode, node_type


def test_affine_product():
    grid = AffineGrid(scale=0.1, zero_point=0)
    x, y = (nodes.Tensor(name, (5,), grid) for name in "xy")
    rule = TwoRoundings.between(np.float32(0.1), np.float32([0.1]), np.float32(0.1))
    node = AffineProduct((x, x), y, rule=rule, low=-128, high=127)
    # 128 * 128 = 2**14 has 15 bits and a sign; a tenth of it, 1638, 11 and a sign.
    assert [str(entry) for entry in registry.work_of(node).operations] == [
        "5 multiply int8 x int8 (gate)",
        "5 multiply int16 x int32 (scale)",
        "5 shift int48 x int5 (scale)",
        "5 compare int12 x int8 (scale)",
        "5 compare int12 x int8 (scale)",
    ]
