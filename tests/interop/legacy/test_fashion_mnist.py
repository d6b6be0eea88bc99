"""Nets trained in larq and tfmot on real data, lifted, compared on every runtime."""

import dataclasses

import pytest

from benchmarks import interop

RUNTIMES = {"keras", "xnnpack", "xnnpack-2-threads", "builtin", "reference", "tflm"}
TRAINING_IMAGES, TEST_IMAGES = 9600, 1000
SLOW = {"larq, binary", "tfmot, PikeLPNScheme"}
# In points of accuracy.
LOST = {"larq, binary": 0.01, "tfmot, 8 bits": 0.02, "tfmot, PikeLPNScheme": 0.01}


@pytest.fixture(scope="module")
def data():
    found = interop.fashion_mnist(TRAINING_IMAGES)
    return dataclasses.replace(
        found, x_test=found.x_test[:TEST_IMAGES], y_test=found.y_test[:TEST_IMAGES]
    )


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.slow) if n in SLOW else n for n in interop.NETS],
)
def test_lifted_nets_are_exact_and_as_accurate(name, data):
    result = interop.measure(name, data, epochs=2)
    assert set(result.report.mismatches) == RUNTIMES
    assert result.report.exact, str(result.report)
    assert result.report.compared == TEST_IMAGES * 10
    assert result.original > 0.6
    assert abs(result.lifted - result.original) < LOST[name]
    if result.file is not None:
        accuracy, share, _ = result.file
        assert abs(accuracy - result.original) < 0.02
        assert 0 < share < 0.5
