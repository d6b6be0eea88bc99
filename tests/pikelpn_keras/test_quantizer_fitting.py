import numpy as np
import pytest

from pikelpn_keras import quantizers
from pikelpn_keras.quantizers import (
    BinaryQuantizer,
    PowerOfTwoQuantizer,
    UniformQuantizer,
    angle,
    best_fit,
    relative_error,
)
from pikelpn_keras.quantizers.fitting import CANDIDATES

UNIFORM, POWERS = UniformQuantizer(4), PowerOfTwoQuantizer(6)


def sample(distribution, taps, channels=256):
    """`(taps, channels)` weights; channels differ by up to a factor of 4."""
    random = np.random.default_rng(0)
    weights = {
        "uniform": lambda size: random.uniform(-1, 1, size),
        "gaussian": lambda size: random.normal(size=size),
        "laplacian": lambda size: random.laplace(size=size),
        "student_t2": lambda size: random.standard_t(2, size),
        "log_uniform": lambda size: random.choice([-1, 1], size) * 2 ** random.uniform(-5, 0, size),
    }[distribution]((taps, channels))
    return (weights * random.uniform(0.1, 0.4, channels)).astype("float32")


def crest_factor(weights):
    return np.mean(np.abs(weights).max(0) / np.sqrt(np.mean(weights**2, 0)))


@pytest.mark.parametrize(
    ("distribution", "taps", "fitting"),
    [
        ("uniform", 9, UNIFORM),
        ("uniform", 1024, UNIFORM),
        ("gaussian", 9, UNIFORM),
        ("gaussian", 1024, UNIFORM),
        ("laplacian", 9, UNIFORM),
        ("laplacian", 128, UNIFORM),
        ("laplacian", 4096, POWERS),
        ("student_t2", 9, UNIFORM),
        ("student_t2", 1024, POWERS),
        ("log_uniform", 1024, UNIFORM),
    ],
)
def test_what_fits_is_a_matter_of_the_crest_factor(distribution, taps, fitting):
    weights = sample(distribution, taps)
    assert (crest_factor(weights) < 4.8) == (fitting == UNIFORM)
    assert best_fit(weights) == fitting
    assert best_fit(weights, score="angle") == fitting


@pytest.mark.parametrize("distribution", ["uniform", "gaussian", "laplacian"])
def test_errors_are_those_of_theory(distribution):
    weights = sample(distribution, 256)
    largest, square = np.abs(weights).max(0), np.mean(weights**2, 0)
    for bits in (4, 6, 8):
        quantizer = UniformQuantizer(bits)
        step = np.ldexp(1.0, quantizer.exponents(weights).numpy()).ravel()
        inside = largest < (quantizer.max_integer + 0.5) * step
        expected = np.mean((step**2 / 12 / square)[inside])
        assert np.isclose(relative_error(weights[:, inside], quantizer), expected, rtol=0.1)
    # Nearest on a logarithmic scale: ((sqrt 2 - 1)**3 + (1 - sqrt 1/2)**3) / (2**1.5 - 2**-1.5).
    assert np.isclose(relative_error(weights, PowerOfTwoQuantizer(7)), 0.0389, rtol=0.15)


def test_angle():
    weights = np.array([[3.0, 0.0], [4.0, 0.0]], "float32")
    assert np.isclose(angle(weights[:, :1], BinaryQuantizer()), 45 - np.degrees(np.arctan(0.75)))
    # A channel of zeros is turned by nothing.
    assert np.isclose(
        angle(weights, BinaryQuantizer()), angle(weights[:, :1], BinaryQuantizer()) / 2
    )
    assert angle(weights * 0.25, UniformQuantizer(8)) < 1
    assert relative_error(weights * 0, POWERS) == 0


def test_scaling_a_channel_changes_neither_score():
    weights = sample("laplacian", 64)
    scaled = weights * 2.0 ** np.random.default_rng(1).integers(-3, 4, weights.shape[-1])
    for quantizer in (UNIFORM, POWERS):
        assert np.isclose(relative_error(weights, quantizer), relative_error(scaled, quantizer))
        assert np.isclose(angle(weights, quantizer), angle(scaled, quantizer))


def test_channels_of_a_depthwise_kernel():
    weights = sample("gaussian", 9).reshape(3, 3, 128, 2)
    flat = weights.reshape(9, 256)
    assert np.isclose(relative_error(weights, UNIFORM, (-2, -1)), relative_error(flat, UNIFORM))
    assert angle(weights, UNIFORM, (-2, -1)) < angle(weights, UNIFORM, (-1,))


def test_candidates_by_name_and_the_first_of_equals():
    weights = np.array([[0.25], [0.5], [1.0]], "float32")
    names = ("power_of_two3", "uniform8", "power_of_two6")
    assert best_fit(weights, names) == quantizers.get("power_of_two3")
    assert best_fit(weights, names[::-1]) == quantizers.get("power_of_two6")


def test_a_held_exponent_is_measured_as_it_is():
    weights = sample("gaussian", 9, channels=1)
    natural = int(UNIFORM.exponents(weights).numpy().item())
    worse = UNIFORM.holding([natural + 2])
    assert relative_error(weights, worse) > 4 * relative_error(weights, UNIFORM)
    assert best_fit(weights, [worse, UNIFORM]).held_exponents is None


@pytest.mark.parametrize(
    ("weights", "arguments", "reason"),
    [
        ([[np.nan]], {}, "a weight is NaN or infinite"),
        ([[1.0]], {"candidates": ()}, "there are no candidates"),
        ([[1.0]], {"candidates": ("int4",)}, "'int4' is no quantizer"),
        ([[1.0]], {"score": "l1"}, "score is one of squared_error, angle, not 'l1'"),
    ],
)
def test_refuses(weights, arguments, reason):
    with pytest.raises(ValueError, match=reason):
        best_fit(weights, **arguments)


def test_trained_kernels(real_data):
    """MobileNetV1 0.25, norms folded.

    In 4 bits only the kernel of the largest crest factor, near 4.8, is fit by powers of two; in 3
    bits the paper's claim holds: nearly all pointwise kernels are, and hardly a depthwise one.
    """
    found = {}
    with np.load(real_data("mobilenet_v1_025_224_imagenet.npz")) as arrays:
        for key in arrays.files:
            name, kind = key.split("/")
            if kind.endswith("kernel") and name not in ("conv1", "conv_preds"):
                taps = 9 if kind == "depthwise_kernel" else arrays[key].shape[-2]
                found[name] = arrays[key].reshape(taps, -1)
    assert len(found) == 26
    fitting = {name: best_fit(kernel) for name, kernel in found.items()}
    assert [name for name, quantizer in fitting.items() if quantizer == POWERS] == ["conv_pw_7"]
    crests = {name: crest_factor(kernel) for name, kernel in found.items()}
    assert max(crests, key=crests.get) == "conv_pw_7"
    for number in range(1, 14):
        assert crests[f"conv_dw_{number}"] < crests[f"conv_pw_{number}"]
    in_three_bits = {name: type(best_fit(kernel, CANDIDATES[3])) for name, kernel in found.items()}
    powers = [name for name, kind in in_three_bits.items() if kind is PowerOfTwoQuantizer]
    assert sum("_pw_" in name for name in powers) == 12
    assert sum("_dw_" in name for name in powers) == 2
