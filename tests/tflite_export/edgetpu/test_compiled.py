import pytest

from tests.tflite_export.edgetpu import executables
from tests.tflite_export.edgetpu.executables import CACHING, EXECUTION, compiled_model, package
from tflite_export.edgetpu.compiled import packages
from tflite_export.operator_list import BrokenFileError


def test_what_is_cached_and_streamed():
    content = package(
        executables.executable(EXECUTION, parameters=300, instructions=50, cycles=1000),
        executables.executable(CACHING, parameters=7000, instructions=20),
    )
    (found,) = packages(compiled_model(content))
    assert (found.minimum_runtime, found.compiler) == (14, "16.0.1")
    assert (found.cached_bytes, found.streamed_bytes) == (7000, 300)
    assert [e.kind for e in found.executables] == ["execution only", "parameter caching"]
    assert [e.instruction_bytes for e in found.executables] == [50, 20]
    assert found.executables[0].estimated_cycles == 1000
    assert {(e.chip, e.caching_token) for e in found.executables} == {("beagle", 77)}


@pytest.mark.parametrize("content", [b"", b"DWN1", package()[:40]])
def test_damaged_packages_are_refused(content):
    with pytest.raises(BrokenFileError):
        packages(compiled_model(content))
