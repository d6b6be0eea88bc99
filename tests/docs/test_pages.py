"""Examples on the pages run: Python, and commands in blocks of the language `sh`."""

import shlex
import shutil

import keras
import pytest
import sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from tests.conftest import REPOSITORY
from tflite_export.cli import main

DOCS = REPOSITORY / "docs"


def run_commands(example):
    """Runs the lines of a block, all of which have to be commands that succeed."""
    for line in example.parsed.replace("\\\n", "").splitlines():
        program, *arguments = shlex.split(line, comments=True)
        assert program == "pikelpn", line
        assert main(arguments) == 0, line


EXAMPLES = sybil.Sybil([PythonCodeBlockParser(), CodeBlockParser("sh", run_commands)])
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if list(EXAMPLES.parse(page).examples())]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_examples(page, digits_files, small_models, tmp_path, monkeypatch):
    for file in digits_files:
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    keras.utils.set_random_seed(0)
    for example in EXAMPLES.parse(page).examples():
        example.evaluate()


def test_a_command_that_fails_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```sh\npikelpn inspect absent.tflite\n```\n")
    (example,) = EXAMPLES.parse(page).examples()
    with pytest.raises(AssertionError, match="absent"):
        example.evaluate()


def test_the_guide_has_examples():
    assert {page.name for page in PAGES} >= {"getting_started.md", "own_images.md", "faq.md"}
