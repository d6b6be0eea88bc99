"""Random layers of every kind, with data that forces ties: no runtime may differ."""

import warnings

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import pikelpn_keras as pk
import tflite_export
from tests.pikelpn_keras.ties import count_ties

L = pk.layers
EXACT_QUANTIZERS = [
    *(f"uniform{bits}" for bits in range(2, 8)),
    *(f"power_of_two{levels}" for levels in range(3, 7)),
    "binary",
    "ternary",
]


@st.composite
def nets(draw, quantizers=EXACT_QUANTIZERS):
    """A net of one layer with a kernel, its norm and its activation, all states drawn."""
    quantizer = pk.quantizers.get(draw(st.sampled_from(quantizers)))
    kind = draw(st.sampled_from(["conv", "depthwise", "separable", "dense"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    channels = draw(st.integers(1, 9))
    bits = draw(st.integers(2, 8))
    strides = draw(st.integers(1, 3))
    window = {
        "padding": draw(st.sampled_from(["same", "valid"])),
        "strides": strides,
        "dilation_rate": 1 if strides > 1 else draw(st.integers(1, 2)),
        "use_bias": draw(st.booleans()),
    }
    size = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    shape = (draw(st.integers(7, 10)), draw(st.integers(7, 10)), channels)
    if kind == "dense":
        shape = (channels * 7,)
        layer = L.QuantDense(draw(st.integers(1, 9)), kernel_quantizer=quantizer)
    elif kind == "conv":
        filters = draw(st.integers(1, 9))
        layer = L.QuantConv2D(filters, size, kernel_quantizer=quantizer, **window)
    elif kind == "depthwise":
        multiplier = draw(st.integers(1, 3))
        layer = L.QuantDepthwiseConv2D(
            size, depth_multiplier=multiplier, depthwise_quantizer=quantizer, **window
        )
    else:
        layer = L.QuantSeparableConv2D(
            draw(st.integers(1, 9)),
            size,
            depthwise_quantizer=quantizer,
            pointwise_quantizer=draw(st.sampled_from(quantizers)),
            depthwise_activation=L.QuantReLU(bits),
            **window,
        )
    signed = bits == 8 and draw(st.booleans())
    activation = L.QuantIdentity(bits) if signed else L.QuantReLU(bits)
    inputs = keras.Input(shape)
    x = L.QuantInput()(inputs)
    norm = L.QuantNorm()
    model = keras.Model(inputs, activation(norm(layer(x))))
    images = rng.integers(0, 256, (16, *shape), "uint8")
    _draw_states(model, norm, activation, rng, draw(st.integers(-2, 8)))
    _force_ties(model, norm, images)
    return model, images


def _draw_states(model, norm, activation, rng, shift):
    """Random weights, norms of both signs, and an output grid that shifts by about `shift`."""
    for layer in model.layers:
        for variable in layer.trainable_variables:
            magnitudes = rng.uniform(0.05, 1.5, variable.shape)
            if "kernel" not in variable.name:
                magnitudes *= 0.05
            variable.assign(magnitudes * rng.choice([-1.0, 1.0], variable.shape))
    channels = norm.moving_mean.shape
    signs = rng.choice([-1.0, 1.0], channels)
    norm._multiplier.assign(np.ldexp(signs, rng.integers(-2, 3, channels)))
    norm.moving_mean.assign(rng.normal(size=channels) * 0.05)
    graph = pk.integer_graph(model)
    sums = np.median(graph.nodes[-1].shift) - graph.nodes[-1].output.grid.exponent
    activation._exponent.assign(shift - sums)


def _force_ties(model, norm, images):
    """Moves the norm's means so that in each channel that rounds one accumulator is a tie."""
    graph = pk.integer_graph(model)
    node = graph.nodes[-1]
    (integers,) = graph.input_integers(images)
    sums = node.accumulate(graph.trace(integers)[node.inputs[0].name] * 1.0, np.float64)
    some = (sums + node.bias).reshape(-1, node.output.shape[-1])[0]
    shift, grid = node.shift.astype(np.int64), node.output.grid
    tie = ((grid.low + grid.high) // 2 + 0.5) * 2.0**shift
    missing = np.where(shift > 0, tie - some, 0) * node.norm.signs
    unit = 2.0 ** (node.inputs[0].grid.exponent + node.weights.scales.exponents)
    norm.moving_mean.assign(np.asarray(norm.moving_mean) - missing * unit)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(nets())
def test_classes_a_and_b_are_exact_everywhere(drawn):
    _assert_exact(*drawn)


@pytest.mark.slow
@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(nets())
def test_classes_a_and_b_are_exact_everywhere_at_length(drawn):
    _assert_exact(*drawn)


def _assert_exact(model, images):
    graph = pk.integer_graph(model)
    event("ties" if count_ties(graph, images) else "no ties")
    assert np.array_equal(model(images), graph.nodes[-1].output.grid.values(graph.run(images)))
    report = tflite_export.verify(graph, tflite_export.convert(graph, exact="all"), images)
    assert set(report.skipped) == {"keras"}
    assert report.exact, str(report)
    assert set(report.classes.values()) <= {"A", "B", "-"}


def test_the_property_does_force_ties():
    ties = []

    @settings(
        max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(nets())
    def count(drawn):
        model, images = drawn
        ties.append(count_ties(pk.integer_graph(model), images) > 0)

    count()
    assert sum(ties) >= len(ties) / 2


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(nets(quantizers=["uniform8", "power_of_two7"]))
def test_class_c_is_reported_and_exact_on_xnnpack_behind_a_relu(drawn):
    model, images = drawn
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tflite = tflite_export.convert(model)
    graph = pk.integer_graph(model)
    assert np.array_equal(model(images), graph.nodes[-1].output.grid.values(graph.run(images)))
    report = tflite_export.verify(graph, tflite, images)
    if "C" not in report.classes.values():
        return
    assert report.unproven
    assert any("no spare bit" in str(warning.message) for warning in caught)
    with pytest.raises(ValueError, match="spare bit"):
        tflite_export.convert(model, exact="all")
    if not any(node.output.grid.signed for node in graph.nodes):
        assert report.mismatches["xnnpack"] == report.mismatches["xnnpack-2-threads"] == 0


def test_a_model_beyond_the_proven_bound_is_reported():
    """2**24 is where float32 stops counting: 4,000 times 255 times 63 lies beyond."""
    inputs = keras.Input((4000,))
    layer = L.QuantDense(2, name="wide")
    activation = L.QuantIdentity()
    model = keras.Model(inputs, activation(layer(L.QuantInput()(inputs))))
    layer.kernel.assign(np.ones(layer.kernel.shape))
    activation._exponent.assign(6)
    with pytest.warns(UserWarning, match="'wide'.*float32 sum"):
        tflite = tflite_export.convert(model)
    report = tflite_export.verify(model, tflite, np.full((2, 4000), 255, "uint8"))
    assert "wide" in report.unproven
    with pytest.raises(ValueError, match="'wide'"):
        tflite_export.convert(model, exact="all")
