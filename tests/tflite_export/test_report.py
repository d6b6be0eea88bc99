from tflite_export.report import Report


def report(**changes):
    fields = {
        "compared": 12800,
        "mismatches": {"xnnpack": 0, "tflm": 0},
        "skipped": {},
        "first_difference": {},
        "classes": {},
        "unproven": {},
    }
    return Report(**{**fields, **changes})


def test_exact_if_nothing_differs():
    assert report().exact
    assert not report(mismatches={"xnnpack": 0, "tflm": 1}).exact


def test_not_exact_if_nothing_computed_the_file():
    assert not report(mismatches={}).exact
    assert not report(mismatches={"keras": 0}).exact


def test_the_table_names_everything():
    text = str(
        report(
            mismatches={"xnnpack": 0, "builtin": 1234},
            skipped={"tflm": "tflite_micro is not installed"},
            first_difference={"builtin": "conv"},
            classes={"conv": "C", "dense": "A", "head": "A"},
            unproven={"conv": "no spare bit (builtin)"},
        )
    )
    assert text.splitlines() == [
        "runtime              differing of 12,800 integers",
        "xnnpack              0",
        "builtin              1,234, first in 'conv'",
        "tflm                 skipped: tflite_micro is not installed",
        "layers by class      A: 2, C: 1",
        "not proven exact     conv: no spare bit (builtin)",
    ]
