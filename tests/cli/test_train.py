import keras
import pytest

import pikelpn_keras as pk


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


@pytest.fixture
def tiny_models(monkeypatch):
    """Lets `pikelpn train` build a small model in place of a PikeLPN; gives the calls."""
    calls = []

    def tiny(**settings):
        calls.append(settings)
        return keras.Sequential(
            [
                keras.Input(settings["input_shape"]),
                pk.layers.QuantInput(),
                pk.layers.QuantGlobalAveragePooling2D(),
                pk.layers.QuantDense(settings["classes"], name="dense"),
                pk.layers.QuantIdentity(),
            ]
        )

    monkeypatch.setattr(pk.models, "PikeLPN", tiny)
    return calls


def test_flags_reach_the_model(tmp_path, pikelpn, tiny_models):
    output = tmp_path / "model.keras"
    words = ("--dataset=digits", "--image_size=16", "--width=0.5", "--epochs=1")
    assert pikelpn("train", *words, f"--output={output}")[0] == 0
    assert tiny_models == [{"input_shape": (16, 16, 1), "classes": 10, "width": 0.5}]


def test_seed_decides_the_weights(tmp_path, pikelpn, tiny_models):
    def kernel(name, seed):
        output = tmp_path / name
        words = ("--dataset=digits", "--epochs=1", f"--seed={seed}", f"--output={output}")
        assert pikelpn("train", *words)[0] == 0
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
