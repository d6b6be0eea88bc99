"""Breaks .tflite files in thousands of ways and reads them: `python benchmarks/fuzz_reader.py`.

The mutations know the format: they watch where the reader looks, and change lengths, offsets and
numbers there, besides cutting, flipping and moving bytes. Every case must end in a result or in one
of the reader's own errors, soon, and in memory bounded by the file's size. Any other end is printed
with the seed that repeats it.

    python benchmarks/fuzz_reader.py --cases=1000000
    python benchmarks/fuzz_reader.py --seed=1234 --cases=1
"""

import argparse
import collections
import json
import resource
import sys
import time
import tracemalloc
import warnings

import numpy as np

from tests.tflite_export import graphs
from tests.tflite_export.edgetpu import executables
from tests.tflite_export.operators.test_conv2d_transpose import SHAPES, transposed
from tests.tflite_export.reading.plain_files import Layer, linear, with_attachment
from tflite_export import convert, metadata
from tflite_export.edgetpu.compiled import packages
from tflite_export.edgetpu.prediction import predict
from tflite_export.flatbuffer import pack, unpack
from tflite_export.inspection_facts import facts
from tflite_export.inspection_html import html_of
from tflite_export.inspection_text import text_of
from tflite_export.operator_list import BrokenFileError, operator_list
from tflite_export.reading.errors import UnsupportedModelError
from tflite_export.reading.reader import read
from tflite_export.reading.tables import CheckedFile

EXTREMES = (0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**16, 2**24, 255, 128, 127)
UNEXPECTED = "unexpected"
SPARE_MEMORY = 2**28
EXPECTED = (BrokenFileError, UnsupportedModelError)
# Python's objects take a multiple of what they stand for.
MEMORY_FACTOR, MEMORY_FLOOR = 400, 2**23


def sound_files():
    """Files of every kind that the reader knows: converted ones, plain ones, a compiled one."""
    rng = np.random.default_rng(0)
    package = executables.package(executables.executable(1, parameters=64, instructions=8))
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        net = graphs.small_net(rng, limit=127)
        return (
            convert(net),
            convert(net, input_type="uint8"),
            convert(graphs.small_net(rng), weight_storage="int4"),
            convert(graphs.single(transposed(rng, *SHAPES[3]))),
            linear(rng, Layer("CONV_2D", activation="RELU6")),
            linear(rng, Layer("DEPTHWISE_CONV_2D", inputs=8, outputs=8, dtype="UINT8")),
            with_attachment(linear(rng, Layer("FULLY_CONNECTED", ties=True))),
            executables.compiled_model(package),
        )


class _Watched(CheckedFile):
    """A file that remembers where its reader looked: (start, bytes)."""

    places = ()

    def check(self, start, size):
        super().check(start, size)
        self.places[start] = size


def places_of(tflite):
    """{start: bytes} of everything that the reader looks at in a sound file."""
    from tflite_export.reading import parsing

    watched = {}
    original = parsing.CheckedFile
    parsing.CheckedFile = type("_W", (_Watched,), {"places": watched})
    try:
        parsing.parse(tflite)
    finally:
        parsing.CheckedFile = original
    return watched


def mutated(rng, tflite, places):
    """The bytes of a broken file, made of a sound one."""
    content = bytearray(tflite)
    for _ in range(int(rng.geometric(0.7))):
        rng.choice(_MUTATIONS)(rng, content, places)
    return bytes(content)


def _place(rng, content, places):
    starts = [start for start in places if start < len(content) - 4]
    return int(rng.choice(starts)) if starts else 0


def _cut(rng, content, places):
    del content[int(rng.integers(len(content) + 1)) :]


def _flip(rng, content, places):
    if content:
        content[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))


def _flip_structure(rng, content, places):
    start = _place(rng, content, places)
    if start < len(content):
        content[start] = int(rng.integers(256))


def _write(content, start, number):
    if start + 4 <= len(content):
        content[start : start + 4] = (int(number) % 2**32).to_bytes(4, "little")


def _absurd(rng, content, places):
    _write(content, _place(rng, content, places), rng.choice(EXTREMES))


def _wrong_offset(rng, content, places):
    start, target = _place(rng, content, places), _place(rng, content, places)
    _write(content, start, target - start)


def _near(rng, content, places):
    start = _place(rng, content, places)
    number = int.from_bytes(content[start : start + 4], "little")
    _write(content, start, number + int(rng.integers(-8, 9)))


def _swap(rng, content, places):
    first, second = _place(rng, content, places), _place(rng, content, places)
    one, other = content[first : first + 4], content[second : second + 4]
    content[first : first + 4], content[second : second + 4] = other, one


def _move(rng, content, places):
    start, size = int(rng.integers(len(content) + 1)), int(rng.integers(64))
    chunk = content[start : start + size]
    if rng.random() < 0.5:
        del content[start : start + size]
    place = int(rng.integers(len(content) + 1))
    content[place:place] = chunk


def _record(rng, content, places):
    """Changes a value of the record and writes it back."""
    try:
        model = unpack(bytes(content))
        (entry,) = model.metadata
        buffer = model.buffers[entry.buffer]
        record = metadata.unpack_record(bytes(buffer.data))
        _change_json(rng, record)
        buffer.data = np.frombuffer(metadata.pack_record(record), np.uint8)
        content[:] = pack(model)
    except Exception:  # files that are broken already, or hold no record, stay as they are
        return


_ODD = (None, True, -1, 0, 2**31, 2**63, 10**400, 1e308, "", "x", [], {}, [[]], [1] * 70)


def _change_json(rng, value):
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    if not keys:
        return
    key = keys[int(rng.integers(len(keys)))]
    if isinstance(value[key], dict | list) and value[key] and rng.random() < 0.85:
        _change_json(rng, value[key])
    else:
        value[key] = _ODD[int(rng.integers(len(_ODD)))]


_MUTATIONS = (
    _cut, _flip, _flip_structure, _absurd, _absurd, _wrong_offset, _wrong_offset, _near, _swap,
    _move, _record,
)  # fmt: skip


def _inspect(tflite):
    found = facts(tflite)
    return text_of("x", found), html_of("x", found)


READERS = {
    "operator_list": operator_list,
    "read": lambda tflite: read(tflite, kernels="xnnpack"),
    "inspect": _inspect,
    "predict": predict,
    "packages": packages,
}


def outcome(reader, content):
    """How a reader ends: "read", or the class of its error.

    Raises:
        Exception: if it ends in any other way than a result or an error of its own.
    """
    try:
        READERS[reader](content)
    except EXPECTED as error:
        return type(error).__name__
    return "read"


def case(seed, files):
    """The bytes of the case of a seed; `files` are pairs of a sound file and its places."""
    rng = np.random.default_rng(seed)
    tflite, places = files[int(rng.integers(len(files)))]
    return mutated(rng, tflite, places)


def prepared():
    """The sound files, each with the places that the reader looks at."""
    return [(tflite, places_of(tflite)) for tflite in sound_files()]


def peak_bytes(reader, content):
    """The memory that a reader takes at most."""
    tracemalloc.start()
    try:
        outcome(reader, content)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def main():
    """Runs the cases and prints what they ended in."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after so many")
    options = parser.parse_args()
    files = prepared()
    for content, _ in files:
        for reader in READERS:
            outcome(reader, content)
    _limit_memory()
    before, start = _largest_memory(), time.perf_counter()
    ends, failures, slowest, done = collections.Counter(), 0, 0.0, 0
    while done < options.cases and time.perf_counter() - start < options.seconds:
        seed = options.seed + done
        found, seconds = _run_case(seed, case(seed, files))
        ends.update(found)
        failures += sum(end == UNEXPECTED for _, end in found)
        slowest, done = max(slowest, seconds), done + 1
    print(json.dumps({f"{reader}: {end}": count for (reader, end), count in sorted(ends.items())}))
    print(
        f"{done:,} files, {len(READERS)} readers each, {time.perf_counter() - start:.0f} s; "
        f"slowest call {slowest:.2f} s; memory grown by {_largest_memory() - before} KiB; "
        f"{failures} unexpected ends"
    )
    return 1 if failures else 0


def _run_case(seed, content):
    """(reader, end) of every reader, and the seconds of the slowest."""
    found, slowest = [], 0.0
    for reader in READERS:
        begin = time.perf_counter()
        try:
            found.append((reader, outcome(reader, content)))
        except Exception as error:  # whatever it is, it is what this program looks for
            found.append((reader, UNEXPECTED))
            print(f"seed {seed}, {reader}: {error!r:.200}", file=sys.stderr)
        slowest = max(slowest, time.perf_counter() - begin)
    return found, slowest


def _limit_memory():
    """Lets an allocation beyond `SPARE_MEMORY` fail, so that its seed is printed."""
    with open("/proc/self/statm") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (mapped + SPARE_MEMORY, hard))


def _largest_memory():
    """The most memory that this process has held, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(main())
