"""Compares LiteRT on emulated ARM cores with golden integers.

`python -m android_demo.tools.arm_check --core=cortex-a76 --model=ResNet8`

Golden integers are those of the integer graph, computed here. The exit status is 1 if one differs.
"""

import argparse
import json
import pathlib
import sys
import tempfile

from android_demo.tools import zoo
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
    output = root.python(core, PROGRAM, *paths)
    if XNNPACK_LOG not in output:
        raise ToolError(f"XNNPACK was not in use on {core}:\n{output}")
    line = next(line for line in output.splitlines() if line.startswith("RESULTS "))
    return [{"core": core, **result} for result in json.loads(line.removeprefix("RESULTS "))]


def table(results):
    """The results as a Markdown table, a row for each model and family of kernels.

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
        rows.setdefault(key, []).append(result)
    lines = [_line(heads), "|" + "---|" * len(heads)]
    for key, row in rows.items():
        digests = sorted({result["sha256"][:12] for result in row})
        lines.append(_line([*key, *(str(r["differing"]) for r in row), ", ".join(digests)]))
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
    except ToolError as error:
        print(f"arm_check: {error}", file=sys.stderr)
        return 1
    print(f'log on every core: "{XNNPACK_LOG}"\n\n{table(results)}')
    return 1 if any(result["differing"] for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
