"""The tools for Android, a small bundle of models, and an APK of them."""

import os

import pytest

from android_demo.tools import build_apk, jvm_tests, make_bundle, toolchain


def needed(tools):
    """Skips a test where tools are missing, with the reason; in continuous integration it fails."""
    absent = toolchain.missing(tools)
    if not absent:
        return
    reason = f"{', '.join(absent)} not installed: `make android-tools` installs what is needed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def android_tools():
    """Makes sure that all tools are there."""
    needed(sorted(toolchain.PACKAGES))


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """A folder with one small model and its golden outputs."""
    folder = tmp_path_factory.mktemp("bundle") / "models"
    make_bundle.write(folder, make_bundle.SMALL)
    return folder


@pytest.fixture(scope="session")
def apk(android_tools, bundle, tmp_path_factory):
    """A signed APK with the small bundle; beside it its folder of work."""
    path = tmp_path_factory.mktemp("apk") / "demo.apk"
    build_apk.build(bundle, path, path.parent / "work")
    return path


@pytest.fixture(scope="session")
def compiled(android_tools):
    """The app and its Java tests, compiled."""
    return jvm_tests.compile_tests()
