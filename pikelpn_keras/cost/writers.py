"""A report as text, JSON, CSV or Markdown.

What is written is a `CostReport` or a `Comparison`: both have a `heading`, `tables` and `as_dict`.
"""

import csv as csv_module
import io
import json as json_module

from pikelpn_keras.cost.tables import words


def text(report):
    """Tables for a terminal.

    Returns:
        str, without a line break at its end.
    """
    blocks = [report.heading]
    blocks.extend(_text_table(table) for table in report.tables)
    return "\n\n".join(blocks)


def markdown(report):
    """Tables for a README.

    Returns:
        str, without a line break at its end.
    """
    blocks = [f"**{report.heading}**"]
    blocks.extend(_markdown_table(table) for table in report.tables)
    return "\n\n".join(blocks)


def csv(report):
    """The first table, layers or models, with plain values.

    Returns:
        str, lines ended by a line break, the last too.
    """
    table = report.tables[0]
    stream = io.StringIO()
    writer = csv_module.writer(stream, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows(table.rows)
    return stream.getvalue()


def json(report):
    """Everything a report knows.

    Returns:
        str, without a line break at its end.
    """
    return json_module.dumps(report.as_dict(), indent=2, allow_nan=False)


WRITERS = {"text": text, "json": json, "csv": csv, "markdown": markdown}
"""The functions that write a report or a comparison as a str, by the name of the format."""


def _text_table(table):
    heads = [column.name for column in table.columns]
    cells = [heads, *table.shown]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_text_row(table, row, widths) for row in cells]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([f"{table.title}:", *lines])


def _text_row(table, row, widths):
    cells = [
        f"{cell:{'<' if column.show is words else '>'}{width}}"
        for cell, column, width in zip(row, table.columns, widths, strict=True)
    ]
    return "  ".join(cells).rstrip()


def _markdown_table(table):
    rules = ["---" if column.show is words else "---:" for column in table.columns]
    heads = [column.name for column in table.columns]
    rows = [[cell.replace("|", "\\|") for cell in row] for row in (heads, rules, *table.shown)]
    return "\n".join([f"{table.title}:", "", *(f"| {' | '.join(row)} |" for row in rows)])
