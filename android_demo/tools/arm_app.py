"""Runs the app's engine, with the APK's own native libraries for ARM, on emulated cores.

`python -m android_demo.tools.arm_app --core=cortex-a76`: the engine's JUnit tests on an emulated
Java, among them the comparison with golden integers on XNNPACK and on the built-in kernels.
"""

import argparse
import sys

from android_demo.tools import bionic, jvm_tests, make_bundle, toolchain
from android_demo.tools.arm_check import CORES
from android_demo.tools.arm_root import XNNPACK_LOG, ArmRoot
from android_demo.tools.toolchain import BUILD, ToolError

ABI = "arm64-v8a"
LIBRARIES = "lib/aarch64-linux-gnu"


def run_engine_tests(root, core, bundle, compiled):
    """What JUnit printed of the engine's tests on one core.

    Raises:
        ToolError: if a test fails, or XNNPACK was not in use.
    """
    native = bionic.prepare(ABI, "aarch64-linux-gnu-gcc", root.system / LIBRARIES)
    output = root.java(
        core, native, f"-Ddemo.bundle={bundle}", "-cp", toolchain.joined(compiled.classpath),
        "org.junit.runner.JUnitCore", *jvm_tests.test_classes("engine"),
    )  # fmt: skip
    if XNNPACK_LOG not in output:
        raise ToolError(f"XNNPACK was not in use on {core}:\n{output}")
    return output


def main(arguments=None):
    """Runs the tests on each core and prints JUnit's last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--core", action="append", choices=CORES, help="by default all")
    values = parser.parse_args(arguments)
    try:
        bundle = make_bundle.ensure(BUILD / "small", make_bundle.SMALL)
        root = ArmRoot()
        compiled = jvm_tests.compile_tests()
        for core in values.core or CORES:
            print(core, run_engine_tests(root, core, bundle, compiled).split("\n")[-3])
    except ToolError as error:
        print(f"arm_app: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
