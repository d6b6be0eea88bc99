import pytest

from android_demo.tools import arm_check, zoo
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


@pytest.mark.slow
def test_a_difference_is_counted(arm, resnet8, tmp_path):
    copy = tmp_path / "ResNet8.tflite"
    copy.write_bytes(resnet8[0].read_bytes())
    golden = bytearray(resnet8[0].with_suffix(".golden").read_bytes())
    golden[-1] ^= 1
    copy.with_suffix(".golden").write_bytes(golden)
    results = arm_check.check(arm, "cortex-a76", [copy])
    assert [result["differing"] for result in results] == [1, 1, 1]


def test_without_xnnpack_there_is_no_result():
    class Silent:
        def python(self, *_):
            return "RESULTS []"

    with pytest.raises(ToolError, match="XNNPACK was not in use on max"):
        arm_check.check(Silent(), "max", [])


def test_the_models_outputs_vary(resnet8):
    golden = resnet8[0].with_suffix(".golden").read_bytes()
    assert len(set(golden[-80:])) > 16
