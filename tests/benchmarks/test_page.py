"""docs/benchmarks.md says what the stored lines say, and the pure parts of its making."""

import pytest

from benchmarks import page


def figure(subject, metric, value, low=None, high=None, **others):
    return {
        "benchmark": "peers/inference",
        "subject": subject,
        "metric": metric,
        "value": value,
        "low": value if low is None else low,
        "high": value if high is None else high,
        "unit": "ms",
        **others,
    }


def test_page_is_what_the_stored_lines_give():
    assert page.PAGE.read_text() == page.page(page.stored()), "run python benchmarks/page.py"


def test_table_has_a_row_for_each_subject_and_leaves_gaps_empty():
    lines = [figure("ours", "time", 2.0, 1.0, 3.0), figure("stock", "size", 4.0)]
    assert page.table(lines).splitlines() == [
        "|   | time | size |",
        "|---|---:|---:|",
        "| ours | 2 ms (1 .. 3) |   |",
        "| stock |   | 4 ms |",
    ]


def test_cases_have_tables_of_their_own():
    lines = [figure("ours", "time", v, case=f"{v} threads") for v in (1, 2)]
    text = page.page(lines)
    assert text.index("### 1 threads") < text.index("### 2 threads")
    assert "| ours | 1 ms |" in text and "| ours | 2 ms |" in text


def test_unknown_benchmark_is_refused():
    with pytest.raises(ValueError, match="no section for the benchmark 'other'"):
        page.page([figure("ours", "time", 1.0, benchmark="other")])


def test_every_figure_of_the_stored_lines_is_on_the_page():
    text = page.PAGE.read_text()
    for found in page.stored():
        assert page.cell(found) in text
