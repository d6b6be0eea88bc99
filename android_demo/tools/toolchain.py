"""What builds the app: Debian's tools, and the libraries of `pom.xml` by Maven."""

import hashlib
import json
import pathlib
import shutil
import subprocess
import zipfile

DEMO = pathlib.Path(__file__).parents[1]
BUILD = DEMO.parent / "build" / "android"
POM = DEMO / "pom.xml"
JAVA_SOURCES = DEMO / "app" / "src" / "main" / "java"
CLASSPATH_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath"
# AARs whose classes and native libraries go into the app.
RUNTIME = (
    "tensorflow-lite",
    "tensorflow-lite-api",
    "tensorflow-lite-gpu",
    "tensorflow-lite-gpu-api",
)
# Robolectric loads the framework itself.
NOT_FOR_TESTS = ("android-all", "android-all-instrumented", "dalvik-dx", "groovy")
PACKAGES = {
    "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu",
    "aapt2": "aapt",
    "apksigner": "apksigner",
    "dexdump": "dexdump",
    "enjarify": "enjarify",
    "java": "default-jdk-headless",
    "javac": "default-jdk-headless",
    "mvn": "maven",
    "x86_64-linux-gnu-gcc": "gcc",
    "zipalign": "zipalign",
}


class ToolError(Exception):
    """A tool is missing or failed; the sentence says what to do."""


def run(*command, **options):
    """Runs a command and returns what it printed on both streams.

    Raises:
        ToolError: if it is not installed or fails; with its output.
    """
    words = [str(word) for word in command]
    if shutil.which(words[0]) is None:
        package = PACKAGES.get(words[0], words[0])
        raise ToolError(f"{words[0]} is not installed: install Debian's package {package}")
    result = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    if result.returncode:
        raise ToolError(f"{' '.join(words[:4])} ... failed:\n{result.stdout.strip()}")
    return result.stdout


def missing(tools):
    """Those of the named tools that are not installed."""
    return [tool for tool in tools if shutil.which(tool) is None]


def libraries():
    """Paths of the libraries that `pom.xml` names and of those that they need.

    Maven is asked once for each content of the file; it downloads what is not at hand.
    """
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()[:16]
    listing = BUILD / f"classpath-{digest}.json"
    if listing.exists():
        paths = [pathlib.Path(path) for path in json.loads(listing.read_text())]
        if all(path.exists() for path in paths):
            return paths
    BUILD.mkdir(parents=True, exist_ok=True)
    output = BUILD / "classpath.txt"
    run("mvn", "-B", "-q", "-f", POM, CLASSPATH_GOAL, f"-Dmdep.outputFile={output}")
    paths = output.read_text().strip().split(":")
    listing.write_text(json.dumps(paths, indent=1))
    return [pathlib.Path(path) for path in paths]


def _name(path):
    # A repository keeps a file in .../NAME/VERSION/NAME-VERSION.jar.
    return path.parts[-3]


def library(name):
    """The path of a library that `pom.xml` names."""
    return next(path for path in libraries() if _name(path) == name)


def unpacked_aar(path):
    """The folder of an unpacked AAR."""
    folder = BUILD / "aar" / path.stem
    if not folder.exists():
        beside = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(beside, ignore_errors=True)
        with zipfile.ZipFile(path) as content:
            content.extractall(beside)
        beside.rename(folder)
    return folder


def runtime():
    """The unpacked AARs that go into the app."""
    return [unpacked_aar(library(name)) for name in RUNTIME]


def runtime_jars():
    """The jars of Java classes that go into the app."""
    return [folder / "classes.jar" for folder in runtime()]


def test_jars():
    """The jars that tests on a JVM need besides the app's own classes."""
    jars = []
    for path in libraries():
        if _name(path) not in (*NOT_FOR_TESTS, *RUNTIME):
            jars.append(unpacked_aar(path) / "classes.jar" if path.suffix == ".aar" else path)
    return jars


def compile_java(sources, classpath, output, release=8):
    """Compiles Java sources, warnings shown as errors, into a folder that it empties first."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    run(
        "javac", "-Xlint:all,-options,-processing,-classfile", "-Werror", "-proc:none",
        "-encoding", "UTF-8", "--release", release, "-nowarn",
        "-cp", joined(classpath), "-d", output, *sorted(sources),
    )  # fmt: skip


def joined(paths):
    """A class path."""
    return ":".join(str(path) for path in paths)
