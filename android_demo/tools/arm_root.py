"""An ARM computer in a folder: an emulator, a C library, a Python and LiteRT, all from packages.

Nothing is installed: Debian's packages are unpacked, the Python wheels put beside them.
"""

import os
import pathlib
import re
import subprocess
import sys

from android_demo.tools import toolchain
from android_demo.tools.toolchain import BUILD, ToolError

FOLDER = BUILD / "arm"
# Older emulators let LiteRT crash and compute SME wrongly.
EMULATOR_SUITE = "-backports"
SYSTEM_PACKAGES = (
    "libc6",
    "libstdc++6",
    "libgcc-s1",
    "python3.11-minimal",
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
    "zlib1g",
    "libexpat1",
    "libffi8",
    "libbz2-1.0",
    "liblzma5",
)
JAVA_PACKAGE = "openjdk-17-jre-headless"
JAVA = "usr/lib/jvm/java-17-openjdk-arm64/bin/java"
LITERT = "ai-edge-litert"
# pip takes a wheel only if its very tag is named.
PLATFORMS = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
XNNPACK_LOG = "Created TensorFlow Lite XNNPACK delegate for CPU."
DEBIAN_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


class ArmRoot:
    """The folder, made on first use.

    Args:
        folder: where it is or is to be.
    """

    def __init__(self, folder=FOLDER):
        self.folder = pathlib.Path(folder)
        self.system = self.folder / "system"
        self.emulator = self.folder / "emulator" / "usr" / "bin" / "qemu-aarch64"
        self.wheels = self.folder / "wheels"
        if not (self.folder / "ready").exists():
            self._make()

    def python(self, core, script, *arguments):
        """Runs a Python script on an emulated core; returns what it printed on both streams.

        Raises:
            ToolError: if the script fails.
        """
        return toolchain.run(
            self.emulator, "-cpu", core, "-L", self.system, self.system / "usr/bin/python3.11",
            script, *arguments,
            env={"PYTHONPATH": str(self.wheels), "PATH": os.environ["PATH"]},
        )  # fmt: skip

    def java(self, core, libraries, *arguments):
        """Runs Java on an emulated core; returns what it printed on both streams.

        Args:
            core: name of the core.
            libraries: folder of native libraries.
            arguments: Java's own.

        Raises:
            ToolError: if the program fails.
        """
        if not (self.system / JAVA).exists():
            Apt(self.folder / "apt-java").unpack("arm64", [JAVA_PACKAGE], self.system)
        return toolchain.run(
            self.emulator, "-cpu", core, "-L", self.system, "-E", f"LD_LIBRARY_PATH={libraries}",
            self.system / JAVA, "-Xint", "-XX:+UseSerialGC", "-Xshare:off",
            f"-Djava.library.path={libraries}", *arguments,
        )  # fmt: skip

    def _make(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        apt = Apt(self.folder / "apt")
        apt.unpack("amd64", ["qemu-user"], self.folder / "emulator", EMULATOR_SUITE)
        apt.unpack("arm64", SYSTEM_PACKAGES, self.system)
        version = _installed_version(LITERT)
        platforms = [word for tag in PLATFORMS for word in ("--platform", f"{tag}_aarch64")]
        toolchain.run(
            sys.executable, "-m", "pip", "install", "--quiet", "--target", self.wheels, *platforms,
            "--python-version", "311", "--implementation", "cp", "--only-binary=:all:",
            f"{LITERT}=={version}",
        )  # fmt: skip
        (self.folder / "ready").touch()


def _installed_version(package):
    import importlib.metadata

    return importlib.metadata.version(package)


class Apt:
    """Downloads Debian packages of any architecture without touching the system's own state."""

    def __init__(self, folder):
        self.folder = folder

    def unpack(self, architecture, packages, target, suite=""):
        """Downloads packages and unpacks them into a folder."""
        state = self.folder / architecture
        for name in ("lists/partial", "cache/archives/partial", "debs"):
            (state / name).mkdir(parents=True, exist_ok=True)
        (state / "status").touch()
        address, codename = _archive()
        lines = [f"deb [signed-by={DEBIAN_KEYS}] {address} {codename}{suite} main"]
        (state / "sources.list").write_text("\n".join(lines) + "\n")
        options = [
            f"-oDir::Etc::sourcelist={state / 'sources.list'}", "-oDir::Etc::sourceparts=/dev/null",
            f"-oDir::State::lists={state / 'lists'}", f"-oDir::State::status={state / 'status'}",
            f"-oDir::Cache={state / 'cache'}", f"-oAPT::Architecture={architecture}",
            f"-oAPT::Architectures::={architecture}", "-oAPT::Sandbox::User=root",
        ]  # fmt: skip
        toolchain.run("apt-get", *options, "update")
        toolchain.run("apt-get", *options, "download", *packages, cwd=state / "debs")
        for package in sorted((state / "debs").glob("*.deb")):
            toolchain.run("dpkg", "-x", package, target)


def _archive():
    """Address and codename of the Debian archive that this system itself uses."""
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages"],
        capture_output=True,
        text=True,
    ).stdout
    for line in listing.splitlines():
        found = re.fullmatch(r"(\S+) ([a-z]+)", line)
        if found and "-security" not in found[1]:
            return found.groups()
    raise ToolError("apt names no Debian archive; run `apt-get update`")
