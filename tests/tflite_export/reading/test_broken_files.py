"""A thousand broken files; `python -m benchmarks.fuzz_reader` runs as many as one likes."""

import os
import signal

import pytest

from benchmarks import fuzz_cases, fuzz_reader
from tflite_export.operator_list import BrokenFileError, operator_list


@pytest.fixture(scope="module")
def files():
    return fuzz_cases.prepared()


def test_sound_files_are_read(files):
    for content, places in files:
        assert len(places) > 50
        assert fuzz_cases.outcome("inspect", content) == "read"


@pytest.mark.parametrize("reader", fuzz_cases.READERS)
def test_a_result_or_an_error_of_ones_own(reader, files):
    first = 250 * list(fuzz_cases.READERS).index(reader)
    seeds = range(first, first + 250)
    ends = [fuzz_cases.outcome(reader, fuzz_cases.case(seed, files)) for seed in seeds]
    assert 20 < ends.count("BrokenFileError") < 230
    assert ends.count("read") + ends.count("UnsupportedModelError") > 20


@pytest.mark.parametrize("reader", fuzz_cases.READERS)
def test_memory_is_bounded_by_the_size_of_the_file(reader, files):
    for seed in range(5000, 5025):
        content = fuzz_cases.case(seed, files)
        limit = fuzz_cases.MEMORY_FACTOR * len(content) + fuzz_cases.MEMORY_FLOOR
        assert fuzz_cases.peak_bytes(reader, content) < limit


def test_every_prefix_of_a_file(files):
    """Cut anywhere, a file is broken, or whole but for what its tables do not need."""
    content = files[4][0]
    for end in range(0, len(content), 3):
        try:
            operator_list(content[:end])
        except BrokenFileError:
            continue
        assert end > len(content) - 64


def test_a_crash_and_an_error_are_told_by_their_seeds(files, monkeypatch, capfd):
    """The cases before and behind a crash run nevertheless."""

    def run_case(content, checked):
        if content == b"crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        return {("read", "read"): 1}, ["read: wrong"] if content == b"wrong" else []

    contents = {103: b"crash", 105: b"wrong"}
    monkeypatch.setattr(fuzz_reader, "case", lambda seed, files: contents.get(seed, b""))
    monkeypatch.setattr(fuzz_reader, "run_case", run_case)
    totals = fuzz_reader.run(range(100, 110), files, seconds=60)
    assert (totals.files, totals.crashes, totals.failures) == (9, 1, 1)
    assert totals.ends == {"read: read": 9}
    told = capfd.readouterr().err
    assert "seed 103: its process ended" in told
    assert "seed 105, read: wrong" in told


def test_a_hang_ends(files, monkeypatch):
    def hang(content, files):
        while True:
            pass

    monkeypatch.setattr(fuzz_reader, "LONGEST_SECONDS", 0.1)
    monkeypatch.setitem(fuzz_cases.READERS, "read", lambda file: hang(file, files))
    totals = fuzz_reader.run(range(1), [(files[4][0], {})], seconds=60)
    assert (totals.files, totals.failures, totals.crashes) == (1, 1, 0)
