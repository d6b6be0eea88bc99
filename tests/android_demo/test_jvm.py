import os
import re

import pytest

from android_demo.tools import jvm_tests, toolchain
from android_demo.tools.arm_root import XNNPACK_LOG


def passed(output):
    """How many tests JUnit says passed."""
    return [int(count) for count in re.findall(r"^OK \((\d+) tests\)$", output, re.MULTILINE)]


def test_core_and_engine_on_the_apps_own_runtime(apk, bundle):
    output = jvm_tests.run_tests(bundle, apk.parent / "work" / "classes", ("core", "engine"))
    core, engine = passed(output)
    assert core >= 45 and engine >= 8
    assert XNNPACK_LOG in output
    # All operators of the model, in one piece.
    assert re.search(
        r"Replacing (\d+) out of \1 node\(s\) .*TfLiteXNNPackDelegate.* 1 part", output
    )


def test_activities(apk, bundle):
    output = jvm_tests.run_tests(bundle, apk.parent / "work" / "classes", ("ui",))
    assert passed(output)[0] >= 18


def test_the_apks_own_dex_computes_the_same(apk, bundle, tmp_path):
    jar = tmp_path / "dex.jar"
    # Its launcher takes the first Python, which must be Debian's.
    path = f"/usr/bin:{os.environ['PATH']}"
    printed = toolchain.run("enjarify", apk, "-o", jar, env={**os.environ, "PATH": path})
    assert "0 classes had errors" in printed
    assert passed(jvm_tests.run_tests(bundle, jar, ("core", "engine"))) == passed(
        jvm_tests.run_tests(bundle, apk.parent / "work" / "classes", ("core", "engine"))
    )


def test_a_failing_test_fails(apk, bundle, tmp_path):
    broken = tmp_path / "models"
    broken.mkdir()
    for path in bundle.iterdir():
        content = bytearray(path.read_bytes())
        if path.suffix == ".golden":
            content[-1] ^= 1
        (broken / path.name).write_bytes(content)
    with pytest.raises(toolchain.ToolError, match=r"xnnpackIsExact(.|\n)*Failures: 2"):
        jvm_tests.run_tests(broken, apk.parent / "work" / "classes", ("engine",))
