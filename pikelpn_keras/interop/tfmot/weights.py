"""The float weights of layers that tfmot has wrapped."""

# The order in which layers of Keras list their weights.
ORDER = (
    "gamma",
    "beta",
    "kernel",
    "depthwise_kernel",
    "pointwise_kernel",
    "bias",
    "moving_mean",
    "moving_variance",
)


def weights_of(wrapper):
    """The float weights of a wrapped layer, in the layer's order.

    A wrapper puts quantized tensors in the place of the layer's kernels when it is called, and
    keeps the variables itself.

    Args:
        wrapper: a built `QuantizeWrapper`.

    Returns:
        list of arrays.
    """
    variables = [*wrapper.layer.weights, *(entry[0] for entry in wrapper._weight_vars)]
    found = {v.name.split(":")[0].split("/")[-1]: v for v in variables}
    return [found[name].numpy() for name in sorted(found, key=ORDER.index)]
