"""One number for a model: ACE, ACEv2, or its cost by any cost model."""

from pikelpn_keras.cost.graph import graph_workload
from pikelpn_keras.cost.models import cost_model as cost_model_of
from pikelpn_keras.cost.work import Workload
from pikelpn_keras.integer.graph import IntegerGraph


def workload(model, formats=None):
    """What a model computes for one image, operation by operation.

    Args:
        model: an `IntegerGraph`, a keras.Model or a `Workload`, which is returned as it is. A model
            of `pikelpn_keras.layers` is counted as the integers that it deploys, any other at the
            formats that its layers compute in.
        formats: None, or the `Formats` that a float Keras model is supposed to run in.

    Raises:
        ValueError: if a Keras model has open shapes or no symbolic inputs and outputs, if a node is
            unknown, or if `formats` is given for what has formats of its own.

    Example:

    >>> from pikelpn_keras.integer import Grid, IntegerGraph
    >>> from pikelpn_keras.integer.nodes import Add, Tensor
    >>> x, y = Tensor("x", (4,), Grid(-8)), Tensor("y", (4,), Grid(-8))
    >>> [str(entry) for entry in
    ...     workload(IntegerGraph("double", (x,), (Add((x, x), y),), ("y",))).operations][0]
    '4 add int8 x int8 (residual)'
    """
    if isinstance(model, Workload | IntegerGraph) and formats is not None:
        raise ValueError(
            f"formats say in what a float Keras model runs; {type(model).__name__} "
            f"'{model.name}' has its own"
        )
    if isinstance(model, Workload):
        return model
    if isinstance(model, IntegerGraph):
        return graph_workload(model)
    # Only here is Keras, which takes seconds to import, needed.
    from pikelpn_keras.cost.keras_model import keras_workload

    return keras_workload(model, formats)


def ace(model):
    """ACE as in PokeBNN (arXiv 2112.00133): sum of n_ij * i * j over conv and dense MACs.

    n_ij is the number of multiply-accumulates of an i-bit and a j-bit operand, whatever the weights
    are; floats count by their storage width. Norms, activations, scales and additions of tensors
    are overlooked, which is what ACEv2 is for.

    Args:
        model: see `workload`.

    Returns:
        int.

    Raises:
        ValueError: see `workload`.

    Example:

    >>> from pikelpn_keras.cost import Architecture, Formats
    >>> net = Architecture("layer", Formats("int4", "int8", "float32"))
    >>> _ = net.dense("logits", (100,), 10)
    >>> ace(net.workload())
    32000
    """
    macs = workload(model).macs
    return sum(entry.count * entry.operands[0].bits * entry.operands[1].bits for entry in macs)


def ace_v2(model):
    """ACEv2 as this project reads it: the cost of all arithmetic.

    The paper's own table of costs was not at hand; `pikelpn_keras/cost/models/ace_v2.py` says what
    stands in its place and why. Not comparable with figures of the paper.

    Args:
        model: see `workload`.

    Raises:
        ValueError: see `workload`.

    Example:

    >>> from pikelpn_keras.cost import Architecture, Formats
    >>> net = Architecture("layer", Formats("int4", "int8", "float32"))
    >>> _ = net.scale("scale", net.dense("logits", (100,), 10))
    >>> ace_v2(net.workload())  # 1000 MACs of 4 * 8 and 10 products of 32 * 32
    42240
    """
    return cost(model, "ace_v2")


def cost(model, cost_model="ace_v2"):
    """The cost of all arithmetic of a model by a cost model.

    Args:
        model: see `workload`.
        cost_model: a `CostModel` or the name of one in `COST_MODELS`.

    Returns:
        a number in the cost model's unit.

    Raises:
        ValueError: see `workload`; or if the cost model is unknown or knows no such operand.

    Example:

    >>> from pikelpn_keras.cost import Architecture, Formats
    >>> net = Architecture("layer", Formats("int4", "int8", "float32"))
    >>> _ = net.dense("logits", (100,), 10)
    >>> cost(net.workload()) == ace(net.workload())
    True
    """
    return cost_model_of(cost_model).cost(workload(model).operations)
