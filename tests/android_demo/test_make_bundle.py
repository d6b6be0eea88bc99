import json

import numpy as np
import pytest

from android_demo.tools import golden, make_bundle


def test_the_index_lists_what_is_there(bundle):
    (entry,) = json.loads((bundle / "index.json").read_text())["models"]
    tflite = (bundle / entry["model"]).read_bytes()
    assert entry["bytes"] == len(tflite)
    inputs, outputs = golden.decode((bundle / entry["golden"]).read_bytes(), tflite)
    assert len(inputs) == len(outputs) == make_bundle.SAMPLES
    assert entry["labels"] == list("0123456789")


def test_a_folder_that_is_there_is_kept(bundle, capsys):
    assert make_bundle.ensure(bundle, None) == bundle
    assert make_bundle.main([f"--output={bundle}"]) == 1
    assert "exists; remove it first" in capsys.readouterr().err


@pytest.mark.slow
def test_the_digit_reader_reads():
    tflite, _, _ = make_bundle.digits(epochs=20)()
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=tflite)
    interpreter.allocate_tensors()
    pictures, classes = make_bundle.digit_pictures()
    right = 0
    for picture, number in zip(pictures[-297:], classes[-297:], strict=True):
        stored = (picture.astype(np.int16) - 128).astype(np.int8)
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], stored[None])
        interpreter.invoke()
        logits = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
        right += logits.argmax() == number
    assert right / 297 > 0.9


@pytest.mark.slow
def test_stock_files_have_golden_outputs_of_the_reference_kernels():
    tflite, inputs, outputs = make_bundle.stock(32, 10, alpha=0.25)()
    assert tflite[4:8] == b"TFL3"
    assert inputs.shape == (2, 32, 32, 3) and outputs.shape == (2, 10)
    assert outputs.dtype == np.int8
