import errno
import os

import pytest

from tflite_export import files, save


def test_writes_the_bytes_and_nothing_else(tmp_path):
    path = tmp_path / "model.tflite"
    save(path, b"first")
    save(str(path), b"second")
    assert path.read_bytes() == b"second"
    assert os.listdir(tmp_path) == ["model.tflite"]


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "model.tflite"
    save(path, b"old")

    def fail(source, target):
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr(files.os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        save(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["model.tflite"]


def test_a_missing_folder_is_an_error(tmp_path):
    path = tmp_path / "absent" / "model.tflite"
    with pytest.raises(FileNotFoundError) as error:
        save(path, b"")
    assert error.value.filename == str(path)
