"""`python -m android_demo.coral`: models on a Coral board or USB stick."""

import argparse
import json
import pathlib
import sys

from android_demo.coral import tasks
from android_demo.coral.interpreter import CoralError
from tflite_export.operator_list import BrokenFileError


def main(arguments=None):
    """Runs one task; returns the exit status: 0, 1 for a failure or outputs that differ, 2."""
    options = _parser().parse_args(arguments)
    try:
        return options.task(options)
    except (CoralError, BrokenFileError) as error:
        print(f"coral: {error}", file=sys.stderr)
    except OSError as error:
        print(f"coral: {error.filename}: {error.strerror}", file=sys.stderr)
    return 1


def _parser():
    parser = argparse.ArgumentParser(prog="coral", description=__doc__)
    tasks_parser = parser.add_subparsers(required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("model", type=pathlib.Path, help="the compiled .tflite file")
    shared.add_argument(
        "--device", default="", help="usb, usb:1, pci, cpu ... Default: any Edge TPU."
    )
    shared.add_argument("--library", help="path of libedgetpu")

    benchmark = tasks_parser.add_parser("benchmark", parents=[shared], help="time the model")
    benchmark.add_argument("--warmup", type=int, default=5)
    benchmark.add_argument("--runs", type=int, default=50)
    benchmark.add_argument("--seconds", type=float, default=1.0)
    benchmark.add_argument("--golden", type=pathlib.Path, help="check exactness as well")
    benchmark.add_argument("--original", type=pathlib.Path, help="the file before compilation")
    benchmark.set_defaults(task=_benchmark)

    exact = tasks_parser.add_parser("exact", parents=[shared], help="compare with golden outputs")
    exact.add_argument("golden", type=pathlib.Path)
    exact.add_argument("--original", type=pathlib.Path, help="the file before compilation")
    exact.set_defaults(task=_exact)

    classify = tasks_parser.add_parser("classify", parents=[shared], help="classify a picture")
    classify.add_argument("picture", type=pathlib.Path)
    classify.add_argument("--labels", type=pathlib.Path, help="class names, one a line")
    classify.set_defaults(task=_classify)
    return parser


def _benchmark(options):
    tflite = options.model.read_bytes()
    result = tasks.benchmark(
        tflite,
        options.model.name,
        options.device,
        options.library,
        warmup=options.warmup,
        runs=options.runs,
        seconds=options.seconds,
    )
    if options.golden is not None:
        result["exactness"] = _exactness(options, tflite)
    print(json.dumps(result, indent=2))
    return 0


def _exact(options):
    found = _exactness(options, options.model.read_bytes())
    print(f"{found['differing']} of {found['compared']} differ, by {found['largest']} at most")
    return 0 if found["differing"] == 0 else 1


def _exactness(options, tflite):
    original = tflite if options.original is None else options.original.read_bytes()
    golden = options.golden.read_bytes()
    return tasks.exactness(tflite, golden, original, options.device, options.library)


def _classify(options):
    path = options.labels or options.model.with_suffix(".labels.txt")
    # Names of folders, which labels may be, are not always UTF-8.
    known = options.labels is not None or path.exists()
    labels = path.read_text(encoding="utf-8", errors="replace").splitlines() if known else []
    found = tasks.classify(
        options.model.read_bytes(), options.picture, labels, options.device, options.library
    )
    for name, value in found:
        print(f"{value:8.4f}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
