"""Makes docs/benchmarks.md of the lines in benchmarks/results.

    python benchmarks/page.py

Each line is a JSON object with benchmark, case (may be missing), subject, metric, value, low, high
and unit; the programs that `SECTIONS` names write them.
"""

import dataclasses
import json
import pathlib
import textwrap

ROOT = pathlib.Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Side by side

What other libraries and we take for the same nets, on the same machine, in turns. This page is made
by `python benchmarks/page.py` of the lines in `benchmarks/results`; the commands below make them
anew. Figures are medians, with quartiles in brackets where they were repeated. Each library runs in
an environment of its own (`benchmarks/peers/environments.py` holds the versions).
"""


@dataclasses.dataclass(frozen=True)
class Section:
    """A part of the page: the tables of one benchmark.

    Attributes:
        benchmark: its name in the lines.
        title: heading.
        text: what was measured, and how to read it.
        command: what makes the lines.
    """

    benchmark: str
    title: str
    text: str
    command: str


SECTIONS = (
    Section(
        "peers/training_step",
        "Training step",
        "One `train_on_batch` of 32 pictures; the first one, which traces and compiles, in two "
        "or three new processes. A ratio is to the float net of the same Keras in the "
        "same round, Keras 3 for ours, qkeras-v3 and HGQ2, Keras 2, which is slower, for tfmot and "
        "larq: compare those by their milliseconds. Kernels "
        "have 4 bits and activations 8, but tfmot has 8 for both, and larq float activations and "
        "norms. HGQ2's bits are held constant, which makes it faster than its default. qkeras-v3's "
        "norm fails on JAX, so its row there has a mended one. HGQ2 has no depthwise layer; its "
        "grouped convolutions are slow on TensorFlow's CPU. Processor time is that of all threads, "
        "which other work on the machine hardly touches. Memory is what the process grew by after "
        "the imports.",
        "python benchmarks/peers/training_step.py --output=benchmarks/results/training_step.jsonl",
    ),
    Section(
        "peers/conversion",
        "Conversion",
        "MobileNetV1 at 96 pixels. Ours and TFLiteConverter start from the quantized Keras model, "
        "litert-quantizer from a float file (the row before it) and 16 pictures. Memory is what "
        "the first conversion raised the peak of the process by.",
        "python benchmarks/peers/conversion.py --output=benchmarks/results/peers_conversion.jsonl",
    ),
    Section(
        "peers/inference",
        "Inference",
        "One picture. The stock file is what TFLiteConverter makes of the tfmot model. In the INT4 "
        "file all kernels of the blocks are 4 bits uniform, two in a byte; LiteRT's XNNPACK leaves "
        "such convolutions to slower kernels. Files take turns in an order that changes, each "
        "behind a run that is not timed. Instructions are counted by callgrind inside one "
        "run. The CIFAR net's 0.5 % more instructions are its global average: an "
        "exact convolution of 51,000 instructions, where the stock MEAN, which is not exact, takes "
        "6,000. MobileNet's 3x3 average costs less than MEAN.",
        "python benchmarks/peers/inference.py --output=benchmarks/results/inference.jsonl",
    ),
    Section(
        "peers/exactness",
        "Exactness",
        "How many of the output integers differ between a tool's Keras model and its own file, "
        "and by how many steps at most, after a short training on Fashion-MNIST. qkeras-v3, HGQ2 "
        "and larq leave float operators in their files, which no integer runtime takes; such files "
        "are compared on the 8-bit grid that spans Keras's predictions. An empty cell: the "
        "kernels do not load the file.",
        "python benchmarks/peers/exactness.py --output=benchmarks/results/exactness.jsonl",
    ),
    Section(
        "training_step",
        "Our training step by itself",
        "Our nets over the same nets of Keras's float layers, step by step in one process.",
        "python benchmarks/training_step.py --output=benchmarks/results/own_training_step.jsonl",
    ),
    Section(
        "conversion",
        "Our conversion by itself",
        "Time and memory of `tflite_export.convert`.",
        "python benchmarks/conversion.py --output=benchmarks/results/own_conversion.jsonl",
    ),
    Section(
        "start",
        "Import and start",
        "What `import pikelpn_keras` adds to `import keras`, and the command line's help.",
        "python benchmarks/start.py --output=benchmarks/results/start.jsonl",
    ),
)


def page(lines):
    """The page's text.

    Args:
        lines: dicts as the programs write them; lines of a benchmark that no section names are an
            error.

    Raises:
        ValueError: if a benchmark is unknown.
    """
    unknown = {found["benchmark"] for found in lines} - {s.benchmark for s in SECTIONS}
    if unknown:
        raise ValueError(f"no section for the benchmark {sorted(unknown)[0]!r}; add it to SECTIONS")
    parts = [HEAD]
    for section in SECTIONS:
        own = [found for found in lines if found["benchmark"] == section.benchmark]
        if own:
            text = textwrap.fill(section.text, 100)
            parts.append(f"## {section.title}\n\n{text}\n\n    {section.command}\n")
            parts += _tables(own)
    return "\n".join(parts)


def _tables(lines):
    for case in dict.fromkeys(found.get("case", "") for found in lines):
        if case:
            yield f"### {case}\n"
        yield f"{table([found for found in lines if found.get('case', '') == case])}\n"


def table(lines):
    """A Markdown table: a row for each subject, a column for each metric.

    Example:

    >>> print(table([{"subject": "ours", "metric": "time", "unit": "ms",
    ...               "value": 2.0, "low": 1.5, "high": 2.5}]))
    |   | time |
    |---|---:|
    | ours | 2 ms (1.5 .. 2.5) |
    """
    metrics = list(dict.fromkeys(found["metric"] for found in lines))
    cells = {(found["subject"], found["metric"]): cell(found) for found in lines}
    rows = [["", *metrics]]
    for subject in dict.fromkeys(found["subject"] for found in lines):
        rows.append([subject, *(cells.get((subject, metric), "") for metric in metrics)])
    head, *body = (f"| {' | '.join(row)} |".replace("|  |", "|   |") for row in rows)
    return "\n".join([head, f"|---|{'---:|' * len(metrics)}", *body])


def cell(found):
    """A figure with its unit, and its quartiles where there are any.

    Example:

    >>> cell({"value": 94192.0, "low": 94192.0, "high": 94192.0, "unit": "bytes"})
    '94,192 bytes'
    """
    unit = "" if found["unit"] == "ratio" else found["unit"]
    text = f"{_number(found['value'])} {unit}".rstrip()
    if found["low"] < found["high"]:
        text += f" ({_number(found['low'])} .. {_number(found['high'])})"
    return text


def _number(value):
    """Three digits, or all of an integer's.

    Example:

    >>> _number(0.01234), _number(12.34), _number(123456.0)
    ('0.0123', '12.3', '123,456')
    """
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def stored():
    """All lines in benchmarks/results, file by file."""
    texts = (path.read_text() for path in sorted(RESULTS.glob("*.jsonl")))
    return [json.loads(line) for text in texts for line in text.splitlines() if line]


def main():
    """Writes the page."""
    PAGE.write_text(page(stored()))


if __name__ == "__main__":
    main()
