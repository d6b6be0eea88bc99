import dataclasses

import pytest

from pikelpn_keras.integer import nodes
from pikelpn_keras.integer.nodes import Conv2D, Tensor
from tests.node_types import concrete_nodes
from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.operators import registry


@dataclasses.dataclass(frozen=True, eq=False)
class Unknown(nodes.Node):
    def run(self, inputs):
        return inputs


def test_every_node_of_the_library_has_an_operator():
    concrete = concrete_nodes(nodes)
    assert len(concrete) >= 5
    assert concrete <= set(registry._EMITTERS)


def test_unknown_nodes_are_refused_by_name():
    x = Tensor("x", (3,), graphs.UNSIGNED)
    node = Unknown((x,), Tensor("strange", (3,), graphs.UNSIGNED))
    with pytest.raises(ValueError, match=r"layer 'strange' \(Unknown\) has no TFLite operator"):
        convert(graphs.single(node))


def test_subclasses_are_written_as_their_parents(rng):
    class Named(Conv2D):
        pass

    node = graphs.conv2d(rng, Tensor("x", (5, 5, 2), graphs.PIXELS), 3)
    named = Named(**{f.name: getattr(node, f.name) for f in dataclasses.fields(node)})
    assert len(convert(graphs.single(named))) > 0
