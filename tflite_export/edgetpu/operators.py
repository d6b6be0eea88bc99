"""The operators that the Edge TPU takes, and within which limits.

Source: Coral's page of supported operations, as repeated by Axis for the same chip, and the lists
of 2019; its runtime versions could not be checked. A version of an operator that compiler 16.0 does
not know makes it refuse the whole file, as reported for QUANTIZE 3 (google-coral/edgetpu issue 879)
and EXP 2 (google-coral/libedgetpu issue 71). The other bounds are taken to be those of TensorFlow
2.5, the release before that compiler, and were not tried.
"""

import dataclasses
from collections.abc import Callable

from tflite_export.reading import listing

LARGEST_SOFTMAX = 16_000


@dataclasses.dataclass(frozen=True)
class Use:
    """An operator with its tensors.

    Attributes:
        operator: the `Operator`.
        inputs: its input tensors; None for one that is left out.
        outputs: its output tensors.
    """

    operator: listing.Operator
    inputs: tuple[listing.Tensor | None, ...]
    outputs: tuple[listing.Tensor, ...]

    def option(self, name, default=None):
        """An option of the operator."""
        return self.operator.options.get(name, default)

    def numbers(self, index):
        """The numbers of a constant input as a flat list, or None."""
        tensor = self.inputs[index] if index < len(self.inputs) else None
        return None if tensor is None or tensor.data is None else tensor.data.ravel().tolist()


@dataclasses.dataclass(frozen=True)
class Limit:
    """A limit of an operator.

    Attributes:
        broken: a function that tells of a `Use` whether the limit is broken.
        rule: the limit, in words.
        remedy: what to do.
    """

    broken: Callable[[Use], bool]
    rule: str
    remedy: str


@dataclasses.dataclass(frozen=True)
class Support:
    """What the Edge TPU makes of an operator.

    Attributes:
        version: the newest operator version that compiler 16.0 is taken to know.
        runtime: the first Edge TPU runtime with it.
        limits: its limits.
    """

    version: int
    runtime: int = 10
    limits: tuple[Limit, ...] = ()


def _axes(use):
    rank = len(use.inputs[0].shape)
    axes = use.numbers(1)
    return None if axes is None else {axis % rank for axis in axes if rank}


def _over_batch(use):
    axes = _axes(use)
    return axes is None or 0 in axes


def _odd_channels(use):
    shape = use.inputs[0].shape
    return len(shape) - 1 in (_axes(use) or ()) and shape[-1] % 4 != 0


def _pads_batch(use):
    pads = use.numbers(1)
    return pads is None or any(pads[:2])


def _joins_constant(use):
    constants = [tensor for tensor in use.inputs if tensor is None or tensor.data is not None]
    zeros = all(tensor is not None and not tensor.data.any() for tensor in constants)
    return bool(constants) and not (len(use.inputs) == 2 and zeros)


def _ones_but_one(shape):
    return sum(size != 1 for size in shape) <= 1


NO_ACTIVATION = Limit(
    lambda use: use.option("fused_activation_function", "NONE") != "NONE",
    "no fused activation function",
    "write the activation as an operator of its own",
)
EQUAL_DILATION = Limit(
    lambda use: use.option("dilation_h_factor", 1) != use.option("dilation_w_factor", 1),
    "equal dilation in x and y",
    "dilate both axes alike",
)
NOT_OVER_BATCH = Limit(_over_batch, "not along the batch", "reduce other axes, given as constants")
MULTIPLE_OF_4 = Limit(
    _odd_channels,
    "a reduction of channels needs a multiple of 4",
    "give the layer before it a multiple of 4 channels",
)
PAD_NOT_BATCH = Limit(_pads_batch, "not along the batch", "pad other axes, by constants")
CONSTANT_ZEROS = Limit(
    _joins_constant,
    "a constant input only with exactly 2 inputs and only of zeros",
    "join activations, or pad with PAD",
)
DEFAULT_WEIGHTS = Limit(
    lambda use: use.option("weights_format", "DEFAULT") != "DEFAULT",
    "only weights of the default format",
    "convert without shuffled weights",
)
VECTOR_OUTPUT = Limit(
    lambda use: not _ones_but_one(use.outputs[0].shape),
    "the output is one-dimensional",
    "flatten the input, or use a 1x1 convolution",
)
VECTOR_SOFTMAX = Limit(
    lambda use: not _ones_but_one(use.inputs[0].shape) or use.inputs[0].size > LARGEST_SOFTMAX,
    f"a one-dimensional input of at most {LARGEST_SOFTMAX:,} elements",
    "end the model at its logits",
)
INNERMOST_ALPHA = Limit(
    lambda use: not _ones_but_one(use.inputs[1].shape),
    "alpha is one-dimensional, along the channels",
    "share alpha over height and width (shared_axes=[1, 2])",
)
SPLIT_NOT_BATCH = Limit(
    lambda use: use.numbers(0) is None or 0 in use.numbers(0), "not along the batch", "split others"
)
PACK_NOT_BATCH = Limit(
    lambda use: use.option("axis", 0) == 0, "not along the batch", "pack along another axis"
)
PLAIN_SLICE = Limit(
    lambda use: (
        set(use.numbers(3) or [0]) != {1}
        or use.option("ellipsis_mask", 0) != 0
        or use.option("new_axis_mask", 0) != 0
    ),
    "all strides 1, no ellipsis and no new axis",
    "cut with strides of 1",
)

SUPPORTED = {
    "ADD": Support(4),
    "AVERAGE_POOL_2D": Support(3, limits=(NO_ACTIVATION,)),
    "CONCATENATION": Support(3, limits=(NO_ACTIVATION, CONSTANT_ZEROS)),
    "CONV_2D": Support(5, limits=(EQUAL_DILATION,)),
    "DEPTHWISE_CONV_2D": Support(6, limits=(EQUAL_DILATION,)),
    "EXPAND_DIMS": Support(1, runtime=13),
    "FULLY_CONNECTED": Support(9, limits=(DEFAULT_WEIGHTS, VECTOR_OUTPUT)),
    "L2_NORMALIZATION": Support(2),
    "LOGISTIC": Support(3),
    "LSTM": Support(4, runtime=14),
    "MAXIMUM": Support(3),
    "MAX_POOL_2D": Support(3, limits=(NO_ACTIVATION,)),
    "MEAN": Support(2, limits=(NOT_OVER_BATCH, MULTIPLE_OF_4)),
    "MINIMUM": Support(3),
    "MUL": Support(4),
    "PACK": Support(2, runtime=13, limits=(PACK_NOT_BATCH,)),
    "PAD": Support(2, limits=(PAD_NOT_BATCH,)),
    "PRELU": Support(1, runtime=13, limits=(INNERMOST_ALPHA,)),
    "QUANTIZE": Support(2, runtime=13),
    "REDUCE_MAX": Support(2, runtime=14, limits=(NOT_OVER_BATCH,)),
    "REDUCE_MIN": Support(2, runtime=14, limits=(NOT_OVER_BATCH,)),
    "RELU": Support(2),
    "RELU6": Support(2),
    "RELU_N1_TO_1": Support(1),
    "RESHAPE": Support(1),
    "RESIZE_BILINEAR": Support(3),
    "RESIZE_NEAREST_NEIGHBOR": Support(3),
    "RSQRT": Support(2, runtime=14),
    "SLICE": Support(3),
    "SOFTMAX": Support(3, limits=(VECTOR_SOFTMAX,)),
    "SPACE_TO_DEPTH": Support(2),
    "SPLIT": Support(4, limits=(SPLIT_NOT_BATCH,)),
    "SQUARED_DIFFERENCE": Support(2, runtime=14),
    "SQUEEZE": Support(1),
    "STRIDED_SLICE": Support(4, limits=(PLAIN_SLICE,)),
    "SUB": Support(3),
    "SUM": Support(2, runtime=13, limits=(NOT_OVER_BATCH,)),
    "TANH": Support(3),
    "TRANSPOSE": Support(4, runtime=14),
    "TRANSPOSE_CONV": Support(3, runtime=13),
}
# Operators that the Edge TPU leaves to the CPU, in versions that the compiler is taken to parse.
PARSED = {"CAST": 1, "DEPTH_TO_SPACE": 2, "DEQUANTIZE": 5, "EXP": 1, "GATHER": 3, "HARD_SWISH": 1}
