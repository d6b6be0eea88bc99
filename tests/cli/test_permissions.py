"""Files and folders that may not be read or written are named in one sentence."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.tflite_export import graphs
from tflite_export import convert, save

# They stop root too, once it has laid down the capabilities that override them.
LAY_DOWN = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def python_without_rights(*words):
    """Runs Python as somebody whom permissions stop; returns exit status, stdout and stderr."""
    prefix = LAY_DOWN if os.geteuid() == 0 else ()
    command = [*prefix, sys.executable, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def pikelpn_without_rights(*words):
    return python_without_rights("-m", "tflite_export.cli", *words)


@pytest.fixture(scope="module")
def tflite():
    return convert(graphs.small_net(np.random.default_rng(0)))


@pytest.fixture
def locked(tmp_path, tflite):
    """A sound file that nobody may read."""
    path = tmp_path / "locked.tflite"
    save(path, tflite)
    path.chmod(0)
    return path


@pytest.mark.parametrize(
    "words",
    [
        ["inspect", "{}"],
        ["edgetpu", "check", "{}"],
        ["ace", "{}"],
        ["benchmark", "{}"],
        ["verify", "absent.keras", "{}"],
        ["verify", "{}"],
        ["export", "{}"],
        ["train", "--dataset=image_folder", "--data_dir={}"],
    ],
    ids=" ".join,
)
def test_a_file_that_may_not_be_read(words, locked, tmp_path):
    output = f"--output={tmp_path / 'model.keras'}"
    words = [word.format(locked) for word in words] + ([output] if words[0] == "train" else [])
    status, out, err = pikelpn_without_rights(*words)
    assert (status, out, err) == (1, "", f"pikelpn: {locked}: Permission denied\n")
    assert list(tmp_path.iterdir()) == [locked]


def test_read_names_the_file(locked):
    program = f"import tflite_export; tflite_export.read({str(locked)!r})"
    status, _, err = python_without_rights("-c", program)
    assert status == 1
    assert err.endswith(f"PermissionError: [Errno 13] Permission denied: '{locked}'\n")


@pytest.fixture
def pictures(tmp_path):
    """A folder of three classes, of which one and a part of another may not be read."""
    folder = tmp_path / "pictures"
    for name in ("cat", "dog/puppies", "eel"):
        (folder / name).mkdir(parents=True)
        for number in range(20):
            pixels = np.full((4, 6, 3), number, np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    Image.fromarray(pixels).save(folder / "dog" / "own.png")
    for name in ("cat/3.png", "dog/puppies", "eel"):
        (folder / name).chmod(0)
    yield folder
    for name in ("dog/puppies", "eel"):
        (folder / name).chmod(0o700)


def test_pictures_that_may_not_be_read(pictures, tmp_path):
    """They are named and skipped; a class that is empty without them is refused."""
    words = ("train", f"--data_dir={pictures}", f"--output={tmp_path / 'model.keras'}")
    status, _, err = pikelpn_without_rights(*words)
    first, second, third, last = err.splitlines()
    assert first.startswith("skipped broken picture cat/3.png: [Errno 13] Permission denied")
    assert second == f"skipped folder {pictures / 'dog' / 'puppies'}: Permission denied"
    assert third == f"skipped folder {pictures / 'eel'}: Permission denied"
    assert (status, last) == (1, f"pikelpn: class 'eel' of {pictures} has no picture to train on")
    assert list(tmp_path.iterdir()) == [pictures]


def test_a_folder_of_pictures_that_may_not_be_read(pictures, tmp_path):
    folder = pictures / "eel"
    words = ("train", f"--data_dir={folder}", f"--output={tmp_path / 'model.keras'}")
    assert pikelpn_without_rights(*words) == (1, "", f"pikelpn: {folder}: Permission denied\n")


def test_a_folder_that_takes_no_files(tmp_path, tflite):
    model, folder = tmp_path / "net.tflite", tmp_path / "full"
    save(model, tflite)
    folder.mkdir(mode=0o500)
    status, out, err = pikelpn_without_rights("inspect", model, f"--html={folder / 'page.html'}")
    sentence = f"pikelpn: {folder}: no file can be written here (Permission denied)\n"
    assert (status, out, err) == (1, "", sentence)
