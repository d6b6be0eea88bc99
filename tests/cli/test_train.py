import contextlib
import errno
import resource
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from tests.conftest import REPOSITORY
from tflite_export.cli import main
from tflite_export.cli.training import Checkpoint


@pytest.mark.slow
def test_train_export_verify(tmp_path, pikelpn):
    model, tflite = tmp_path / "digits.keras", tmp_path / "digits.tflite"

    status, out, _ = pikelpn("train", "--dataset=digits", "--epochs=1", f"--output={model}")
    assert status == 0
    assert "% on 360 images" in out
    assert keras.models.load_model(model).get_layer("stem_norm").frozen

    status, out, _ = pikelpn("export", model, f"--output={tflite}", "--exact=all")
    assert status == 0
    assert f"wrote {tflite}, {tflite.stat().st_size:,} bytes" in out
    assert (tmp_path / "digits.labels.txt").read_text() == "".join(f"{i}\n" for i in range(10))

    status, out, err = pikelpn("verify", model, tflite, "--dataset=digits", "--samples=50")
    assert status == 0
    assert "50 of 360 test images" in err
    assert "verified 50 of 50 images" in err
    for runtime in ("keras", "xnnpack", "builtin", "reference", "tflm"):
        assert f"\n{runtime:20} 0\n" in out

    assert {path.name for path in tmp_path.iterdir()} == {
        "digits.keras",
        "digits.labels.txt",
        "digits.tflite",
    }


ONE_EPOCH = ("--dataset=digits", "--epochs=1", "--batch_size=512")


def tiny(**settings):
    """A small model in place of a PikeLPN."""
    return keras.Sequential(
        [
            keras.Input(settings["input_shape"]),
            pk.layers.QuantInput(),
            pk.layers.QuantConv2D(4, 3, use_bias=False),
            pk.layers.QuantNorm(),
            pk.layers.QuantReLU(),
            pk.layers.QuantGlobalAveragePooling2D(),
            pk.layers.QuantDense(settings["classes"], name="dense"),
            pk.layers.QuantIdentity(),
        ]
    )


@pytest.fixture
def tiny_models(monkeypatch):
    """Lets `pikelpn train` build a small model in place of a PikeLPN; gives the calls."""
    calls = []
    monkeypatch.setattr(pk.models, "PikeLPN", lambda **s: calls.append(s) or tiny(**s))
    return calls


def test_flags_reach_the_model(tmp_path, pikelpn, tiny_models):
    output = tmp_path / "model.keras"
    words = ("--image_size=16", "--width=0.5", f"--output={output}")
    assert pikelpn("train", *ONE_EPOCH, *words)[0] == 0
    assert tiny_models == [{"input_shape": (16, 16, 1), "classes": 10, "width": 0.5}]


def test_seed_decides_the_weights(tmp_path, pikelpn, tiny_models):
    def kernel(name, seed):
        output = tmp_path / name
        words = (f"--seed={seed}", f"--output={output}")
        assert pikelpn("train", *ONE_EPOCH, *words)[0] == 0
        return keras.models.load_model(output).get_layer("dense").get_weights()[0].tolist()

    first = kernel("first.keras", seed=1)
    assert kernel("again.keras", seed=1) == first
    assert kernel("other.keras", seed=2) != first


def test_an_unfit_model_is_one_sentence(tmp_path, pikelpn):
    output = tmp_path / "model.keras"
    status, _, err = pikelpn("train", "--dataset=digits", "--width=-1", f"--output={output}")
    assert status == 1
    assert err.startswith("pikelpn: width ") and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("method", ["fit", "save"])
def test_interrupted_training_writes_nothing(method, tmp_path, pikelpn, tiny_models, monkeypatch):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.Sequential, method, interrupt)
    output = tmp_path / "model.keras"
    status, _, err = pikelpn("train", "--dataset=digits", "--epochs=1", f"--output={output}")
    assert (status, err) == (130, "pikelpn: interrupted\n")
    assert list(tmp_path.iterdir()) == []


WORDS = ("--dataset=digits", "--epochs=4", "--batch_size=256")


def interrupt_after(steps, monkeypatch):
    """Interrupts `fit` in the middle of the given step."""
    original, left = keras.callbacks.CallbackList.on_train_batch_end, [steps]

    def count(callbacks, batch, logs=None):
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        original(callbacks, batch, logs)

    monkeypatch.setattr(keras.callbacks.CallbackList, "on_train_batch_end", count)


@pytest.fixture(scope="module")
def whole_weights(tmp_path_factory):
    """The weights that a training gives which nothing interrupts."""
    path = tmp_path_factory.mktemp("whole") / "model.keras"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pk.models, "PikeLPN", tiny)
        assert main(["train", *WORDS, f"--output={path}"]) == 0
    return keras.models.load_model(path).get_weights()


@pytest.mark.parametrize("step", [pytest.param(9, marks=pytest.mark.slow), 21])
def test_an_interrupted_training_goes_on(step, tmp_path, pikelpn, tiny_models, whole_weights):
    """Six steps are an epoch; the last one is frozen."""
    output, state = tmp_path / "model.keras", tmp_path / "state"
    words = ("train", *WORDS, f"--output={output}", f"--checkpoint={state}")
    with pytest.MonkeyPatch.context() as patch:
        interrupt_after(step, patch)
        assert pikelpn(*words)[0] == 130
    assert not output.exists()
    kept = {"settings.json", f"epoch-{step // 6:04}.npz"}
    assert {path.name for path in state.iterdir()} == kept
    status, out, _ = pikelpn(*words)
    assert status == 0
    assert f"Epoch {step // 6 + 1}/4" in out
    assert f"Epoch {step // 6}/4" not in out
    weights = keras.models.load_model(output).get_weights()
    assert len(weights) > 10
    assert all(map(np.array_equal, weights, whole_weights))
    assert not state.exists()


KILLED = """
import os, pathlib, signal, sys
import pikelpn_keras as pk
from tests.cli.test_train import tiny
from tflite_export.cli import main

def write_half(path, content, original=pathlib.Path.write_bytes):
    original(path, content[: len(content) // 2])
    if path.name == "epoch-0003.npz":
        os.kill(os.getpid(), signal.SIGKILL)
    original(path, content)

pathlib.Path.write_bytes = write_half
pk.models.PikeLPN = tiny
main(sys.argv[1:])
"""


def test_a_training_that_is_killed_amid_writing_goes_on(
    tmp_path, pikelpn, tiny_models, whole_weights
):
    output, state = tmp_path / "model.keras", tmp_path / "state"
    words = ("train", *WORDS, f"--output={output}", f"--checkpoint={state}")
    command = [sys.executable, "-c", KILLED, *words]
    killed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert list(tmp_path.iterdir()) == [state]
    left = {path.name for path in state.iterdir()} - {"settings.json", "epoch-0002.npz"}
    assert len(left) == 1 and left.pop().startswith(".")
    status, out, _ = pikelpn(*words)
    assert status == 0
    assert "Epoch 3/4" in out and "Epoch 2/4" not in out
    assert all(map(np.array_equal, keras.models.load_model(output).get_weights(), whole_weights))
    assert {path.name for path in tmp_path.iterdir()} == {"model.keras", "model.labels.txt"}


@contextlib.contextmanager
def full_disk(room):
    """Lets no file grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full_amid_the_model(tmp_path, pikelpn, tiny_models):
    """The state, for which there was room, stays: the training goes on when there is more."""
    output, state = tmp_path / "model.keras", tmp_path / "state"
    words = ("train", *ONE_EPOCH, f"--output={output}")
    with full_disk(30_000):
        status, _, err = pikelpn(*words, f"--checkpoint={state}")
    assert (status, err) == (1, f"pikelpn: {output}: File too large\n")
    assert list(tmp_path.iterdir()) == [state]
    assert {path.name for path in state.iterdir()} == {"settings.json", "epoch-0001.npz"}


def test_a_disk_that_is_full_amid_a_state(tmp_path):
    model = tiny(input_shape=(8, 8, 1), classes=10)
    model.compile("adam", "mse")
    state = Checkpoint(tmp_path, {})
    state.set_model(model)
    state.on_epoch_end(0)
    with full_disk(2_000), pytest.raises(OSError) as error:
        state.on_epoch_end(1)
    path = str(tmp_path / "epoch-0002.npz")
    assert (error.value.errno, error.value.filename) == (errno.EFBIG, path)
    assert {path.name for path in tmp_path.iterdir()} == {"settings.json", "epoch-0001.npz"}


def test_a_state_of_another_training_is_refused(tmp_path, pikelpn, tiny_models):
    state = tmp_path / "state"
    words = ("train", *WORDS, f"--output={tmp_path / 'model.keras'}", f"--checkpoint={state}")
    with pytest.MonkeyPatch.context() as patch:
        interrupt_after(8, patch)
        assert pikelpn(*words)[0] == 130
    status, _, err = pikelpn(*words, "--learning_rate=0.1")
    assert (status, err.count("\n")) == (1, 1)
    assert "keeps a training with learning_rate=0.003, not 0.1" in err


@pytest.mark.parametrize("name", ["settings.json", "epoch-0001.npz"])
def test_a_damaged_state_is_named(name, tmp_path, pikelpn, tiny_models):
    state = tmp_path / "state"
    words = ("train", *WORDS, f"--output={tmp_path / 'model.keras'}", f"--checkpoint={state}")
    with pytest.MonkeyPatch.context() as patch:
        interrupt_after(8, patch)
        assert pikelpn(*words)[0] == 130
    (state / name).write_bytes((state / name).read_bytes()[:20])
    status, _, err = pikelpn(*words)
    assert (status, err.count("\n")) == (1, 1)
    assert name in err and "is damaged" in err


@pytest.fixture
def teacher_file(tmp_path):
    """An untrained float model of digits, which gives probabilities."""
    keras.utils.set_random_seed(7)
    layers = [keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")]
    path = tmp_path / "float.keras"
    keras.Sequential(layers).save(path)
    return path


def test_a_teacher_is_learned_from(tmp_path, pikelpn, tiny_models, teacher_file, monkeypatch):
    taught = []
    original = pk.fit_recipe
    monkeypatch.setattr(pk, "fit_recipe", lambda *a, **k: taught.append(k) or original(*a, **k))
    words = ("train", "--dataset=digits", "--epochs=1", "--batch_size=256")
    output, state = tmp_path / "model.keras", tmp_path / "state"
    words = (*words, f"--output={output}", f"--checkpoint={state}")
    with pytest.MonkeyPatch.context() as patch:
        interrupt_after(3, patch)
        assert pikelpn(*words, f"--teacher={teacher_file}")[0] == 130
    status, _, err = pikelpn(*words)
    assert (status, err.count("\n")) == (1, 1)
    assert "keeps a training with teacher=" in err
    assert pikelpn(*words, f"--teacher={teacher_file}")[0] == 0
    weights = taught[-1]["teacher"].get_weights()
    expected = keras.models.load_model(teacher_file).get_weights()
    assert all(map(np.array_equal, weights, expected))
    assert not state.exists()


def test_an_unfit_teacher_is_one_sentence(tmp_path, pikelpn, tiny_models, teacher_file):
    words = ("train", "--dataset=digits", "--epochs=1", f"--output={tmp_path / 'model.keras'}")
    for teacher, flag, sentence in (
        (teacher_file, "--image_size=16", "the teacher takes (8, 8, 1) and the model (16, 16, 1)"),
        (tmp_path / "none.keras", "--seed=1", "none.keras: no such file"),
    ):
        status, _, err = pikelpn(*words, flag, f"--teacher={teacher}")
        assert (status, err.count("\n")) == (1, 1)
        assert sentence in err
