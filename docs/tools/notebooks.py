"""MkDocs hook: the executed notebooks as pages, with what they printed and drew."""

import json
import pathlib
import re

from mkdocs.structure.files import File

NOTEBOOKS = pathlib.Path(__file__).parents[2] / "notebooks"


def on_files(files, config):
    """Adds a page for each notebook."""
    for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
        content = page(json.loads(notebook.read_text(encoding="utf-8")))
        files.append(File.generated(config, f"notebooks/{notebook.stem}.md", content=content))
    return files


def page(notebook):
    """The Markdown of a notebook.

    Args:
        notebook: a dict, as the file holds it.

    Returns:
        str.
    """
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            parts.append(_fenced("python", source))
            parts.extend(map(_output, cell["outputs"]))
        else:
            parts.append(
                re.sub(r"(\]\([^)]*)\.ipynb", r"\1.md", source).replace("](../docs/", "](../")
            )
    return "\n\n".join(filter(None, parts))


def _output(output):
    data = output.get("data", {})
    if "image/png" in data:
        picture = "".join(data["image/png"]).replace("\n", "")
        return f"![What the cell draws](data:image/png;base64,{picture})"
    text = "".join(output.get("text") or data.get("text/plain") or [])
    return _fenced("text", text) if text.strip() else None


def _fenced(language, text):
    return f"```{language}\n{text.rstrip()}\n```"
