"""Activations that are fused into float operators."""

from pikelpn_keras.cost import layer_work
from tflite_export.costing.registry import format_of

COMPARISONS = {"NONE": 0, "RELU": 1, "RELU6": 2, "RELU_N1_TO_1": 2}


def fused_activation(call):
    """The operations of the activation fused into a float operator."""
    name = call.operator.options.get("fused_activation_function", "NONE")
    count, number = call.output.size, format_of(call.output)
    if name not in COMPARISONS:
        return layer_work.function(count, number)
    return layer_work.relu(COMPARISONS[name] * count, number)
