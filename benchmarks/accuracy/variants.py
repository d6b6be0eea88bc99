"""What the accuracy experiments train: each variant by name."""

import collections.abc
import dataclasses
import functools
from typing import Any

import tfmot_net
from calibration import calibration_images
from least_error import LeastErrorPowerOfTwo, LeastErrorUniform
from nets import float_net, pikelpn_net
from norms import BatchPowerOfTwoNorm, FloatNorm, FollowingMeanNorm, HysteresisNorm, NaiveNorm
from peers import NETS

import pikelpn_keras as pk

RELU, LEARNED = pk.layers.QuantReLU, pk.layers.QuantLearnedRangeReLU
# Octaves that no multiplier moves by in a training.
NEVER = 60
UNIFORM, POWER_OF_TWO = pk.quantizers.UniformQuantizer, pk.quantizers.PowerOfTwoQuantizer


@dataclasses.dataclass(frozen=True)
class Variant:
    """A way to train a net.

    Attributes:
        topic: what it is compared with: "norm", "weights", "scales", "activations", "training" or
            "libraries".
        net: makes the net for a shape of pictures.
        training: arguments of `training.train`, the run's own peak rate among them if it has one.
        first_half: name of the variant that is trained for the first half, before this one goes on
            with its weights; None for this one from the beginning.
        from_float: makes the net that training starts with of the float net of the same seed and
            of training pictures; None to start from scratch, with `net`.
        taught: whether the float net of the same seed teaches.
    """

    topic: str
    net: collections.abc.Callable = pikelpn_net
    training: dict[str, Any] = dataclasses.field(default_factory=dict)
    first_half: str | None = None
    from_float: collections.abc.Callable | None = None
    taught: bool = False

    @property
    def needs_float_net(self):
        """Whether the float net of the same seed must be there before."""
        return self.taught or self.from_float is not None


def _norm(norm=pk.layers.QuantNorm, freeze_last=0.3, first_half=None, **options):
    net = functools.partial(pikelpn_net, norm=functools.partial(norm, **options))
    return Variant("norm", net, {"freeze_last": freeze_last}, first_half)


def _weights(depthwise, pointwise, **options):
    net = functools.partial(pikelpn_net, depthwise=depthwise, pointwise=pointwise)
    return Variant("weights", net, **options)


def _quantized(**options):
    """Makes PikeLPN's net of a float one."""

    def net(float_model, images):
        config = pk.QuantConfig.pikelpn(**options)
        return pk.quantize_model(float_model, config, calibration_images(images))

    return net


def _fitted(candidates):
    """Quantizers that fit the kernels of the float net best, which training starts from."""
    return Variant("weights", from_float=_quantized(depthwise=candidates, pointwise=candidates))


def _scales(scale_bits):
    net = functools.partial(
        pikelpn_net,
        depthwise=UNIFORM(4, scale_bits=scale_bits),
        pointwise=POWER_OF_TWO(6, scale_bits=scale_bits),
        norm=functools.partial(pk.layers.QuantNorm, scale_bits=scale_bits),
    )
    return Variant("scales", net)


def _activations(bits, activation=RELU, **options):
    net = functools.partial(pikelpn_net, activation=functools.partial(activation, bits))
    return Variant("activations", net, **options)


VARIANTS = {
    "float": Variant("training", float_net),
    "pikelpn": Variant("training"),
    "distilled": Variant("training", taught=True),
    "from the float net": Variant("training", from_float=_quantized()),
    "from the float net, distilled": Variant("training", from_float=_quantized(), taught=True),
    "first half with 8-bit weights": Variant("training", first_half="8-bit weights"),
    "float norm": _norm(FloatNorm),
    "each parameter rounded": _norm(NaiveNorm),
    "power of two of the batch": _norm(BatchPowerOfTwoNorm),
    "power of two of moving statistics": _norm(HysteresisNorm, freeze_last=0.0, hysteresis=0.5),
    "the same, frozen for the last 30 %": _norm(HysteresisNorm, hysteresis=0.5),
    "hysteresis, never frozen": _norm(freeze_last=0.0),
    "hysteresis, frozen for the last 15 %": _norm(freeze_last=0.15),
    "hysteresis, frozen for the last 50 %": _norm(freeze_last=0.5),
    "hysteresis of 1 octave, frozen for the last 30 %": _norm(HysteresisNorm, hysteresis=1.0),
    "exponents held for the last 50 %, frozen for the last 30 %": _norm(
        HysteresisNorm, hysteresis=NEVER, first_half="pikelpn"
    ),
    "means re-estimated while frozen": _norm(FollowingMeanNorm),
    "mantissa of 2 bits": _norm(mantissa_bits=2),
    "mantissa of 3 bits": _norm(mantissa_bits=3),
    "mantissa of 4 bits": _norm(mantissa_bits=4),
    "both uniform": _weights("uniform4", "uniform4"),
    "both powers of two": _weights("power_of_two6", "power_of_two6"),
    "power-of-two depthwise, uniform pointwise": _weights("power_of_two6", "uniform4"),
    "3-bit weights": _weights("uniform3", "uniform3"),
    "3-bit depthwise, 5 levels": _weights("uniform3", "power_of_two5"),
    "3-bit depthwise, 5 levels, distilled": _weights("uniform3", "power_of_two5", taught=True),
    "5 levels": _weights("uniform4", "power_of_two5"),
    "7 levels": _weights("uniform4", "power_of_two7"),
    "6-bit weights": _weights("uniform6", "uniform6"),
    "8-bit weights": _weights("uniform8", "uniform8"),
    "8-bit depthwise": _weights("uniform8", "power_of_two6"),
    "exponents of least error": _weights(LeastErrorUniform(4), LeastErrorPowerOfTwo(6)),
    "both uniform, exponents of least error": _weights(LeastErrorUniform(4), LeastErrorUniform(4)),
    "8-bit weights, exponents of least error": _weights(LeastErrorUniform(8), LeastErrorUniform(8)),
    "chosen by fit, from the float net": _fitted("auto"),
    "chosen by fit among 3 bits, from the float net": _fitted("auto3"),
    "scale offsets of 2 bits": _scales(2),
    "scale offsets of 3 bits": _scales(3),
    "scale offsets of 8 bits": _scales(8),
    "6-bit activations": _activations(6),
    "4-bit activations": _activations(4),
    "4-bit activations, distilled": _activations(4, taught=True),
    "8-bit activations, learned threshold": _activations(8, LEARNED),
    "6-bit activations, learned threshold": _activations(6, LEARNED),
    "4-bit activations, learned threshold": _activations(4, LEARNED),
    "4-bit activations, learned threshold, distilled": _activations(4, LEARNED, taught=True),
    **{name: Variant("libraries", net) for name, net in NETS.items()},
    # Trained on from weights that are good already, so at a rate that leaves them so.
    tfmot_net.NAME: Variant(
        "libraries", tfmot_net.separable_net, {"rate": 2e-4}, from_float=tfmot_net.from_float
    ),
}
