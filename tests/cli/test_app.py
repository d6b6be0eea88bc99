import os
import signal
import subprocess
import sys

import pytest

from tflite_export.cli import commands
from tflite_export.files import replacing

HEAVY = {"PIL", "keras", "sklearn", "tensorflow"}

ANSWERS = (
    ("--help", 0),
    ("--version", 0),
    *((f"{name} --help", 0) for name in commands.names()),
    ("", 2),
    ("trian", 2),
    ("train --epochs=0", 2),
    ("train", 2),
    ("export", 2),
    ("export model.keras --epochs=3", 2),
    ("export model.keras --output=model.bin", 2),
    ("export absent.keras", 1),
    ("train --dataset=digits --output=absent/model.keras", 1),
)


@pytest.mark.parametrize(("words", "status"), ANSWERS)
def test_answers_before_anything_heavy_is_imported(words, status, tmp_path):
    program = (
        "import sys; from tflite_export.cli import main; status = main(); "
        f"sys.exit('heavy' if {HEAVY} & set(sys.modules) else status)"
    )
    process = subprocess.run(
        [sys.executable, "-c", program, *words.split()],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert process.returncode == status, process.stderr
    assert "Traceback" not in process.stderr
    assert list(tmp_path.iterdir()) == []
    said, silent = process.stdout, process.stderr
    if status:
        said, silent = silent, said
        assert said.startswith("pikelpn: ")
        assert said.count("\n") == 1
    assert said and not silent


def test_overview_lists_every_command(pikelpn):
    status, out, _ = pikelpn("--help")
    assert status == 0
    for name in commands.names():
        assert f"  {name} " in out
        assert commands.summary(name) in out


def test_command_help_lists_its_flags(pikelpn):
    _, out, _ = pikelpn("train", "--help")
    assert out.startswith("usage: pikelpn train ")
    for flag in ("--dataset", "--data_dir", "--epochs", "--learning_rate", "--seed", "--width"):
        assert f"  {flag}: " in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "name a command: ace, benchmark, edgetpu, export, inspect, quantize, train, verify"),
        (["trian"], "'trian' is no command"),
        (["train", "--epoch=3"], "Did you mean: epochs"),
        (["train", "--dataset=mnist"], "--dataset=mnist: value should be one of"),
        (["train", "extra"], "usage: pikelpn train "),
        (["train"], "name images with --data_dir=FOLDER or --dataset=NAME"),
        (["export", "m.keras", "--output=m.tfl"], "--output=m.tfl: the name must end in .tflite"),
    ],
)
def test_usage_errors_say_what_to_do(words, sentence, pikelpn):
    status, out, err = pikelpn(*words)
    assert (status, out) == (2, "")
    assert sentence in err


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (PermissionError(13, "Permission denied", "a.keras"), 1, "a.keras: Permission denied"),
        (OSError("the disk went away"), 1, "the disk went away"),
    ],
)
def test_outcome_of_exceptions(error, status, sentence, pikelpn, monkeypatch):
    def run(values, *paths):
        raise error

    monkeypatch.setattr(commands.load("export"), "run", run)
    assert pikelpn("export", "model.keras") == (status, "", f"pikelpn: {sentence}\n")


def test_a_bug_keeps_its_traceback(pikelpn, monkeypatch):
    def run(values, *paths):
        raise TypeError("a bug")

    monkeypatch.setattr(commands.load("export"), "run", run)
    with pytest.raises(TypeError, match="a bug"):
        pikelpn("export", "model.keras")


def test_sigterm_ends_a_command_like_a_key(pikelpn, monkeypatch, tmp_path):
    """What was under way does not stay behind."""

    def run(values, *paths):
        with replacing(tmp_path / "model.tflite") as beside:
            beside.write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(commands.load("export"), "run", run)
    assert pikelpn("export", "model.keras") == (130, "", "pikelpn: interrupted\n")
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_reader_that_has_had_enough_is_no_error():
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "tflite_export.cli", "--help"]
    process = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE)
    os.close(write_end)
    assert (process.returncode, process.stderr) == (141, b"")
