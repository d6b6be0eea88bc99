"""MkDocs hook: the page of the command line, made of what `--help` prints."""

import contextlib
import io

from mkdocs.structure.files import File

from tflite_export.cli import commands, main

PAGE = "reference/command_line.md"
INTRODUCTION = """# The command line

`pikelpn COMMAND [FLAGS]`. The exit status is 0 for success, 1 for a failure, such as an integer
that differs, 2 for a wrong command line and 130 for an interruption. Files are written whole or not
at all.
"""


def on_files(files, config):
    """Adds the page."""
    sections = [INTRODUCTION]
    for name in commands.names():
        help_text = io.StringIO()
        with contextlib.redirect_stdout(help_text):
            main([name, "--help"])
        sections.append(f"## {name}\n\n```text\n{help_text.getvalue().strip()}\n```\n")
    files.append(File.generated(config, PAGE, content="\n".join(sections)))
    return files
