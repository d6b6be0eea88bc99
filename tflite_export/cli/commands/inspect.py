"""List what stands in a .tflite file, whoever wrote it.

Operators with their versions, shapes, grids and parameters; whether all kernels compute each of
them alike, by which class of encoding (docs/integer_contract.md, section 5), and if not, why. Files
compiled for an Edge TPU tell what is cached on the chip. --html writes one page with the graph
drawn, which needs no network.
"""

import pathlib

from absl import flags

from tflite_export.cli import files
from tflite_export.cli.errors import user_errors

USAGE = "pikelpn inspect MODEL.tflite [--html=PAGE.html]"
PATHS = range(1, 2)


def define_flags(values):
    """Defines the flags of `pikelpn inspect`."""
    own = {"flag_values": values, "module_name": "pikelpn inspect"}
    flags.DEFINE_string("html", None, "Write an HTML page instead of the listing.", **own)


def run(values, path):
    """Prints the listing, or writes the page."""
    page = None if values.html is None else files.output_path(values.html, ".html", flag="--html")
    path = pathlib.Path(path)
    from tflite_export.inspection_facts import facts
    from tflite_export.inspection_html import html_of
    from tflite_export.inspection_text import text_of

    with user_errors():
        found = facts(path)
    if page is None:
        print(text_of(path.name, found))
        return 0
    with files.replacing(page) as beside:
        beside.write_text(html_of(path.name, found), encoding="utf-8")
    print(f"wrote {page}")
    return 0
