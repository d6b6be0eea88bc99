"""Executes the notebooks and stores their outputs.

    python notebooks/execute.py [NAME.ipynb ...]

All seven, or those that are named. What changes from run to run without meaning anything, such as
times of cells and versions of the kernel, is left out, so that a difference in a notebook is one of
its results.
"""

import os
import pathlib
import re
import sys
import tempfile
import time

import nbformat
from nbclient import NotebookClient

FOLDER = pathlib.Path(__file__).resolve().parent
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# What would say more about the machine than about the notebook.
QUIET = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "GRPC_VERBOSITY": "NONE",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}
# What native libraries print at their start, whatever the settings.
GREETINGS = re.compile(
    r"(INFO: Created TensorFlow Lite XNNPACK delegate for CPU\.\n"
    r"|WARNING: All log messages before absl::InitializeLog\(\).*\n"
    r"|I0000 .*\n)*"
)


def notebooks():
    """Paths of all notebooks, in order."""
    return sorted(FOLDER.glob("*.ipynb"))


def execute(path, timeout=600):
    """The notebook of a file, executed in a folder of its own.

    Args:
        path: the file.
        timeout: seconds that a cell may take.

    Returns:
        an `nbformat.NotebookNode` with fresh outputs and nothing volatile.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    # The commands of this Python, `pikelpn` among them, before others of that name.
    commands = os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ["PATH"]])
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=timeout,
            kernel_name=KERNEL["name"],
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
        )
        client.execute(env={**os.environ, **QUIET, "PATH": commands})
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    for cell in notebook.cells:
        cell.metadata.clear()
        if cell.cell_type == "code" and GREETINGS.fullmatch(_errors(cell)):
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return notebook


def _errors(cell):
    """What a cell wrote to stderr."""
    return "".join(output.text for output in cell.outputs if output.get("name") == "stderr")


def main(arguments):
    """Executes and writes."""
    for path in [pathlib.Path(argument) for argument in arguments] or notebooks():
        start = time.perf_counter()
        notebook = execute(path)
        beside = path.with_name(f".{path.name}")
        nbformat.write(notebook, beside)
        beside.replace(path)
        print(f"{path.name}: {time.perf_counter() - start:.0f} s, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
