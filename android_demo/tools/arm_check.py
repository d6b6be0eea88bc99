"""Compares LiteRT on emulated ARM cores, and it and TFLM on this machine, with golden integers.

`python -m android_demo.tools.arm_check --core=cortex-a76 --model=ResNet8`

Golden integers are those of the integer graph, computed here. The exit status is 1 if one differs.
"""

import argparse
import hashlib
import json
import pathlib
import platform
import sys
import tempfile

import numpy as np

from android_demo.tools import golden, toolchain, zoo
from android_demo.tools.arm_root import XNNPACK_LOG, ArmRoot
from android_demo.tools.toolchain import ToolError

# Without dot products, with them, with matrix products of integers, with all that is emulated.
CORES = ("cortex-a53", "cortex-a76", "cortex-a710", "max")
PROGRAM = pathlib.Path(__file__).with_name("arm_program.py")


def check(root, core, paths):
    """Runs models on one core; returns a result for each model and family of kernels.

    Raises:
        ToolError: if a program fails, or XNNPACK was not in use.
    """
    return _results(core, root.python(core, PROGRAM, *paths))


def check_here(paths):
    """Runs models on this machine, on TensorFlow Lite Micro too; returns what `check` returns.

    Raises:
        ToolError: if a program fails, or XNNPACK was not in use.
    """
    core = platform.machine()
    results = _results(core, toolchain.run(sys.executable, PROGRAM, *paths))
    return results + [{"core": core, **_on_micro(path)} for path in paths]


def _results(core, output):
    if XNNPACK_LOG not in output:
        raise ToolError(f"XNNPACK was not in use on {core}:\n{output}")
    line = next(line for line in output.splitlines() if line.startswith("RESULTS "))
    return [{"core": core, **result} for result in json.loads(line.removeprefix("RESULTS "))]


def _on_micro(path):
    """How a model's output bytes on TensorFlow Lite Micro differ from the golden ones."""
    from tflite_export.runtimes import RUNTIMES

    tflite = path.read_bytes()
    runtime = RUNTIMES["tflm"](tflite)
    (edge_in,), (edge_out,) = runtime.edges.inputs, runtime.edges.outputs
    inputs, outputs = golden.decode(path.with_suffix(".golden").read_bytes(), tflite)
    stored = inputs.view(edge_in.dtype).reshape(-1, *edge_in.shape)
    (integers,) = runtime.run(edge_in.load(stored))
    computed = edge_out.store(integers).tobytes()
    return {
        "model": path.stem,
        "kernels": "tflm",
        "differing": int((np.frombuffer(computed, np.uint8) != outputs.ravel()).sum()),
        "compared": outputs.size,
        "sha256": hashlib.sha256(computed).hexdigest(),
    }


def table(results):
    """The results as a Markdown table, a row for each model and family of kernels.

    A dash stands where a family was not run.

    Example:

    >>> print(table([{"core": "max", "model": "m", "kernels": "xnnpack", "differing": 0,
    ...               "compared": 80, "sha256": "0123456789abcdef"}]))
    | model | kernels | integers | differing on max | sha256 of the output bytes |
    |---|---|---|---|---|
    | m | xnnpack | 80 | 0 | 0123456789ab |
    """
    cores = list(dict.fromkeys(result["core"] for result in results))
    heads = ["model", "kernels", "integers", *(f"differing on {core}" for core in cores),
             "sha256 of the output bytes"]  # fmt: skip
    rows = {}
    for result in results:
        key = result["model"], result["kernels"], f"{result['compared']:,}"
        rows.setdefault(key, {})[result["core"]] = result
    lines = [_line(heads), "|" + "---|" * len(heads)]
    for key, row in rows.items():
        digests = sorted({result["sha256"][:12] for result in row.values()})
        differing = [str(row[core]["differing"]) if core in row else "–" for core in cores]
        lines.append(_line([*key, *differing, ", ".join(digests)]))
    return "\n".join(lines)


def _line(cells):
    return f"| {' | '.join(cells)} |"


def main(arguments=None):
    """Checks the models on the cores and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--core", action="append", choices=CORES, help="by default all")
    parser.add_argument("--model", action="append", choices=zoo.ZOO, help="by default all")
    values = parser.parse_args(arguments)
    results = []
    try:
        root = ArmRoot()
        with tempfile.TemporaryDirectory() as folder:
            paths = zoo.write(pathlib.Path(folder), values.model or tuple(zoo.ZOO))
            for core in values.core or CORES:
                print(f"emulating {core}", file=sys.stderr)
                results += check(root, core, paths)
            results += check_here(paths)
    except ToolError as error:
        print(f"arm_check: {error}", file=sys.stderr)
        return 1
    print(f'log on every core: "{XNNPACK_LOG}"\n\n{table(results)}')
    return 1 if any(result["differing"] for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
