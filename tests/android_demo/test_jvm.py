import dataclasses
import os
import re
import zipfile

import pytest

from android_demo.tools import jvm_tests, toolchain
from android_demo.tools.arm_root import XNNPACK_LOG


def passed(output):
    """How many tests JUnit says passed."""
    return [int(count) for count in re.findall(r"^OK \((\d+) tests\)$", output, re.MULTILINE)]


def own_classes(jar, path):
    """Only the app's classes: enjarify's old class files hold no default methods of the runtime."""
    with zipfile.ZipFile(jar) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            if name.startswith("org/pikelpn/"):
                target.writestr(name, source.read(name))
    return path


@pytest.fixture(scope="module")
def core_and_engine(compiled, bundle):
    return jvm_tests.run_tests(compiled, bundle, ("core", "engine"))


def test_core_and_engine_on_the_apps_own_runtime(core_and_engine):
    core, engine = passed(core_and_engine)
    assert core >= 55 and engine >= 11
    assert XNNPACK_LOG in core_and_engine
    # All operators of the model, in one piece.
    pattern = r"Replacing (\d+) out of \1 node\(s\) .*TfLiteXNNPackDelegate.* 1 part"
    assert re.search(pattern, core_and_engine)


def test_activities(compiled, bundle):
    assert passed(jvm_tests.run_tests(compiled, bundle, ("ui",)))[0] >= 26


def test_the_apks_own_dex_computes_the_same(apk, compiled, bundle, core_and_engine, tmp_path):
    jar = tmp_path / "dex.jar"
    # Its launcher takes the first Python, which must be Debian's.
    path = f"/usr/bin:{os.environ['PATH']}"
    printed = toolchain.run("enjarify", apk, "-o", jar, env={**os.environ, "PATH": path})
    assert "0 classes had errors" in printed
    from_dex = dataclasses.replace(compiled, app=own_classes(jar, tmp_path / "own.jar"))
    output = jvm_tests.run_tests(from_dex, bundle, ("core", "engine"))
    assert passed(output) == passed(core_and_engine)


def test_a_failing_test_fails(compiled, bundle, tmp_path):
    broken = tmp_path / "models"
    broken.mkdir()
    for path in bundle.iterdir():
        content = bytearray(path.read_bytes())
        if path.suffix == ".golden":
            content[-1] ^= 1
        (broken / path.name).write_bytes(content)
    with pytest.raises(toolchain.ToolError, match=r"xnnpackIsExact(.|\n)*Failures: 2"):
        jvm_tests.run_tests(compiled, broken, ("engine",))
