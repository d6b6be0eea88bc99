"""The Gradle project and `make apk` build the same."""

import re
import xml.etree.ElementTree as ElementTree

from android_demo.tools import build_apk, toolchain

GRADLE = (toolchain.DEMO / "app" / "build.gradle").read_text()
ANDROID = "{http://schemas.android.com/apk/res/android}"


def test_the_same_libraries():
    in_gradle = re.findall(r'implementation "([\w.]+):([\w-]+):([\w.]+)"', GRADLE)
    in_pom = [
        tuple(dependency.findtext(tag) for tag in ("groupId", "artifactId", "version"))
        for dependency in ElementTree.parse(toolchain.POM).iter("dependency")
    ]
    assert in_gradle == [library for library in in_pom if library[1] in toolchain.RUNTIME]
    assert len(in_gradle) == len(toolchain.RUNTIME)


def test_the_same_numbers():
    manifest = ElementTree.parse(build_apk.MAIN / "AndroidManifest.xml").getroot()
    assert f"minSdk {build_apk.MINIMUM_SDK}\n" in GRADLE
    assert f"targetSdk {build_apk.TARGET_SDK}\n" in GRADLE
    assert f"versionCode {manifest.get(ANDROID + 'versionCode')}\n" in GRADLE
    assert f'versionName "{manifest.get(ANDROID + "versionName")}"' in GRADLE
    assert f'applicationId "{manifest.get("package")}"' in GRADLE
    assert ", ".join(f'"{abi}"' for abi in build_apk.ABIS) in GRADLE


def test_the_same_folders():
    folder = toolchain.DEMO / "app" / "../../build/android"
    assert folder.resolve() == toolchain.BUILD
    assert 'assets.srcDirs = ["../../build/android/assets"]' in GRADLE
    assert 'jniLibs.srcDirs = ["../../build/android/native"]' in GRADLE


def test_the_scripts_run_as_groovy(android_tools):
    """All their statements, on an object that only writes down what is called and assigned."""
    scripts = ["settings.gradle", "build.gradle", "app/build.gradle"]
    printed = toolchain.run(
        "java", "-cp", toolchain.library("groovy"), "groovy.ui.GroovyMain",
        toolchain.DEMO / "tools" / "gradle_scripts.groovy",
        *(toolchain.DEMO / script for script in scripts),
    )  # fmt: skip
    settings, project, app = printed.split("# ")[1:]
    assert "include :app" in settings
    assert "plugins.id com.android.application" in project
    manifest = ElementTree.parse(build_apk.MAIN / "AndroidManifest.xml").getroot()
    for line in (
        f"android.namespace {manifest.get('package')}",
        f"android.defaultConfig.minSdk {build_apk.MINIMUM_SDK}",
        f"android.defaultConfig.ndk.abiFilters {' '.join(build_apk.ABIS)}",
        "android.sourceSets.main.assets.srcDirs = [../../build/android/assets]",
        "dependencies.implementation org.tensorflow:tensorflow-lite:2.16.1",
    ):
        assert f"\n{line}\n" in app
