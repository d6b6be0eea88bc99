import re
import zipfile

import pytest

from android_demo.tools import apk_zip, build_apk, native_library, toolchain


def test_badging(apk):
    facts = build_apk.badging(apk)
    assert "package: name='org.pikelpn.demo' versionCode='1'" in facts
    assert "sdkVersion:'26'\ntargetSdkVersion:'34'" in facts
    assert "launchable-activity: name='org.pikelpn.demo.ui.ModelsActivity'" in facts
    assert "native-code: 'arm64-v8a' 'x86_64'" in facts
    assert re.findall("uses-permission.*", facts) == [
        "uses-permission: name='android.permission.CAMERA'"
    ]


def test_holds_runtime_models_and_code(apk, bundle):
    with zipfile.ZipFile(apk) as archive:
        names = set(archive.namelist())
        assert archive.read("assets/models/small.golden") == (bundle / "small.golden").read_bytes()
    for abi in ("arm64-v8a", "x86_64"):
        for library in ("tensorflowlite_jni", "tensorflowlite_gpu_jni", "pikelpn_native"):
            assert f"lib/{abi}/lib{library}.so" in names
    assert {"classes.dex", "resources.arsc", "AndroidManifest.xml"} <= names


def test_only_shells_start_the_scripted_benchmark(apk):
    tree = toolchain.run("aapt2", "dump", "xmltree", apk, "--file", "AndroidManifest.xml")
    _, _, script = tree.partition("ui.ScriptActivity")
    assert 'permission(0x01010006)="android.permission.DUMP"' in script


def test_an_unsigned_apk_is_refused(apk):
    unsigned = apk.parent / "work" / "unsigned.apk"
    with pytest.raises(toolchain.ToolError, match="apksigner verify"):
        build_apk.check(unsigned)


def test_a_library_off_its_page_is_refused(apk, monkeypatch):
    monkeypatch.setattr(apk_zip, "PAGE", 1 << 24)
    with pytest.raises(toolchain.ToolError, match="is not aligned to 16777216 bytes"):
        build_apk.check(apk)


@pytest.mark.parametrize("abi", ["arm64-v8a", "x86_64"])
def test_own_library_is_aligned_and_needs_the_runtime_alone(android_tools, abi):
    path = native_library.build(abi)
    assert set(native_library.load_alignments(path.read_bytes())) == {16384}
    needed = [
        line for line in toolchain.run("readelf", "-dW", path).splitlines() if "NEEDED" in line
    ]
    assert len(needed) == 1 and "[libtensorflowlite_jni.so]" in needed[0]


def test_a_missing_tool_names_its_package(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(toolchain.ToolError, match="aapt2 is not installed: .* package aapt"):
        toolchain.run("aapt2", "version")


@pytest.mark.slow
def test_two_builds_are_the_same(apk, bundle, tmp_path):
    again = tmp_path / "demo.apk"
    build_apk.build(bundle, again, tmp_path / "work")
    assert again.read_bytes() == apk.read_bytes()
