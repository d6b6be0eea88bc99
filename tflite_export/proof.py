"""Proofs that the kernels of a runtime compute exactly what the integer contract says."""

import dataclasses

KERAS = "keras"
XNNPACK = "xnnpack"
REFERENCE = "reference"
# The kernels that requantize in fixed point, most of them with gemmlowp's two roundings.
FIXED_POINT = ("builtin", REFERENCE, "tflm")
DEVICES = (XNNPACK, *FIXED_POINT)
FAMILIES = (KERAS, *DEVICES)

INT32_MAX = 2**31 - 1
# float32 holds every integer up to here.
FLOAT32_INTEGERS = 2**24


@dataclasses.dataclass(frozen=True)
class Bound:
    """An inequality that the exactness of some runtimes rests on.

    Attributes:
        quantity: what is bounded, in words.
        value: the largest it can become, over all inputs and channels.
        limit: the largest for which the runtimes are exact.
        runtimes: names out of `FAMILIES`.
    """

    quantity: str
    value: int
    limit: int
    runtimes: tuple[str, ...]

    @property
    def holds(self):
        """Whether the value stays within the limit."""
        return self.value <= self.limit


@dataclasses.dataclass(frozen=True)
class Obstacle:
    """Why some runtimes are not proven exact.

    Attributes:
        reason: the reason, in words.
        remedy: what to do about it.
        runtimes: names out of `FAMILIES`.
    """

    reason: str
    remedy: str
    runtimes: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Proof:
    """For which runtimes an operator is proven to give the contract's integers.

    Attributes:
        encoding: class of the contract's section 5: "A", "B", "C", "D", "M" or "-".
        bounds: the inequalities that were checked.
        obstacles: what stands against a proof, whatever the bounds.

    Example:

    >>> proof = Proof("A", (Bound("accumulator", 2**26, 2**25, ("xnnpack",)),))
    >>> proof.exact
    ('keras', 'builtin', 'reference', 'tflm')
    >>> proof.failures[0].reason
    'accumulator may reach 67108864, more than 33554432'
    """

    encoding: str
    bounds: tuple[Bound, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def failures(self):
        """The obstacles, and one more for each bound that does not hold."""
        return self.obstacles + tuple(
            Obstacle(
                f"{bound.quantity} may reach {bound.value}, more than {bound.limit}",
                "use fewer weight bits, activation bits or input channels",
                bound.runtimes,
            )
            for bound in self.bounds
            if not bound.holds
        )

    @property
    def exact(self):
        """Names of the runtimes that are proven exact."""
        unproven = {runtime for failure in self.failures for runtime in failure.runtimes}
        return tuple(runtime for runtime in FAMILIES if runtime not in unproven)
