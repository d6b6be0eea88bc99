"""`mapped_whole`: the same integers in operators that the Edge TPU takes.

Two operators that `convert` writes stay on the CPU. DEPTH_TO_SPACE the chip lacks: here the
convolution before it is written once for each row of a block, and the parts are laid side by side,
by RESHAPE and CONCATENATION. FULLY_CONNECTED with a scale for each channel its compiler does not
know: that becomes a 1x1 CONV_2D. No integer changes.
"""

import dataclasses

from pikelpn_keras.integer import IntegerGraph
from pikelpn_keras.integer.nodes import (
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthToSpace,
    Reshape,
    Tensor,
    Window,
)
from tflite_export.encoding import file_shift
from tflite_export.graphs import as_graph
from tflite_export.operators.conv2d_transpose import equivalent

_POINT = Window((1, 1), (1, 1), (1, 1), "valid")


def mapped_whole(model_or_graph):
    """A graph that computes the same integers in operators that the Edge TPU takes.

    Args:
        model_or_graph: a Keras model of PikeLPN layers or an `IntegerGraph`.

    Returns:
        an `IntegerGraph`. Nodes that the chip takes as they are stay; so does a `DepthToSpace` that
        reads anything but a convolution of its own, for which no way is known.

    Example:

    >>> from pikelpn_keras.models import SuperResolution
    >>> from tflite_export import convert
    >>> from tflite_export.edgetpu.prediction import predict
    >>> model = SuperResolution(input_shape=(6, 6, 3), filters=4, blocks=1)
    >>> predict(convert(model)).all_mapped, predict(convert(mapped_whole(model))).all_mapped
    (False, True)
    """
    graph = as_graph(model_or_graph)
    nodes = [
        part
        for node in graph.nodes
        for part in (equivalent(node) if isinstance(node, Conv2DTranspose) else [node])
    ]
    readers = {tensor.name: 0 for tensor in (*graph.inputs, *(node.output for node in nodes))}
    for name in (*graph.outputs, *(tensor.name for node in nodes for tensor in node.inputs)):
        readers[name] += 1
    written, convolutions = [], {}
    for node in nodes:
        if isinstance(node, Conv2D) and readers[node.name] == 1:
            convolutions[node.name] = node
        source = convolutions.get(node.inputs[0].name)
        if isinstance(node, DepthToSpace) and source is not None:
            written.remove(source)
            written += _rows_side_by_side(source, node)
        elif isinstance(node, Dense) and _scales(node) > 1:
            written += _point_convolution(node)
        else:
            written.append(node)
    return IntegerGraph(graph.name, graph.inputs, tuple(written), graph.outputs)


def _scales(node):
    """How many scales a fused layer has in its file."""
    return len(set(zip(file_shift(node).tolist(), node.multiplier.tolist(), strict=True)))


def _rows_side_by_side(convolution, spread):
    """What computes a `DepthToSpace` of a convolution, a row of each block at a time."""
    block = spread.block_size
    height, width, channels = convolution.output.shape
    share, grid = channels // block, spread.output.grid
    nodes, rows = [], []
    for row in range(block):
        part = _channels_of(convolution, slice(row * share, (row + 1) * share), f"_row{row}")
        flat = Tensor(f"{part.name}_flat", (height, 1, width * share), grid)
        rows.append(flat)
        nodes += [part, Reshape((part.output,), flat)]
    both = Tensor(f"{spread.name}_rows", (height, block, width * share), grid)
    return [*nodes, Concatenate(tuple(rows), both, 2), Reshape((both,), spread.output)]


def _channels_of(node, channels, suffix):
    """The convolution of some of the output channels."""
    fields = {
        name: getattr(node, name)[..., channels]
        for name in ("kernel", "bias", "multiplier", "shift")
    }
    shape = (*node.output.shape[:-1], channels.stop - channels.start)
    output = dataclasses.replace(node.output, name=node.name + suffix, shape=shape)
    norm = node.norm and dataclasses.replace(
        node.norm,
        scales=_codes_of(node.norm.scales, channels),
        mantissas=node.norm.mantissas[channels],
        signs=node.norm.signs[channels],
    )
    weights = dataclasses.replace(node.weights, scales=_codes_of(node.weights.scales, channels))
    return dataclasses.replace(node, output=output, weights=weights, norm=norm, **fields)


def _codes_of(scales, channels):
    """The codes of some channels; one code for all serves any of them."""
    if scales.offsets.size == 1:
        return scales
    return dataclasses.replace(scales, offsets=scales.offsets[channels])


def _point_convolution(dense):
    """A fully connected layer as a convolution of one pixel."""
    (source,), units = dense.inputs, dense.output.shape[-1]
    pixel = Tensor(f"{dense.name}_pixel", (1, 1, *source.shape), source.grid)
    result = dataclasses.replace(dense.output, name=f"{dense.name}_point", shape=(1, 1, units))
    fields = {
        field.name: getattr(dense, field.name)
        for field in dataclasses.fields(dense)
        if field.name not in ("inputs", "output", "kernel")
    }
    kernel = dense.kernel[None, None]
    convolution = Conv2D((pixel,), result, kernel=kernel, window=_POINT, **fields)
    return [
        Reshape((source,), pixel),
        convolution,
        Reshape((result,), dense.output),
    ]
