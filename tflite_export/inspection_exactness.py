"""Whether all kernels compute one operator alike, judged by the operator alone."""

import dataclasses

import numpy as np

from tflite_export.encoding import A, B, C, D
from tflite_export.reading.decoding import Stored, decode
from tflite_export.reading.errors import UnfitRecordError

EXACT, INEXACT, FLOAT, UNKNOWN = "exact", "not exact", "not integer", "unknown"

ROUNDING = (
    "its scales leave ties or are no powers of two: XNNPACK rounds once, half to even, other "
    "kernels in other ways, so some integers differ by 1"
)
_MOVEMENT = {
    "CONCATENATION",
    "DEPTH_TO_SPACE",
    "EXPAND_DIMS",
    "GATHER",
    "MAXIMUM",
    "MAX_POOL_2D",
    "MINIMUM",
    "PACK",
    "PAD",
    "RESHAPE",
    "RESIZE_NEAREST_NEIGHBOR",
    "SLICE",
    "SPACE_TO_DEPTH",
    "SPLIT",
    "SQUEEZE",
    "STRIDED_SLICE",
    "TRANSPOSE",
    "UNPACK",
}
_PRODUCTS = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 0}
_DIFFERING = {
    "SOFTMAX": "exponentials differ from kernel to kernel",
    "LOGISTIC": "exponentials differ from kernel to kernel",
    "TANH": "exponentials differ from kernel to kernel",
    "MEAN": "kernels round the ties of a mean differently",
    "HARD_SWISH": "kernels round its ties differently",
    "LEAKY_RELU": "kernels round its ties differently",
}
_STORED = {("int8", "int32"), ("int4", "int32")}
_INTEGERS = {"int2", "int4", "uint4", "int8", "uint8", "int16", "int32", "int64", "bool"}


@dataclasses.dataclass(frozen=True)
class Exactness:
    """A judgement.

    Attributes:
        verdict: "exact", "not exact", "not integer" or "unknown".
        encoding: class of the tie-free encoding (contract, section 5) or "".
        reason: why it is not exact.
    """

    verdict: str
    encoding: str = ""
    reason: str = ""


def exactness(use):
    """Judges an operator.

    Args:
        use: its `edgetpu.operators.Use`.

    Returns:
        an `Exactness`. Of fused layers it tells the class in which their weights, biases and scales
        are written; the bounds of accumulators are not proven here.
    """
    floats = [t for t in (*use.inputs, *use.outputs) if t is not None and t.dtype not in _INTEGERS]
    if floats:
        return Exactness(FLOAT, reason=f"tensor '{floats[0].name}' is {floats[0].dtype}")
    name = use.operator.name
    if name in _PRODUCTS:
        return _of_product(use)
    if name in ("ADD", "SUB"):
        return _judged(_one_scale(use), "its tensors lie on different grids, and kernels rescale")
    if name in _MOVEMENT:
        return _judged(_one_grid(use), "it moves integers between different grids")
    if name == "QUANTIZE":
        return _judged(_one_scale(use), "it changes the scale, and kernels round differently")
    if name == "AVERAGE_POOL_2D":
        return Exactness(EXACT)
    if name == "CAST" and not any(t.scales.size > 1 for t in use.outputs):
        return Exactness(EXACT)
    if name in _DIFFERING:
        return Exactness(INEXACT, reason=_DIFFERING[name])
    if name == "MUL":
        return Exactness(INEXACT, reason=ROUNDING)
    return Exactness(UNKNOWN, reason="this operator was not measured")


def _judged(exact, reason):
    return Exactness(EXACT) if exact else Exactness(INEXACT, reason=reason)


def _activations(use):
    inputs = [tensor for tensor in use.inputs if tensor is not None and tensor.data is None]
    return [*inputs, *use.outputs]


def _one_scale(use):
    return len({tuple(tensor.scales.tolist()) for tensor in _activations(use)}) == 1


def _one_grid(use):
    zero_points = {tuple(tensor.zero_points.tolist()) for tensor in _activations(use)}
    return _one_scale(use) and len(zero_points) == 1


def _of_product(use):
    """The class of a fused layer, found by trying to decode it."""
    for scheme in (A, B, C, D):
        try:
            shift = _decoded_shift(use, scheme)
        except UnfitRecordError:
            continue
        if (shift <= 0).all():
            return Exactness(EXACT, "-")
        clamped = use.option("fused_activation_function") in ("RELU", "RELU6")
        if scheme in (A, B):
            return Exactness(EXACT, scheme.name)
        who = "XNNPACK" if scheme is C else "built-in kernels"
        reason = f"its weights leave no spare bit: exact on {who} {'' if clamped else 'only '}"
        reason += "behind its ReLU, others differ by 1 on ties" if clamped else "behind a ReLU"
        return Exactness(INEXACT, scheme.name, reason)
    return Exactness(INEXACT, reason=ROUNDING)


def _decoded_shift(use, scheme):
    """int64 array of shifts; refuses layers that are not written in the class of `scheme`."""
    tensors = [*use.inputs[:3], *use.outputs[:1]]
    if len(tensors) < 4 or any(tensor is None for tensor in tensors):
        raise UnfitRecordError("it has no kernel or no bias")
    x, kernel, bias, y = tensors
    axis = _PRODUCTS[use.operator.name]
    if kernel.data is None or bias.data is None or (kernel.dtype, bias.dtype) not in _STORED:
        raise UnfitRecordError("its weights are no integer constants")
    if (
        kernel.sparse
        or bias.sparse
        or bias.data.ndim != 1
        or kernel.scales.size not in (1, bias.size)
    ):
        raise UnfitRecordError("its channels are not those of its biases")
    exponents = [_exponent(tensor) for tensor in (x, y)]
    if kernel.data.ndim <= axis or kernel.shape[axis] != bias.size or kernel.zero_points.any():
        raise UnfitRecordError("its weights are not symmetric")
    stored = Stored(
        np.moveaxis(kernel.data, axis, -1),
        bias.data,
        np.broadcast_to(kernel.scales, bias.data.shape),
    )
    ones = np.ones(bias.size, np.int64)
    return decode(stored, scheme, ones, exponents[1] - exponents[0])["shift"]


def _exponent(tensor):
    scale = float(tensor.scales[0]) if tensor.scales.size == 1 else 0.0
    mantissa, exponent = np.frexp(scale)
    if mantissa != 0.5:
        raise UnfitRecordError("its scale is no power of two")
    return int(exponent) - 1
