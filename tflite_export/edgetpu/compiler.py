"""Runs the `edgetpu_compiler` of this machine, which no package index has."""

import dataclasses
import os
import pathlib
import shutil
import subprocess

from tflite_export.edgetpu.compiled import Package, packages
from tflite_export.edgetpu.log import CompilerLog, parse_log
from tflite_export.files import folder_beside

COMPILER = "edgetpu_compiler"
TIMEOUT_S = 180


class CompilerError(Exception):
    """The compiler is absent, failed or wrote nothing; the sentence says which and what to do."""


@dataclasses.dataclass(frozen=True)
class Compilation:
    """A compiled model.

    Attributes:
        path: the compiled file.
        log: what the compiler said.
        packages: the content of its custom operators.
    """

    path: pathlib.Path
    log: CompilerLog
    packages: tuple[Package, ...]


def compile_model(path, output, *, compiler=COMPILER, options=(), timeout_s=TIMEOUT_S):
    """Compiles a .tflite file for the Edge TPU.

    Args:
        path: the .tflite file.
        output: the file to write; it is written beside its place and renamed into it.
        compiler: name or path of the compiler.
        options: further words for its command line.
        timeout_s: seconds after which it is ended.

    Returns:
        a `Compilation`.

    Raises:
        CompilerError: if there is no compiler, or it fails.
        OSError: if a file cannot be read or written.
    """
    path, output = pathlib.Path(path), pathlib.Path(output)
    executable = shutil.which(compiler)
    if executable is None:
        raise CompilerError(
            f"{compiler} is not on the PATH: install Coral's edgetpu-compiler (x86-64 Linux), or "
            "name it with --compiler"
        )
    path.open("rb").close()
    with folder_beside(output) as folder:
        command = [executable, "--show_operations", "--out_dir", str(folder), *options, str(path)]
        log = parse_log(_run(command, timeout_s))
        compiled = folder / f"{path.stem}_edgetpu.tflite"
        if not log.succeeded or not compiled.is_file():
            reason = log.failure or "it wrote no model"
            remedy = f"; {log.remedy}" if log.remedy else ""
            raise CompilerError(f"{compiler} did not compile {path}: {reason}{remedy}")
        content = tuple(packages(compiled))
        os.replace(compiled, output)
    return Compilation(output, log, content)


def _run(command, timeout_s):
    """All that the command prints."""
    try:
        run = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout_s,
            check=False,
            text=True,
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        raise CompilerError(
            f"{command[0]} took more than {timeout_s} s and was ended; allow more with --timeout_s"
        ) from None
    return run.stdout
