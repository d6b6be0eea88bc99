"""One way to refuse a layer."""


def refuse(layer, sentence):
    """Raises ValueError: the layer's name and class, then `sentence`."""
    raise ValueError(f"layer '{layer.name}' ({type(layer).__name__}) {sentence}")
