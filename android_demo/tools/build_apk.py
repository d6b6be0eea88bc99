"""Builds, signs and checks the app's APK: `python -m android_demo.tools.build_apk`.

The same sources give the same bytes. The key is for tests: everyone has it.
"""

import argparse
import hashlib
import pathlib
import re
import shutil
import sys
import zipfile

from android_demo.tools import apk_zip, make_bundle, native_library, toolchain
from android_demo.tools.toolchain import BUILD, DEMO, ToolError, run

MAIN = DEMO / "app" / "src" / "main"
ABIS = ("arm64-v8a", "x86_64")
MINIMUM_SDK = 26
TARGET_SDK = 34
KEY = DEMO / "tools" / "test_key.p12"
KEY_PASSWORD = "pass:pikelpn"
KEY_ALIAS = "test"
PERMISSION = "android.permission.CAMERA"
LINES_OF_BADGING = ("package:", "sdkVersion:", "targetSdkVersion:", "uses-permission",
                    "launchable-activity:", "native-code:")  # fmt: skip


def build(bundle, output, work=BUILD / "apk"):
    """Builds a signed APK.

    Args:
        bundle: the folder of models that goes into the assets.
        output: the file to write.
        work: a folder for what lies between.

    Raises:
        ToolError: if a tool is missing or fails, or the APK breaks a rule of `check`.
    """
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    base, generated = link_resources(work)
    dex = _dex(compile_app(work, generated), work)
    unsigned = work / "unsigned.apk"
    apk_zip.write(unsigned, [*resources(base), *assets(bundle), *dex, *_libraries()])
    signed = work / output.name
    run("apksigner", "sign", "--ks", KEY, "--ks-pass", KEY_PASSWORD, "--ks-key-alias", KEY_ALIAS,
        "--v4-signing-enabled", "false", "--out", signed, unsigned)  # fmt: skip
    check(signed)
    shutil.move(signed, output)


def link_resources(work):
    """Links manifest and resources: an APK without code, and the folder of the generated `R`."""
    compiled, base, generated = work / "res.zip", work / "base.apk", work / "gen"
    run("aapt2", "compile", "--dir", MAIN / "res", "-o", compiled)
    run("aapt2", "link", "-o", base, "-I", toolchain.library("android-all"),
        "--manifest", MAIN / "AndroidManifest.xml", "--java", generated,
        "--min-sdk-version", MINIMUM_SDK, "--target-sdk-version", TARGET_SDK,
        # Debian's aapt2 is older than <uses-native-library>.
        "--warn-manifest-validation", compiled)  # fmt: skip
    return base, generated


def compile_app(work, generated):
    """The folder of the app's compiled classes."""
    sources = [*toolchain.JAVA_SOURCES.rglob("*.java"), *generated.rglob("*.java")]
    classpath = [*toolchain.runtime_jars(), toolchain.library("android-all")]
    toolchain.compile_java(sources, classpath, work / "classes")
    return work / "classes"


def _dex(classes, work):
    output = work / "classes.dex"
    run("java", "-Xmx1g", "-cp", toolchain.library("dalvik-dx"), "com.android.dx.command.Main",
        "--dex", f"--min-sdk-version={MINIMUM_SDK}", f"--output={output}", classes,
        *toolchain.runtime_jars())  # fmt: skip
    if "invoke-custom" in run("dexdump", "-d", output):
        raise ToolError("the dex holds invoke-custom, which phones cannot run: write no lambdas")
    return [("classes.dex", output.read_bytes())]


def resources(base):
    """The entries of an APK that aapt2 linked."""
    with zipfile.ZipFile(base) as archive:
        return [(name, archive.read(name)) for name in sorted(archive.namelist())]


def assets(bundle):
    """A folder of models as entries of the app's assets."""
    return [(f"assets/models/{path.name}", path.read_bytes()) for path in sorted(bundle.iterdir())]


def _libraries():
    libraries = []
    for abi in ABIS:
        paths = [native_library.build(abi)]
        for folder in toolchain.runtime():
            paths += sorted((folder / "jni" / abi).glob("*.so"))
        libraries += [(f"lib/{abi}/{path.name}", path.read_bytes()) for path in paths]
    return libraries


def check(apk):
    """Checks the signature, the alignment, the permissions and the native libraries of an APK.

    Raises:
        ToolError: naming the rule that is broken.
    """
    verification = run("apksigner", "verify", "--verbose", apk)
    if not re.search(r"v2 scheme.*: true", verification):
        raise ToolError(f"{apk.name} has no signature of scheme 2")
    run("zipalign", "-c", "-p", apk_zip.ALIGNMENT, apk)
    for name, offset in apk_zip.offsets(apk).items():
        if name.endswith(".so") and offset % apk_zip.PAGE:
            raise ToolError(f"{name} is not aligned to {apk_zip.PAGE} bytes")
    facts = badging(apk)
    asked = re.findall(r"uses-permission: name=.([\w.]+)", facts)
    if asked != [PERMISSION]:
        raise ToolError(f"the app asks for {asked}, not for {PERMISSION} alone")
    if [abi for abi in ABIS if f"'{abi}'" not in facts]:
        raise ToolError(f"native code is not there for all of {', '.join(ABIS)}")


def badging(apk):
    """The lines of `aapt2 dump badging` that matter."""
    lines = run("aapt2", "dump", "badging", apk).splitlines()
    return "\n".join(line for line in lines if line.startswith(LINES_OF_BADGING))


def main(arguments=None):
    """Builds the APK twice, checks that both are the same and prints its badging."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=BUILD / "pikelpn-demo.apk")
    parser.add_argument("--bundle", type=pathlib.Path, help="a folder that make_bundle wrote")
    values = parser.parse_args(arguments)
    try:
        bundle = values.bundle or make_bundle.ensure(BUILD / "assets" / "models")
        build(bundle, values.output)
        again = BUILD / "again.apk"
        build(bundle, again)
        if again.read_bytes() != values.output.read_bytes():
            raise ToolError("two builds gave different bytes")
    except ToolError as error:
        print(f"build_apk: {error}", file=sys.stderr)
        return 1
    content = values.output.read_bytes()
    print(badging(values.output))
    print(f"{values.output}: {len(content):,} bytes, two builds the same")
    print(f"sha256 {hashlib.sha256(content).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
