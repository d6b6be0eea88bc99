"""Runs the app's Java tests on this machine: `python -m android_demo.tools.jvm_tests`.

The core's tests are plain JUnit; those of the engine compute with the app's own native library;
those of the activities run under Robolectric, on the framework of Android 14.
"""

import argparse
import os
import sys

from android_demo.tools import apk_zip, bionic, build_apk, make_bundle, toolchain
from android_demo.tools.toolchain import BUILD, DEMO, ToolError

TESTS = DEMO / "app" / "src" / "test" / "java"
WORK = BUILD / "jvm"
GLIBC = "/lib/x86_64-linux-gnu"
CONFIGURATION = "com/android/tools/test_config.properties"


def run_tests(bundle, classes=None, pattern="**"):
    """Compiles and runs the tests; returns what they printed.

    Args:
        bundle: folder of models, which the tests find as the app's assets.
        classes: the app's classes, a folder or jar; compiled from the sources where none is given.
        pattern: which test files, as for `pathlib.Path.glob`, below `org/pikelpn/demo`.

    Raises:
        ToolError: if something does not compile or a test fails.
    """
    WORK.mkdir(parents=True, exist_ok=True)
    base, generated = build_apk.link_resources(WORK)
    classes = classes or build_apk.compile_app(WORK, generated)
    configuration = _configuration(bundle, base)
    classpath = [classes, *toolchain.runtime_jars(), *toolchain.test_jars()]
    framework = toolchain.library("android-all")
    native = bionic.prepare("x86_64", "gcc", GLIBC)
    output = WORK / "tests"
    toolchain.compile_java(TESTS.rglob("*.java"), [*classpath, framework], output)
    names = sorted(
        ".".join(path.relative_to(TESTS).with_suffix("").parts)
        for path in (TESTS / "org" / "pikelpn" / "demo").glob(f"{pattern}/*Test.java")
    )
    return toolchain.run(
        "java", "-Xmx2g", f"-Djava.library.path={native}",
        f"-Drobolectric.dependency.dir={_frameworks()}", "-Drobolectric.offline=true",
        f"-Ddemo.bundle={bundle}", f"-Ddemo.screenshots={_screenshots()}",
        "-cp", toolchain.joined([output, configuration, *classpath, framework]),
        "org.junit.runner.JUnitCore", *names,
        env={**os.environ, "LD_LIBRARY_PATH": str(native)},
    )  # fmt: skip


def _frameworks():
    """A folder with the framework that Robolectric would otherwise download."""
    folder = WORK / "frameworks"
    folder.mkdir(exist_ok=True)
    jar = toolchain.library("android-all-instrumented")
    link = folder / jar.name
    if not link.exists():
        link.symlink_to(jar)
    return folder


def _screenshots():
    folder = BUILD / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder


def _configuration(bundle, base):
    """A folder with the file that tells Robolectric of manifest, resources and assets."""
    apk = WORK / "resources.apk"
    apk_zip.write(apk, [*build_apk.resources(base), *build_apk.assets(bundle)])
    folder = WORK / "configuration"
    file = folder / CONFIGURATION
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f"android_resource_apk={apk}\n"
        f"android_merged_manifest={build_apk.MAIN / 'AndroidManifest.xml'}\n"
        "android_custom_package=org.pikelpn.demo\n"
    )
    return folder


def main(arguments=None):
    """Runs the tests and prints their last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pattern", default="**", help="folder of tests: core, engine or ui")
    values = parser.parse_args(arguments)
    try:
        bundle = make_bundle.ensure(BUILD / "small", make_bundle.SMALL)
        output = run_tests(bundle, pattern=values.pattern)
    except ToolError as error:
        print(f"jvm_tests: {error}", file=sys.stderr)
        return 1
    print(output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
