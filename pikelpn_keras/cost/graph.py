"""From an `IntegerGraph` to its `Workload`."""

from pikelpn_keras.cost.nodes import work_of
from pikelpn_keras.cost.number_formats import NumberFormat
from pikelpn_keras.cost.work import Activations, Layer, Workload


def graph_workload(graph):
    """The `Workload` of an `IntegerGraph`: what is deployed, node by node.

    Raises:
        ValueError: if a node's class has no counter; the sentence names it.
    """
    return Workload(
        name=graph.name,
        layers=tuple(
            Layer(
                name=node.name,
                kind=type(node).__name__,
                work=work_of(node),
                outputs=(_activations(node.output),),
                reads=tuple(tensor.name for tensor in node.inputs),
            )
            for node in graph.nodes
        ),
        inputs=tuple(map(_activations, graph.inputs)),
        outputs=graph.outputs,
    )


def _activations(tensor):
    return Activations(tensor.name, tensor.shape, NumberFormat(tensor.grid.bits))
