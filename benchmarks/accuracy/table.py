"""Makes a Markdown table of the results of `run.py`.

    python benchmarks/accuracy/table.py benchmarks/accuracy/results/60_epochs.jsonl

With --page the table goes into that page, in place of the one between its two comments `table` and
`end of table`.
"""

import collections
import pathlib
import statistics

from absl import app, flags
from json_lines import latest, read


def table(results):
    """A Markdown table, a row for each variant, best first.

    Args:
        results: dicts as `run.py` writes them; `data`, where absent, is CIFAR-10 (JPEG), and `rate`
            2e-3.

    Returns:
        text; accuracies in per cent, mean and standard deviation over the runs.

    Example:

    >>> runs = [{"variant": "float", "epochs": 30, "seed": s, "accuracy": 0.85 + s / 100}
    ...         for s in (0, 1)]
    >>> print(table(runs))
    | data | epochs | rate | variant | mean | deviation | runs |
    |---|---|---|---|---|---|---|
    | cifar10_jpeg | 30 | 0.002 | float | 85.50 | 0.71 | 2 |
    """
    rows = collections.defaultdict(list)
    for result in results:
        data, rate = result.get("data", "cifar10_jpeg"), result.get("rate", 2e-3)
        key = data, result["epochs"], rate, result["variant"]
        rows[key].append(100 * result["accuracy"])
    order = sorted(rows, key=lambda key: (*key[:3], -statistics.mean(rows[key])))
    lines = ["| data | epochs | rate | variant | mean | deviation | runs |", f"|{'---|' * 7}"]
    for key in order:
        values = rows[key]
        deviation = f"{statistics.stdev(values):.2f}" if len(values) > 1 else ""
        cells = (*map(str, key), f"{statistics.mean(values):.2f}", deviation, str(len(values)))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def with_table(page, results):
    r"""The text of a page, with the table of `results` where its own was.

    Example:

    >>> page = "# Title\n<!-- table -->\nold\n<!-- end of table -->\nText"
    >>> with_table(page, []).splitlines()[-2:]
    ['<!-- end of table -->', 'Text']
    """
    return with_section(page, "table", table(results))


def with_section(page, name, text):
    r"""The text of a page, with `text` between its two comments of a name.

    Example:

    >>> with_section("<!-- a -->\nold\n<!-- end of a -->", "a", "new").splitlines()
    ['<!-- a -->', '', 'new', '', '<!-- end of a -->']
    """
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, rest = page.split(begin)
    return f"{before}{begin}\n{text}\n\n{end}{rest.split(end)[1]}"


def main(paths):
    """Prints the table of the files named, or puts it into a page."""
    results = latest(found for path in paths[1:] for found in read(path))
    if flags.FLAGS.page is None:
        print(table(results))
        return
    page = pathlib.Path(flags.FLAGS.page)
    page.write_text(with_table(page.read_text(), results))


if __name__ == "__main__":
    flags.DEFINE_string("page", None, "Markdown page to put the table into")
    app.run(main)
