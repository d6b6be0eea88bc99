import errno
import os
import resource
import signal
import subprocess
import sys
import time

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


def test_a_disk_that_is_full_amid_a_file_leaves_the_old_one(tmp_path):
    path = tmp_path / "model.tflite"
    save(path, b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError) as error:
            save(path, b"new" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (error.value.errno, error.value.filename) == (errno.EFBIG, str(path))
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["model.tflite"]


@pytest.mark.parametrize("seconds", [0.0, 0.003, 0.02])
def test_a_process_that_is_killed_leaves_a_whole_file(seconds, tmp_path):
    path = tmp_path / "model.tflite"
    program = (
        "import itertools, sys\n"
        "from tflite_export.files import save\n"
        "for i in itertools.count():\n"
        "    save(sys.argv[1], bytes([i % 256]) * 1_000_000)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, path]) as process:
        while not path.exists() and process.poll() is None:
            time.sleep(0.001)
        time.sleep(seconds)
        process.kill()
    content = path.read_bytes()
    assert content == content[:1] * 1_000_000


def test_what_a_killed_process_left_goes_with_the_next_write(tmp_path):
    path = tmp_path / "model.tflite"
    program = (
        "import os, signal, sys\n"
        "from tflite_export.files import replacing\n"
        "with replacing(sys.argv[1]) as beside:\n"
        "    beside.write_bytes(b'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, path])
    assert killed.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert os.listdir(left) == ["model.tflite"]
    with files.replacing(tmp_path / "other.tflite") as beside:
        beside.write_bytes(b"other")
        assert not left.exists()
        # What is under way stays, for it is locked.
        save(path, b"whole")
    assert sorted(os.listdir(tmp_path)) == ["model.tflite", "other.tflite"]


def test_errors_of_other_files_keep_their_name(tmp_path):
    with (
        pytest.raises(FileNotFoundError) as error,
        files.replacing(tmp_path / "model.tflite") as beside,
    ):
        beside.write_bytes((tmp_path / "absent").read_bytes())
    assert error.value.filename == str(tmp_path / "absent")
