"""One way to refuse a layer."""

import numpy as np


def refuse(layer, sentence):
    """Raises ValueError: the layer's name and class, then `sentence`."""
    raise ValueError(f"layer '{layer.name}' ({type(layer).__name__}) {sentence}")


def refuse_not_finite(layer, *arrays):
    """Refuses a layer of which one of `arrays` holds NaN or an infinity."""
    bad = sum(int(np.size(a) - np.isfinite(a).sum()) for a in arrays)
    if bad:
        refuse(layer, f"has {bad} weights that are NaN or infinite; load sound ones")
