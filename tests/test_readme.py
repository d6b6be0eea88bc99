"""The README's example runs as it stands there."""

import re

import keras

from tests.conftest import REPOSITORY


def test_example(tmp_path, monkeypatch, capsys):
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    keras.utils.set_random_seed(0)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    assert (tmp_path / "digits.tflite").read_bytes() == names["tflite"]
    assert "xnnpack              0\n" in capsys.readouterr().out
    images, target = names["images"], names["digits"].target
    _, accuracy = names["model"].evaluate(images, target, verbose=0)
    assert accuracy > 0.9
