"""Makes a Markdown table of the results of `run.py`.

python benchmarks/accuracy/table.py results/*.jsonl
"""

import collections
import json
import statistics

from absl import app


def table(results):
    """A Markdown table, a row for each variant, best first.

    Args:
        results: dicts as `run.py` writes them; `data`, where absent, is CIFAR-10 (JPEG).

    Returns:
        text; accuracies in per cent, mean and standard deviation over the runs.

    Example:

    >>> runs = [{"variant": "float", "epochs": 30, "seed": s, "accuracy": 0.85 + s / 100}
    ...         for s in (0, 1)]
    >>> print(table(runs))
    | data | epochs | variant | mean | deviation | runs |
    |---|---|---|---|---|---|
    | cifar10_jpeg | 30 | float | 85.50 | 0.71 | 2 |
    """
    rows = collections.defaultdict(list)
    for result in results:
        key = result.get("data", "cifar10_jpeg"), result["epochs"], result["variant"]
        rows[key].append(100 * result["accuracy"])
    order = sorted(rows, key=lambda key: (key[0], key[1], -statistics.mean(rows[key])))
    lines = ["| data | epochs | variant | mean | deviation | runs |", "|---|---|---|---|---|---|"]
    for key in order:
        values = rows[key]
        deviation = f"{statistics.stdev(values):.2f}" if len(values) > 1 else ""
        cells = (*map(str, key), f"{statistics.mean(values):.2f}", deviation, str(len(values)))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main(paths):
    """Prints the table of the files named."""
    results = []
    for path in paths[1:]:
        with open(path, encoding="utf-8") as file:
            results += [json.loads(line) for line in file]
    print(table(results))


if __name__ == "__main__":
    app.run(main)
