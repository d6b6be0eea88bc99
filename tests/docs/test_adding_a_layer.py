"""The page on adding a layer, followed to the letter in a copy of the sources."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "adding_a_layer.md"
BLOCK = re.compile(r'^```(python|diff) title="(.*?)"\n(.*?)^```', re.DOTALL | re.MULTILINE)


def write(folder, path, source):
    """Writes a new file of the page."""
    target = folder / path
    assert not target.exists(), f"{path} is there already; the page needs another example"
    target.write_text(source)


def change(folder, path, hunk):
    """Adds the lines of a hunk behind those that it shows as context."""
    target, lines = folder / path, hunk.splitlines()
    context = "\n".join(line[1:] for line in lines if line[0] == " ")
    changed = "\n".join(line[1:] for line in lines)
    text = target.read_text()
    assert text.count(context) == 1, f"{path} has no one place like {context!r}"
    target.write_text(text.replace(context, changed))


@pytest.mark.slow
def test_the_page_followed(tmp_path):
    for name in ("pikelpn_keras", "tflite_export", "tests"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=ignored)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    for language, path, source in blocks:
        (write if language == "python" else change)(tmp_path, path, source)
    new = [path for language, path, _ in blocks if language == "python"]
    tests = [path for path in new if path.startswith("tests/")]
    assert len(tests) == 3
    tests += ["pikelpn_keras/layers/minimum.py", "tests/tflite_export/operators/test_registry.py"]
    tests += ["tests/pikelpn_keras/cost/test_nodes.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    lint = [sys.executable, "-m", "ruff", "check", *new]
    done = subprocess.run(lint, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
