"""Runs the app's Java tests on this machine: `python -m android_demo.tools.jvm_tests`.

The core's tests are plain JUnit; those of the engine compute with the app's own native library;
those of the activities run under Robolectric, on the framework of Android 14.
"""

import argparse
import dataclasses
import os
import pathlib
import sys

from android_demo.tools import apk_zip, bionic, build_apk, make_bundle, toolchain
from android_demo.tools.toolchain import BUILD, DEMO, ToolError

TESTS = DEMO / "app" / "src" / "test" / "java"
WORK = BUILD / "jvm"
PACKAGES = ("core", "engine", "ui")
GLIBC = "/lib/x86_64-linux-gnu"
CONFIGURATION = "com/android/tools/test_config.properties"


@dataclasses.dataclass(frozen=True)
class Compiled:
    """What the tests run with.

    Attributes:
        resources: the app's linked resources.
        app: the app's classes, a folder or a jar.
        tests: the tests' classes.
        libraries: jars.
    """

    resources: pathlib.Path
    app: pathlib.Path
    tests: pathlib.Path
    libraries: tuple[pathlib.Path, ...]

    @property
    def classpath(self):
        """Folders and jars, those first that come first."""
        return (self.tests, self.app, *self.libraries)


def compile_tests():
    """Compiles the app and its tests."""
    WORK.mkdir(parents=True, exist_ok=True)
    resources, generated = build_apk.link_resources(WORK)
    app = build_apk.compile_app(WORK, generated)
    libraries = [
        *toolchain.runtime_jars(),
        *toolchain.test_jars(),
        toolchain.library("android-all"),
    ]
    tests = WORK / "tests"
    toolchain.compile_java(TESTS.rglob("*.java"), [app, *libraries], tests)
    return Compiled(resources, app, tests, tuple(libraries))


def run_tests(compiled, bundle, packages=PACKAGES):
    """Runs the tests; returns what they printed.

    Args:
        compiled: a `Compiled`.
        bundle: folder of models, which the tests find as the app's assets.
        packages: names of the packages whose tests are run.

    Raises:
        ToolError: if a test fails.
    """
    native = bionic.prepare("x86_64", "gcc", GLIBC)
    configuration = _configuration(bundle, compiled.resources)
    command = [
        "java", "-Xmx2g", f"-Djava.library.path={native}",
        f"-Drobolectric.dependency.dir={_frameworks()}", "-Drobolectric.offline=true",
        f"-Ddemo.bundle={bundle}", f"-Ddemo.screenshots={_screenshots()}",
        "-cp", toolchain.joined([configuration, *compiled.classpath]),
        "org.junit.runner.JUnitCore",
    ]  # fmt: skip
    environment = {**os.environ, "LD_LIBRARY_PATH": str(native)}
    # A native library belongs to one class loader, and Robolectric has its own: a JVM for each.
    return "".join(
        toolchain.run(*command, *test_classes(package), env=environment) for package in packages
    )


def test_classes(package):
    """Names of the test classes of a package."""
    folder = TESTS / "org" / "pikelpn" / "demo" / package
    return sorted(f"org.pikelpn.demo.{package}.{path.stem}" for path in folder.glob("*Test.java"))


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
    """Runs the tests and prints what they say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", action="append", choices=PACKAGES, help="by default all")
    values = parser.parse_args(arguments)
    try:
        bundle = make_bundle.ensure(BUILD / "small", make_bundle.SMALL)
        output = run_tests(compile_tests(), bundle, values.package or PACKAGES)
    except ToolError as error:
        print(f"jvm_tests: {error}", file=sys.stderr)
        return 1
    print(output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
