"""Every notebook runs, and what is stored in it is what it computes."""

import re

import nbformat
import pytest

from notebooks import execute

# What must stand in the stored outputs and in fresh ones.
RESULTS = {
    "1_quickstart.ipynb": [
        r"test accuracy: 9\d\.\d%",
        r"^0 differing integers on 6 runtimes$",
        r"accuracy of the file: 9\d\.\d%",
    ],
    "2_from_a_float_model.ipynb": [
        r"^float: 9\d\.\d%$",
        r"^w8a8, without training: 9\d\.\d%$",
        r"^pikelpn, 2 bits, without training: [1-6]\d\.\d%$",
        r"^pikelpn, 2 bits, fine-tuned: [7-9]\d\.\d%$",
        r"(?:[\d,]+ bytes, 0 differing integers on 6 runtimes\n){2}",
    ],
    "3_cost.ipynb": [r"elementwise work: \d\d times less in PikeLPN", r"gate_level"],
    "4_quantnorm.ipynb": [
        r"^QuantNorm, trained: 9\d\.\d%$",
        r"^flips while frozen, QuantNorm: +0$",
        r"^0 differing integers between the trained net and its integer graph$",
    ],
    "5_why_exact.ipynb": [
        r"^convolution +XNNPACK +32 lower and +0 higher than half up, of 256$",
        r"^convolution +TFLM +[1-9]\d* lower and +[1-9]\d* higher than half up, of 256$",
        r"^builtin +[1-9][\d,]*, first in",
        r"^0 differing integers on 6 runtimes$",
    ],
    "6_larq_and_tfmot.ipynb": [
        r"^larq: [\d,]+ bytes, 0 differing integers on 6 runtimes$",
        r"^tfmot: [\d,]+ bytes, 0 differing integers on 6 runtimes$",
    ],
    "7_devices.ipynb": [
        r"^wrote digits.golden, 8 samples$",
        r"^(\d+) of \1 operators mapped$",
        r"^TensorFlow Lite Micro: 0 differing integers of 2,000$",
        r"^0 differing integers$",
    ],
}
LARGEST_FILE = 300_000
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|opt|private|root|tmp|usr|var|work|Users)/")


def outputs(notebook):
    return [o for cell in notebook.cells if cell.cell_type == "code" for o in cell.outputs]


def text(notebook):
    """All text that the cells gave."""
    parts = []
    for output in outputs(notebook):
        if output.output_type == "stream":
            parts.append(output.text)
        else:
            parts.append(output.data.get("text/plain", "") + "\n")
    return "".join(parts)


def pictures(notebook):
    return sum("image/png" in output.get("data", {}) for output in outputs(notebook))


def test_all_are_listed():
    assert [path.name for path in execute.notebooks()] == list(RESULTS)


@pytest.mark.parametrize("path", execute.notebooks(), ids=lambda path: path.stem)
def test_notebook(path, monkeypatch, request):
    if path.stem == "6_larq_and_tfmot":
        monkeypatch.setenv("PIKELPN_INTEROP_PYTHON", request.getfixturevalue("interop_python"))
    stored, fresh = nbformat.read(path, as_version=4), execute.execute(path)
    nbformat.validate(stored)
    for notebook in (stored, fresh):
        written = text(notebook)
        for result in RESULTS[path.name]:
            assert re.search(result, written, re.MULTILINE), (result, written)
        assert not MACHINE_PATH.search(written)
        assert not [o for o in outputs(notebook) if o.get("name") == "stderr"], written
    assert pictures(stored) == pictures(fresh)
    executed = [cell.execution_count for cell in stored.cells if cell.cell_type == "code"]
    assert executed == list(range(1, len(executed) + 1))
    assert path.stat().st_size < LARGEST_FILE
