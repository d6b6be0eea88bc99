"""Measure how fast .tflite files run, here or on Android devices.

Prints percentiles of the times in milliseconds. With --adb the files are measured by the Android
app on every device that adb reaches, or on those that --serial names; where MODEL.golden lies
beside MODEL.tflite, the app also counts the integers that differ from it; --profile=30 adds the
mean time of each operator in 30 runs, which the Python package of LiteRT does not tell. The exit
status is 1 if an integer differs or a measurement failed.
"""

import json
import pathlib
import sys

from absl import flags

from tflite_export.cli import files
from tflite_export.cli.errors import UsageError, UserError, user_errors

USAGE = "pikelpn benchmark MODEL.tflite... [--adb] [FLAGS]"
PATHS = range(1, 100)


def define_flags(values):
    """Defines the flags of `pikelpn benchmark`."""
    own = {"flag_values": values, "module_name": "pikelpn benchmark"}
    engines = ["xnnpack", "builtin", "reference", "gpu"]
    flags.DEFINE_enum("engine", "xnnpack", engines, "Kernels; gpu is for devices only.", **own)
    flags.DEFINE_integer("threads", 1, "Number of threads.", lower_bound=1, **own)
    flags.DEFINE_integer("warmup", 5, "Runs before measuring begins.", lower_bound=0, **own)
    flags.DEFINE_integer("runs", 50, "Measured runs at least.", lower_bound=1, **own)
    flags.DEFINE_float("min_seconds", 1, "Seconds to measure at least.", lower_bound=0, **own)
    flags.DEFINE_float("max_seconds", 60, "Seconds to measure at most.", lower_bound=0, **own)
    text = "Devices: runs to take the time of each operator in, after measuring."
    flags.DEFINE_integer("profile", 0, text, lower_bound=0, **own)
    flags.DEFINE_bool("adb", False, "Measure on Android devices.", **own)
    flags.DEFINE_list("serial", [], "Serial numbers of the devices; all if not given.", **own)
    flags.DEFINE_string("apk", None, "Install this build of the app first.", **own)
    flags.DEFINE_string("output", None, "Write the results as JSON.", **own)


def run(values, *paths):
    """Prints a table; returns 1 if a result is an error or not exact."""
    output = None if values.output is None else files.output_path(values.output, ".json")
    from tflite_export import benchmark_report

    if values.profile and not values.adb:
        raise UsageError("--profile is for devices: add --adb")
    with user_errors():
        results = _on_devices(values, paths) if values.adb else _here(values, paths)
    print(benchmark_report.table(results))
    if output is not None:
        with files.replacing(output) as beside:
            beside.write_text(json.dumps(results, indent=1) + "\n")
    return 1 if any(map(_failed, results)) else 0


def _failed(result):
    exactness = result.get("exactness")
    return "error" in result or (exactness is not None and exactness["differing"] > 0)


def _numbers(values):
    names = ("engine", "threads", "warmup", "runs", "min_seconds", "max_seconds")
    return {name: getattr(values, name) for name in names}


def _here(values, paths):
    import tflite_export

    return [
        tflite_export.benchmark(
            pathlib.Path(path).read_bytes(), name=pathlib.Path(path).name, **_numbers(values)
        ).to_json()
        for path in paths
    ]


def _on_devices(values, paths):
    from tflite_export import device_benchmark

    serials = values.serial or device_benchmark.devices()
    if not serials:
        raise UserError("adb reaches no device; connect one and allow debugging")
    results = []
    for serial in serials:
        if values.apk is not None:
            device_benchmark.install(serial, values.apk)
        for path in paths:
            print(f"{serial}: {path}", file=sys.stderr)
            results.append(_on_device(serial, path, _plan(values)))
    return results


def _plan(values):
    from tflite_export.device_benchmark import Plan

    return Plan(**_numbers(values), profile=values.profile)


def _on_device(serial, path, plan):
    from tflite_export import device_benchmark

    golden = pathlib.Path(path).with_suffix(".golden")
    result = device_benchmark.run(serial, path, plan, golden if golden.exists() else None)
    if "error" in result:
        result["error"] = f"{serial}: {path}: {result['error']}"
    else:
        # The app knows only the name that the file had on the device.
        result["model"]["name"] = pathlib.Path(path).name
    return result
