"""The log of the Edge TPU compiler."""

import dataclasses
import re

_UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_SIZE = r"([\d.]+)\s*(B|KiB|MiB|GiB)\b"
_SIZES = {
    "cached_bytes": "On-chip memory used for caching model parameters",
    "remaining_bytes": "On-chip memory remaining for caching model parameters",
    "streamed_bytes": "Off-chip memory used for streaming uncached model parameters",
}
# Causes that stand in the log of a compilation that failed, and the remedy of each.
FAILURES = {
    "Didn't find op for builtin opcode": "convert with a converter that writes older versions",
    "large activation tensors": "use smaller images or fewer channels",
    "static-sized tensors": "fix all sizes, the batch among them, before converting",
    "Encountered unresolved custom op": "leave custom operators out of the model",
    "Model not quantized": "quantize the model to 8 bits",
    "Internal compiler error": "look for the operator by leaving parts of the model out",
    "compilation timed out": "raise the time limit with --timeout_sec",
    "Invalid model": "check the file with `pikelpn inspect`",
}


@dataclasses.dataclass(frozen=True)
class Count:
    """A line of the table of operators: how many of a name have a status."""

    operator: str
    count: int
    status: str

    @property
    def mapped(self):
        """Whether they run on the Edge TPU."""
        return self.status == "Mapped to Edge TPU"


@dataclasses.dataclass(frozen=True)
class CompilerLog:
    """What the compiler said.

    Attributes:
        version: the compiler's version, "16.0.384591198".
        succeeded: whether it wrote a model.
        failure: its first line that tells why not; empty where it succeeded.
        remedy: what to do about a failure that is known; else empty.
        cached_bytes: parameters cached on the chip; None where the log does not say.
        remaining_bytes: room left for parameters on the chip.
        streamed_bytes: parameters sent at each inference.
        subgraphs: parts that run on the Edge TPU.
        operators: the table of operators.
    """

    version: str
    succeeded: bool
    failure: str
    remedy: str
    cached_bytes: int | None
    remaining_bytes: int | None
    streamed_bytes: int | None
    subgraphs: int | None
    operators: tuple[Count, ...]


def parse_log(text):
    """Reads what `edgetpu_compiler` prints, or its .log file.

    Args:
        text: str.

    Returns:
        a `CompilerLog`; what the text does not tell is None or empty.

    Example:

    >>> log = parse_log('''Edge TPU Compiler version 16.0.384591198
    ... Model compiled successfully in 42 ms.
    ... On-chip memory used for caching model parameters: 3.00KiB
    ... Operator                       Count      Status
    ... CONV_2D                        2          Mapped to Edge TPU''')
    >>> log.succeeded, log.cached_bytes, log.operators[0].count
    (True, 3072, 2)
    """
    version = re.search(r"Edge TPU Compiler version (\S+)", text)
    # Older ones say "Model successfully compiled but not all operations are supported".
    succeeded = bool(re.search(r"[Cc]ompiled successfully|successfully compiled", text))
    failure, remedy = ("", "") if succeeded else _failure(text)
    subgraphs = re.search(r"Number of Edge TPU subgraphs:\s*(\d+)", text)
    return CompilerLog(
        version=version[1] if version else "",
        succeeded=succeeded,
        failure=failure,
        remedy=remedy,
        subgraphs=int(subgraphs[1]) if subgraphs else None,
        operators=_operators(text),
        **{field: _size(label, text) for field, label in _SIZES.items()},
    )


def _failure(text):
    for cause, remedy in FAILURES.items():
        for line in text.splitlines():
            if cause in line:
                return line.removeprefix("ERROR:").strip(), remedy
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return (lines[-1] if lines else "the compiler printed nothing"), ""


def _size(label, text):
    found = re.search(rf"{re.escape(label)}:\s*{_SIZE}", text)
    return round(float(found[1]) * _UNITS[found[2]]) if found else None


def _operators(text):
    _, header, table = text.partition("Status\n")
    if not header:
        return ()
    rows = re.findall(r"^(\S+)[ \t]+(\d+)[ \t]+(\S.*?)[ \t]*$", table, re.MULTILINE)
    return tuple(Count(name, int(count), status) for name, count, status in rows)
