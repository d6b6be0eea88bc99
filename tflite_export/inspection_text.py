"""The facts of a file as text."""

from tflite_export.inspection_facts import grid_of

LONGEST_NAME = 48


def printable(name, longest=LONGEST_NAME):
    r"""A name without control characters, its middle left out where it is long.

    Example:

    >>> printable("a\x1b[31m\n")
    'a\\x1b[31m\\n'
    >>> printable("abcdefghij", longest=7)
    'abc…hij'
    """
    name = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    if len(name) <= longest:
        return name
    half = (longest - 1) // 2
    return f"{name[: longest - 1 - half]}…{name[-half:]}"


def text_of(name, facts):
    """The listing of a file.

    Args:
        name: what to call the file.
        facts: its `Facts`.

    Returns:
        str of several lines.
    """
    return "\n".join(line.rstrip() for line in _lines_of(name, facts))


def _lines_of(name, facts):
    listed = facts.listed
    yield (
        f"{name}: {listed.size:,} bytes, {facts.parameter_bytes:,} of them parameters"
        + (f"; {printable(listed.description)}" if listed.description else "")
    )
    yield printable(facts.origin, 400)
    kinds = {
        "metadata": listed.metadata,
        "attached files": listed.attachments,
        "signatures": [f"{name} (subgraph {i})" for name, i in listed.signatures.items()],
    }
    for kind, names in kinds.items():
        if names:
            yield f"{kind}: {', '.join(printable(entry) for entry in names)}"
    yield from _package_lines(facts.packages)
    for subgraph, lines in zip(listed.subgraphs, facts.lines, strict=True):
        yield ""
        yield from _subgraph_lines(subgraph, lines)
    yield ""
    yield ", ".join(f"{count} {verdict}" for verdict, count in sorted(facts.counts.items()))


def _package_lines(packages):
    for package in packages:
        yield (
            f"compiled for an Edge TPU by {package.compiler or 'an unnamed version'}: "
            f"{package.cached_bytes:,} bytes of parameters cached, {package.streamed_bytes:,} "
            f"streamed at each inference; runtime {package.minimum_runtime} or newer"
        )


def _subgraph_lines(subgraph, lines):
    if subgraph.name:
        yield f"subgraph {printable(subgraph.name)}"
    for kind, indices in (("input ", subgraph.inputs), ("output", subgraph.outputs)):
        for index in indices:
            tensor = subgraph.tensors[index]
            yield f"{kind}  {printable(tensor.name)}  {_type_of(tensor)}  {grid_of(tensor)}"
    notes = list(dict.fromkeys(line.exactness.reason for line in lines if line.exactness.reason))
    rows = [("", "operator", "v", "writes", "", "grid", "parameters", "class", "")]
    rows += [_row(line, notes) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    for number, note in enumerate(notes, start=1):
        yield f"[{number}] {printable(note, 300)}"


def _row(line, notes):
    reason = line.exactness.reason
    tensor = line.writes[0] if line.writes else None
    parameters = f"{line.parameter_bytes:,}  {line.weights}" if line.parameter_bytes else ""
    return (
        str(line.index),
        printable(line.operator),
        str(line.version),
        printable(tensor.name, 32) if tensor else "",
        _type_of(tensor) if tensor else "",
        grid_of(tensor) if tensor else "",
        parameters,
        line.exactness.encoding,
        line.exactness.verdict + (f" [{notes.index(reason) + 1}]" if reason else ""),
    )


def _type_of(tensor):
    return f"{tensor.dtype} {tensor.shape}"
