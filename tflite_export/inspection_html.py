"""The facts of a file as one HTML page, its graph drawn; it needs no other file and no network."""

import html

from tflite_export.inspection_facts import grid_of
from tflite_export.inspection_layout import BOX_HEIGHT, BOX_WIDTH, GAP, drawing_of
from tflite_export.inspection_text import printable

COLOURS = {
    "exact": "#d9efdc",
    "not exact": "#fbe3c4",
    "not integer": "#e4e4ea",
    "unknown": "#f6d4d4",
}
MARKS = {"exact": "=", "not exact": "±", "not integer": "~", "unknown": "?"}
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem;
  color: #1c1c22; background: #fff; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid #ddd;
  overflow-wrap: anywhere; }
td.number { text-align: right; } td.number, th { white-space: nowrap; overflow-wrap: normal; }
th:nth-child(2) { min-width: 9rem; } .reason { color: #5a4214; }
.scroll { overflow-x: auto; } .key span { padding: .15rem .5rem; margin-right: .5rem; }
svg text { font: 12px system-ui, sans-serif; } svg .small { font-size: 10.5px; fill: #444; }
svg path { fill: none; stroke: #8a8a94; stroke-width: 1.4; }
svg a:focus rect, svg a:hover rect { stroke: #1c1c22; stroke-width: 2; }
"""


def html_of(name, facts):
    """The page of a file.

    Args:
        name: what to call the file.
        facts: its `Facts`.

    Returns:
        str; every name of the file is escaped.
    """
    title = _escaped(name, 200)
    body = "".join(
        _subgraph(number, subgraph, lines)
        for number, (subgraph, lines) in enumerate(
            zip(facts.listed.subgraphs, facts.lines, strict=True)
        )
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{_summary(facts)}"
        f"{body}</body>\n</html>\n"
    )


def _escaped(text, longest=64):
    return html.escape(printable(text, longest), quote=True)


def _summary(facts):
    listed = facts.listed
    facts_of_file = [
        f"{listed.size:,} bytes, {facts.parameter_bytes:,} of them parameters",
        listed.description,
        facts.origin,
        *(f"metadata: {name}" for name in listed.metadata),
        *(f"attached file: {name}" for name in listed.attachments),
        *(f"signature: {name} (subgraph {i})" for name, i in listed.signatures.items()),
        *(
            f"compiled for an Edge TPU: {package.cached_bytes:,} bytes of parameters cached, "
            f"{package.streamed_bytes:,} streamed at each inference"
            for package in facts.packages
        ),
    ]
    items = "".join(f"<li>{_escaped(fact, 400)}</li>\n" for fact in facts_of_file if fact)
    key = "".join(
        f'<span style="background:{COLOURS[verdict]}">{MARKS[verdict]} {verdict}: {count}</span>'
        for verdict, count in sorted(facts.counts.items())
    )
    return f'<ul>\n{items}</ul>\n<p class="key">{key}</p>\n'


def _subgraph(number, subgraph, lines):
    name = _escaped(subgraph.name) if subgraph.name else f"subgraph {number}"
    edges = "".join(
        f"<li>{kind} <b>{_escaped(tensor.name)}</b>: {_escaped(_type_of(tensor))}</li>\n"
        for kind, indices in (("input", subgraph.inputs), ("output", subgraph.outputs))
        for tensor in (subgraph.tensors[index] for index in indices)
    )
    rows = "".join(_row(number, line) for line in lines)
    return (
        f"<h2>{name}</h2>\n<ul>\n{edges}</ul>\n"
        f'<div class="scroll">{_drawing(number, subgraph, lines)}</div>\n'
        '<div class="scroll"><table>\n<tr><th>#</th><th>operator</th><th>writes</th><th>type</th>'
        "<th>parameters</th><th>class</th><th>exact on all kernels?</th></tr>\n"
        f"{rows}</table></div>\n"
    )


def _row(number, line):
    writes = "<br>".join(_escaped(tensor.name) for tensor in line.writes)
    types = "<br>".join(_escaped(_type_of(tensor)) for tensor in line.writes)
    verdict = line.exactness.verdict
    reason = f'<div class="reason">{_escaped(line.exactness.reason, 300)}</div>'
    parameters = f"{line.parameter_bytes:,}<br>{_escaped(line.weights)}"
    return (
        f'<tr id="s{number}o{line.index}"><td class="number">{line.index}</td>'
        f"<td>{_escaped(line.operator)} v{line.version}</td><td>{writes}</td><td>{types}</td>"
        f"<td>{parameters if line.parameter_bytes else ''}</td>"
        f"<td>{_escaped(line.exactness.encoding)}</td>"
        f'<td style="background:{COLOURS[verdict]}">{MARKS[verdict]} {verdict}'
        f"{reason if line.exactness.reason else ''}</td></tr>\n"
    )


def _drawing(number, subgraph, lines):
    drawing = drawing_of(subgraph)
    curves = "".join(f'<path d="{_path(*curve)}"/>\n' for curve in drawing.curves)
    boxes = "".join(
        _box(number, line, place) for line, place in zip(lines, drawing.boxes, strict=True)
    )
    ends = "".join(
        f'<text x="{x}" y="{y}" text-anchor="middle">{_escaped(name, 30)}</text>\n'
        for name, x, y in drawing.ends
    )
    return (
        f'<svg role="img" aria-label="graph" width="{drawing.width}" height="{drawing.height}" '
        f'viewBox="0 0 {drawing.width} {drawing.height}">\n{curves}{boxes}{ends}</svg>'
    )


def _path(x1, y1, side, x2, y2):
    if side is None:
        middle = (y1 + y2) // 2
        return f"M{x1},{y1} C{x1},{middle} {x2},{middle} {x2},{y2}"
    # Out to the side between two rows, past those that do not read it, and back again.
    out, back = y1 + GAP, y2 - GAP
    return (
        f"M{x1},{y1} C{x1},{out} {side},{y1} {side},{out} V{back} "
        f"C{side},{y2} {x2},{back} {x2},{y2}"
    )


def _box(number, line, place):
    x, y = place
    shape = str(line.writes[0].shape) if line.writes else ""
    middle = x + BOX_WIDTH / 2
    title = _escaped(" ".join(tensor.name for tensor in line.writes), 200)
    return (
        f'<a href="#s{number}o{line.index}"><title>{title}</title><rect x="{x}" y="{y}" rx="5" '
        f'width="{BOX_WIDTH}" height="{BOX_HEIGHT}" fill="{COLOURS[line.exactness.verdict]}" '
        f'stroke="#9a9aa4"/><text x="{middle}" y="{y + 17}" text-anchor="middle">'
        f"{_escaped(line.operator, 24)} {_escaped(line.exactness.encoding)} "
        f'{MARKS[line.exactness.verdict]}</text><text class="small" x="{middle}" y="{y + 32}" '
        f'text-anchor="middle">{_escaped(shape, 30)}</text></a>\n'
    )


def _type_of(tensor):
    grid = grid_of(tensor)
    return f"{tensor.dtype} {tensor.shape}" + (f", {grid}" if grid else "")
