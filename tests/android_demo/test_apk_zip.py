import io
import zipfile

import pytest

from android_demo.tools import apk_zip

ENTRIES = [
    ("a.txt", b"hello" * 100),
    ("resources.arsc", b"table"),
    ("lib/arm64-v8a/liba.so", b"\x7fELF" * 5000),
    ("lib/x86_64/liba.so", b"\x7fELF"),
]


def written(entries):
    file = io.BytesIO()
    apk_zip.write(file, entries)
    return file


def test_libraries_lie_on_pages_of_16_kib_and_others_on_words():
    offsets = apk_zip.offsets(written(ENTRIES))
    assert set(offsets) == {name for name, _ in ENTRIES[1:]}
    assert offsets["resources.arsc"] % 4 == 0
    assert offsets["lib/arm64-v8a/liba.so"] % 16384 == 0
    assert offsets["lib/x86_64/liba.so"] % 16384 == 0


def test_offsets_are_where_the_bytes_are():
    file = written(ENTRIES)
    start = apk_zip.offsets(file)["lib/x86_64/liba.so"]
    assert file.getvalue()[start : start + 4] == b"\x7fELF"


def test_content_comes_back_and_depends_on_nothing_else():
    with zipfile.ZipFile(written(ENTRIES)) as archive:
        assert archive.testzip() is None
        assert [(name, archive.read(name)) for name in archive.namelist()] == ENTRIES
    assert written(ENTRIES).getvalue() == written(ENTRIES).getvalue()


def test_a_name_twice_is_refused():
    with pytest.raises(ValueError, match="'a.txt' comes twice"):
        written([("a.txt", b""), ("a.txt", b"")])
