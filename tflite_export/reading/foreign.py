"""The graph of a file by others: what one family of kernels computes of it."""

from pikelpn_keras.integer import IntegerGraph
from pikelpn_keras.integer.kernels.affine_grid import AffineGrid
from pikelpn_keras.integer.nodes import Tensor
from tflite_export.reading.call import Call
from tflite_export.reading.errors import BrokenFileError, UnsupportedModelError
from tflite_export.reading.operators import translate

_SIGNED = {"int8": True, "uint8": False}
_FLOATS = ("float32", "float16")


def foreign_graph(subgraph, family):
    """The `IntegerGraph` of a subgraph of int8 or uint8 tensors.

    Args:
        subgraph: the `Subgraph`.
        family: the `KernelFamily` to match.

    Raises:
        UnsupportedModelError: if an operator or tensor has no integer meaning here.
        BrokenFileError: if a tensor is read before it is written, or written twice.
    """
    return _Translation(subgraph, family).graph()


class _Translation:
    def __init__(self, subgraph, family):
        self._subgraph = subgraph
        self._family = family
        self._names = _unique_names(subgraph.tensors)
        # Graph tensors by index; that of a QUANTIZE of floats begins the graph.
        self._known = {}
        self._inputs = []

    def graph(self):
        floats = set()
        for index in self._subgraph.inputs:
            if self._subgraph.tensors[index].dtype in _FLOATS:
                floats.add(index)
            else:
                self._begin(index)
        nodes = [
            node for operator in self._subgraph.operators for node in self._nodes(operator, floats)
        ]
        outputs = tuple(self._tensor_at(index).name for index in self._subgraph.outputs)
        if not self._inputs:
            raise UnsupportedModelError("the model computes with floats from its inputs on")
        name = self._subgraph.name or "model"
        try:
            return IntegerGraph(name, tuple(self._inputs), tuple(nodes), outputs)
        except ValueError as error:
            raise BrokenFileError(f"this .tflite file is damaged: {error}") from None

    def _begin(self, index):
        tensor = self._graph_tensor(index)
        self._known[index] = tensor
        self._inputs.append(tensor)

    def _nodes(self, operator, floats):
        """The node of an operator; none for those between floats and integers at the edges."""
        read, written = operator.inputs, operator.outputs
        if len(written) != 1 or read[:1] in ((), (-1,)):
            raise UnsupportedModelError(
                f"operator {operator.name} reads {len(read)} and writes {len(written)} tensors; "
                f"at least one and exactly one are needed; {Call.remedy}"
            )
        if operator.name == "QUANTIZE" and read[0] in floats:
            self._begin(written[0])
            return
        if operator.name == "DEQUANTIZE" and written[0] in self._subgraph.outputs:
            self._known[written[0]] = self._tensor_at(read[0])
            return
        call = Call(
            operator,
            self._family,
            tuple(self._input(index) for index in read),
            self._graph_tensor(written[0]),
        )
        try:
            yield translate(call)
        except UnsupportedModelError:
            raise
        except ValueError as error:
            call.refuse(f"does not fit: {error}")
        self._known[written[0]] = call.output

    def _input(self, index):
        if index < 0:
            return None
        tensor = self._subgraph.tensors[index]
        return self._tensor_at(index) if tensor.data is None else tensor

    def _tensor_at(self, index):
        if index not in self._known:
            tensor = self._subgraph.tensors[index]
            if tensor.dtype in _FLOATS:
                raise UnsupportedModelError(
                    f"tensor '{self._names[index]}' holds floats between the operators; "
                    f"{Call.remedy}"
                )
            raise BrokenFileError(f"tensor '{self._names[index]}' is read before it is written")
        return self._known[index]

    def _graph_tensor(self, index):
        """The tensor, its batch dimension left away and on a grid."""
        tensor, name = self._subgraph.tensors[index], self._names[index]
        if tensor.dtype not in _SIGNED:
            raise UnsupportedModelError(
                f"tensor '{name}' is {tensor.dtype}, neither int8 nor uint8; {Call.remedy}"
            )
        if tensor.shape[:1] != (1,) or min(tensor.shape) < 1:
            raise UnsupportedModelError(
                f"tensor '{name}' has the shape {tensor.shape}; a batch of 1 and known sizes are "
                f"needed; {Call.remedy}"
            )
        grid = _grid(tensor)
        if grid is None:
            raise UnsupportedModelError(
                f"tensor '{name}' has no single scale and zero point; {Call.remedy}"
            )
        return Tensor(name, tensor.shape[1:], grid)


def _grid(tensor):
    if tensor.scales.size != 1 or not 2.0**-126 <= tensor.scales[0] < 2.0**127:
        return None
    zero_point = int(tensor.zero_points[0]) if tensor.zero_points.size else 0
    signed = _SIGNED[tensor.dtype]
    grid = AffineGrid(signed=signed, scale=float(tensor.scales[0]), zero_point=zero_point)
    return grid if grid.low <= 0 <= grid.high else None


def _unique_names(tensors):
    """A name for each tensor: its own, or one by its number where that is missing or taken."""
    names = []
    taken = set()
    for index, tensor in enumerate(tensors):
        name = tensor.name
        if not name or name in taken:
            name = f"{name or 'tensor'}#{index}"
        taken.add(name)
        names.append(name)
    return names
