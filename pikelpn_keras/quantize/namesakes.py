"""The quantized layer of the same name."""

import inspect

from pikelpn_keras import layers
from pikelpn_keras.quantize.errors import refuse


def namesake(layer, builder):
    """`pikelpn_keras.layers.QuantX` for a float layer X, with the same configuration.

    Raises:
        ValueError: if there is none, if it does not take that configuration, or if the layer has
            weights, which only a conversion of its own carries over; the sentence names the layer.
    """
    if isinstance(layer, layers.QuantLayer):
        refuse(layer, "is quantized already; quantize_model takes float models")
    if layer.weights:
        refuse(layer, "has weights that no conversion carries over; build the model without it")
    quantized = getattr(layers, f"Quant{type(layer).__name__}", None)
    if quantized is None:
        refuse(
            layer, "has no quantized counterpart; put layers of pikelpn_keras.layers in its place"
        )
    config = {k: v for k, v in layer.get_config().items() if k not in ("name", "dtype")}
    if "bits" in inspect.signature(quantized).parameters:
        config["bits"] = builder.bits(layer)
    return quantized(**config, name=builder.unique(layer.name))
