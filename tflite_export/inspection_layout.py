"""Where the operators of a subgraph lie in a drawing: each below all that it reads."""

import collections
import dataclasses

BOX_WIDTH, BOX_HEIGHT = 176, 40
COLUMN, ROW = 200, 68
GAP = ROW - BOX_HEIGHT
MARGIN = 26


@dataclasses.dataclass(frozen=True)
class Drawing:
    """A drawn subgraph, in pixels.

    Attributes:
        width: its width.
        height: its height.
        boxes: (x, y) of the upper left corner of each operator's box.
        curves: (x1, y1, side, x2, y2) of each connection, downwards: its ends and, where it passes
            rows of operators, the x on which it does so, else None.
        ends: (name, x, y) of the names of inputs and outputs.
    """

    width: int
    height: int
    boxes: tuple[tuple[int, int], ...]
    curves: tuple[tuple[int | None, ...], ...]
    ends: tuple[tuple[str, int, int], ...]


def drawing_of(subgraph):
    """The `Drawing` of a `Subgraph`.

    An operator that reads what a later one writes is drawn as if nobody wrote it.
    """
    rows, columns, sources, writers = _places(subgraph)
    counts = collections.Counter(rows)
    used = max(counts.values(), default=1)
    boxes = [
        (
            MARGIN + (used - counts[row]) * COLUMN // 2 + column * COLUMN,
            MARGIN + ROW // 2 + row * ROW,
        )
        for row, column in zip(rows, columns, strict=True)
    ]
    spare = max(used - len(subgraph.inputs), 0)
    first = MARGIN + (spare * COLUMN + BOX_WIDTH) // 2
    begins = [
        (subgraph.tensors[tensor].name, first + number * COLUMN, MARGIN // 2)
        for number, tensor in enumerate(subgraph.inputs)
    ]
    ends = [
        (subgraph.tensors[tensor].name, x + BOX_WIDTH // 2, y + BOX_HEIGHT + 20)
        for tensor in subgraph.outputs
        if tensor in writers
        for x, y in [boxes[writers[tensor]]]
    ]
    return Drawing(
        width=2 * MARGIN + (max(used, len(begins)) + 1) * COLUMN,
        height=2 * MARGIN + (max(rows, default=0) + 2) * ROW,
        boxes=tuple(boxes),
        curves=tuple(_curves(rows, sources, boxes, begins)),
        ends=(*begins, *ends),
    )


def _curves(rows, sources, boxes, begins):
    right_ends = {}
    for row, (left, _) in zip(rows, boxes, strict=True):
        right_ends[row] = max(right_ends.get(row, 0), left + BOX_WIDTH)
    for row, (left, y), reads in zip(rows, boxes, sources, strict=True):
        x = left + BOX_WIDTH // 2
        for source in reads:
            if source < 0:
                _, from_x, from_y = begins[-source - 1]
                side, start = from_x + BOX_WIDTH // 2, from_y + 4
            else:
                from_left, from_y = boxes[source]
                from_x, start = from_left + BOX_WIDTH // 2, from_y + BOX_HEIGHT
                side = right_ends[rows[source]]
            passes = y - start > ROW
            yield from_x, start, max(side, right_ends[row]) + GAP // 2 if passes else None, x, y


def _places(subgraph):
    """Rows, columns, what is read (operators, or -1 less the number of an input), and writers."""
    writers, rows, columns, sources, filled = {}, [], [], [], {}
    inputs = {tensor: -position - 1 for position, tensor in enumerate(subgraph.inputs)}
    for index, operator in enumerate(subgraph.operators):
        known = dict.fromkeys(writers.get(i, inputs.get(i)) for i in operator.inputs)
        reads = [source for source in known if source is not None]
        row = max((rows[source] + 1 for source in reads if source >= 0), default=0)
        rows.append(row)
        columns.append(filled.get(row, 0))
        filled[row] = columns[-1] + 1
        sources.append(reads)
        writers.update(dict.fromkeys(operator.outputs, index))
    return rows, columns, sources, writers
