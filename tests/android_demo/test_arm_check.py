import pytest

import pikelpn_keras as pk
from android_demo.tools import arm_app, arm_check, toolchain, zoo
from android_demo.tools.arm_root import ArmRoot
from android_demo.tools.toolchain import ToolError
from tests.android_demo.conftest import needed


@pytest.fixture(scope="module")
def arm():
    needed(["apt-get", "dpkg"])
    return ArmRoot()


@pytest.fixture(scope="module")
def resnet8(tmp_path_factory):
    return zoo.write(tmp_path_factory.mktemp("zoo"), ("ResNet8",))


def test_resnet8_on_a_cortex_a76(arm, resnet8):
    results = arm_check.check(arm, "cortex-a76", resnet8)
    assert [result["kernels"] for result in results] == ["xnnpack", "builtin", "reference"]
    for result in results:
        assert result["differing"] == 0 and result["compared"] == 80, result


@pytest.fixture
def wrong(resnet8, tmp_path):
    """ResNet-8 with one golden integer that is wrong."""
    copy = tmp_path / "ResNet8.tflite"
    copy.write_bytes(resnet8[0].read_bytes())
    golden = bytearray(resnet8[0].with_suffix(".golden").read_bytes())
    golden[-1] ^= 1
    copy.with_suffix(".golden").write_bytes(golden)
    return copy


@pytest.mark.slow
def test_a_difference_is_counted(arm, wrong):
    results = arm_check.check(arm, "cortex-a76", [wrong])
    assert [result["differing"] for result in results] == [1, 1, 1]


def test_a_difference_is_counted_here_and_on_tflm(wrong):
    results = arm_check.check_here([wrong])
    kernels = ["xnnpack", "builtin", "reference", "tflm"]
    assert [result["kernels"] for result in results] == kernels
    assert [result["differing"] for result in results] == [1, 1, 1, 1]
    assert len({result["sha256"] for result in results}) == 1


def test_without_xnnpack_there_is_no_result():
    class Silent:
        def python(self, *_):
            return "RESULTS []"

    with pytest.raises(ToolError, match="XNNPACK was not in use on max"):
        arm_check.check(Silent(), "max", [])


def test_the_models_outputs_vary(resnet8):
    golden = resnet8[0].with_suffix(".golden").read_bytes()
    assert len(set(golden[-80:])) > 16


@pytest.mark.slow
def test_the_apps_own_runtime_on_a_cortex_a76(arm, compiled, bundle):
    output = arm_app.run_engine_tests(arm, "cortex-a76", bundle, compiled)
    assert "OK (11 tests)" in output


def stored_table():
    """The heads and rows of the table of models, each a list of cells."""
    stored, _ = (toolchain.DEMO / "arm_check.md").read_text().split("# The app's own runtime")
    heads, *rows = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in stored.splitlines()
        if line.startswith("| ")
    )
    return heads, rows


@pytest.mark.slow
def test_the_stored_bytes_are_those_of_the_models_as_they_are(tmp_path):
    """Computed anew here, by every family of kernels and TensorFlow Lite Micro."""
    _, rows = stored_table()
    results = arm_check.check_here(zoo.write(tmp_path))
    computed = {(result["model"], result["kernels"]): result["sha256"][:12] for result in results}
    assert computed == {(row[0], row[1]): row[8] for row in rows}


def test_the_stored_table_holds_every_model_and_no_difference():
    heads, rows = stored_table()
    assert heads[3:7] == [f"differing on {core}" for core in arm_check.CORES]
    assert {row[0] for row in rows} == set(pk.models.__all__) == set(zoo.ZOO)
    assert heads[7] == "differing on x86_64"
    litert = [row for row in rows if row[1] != "tflm"]
    assert {row[1] for row in litert} == {"xnnpack", "builtin", "reference"}
    assert all(row[3:8] == ["0"] * 5 and len(row[8]) == 12 for row in litert)
    micro = [row for row in rows if row[1] == "tflm"]
    assert {row[0] for row in micro} == set(zoo.ZOO)
    assert all(row[3:8] == ["–"] * 4 + ["0"] for row in micro)
    # One model's bytes are the same everywhere.
    assert len({(row[0], row[8]) for row in rows}) == len(zoo.ZOO)
