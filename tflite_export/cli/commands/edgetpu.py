"""Predict what Coral's Edge TPU takes of a .tflite file, or compile the file for it.

check predicts, operator by operator, what the Edge TPU compiler 16.0 maps, where it cuts the graph,
what memory the parameters take and what to change; the exit status is 1 if an operator would run on
the CPU. compile runs the edgetpu_compiler of this machine and reads its log and what it wrote.
"""

import pathlib

from absl import flags

from tflite_export.cli import files
from tflite_export.cli.errors import UsageError, UserError, user_errors

USAGE = "pikelpn edgetpu (check MODEL.tflite | compile MODEL.tflite [--output=FILE]) [FLAGS]"
PATHS = range(2, 3)


def define_flags(values):
    """Defines the flags of `pikelpn edgetpu`."""
    own = {"flag_values": values, "module_name": "pikelpn edgetpu"}
    flags.DEFINE_string(
        "output", None, "compile: the file to write. Default: MODEL_edgetpu.tflite.", **own
    )
    flags.DEFINE_string("compiler", "edgetpu_compiler", "compile: the compiler.", **own)
    flags.DEFINE_integer("timeout_s", 180, "compile: seconds to wait.", lower_bound=1, **own)


def run(values, action, path):
    """Checks or compiles."""
    actions = {"check": _check, "compile": _compile}
    if action not in actions:
        raise UsageError(f"'{action}' is no action; usage: {USAGE}")
    return actions[action](values, pathlib.Path(path))


def _check(values, path):
    from tflite_export.edgetpu.prediction import predict

    with user_errors():
        prediction = predict(path)
    print(prediction)
    return 0 if prediction.all_mapped else 1


def _compile(values, path):
    from tflite_export.edgetpu.compiler import CompilerError, compile_model
    from tflite_export.edgetpu.prediction import predict

    default = path.with_name(f"{path.stem}_edgetpu.tflite")
    output = files.output_path(values.output or str(default), ".tflite")
    with user_errors():
        prediction = predict(path)
        try:
            compilation = compile_model(
                path, output, compiler=values.compiler, timeout_s=values.timeout_s
            )
        except CompilerError as error:
            raise UserError(error) from error
    for line in _compilation_lines(compilation, prediction):
        print(line)
    return 0


def _compilation_lines(compilation, prediction):
    log = compilation.log
    yield f"compiled by version {log.version or 'unknown'}"
    for count in log.operators:
        yield f"{count.operator:24} {count.count:4}  {count.status}"
    mapped = sum(count.count for count in log.operators if count.mapped)
    predicted = sum(verdict.mapped for verdict in prediction.verdicts)
    if log.operators:
        yield f"{mapped} operators mapped; {predicted} were predicted"
    for package in compilation.packages:
        yield (
            f"on the Edge TPU: {package.cached_bytes:,} bytes of parameters cached, "
            f"{package.streamed_bytes:,} streamed at each inference; runtime "
            f"{package.minimum_runtime} or newer"
        )
    yield f"wrote {compilation.path}"
