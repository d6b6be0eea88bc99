"""From a Keras model to its `Workload`."""

from pikelpn_keras.cost.formats import Formats
from pikelpn_keras.cost.graph import graph_workload
from pikelpn_keras.cost.keras_layers.registry import LayerCall
from pikelpn_keras.cost.number_formats import NumberFormat, number_format
from pikelpn_keras.cost.work import Activations, Layer, Work, Workload


def keras_workload(model, formats=None):
    """The `Workload` of a Keras model.

    A model with layers of this library is counted as its `IntegerGraph`. Every other is counted
    layer by layer as it runs: at the compute dtype of each layer (norms never below float32, as
    Keras computes them), int8 where `model.quantize("int8")` made it so. Norms are folded to one
    product and one addition for each number. Layers that are not known are listed, not guessed.

    Args:
        model: a built Functional or Sequential keras.Model with known sizes.
        formats: None, or `Formats` to count a float model as if it ran in them. Where weights and
            activations are integers, every sum of products takes one more product, by its scale.

    Raises:
        ValueError: if the model has no symbolic inputs and outputs, or open sizes, or if formats
            are given for a model that has its own.
    """
    import keras

    from pikelpn_keras.layers.base import QuantLayer
    from pikelpn_keras.lowering import integer_graph
    from pikelpn_keras.quantize.trace import trace

    if not isinstance(model, keras.Model):
        raise ValueError(f"the cost of a {type(model).__name__} is not known; give a keras.Model")
    if any(isinstance(layer, QuantLayer) for layer in model._flatten_layers()):
        if formats is not None:
            raise ValueError(
                f"formats say in what a float Keras model runs; '{model.name}' has quantized layers"
            )
        return graph_workload(integer_graph(model))
    return _Counter(formats).workload(model.name, trace(model))


class _Counter:
    """Counts the calls of a `Trace`."""

    def __init__(self, formats):
        self.formats = formats
        self.tensors = {}
        self._names = set()

    def workload(self, name, traced):
        for number, (tensor, shape) in traced.inputs.items():
            self.tensors[number] = self._activations(tensor, shape, self._input_format())
        layers = tuple(self._layer(call) for call in traced.calls)
        return Workload(
            name=name,
            layers=layers,
            inputs=tuple(self.tensors[number] for number in traced.inputs),
            outputs=tuple(self.tensors[number].name for number in traced.outputs),
        )

    def _layer(self, call):
        from pikelpn_keras.cost.keras_layers import counter_of

        layer, reads = call.layer, [self.tensors[number] for number in call.inputs]
        formats = self.formats or _formats_of(layer)
        output = self._activations(layer.name, call.shape, formats.activations)
        self.tensors[call.output] = output
        kind, counter = type(layer).__name__, counter_of(layer)
        if counter is None:
            work = Work(unknown=(kind,))
        else:
            shapes = tuple(tensor.shape for tensor in reads)
            work = counter(LayerCall(layer, shapes, output.shape, formats))
        return Layer(output.name, kind, work, (output,), tuple(tensor.name for tensor in reads))

    def _activations(self, name, shape, number):
        if None in shape:
            raise ValueError(
                f"'{name}' has the open shape {shape}; give keras.Input all sizes to count the cost"
            )
        unique, copies = name, 0
        while unique in self._names:
            copies += 1
            unique = f"{name}_{copies}"
        self._names.add(unique)
        return Activations(unique, tuple(shape), number)

    def _input_format(self):
        return NumberFormat(32, floating=True) if self.formats is None else self.formats.activations


def _formats_of(layer):
    """What a layer computes in."""
    import keras

    number = number_format(getattr(layer, "compute_dtype", keras.config.floatx()))
    elementwise = number
    if isinstance(layer, keras.layers.BatchNormalization | keras.layers.LayerNormalization):
        elementwise = max(number, NumberFormat(32, floating=True))
    return Formats(number, number, elementwise)
