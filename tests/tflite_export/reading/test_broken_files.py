"""A thousand broken files; `benchmarks/fuzz_reader.py` runs as many as one likes."""

import pytest

from benchmarks import fuzz_reader
from tflite_export.operator_list import BrokenFileError, operator_list


@pytest.fixture(scope="module")
def files():
    return fuzz_reader.prepared()


def test_sound_files_are_read(files):
    for content, places in files:
        assert len(places) > 50
        assert fuzz_reader.outcome("inspect", content) == "read"


@pytest.mark.parametrize("reader", fuzz_reader.READERS)
def test_a_result_or_an_error_of_ones_own(reader, files):
    first = 250 * list(fuzz_reader.READERS).index(reader)
    seeds = range(first, first + 250)
    ends = [fuzz_reader.outcome(reader, fuzz_reader.case(seed, files)) for seed in seeds]
    assert 20 < ends.count("BrokenFileError") < 230
    assert ends.count("read") + ends.count("UnsupportedModelError") > 20


@pytest.mark.parametrize("reader", fuzz_reader.READERS)
def test_memory_is_bounded_by_the_size_of_the_file(reader, files):
    for seed in range(5000, 5025):
        content = fuzz_reader.case(seed, files)
        limit = fuzz_reader.MEMORY_FACTOR * len(content) + fuzz_reader.MEMORY_FLOOR
        assert fuzz_reader.peak_bytes(reader, content) < limit


def test_every_prefix_of_a_file(files):
    """Cut anywhere, a file is broken, or whole but for what its tables do not need."""
    content = files[4][0]
    for end in range(0, len(content), 3):
        try:
            operator_list(content[:end])
        except BrokenFileError:
            continue
        assert end > len(content) - 64
