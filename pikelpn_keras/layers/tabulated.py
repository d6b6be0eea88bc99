"""What the activations that a device reads from a table share."""

from keras import ops

from pikelpn_keras.integer.nodes import Lookup, Tensor
from pikelpn_keras.integer.nodes.lookup import lookup_table
from pikelpn_keras.rounding import power_of_two


def table_indices(x, grid):
    """Where the values of `x`, which lie on `grid`, stand in a table over that grid.

    Args:
        x: float32 tensor.
        grid: its `Grid`; the exponent may be a scalar tensor.

    Returns:
        int32 tensor of the same shape, from 0 on.
    """
    integers = ops.stop_gradient(x) * power_of_two(-ops.convert_to_tensor(grid.exponent))
    return ops.cast(integers, "int32") - grid.low


def add_lookup(graph, layer, value, function, source, grid):
    """Adds the `Lookup` of a function to a graph under construction.

    Args:
        graph: the `GraphBuilder`.
        layer: the layer, which names the node.
        value: what the layer reads, put on `source` first.
        function: function of a float64 array of values.
        source: `Grid` of the table's arguments.
        grid: `Grid` of its entries.

    Returns:
        the output's `Tensor`.
    """
    argument = graph.requantize(value, source, layer.name)
    output = Tensor(graph.unique_name(layer.name), argument.shape, grid)
    return graph.add(Lookup((argument,), output, lookup_table(function, source, grid)))
