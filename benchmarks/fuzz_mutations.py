"""Ways to break a .tflite file that know its format.

They change lengths, offsets and numbers where the reader looks, besides cutting, flipping and
moving bytes.
"""

import numpy as np

from tflite_export import metadata
from tflite_export.flatbuffer import pack, unpack
from tflite_export.reading import parsing
from tflite_export.reading.tables import CheckedFile

EXTREMES = (0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**16, 2**24, 255, 128, 127)
_ODD = (None, True, -1, 0, 2**31, 2**63, 10**400, 1e308, "", "x", [], {}, [[]], [1] * 70)


class _Watched(CheckedFile):
    """A file that remembers where its reader looked: (start, bytes)."""

    places = ()

    def check(self, start, size):
        super().check(start, size)
        self.places[start] = size


def places_of(tflite):
    """{start: bytes} of everything that the reader looks at in a sound file."""
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
