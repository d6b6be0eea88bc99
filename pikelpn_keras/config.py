"""What `quantize_model` makes of each layer."""

import dataclasses
import fnmatch
import functools
from collections.abc import Mapping
from typing import Any

from pikelpn_keras import quantizers
from pikelpn_keras.integer.grid import Grid
from pikelpn_keras.quantizers import Quantizer, UniformQuantizer
from pikelpn_keras.quantizers.fitting import CANDIDATES

DENSE = UniformQuantizer(7, per_channel=False)
LOSSES, ROUNDINGS = ("max", "mse", "angle_length"), ("compensated", "nearest")
_NAMED = {"weight_loss": LOSSES, "weight_rounding": ROUNDINGS}
# In place of a quantizer: names of those out of which a kernel gets what fits it best.
AUTO = {"auto": CANDIDATES[4], "auto3": CANDIDATES[3]}


@dataclasses.dataclass(frozen=True)
class InputGrid:
    """How the inputs of the float model lie on the input grid.

    The float model is fed `x = integer * scale + offset` for a grid integer. The default says that
    it takes raw pixels, 0 to 255, as models do that begin with a Rescaling layer or none.

    Args:
        bits: width of the input, 2 to 8.
        exponent: the grid's exponent.
        signed: whether the grid has negative integers.
        scale: what the float model is fed for a step of one grid integer.
        offset: what it is fed for the grid integer 0.

    Example:

    A model that was trained on `pixel / 127.5 - 1`, computed outside of it:

    >>> InputGrid(scale=1 / 127.5, offset=-1.0).grid
    Grid(exponent=-8, bits=8, signed=False)
    """

    bits: int = 8
    exponent: int = -8
    signed: bool = False
    scale: float = 1.0
    offset: float = 0.0

    def __post_init__(self):
        if not self.scale > 0:
            raise ValueError(f"scale of an InputGrid must be positive, not {self.scale!r}")
        if self.bits not in range(2, 9):
            raise ValueError(f"bits of an InputGrid are 2 to 8, not {self.bits!r}")

    @property
    def grid(self):
        """The `Grid` of the quantized model's inputs."""
        return Grid(self.exponent, self.bits, self.signed)

    @classmethod
    def features(cls, exponent):
        """A signed 8-bit grid for inputs that are no pictures: the float model is fed the values.

        Args:
            exponent: the grid's exponent; values from `-2**(exponent+7)` to there fit.
        """
        return cls(8, exponent, True, scale=2.0**exponent)


@dataclasses.dataclass(frozen=True)
class LayerConfig:
    """What one layer gets in place of the configuration's defaults.

    Args:
        quantizer: quantizer of its kernel, by object, name or config, or "auto" or "auto3"; None
            for the default.
        activation_bits: width of its output; None for the default.
        weight_loss: see `QuantConfig`; None for the default.
        weight_rounding: see `QuantConfig`; None for the default.
    """

    quantizer: Quantizer | str | None = None
    activation_bits: int | None = None
    weight_loss: str | None = None
    weight_rounding: str | None = None

    def __post_init__(self):
        if self.quantizer is not None:
            object.__setattr__(self, "quantizer", _quantizer("quantizer", self.quantizer))
        if self.activation_bits is not None:
            _check_bits(self.activation_bits)
        for field, known in _NAMED.items():
            if getattr(self, field) is not None:
                _check_name(field, getattr(self, field), known)


@dataclasses.dataclass(frozen=True, eq=True)
class QuantConfig:
    """How `quantize_model` quantizes a model: quantizers by kind of layer, widths, overrides.

    Presets: `pikelpn`, `w8a8`, `w4a4` and `binary`. `dataclasses.replace` changes one.

    "auto" in place of a quantizer gives each kernel what fits its weights best, uniform 4 bits or
    powers of two of 6 levels, "auto3" uniform 3 bits or 3 levels: the least relative squared error
    at the exponents that `weight_loss` chooses (`pikelpn_keras.quantizers.best_fit`).

    Args:
        convolution: quantizer of convolutions, an object, a name or a config.
        pointwise: of 1x1 convolutions.
        depthwise: of depthwise convolutions.
        dense: of Dense layers.
        first: of a convolution that reads the input, whatever its kind; None for no exception.
        last: of a convolution that makes an output; None for no exception.
        activation_bits: width of activations, 2 to 8. Outputs have 8 bits.
        weight_loss: how exponents of weights are chosen. "max" leaves them to the quantizer, which
            follows the largest weight while it trains; "mse" takes those of least squared error and
            "angle_length" those that keep angle and length of each channel's vector best, once,
            and holds them (`pikelpn_keras.quantize.choose_exponents`).
        weight_rounding: "nearest", or "compensated": where exponents are held and there are data
            for calibration, weights are rounded such that outputs are least off.
        mantissa_bits: see `QuantNorm`; 1 for powers of two.
        input: an `InputGrid`, for all inputs.
        overrides: a mapping from layer names or glob patterns to `LayerConfig` or its arguments as
            a dict; of several that match, the last one that says something counts.

    Raises:
        ValueError: if a quantizer, a loss or a width is none.
        TypeError: if a key of an override or of a config is unknown.

    Example:

    >>> config = QuantConfig.pikelpn(overrides={"block1_*": {"quantizer": "uniform7"}})
    >>> config.for_layer("block1_conv", "pointwise").quantizer.bits
    7
    >>> config.for_layer("block2_conv", "pointwise").quantizer
    PowerOfTwoQuantizer(levels=6, per_channel=True, scale_bits=4)
    >>> QuantConfig.from_config(config.get_config()) == config
    True
    """

    convolution: Quantizer | str
    pointwise: Quantizer | str
    depthwise: Quantizer | str
    dense: Quantizer | str = DENSE
    first: Quantizer | str | None = None
    last: Quantizer | str | None = None
    activation_bits: int = 8
    weight_loss: str = "mse"
    weight_rounding: str = "compensated"
    mantissa_bits: int = 1
    input: InputGrid = InputGrid()
    overrides: Mapping[str, LayerConfig] = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        for field in ("convolution", "pointwise", "depthwise", "dense", "first", "last"):
            given = getattr(self, field)
            if given is not None or field not in ("first", "last"):
                object.__setattr__(self, field, _quantizer(field, given))
        _check_bits(self.activation_bits)
        for field, known in _NAMED.items():
            _check_name(field, getattr(self, field), known)
        if not isinstance(self.overrides, Mapping):
            raise ValueError(f"overrides is a dict by names of layers, not {self.overrides!r}")
        overrides = {k: _override(k, v) for k, v in self.overrides.items()}
        object.__setattr__(self, "overrides", overrides)
        object.__setattr__(self, "input", _as(InputGrid, self.input))

    @classmethod
    def pikelpn(cls, **changes):
        """Distribution-Heterogeneous Quantization, our reading of the PikeLPN paper.

        Convolutions and depthwise convolutions uniform in 4 bits, 1x1 convolutions powers of two of
        6 levels, the first and the last layer uniform in 7 bits. Meant to be trained.
        """
        return _preset(cls, "uniform4", "power_of_two6", "uniform4", changes)

    @classmethod
    def w8a8(cls, **changes):
        """7-bit weights, 8-bit activations: usable without training.

        The eighth bit of the weights is the room that exactness on every kernel needs (class B).
        """
        return _preset(cls, "uniform7", "uniform7", "uniform7", changes)

    @classmethod
    def w4a4(cls, **changes):
        """4-bit weights and activations, first and last layer 7 bits. Meant to be trained."""
        changes = {"activation_bits": 4, **changes}
        return _preset(cls, "uniform4", "uniform4", "uniform4", changes)

    @classmethod
    def binary(cls, **changes):
        """Binary convolutions, 4-bit depthwise ones, first and last layer 7 bits.

        Activations have 8 bits. Meant to be trained.
        """
        return _preset(cls, "binary", "binary", "uniform4", changes)

    def for_layer(self, name, *roles):
        """The `LayerConfig` of a layer, complete.

        Args:
            name: the layer's name in the float model.
            *roles: names of this configuration's quantizer fields, the first one that is not None
                counts; none for a layer without a kernel.
        """
        found = {
            "quantizer": next((getattr(self, r) for r in roles if getattr(self, r)), None),
            "activation_bits": self.activation_bits,
            "weight_loss": self.weight_loss,
            "weight_rounding": self.weight_rounding,
        }
        for pattern, override in self.overrides.items():
            if fnmatch.fnmatchcase(name, pattern):
                given = {f.name: getattr(override, f.name) for f in dataclasses.fields(override)}
                found.update({k: v for k, v in given.items() if v is not None})
        return LayerConfig(**found)

    def check_overrides(self, names):
        """Refuses overrides that mean none of the layers `names` of a model.

        Raises:
            ValueError: if a pattern of `overrides` matches no name.

        Example:

        >>> QuantConfig.w8a8(overrides={"conv*": {"activation_bits": 4}}).check_overrides(["stem"])
        Traceback (most recent call last):
            ...
        ValueError: the override 'conv*' matches no layer; the layers are stem
        """
        names = sorted(set(names))
        for pattern in self.overrides:
            if not any(fnmatch.fnmatchcase(name, pattern) for name in names):
                raise ValueError(
                    f"the override {pattern!r} matches no layer; the layers are {', '.join(names)}"
                )

    def get_config(self):
        """A dict of plain values, fit for JSON, from which `from_config` makes this again."""
        return _plain(self)

    @classmethod
    def from_config(cls, config):
        """The configuration of a dict made by `get_config`."""
        return cls(**config)


def _preset(cls, convolution, pointwise, depthwise, changes):
    own = {"convolution": convolution, "pointwise": pointwise, "depthwise": depthwise}
    return cls(**{**own, "first": "uniform7", "last": "uniform7", **changes})


def _quantizer(field, identifier):
    if isinstance(identifier, str) and identifier in AUTO:
        return identifier
    try:
        return quantizers.get(identifier)
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from None


def _override(pattern, value):
    try:
        return _as(LayerConfig, value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"override {pattern!r}: {error}") from None


def _as(kind, value):
    value = kind(**value) if isinstance(value, Mapping) else value
    if not isinstance(value, kind):
        raise ValueError(f"{kind.__name__} or a dict of its arguments is needed, not {value!r}")
    return value


@functools.singledispatch
def _plain(value: Any):
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


@_plain.register
def _(value: Quantizer):
    return quantizers.serialize(value)


@_plain.register
def _(value: Mapping):
    return {key: _plain(entry) for key, entry in value.items()}


def _check_bits(bits):
    if bits not in range(2, 9):
        raise ValueError(f"activation_bits are 2 to 8, not {bits!r}")


def _check_name(field, name, known):
    if name not in known:
        raise ValueError(f"{field} is one of {', '.join(known)}, not {name!r}")
