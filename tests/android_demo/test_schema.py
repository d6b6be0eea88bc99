"""The app and `tflite_export.benchmark` write the same schema."""

import re

from android_demo.tools.toolchain import JAVA_SOURCES
from tflite_export import benchmark_report
from tflite_export.benchmark_report import BenchmarkReport

CORE = JAVA_SOURCES / "org" / "pikelpn" / "demo" / "core"


def names(value):
    for key, inner in value.items():
        yield key
        if isinstance(inner, dict):
            yield from names(inner)


def test_the_same_names_in_the_same_order():
    report = BenchmarkReport(
        started="",
        model={"name": "", "bytes": 0, "sha256": ""},
        engine={"name": "", "runtime": "", "threads": 1},
        device={"name": "", "system": "", "processor": "", "abi": "", "cores": 1},
        load_ms=0.0,
        first_ms=0.0,
        warmup_runs=0,
        samples_ms=(1.0,),
        samples_at_s=(1.0,),
        memory={"process_bytes": None, "model_bytes": None},
    ).to_json()
    report["exactness"] = {"compared": 0, "differing": 0, "largest": 0, "first": ""}
    source = (CORE / "ResultJson.java").read_text()
    written = set(re.findall(r'put\("(\w+)"', source)) - {"error"}
    assert written == set(names(report))
    assert f'SCHEMA = "{benchmark_report.SCHEMA}"' in source


def test_the_same_rules_of_validity():
    source = (CORE / "BenchmarkPlan.java").read_text()
    assert f"VALID_RUNS = {benchmark_report.VALID_RUNS};" in source
    assert f"VALID_SECONDS = {benchmark_report.VALID_SECONDS};" in source


def test_core_knows_nothing_of_android():
    for path in [*CORE.glob("*.java"), *(CORE.parent / "engine").glob("*.java")]:
        assert not re.search(r"\bandroid\.", path.read_text()), path


def test_the_same_limits_and_arguments():
    source = (CORE / "ScriptArguments.java").read_text()
    from tflite_export.device_benchmark import Plan

    listed = re.search(r"asList\(([^)]*)\)", source)[1]
    assert set(Plan().arguments()) <= set(re.findall(r'"(\w+)"', listed))
