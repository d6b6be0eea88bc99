"""The app's own small native library, built with Debian's compilers and without an NDK."""

import struct

from android_demo.tools import toolchain
from android_demo.tools.toolchain import BUILD, DEMO, ToolError

SOURCES = sorted((DEMO / "app" / "src" / "main" / "c").glob("*.c"))
NAME = "libpikelpn_native.so"
RUNTIME = "libtensorflowlite_jni.so"
COMPILERS = {"arm64-v8a": "aarch64-linux-gnu-gcc", "x86_64": "x86_64-linux-gnu-gcc"}
PAGE = 16384
LOAD_SEGMENT = 1


def build(abi):
    """Compiles the library for "arm64-v8a" or "x86_64"; returns its path.

    Raises:
        ToolError: if the compiler is missing, or a segment is not aligned for pages of 16 KiB.
    """
    output = BUILD / "native" / abi / NAME
    output.parent.mkdir(parents=True, exist_ok=True)
    toolchain.run(
        COMPILERS[abi], "-O2", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fPIC",
        "-fno-stack-protector", "-shared", "-nostdlib", "-s", f"-Wl,-soname,{NAME}",
        f"-Wl,-z,max-page-size={PAGE}", "-Wl,--build-id=none", "-Wl,--hash-style=both",
        "-Wl,--no-undefined", "-Wl,--allow-shlib-undefined", "-o", output, *SOURCES,
        runtime_library(abi),
    )  # fmt: skip
    if any(alignment % PAGE for alignment in load_alignments(output.read_bytes())):
        raise ToolError(f"{output} is not aligned for pages of {PAGE} bytes")
    return output


def runtime_library(abi):
    """The path of the runtime's native library as its AAR holds it."""
    aar = toolchain.unpacked_aar(toolchain.library("tensorflow-lite"))
    return aar / "jni" / abi / RUNTIME


def program_headers(library):
    """(type, offset, size in the file, alignment) of each segment of a 64-bit ELF file."""
    (start,) = struct.unpack_from("<Q", library, 32)
    size, count = struct.unpack_from("<HH", library, 54)
    for header in range(start, start + size * count, size):
        kind, _, offset, _, _, length, _, alignment = struct.unpack_from(
            "<IIQQQQQQ", library, header
        )
        yield kind, offset, length, alignment


def load_alignments(library):
    """Alignments of the segments that are loaded, of the bytes of a 64-bit ELF file."""
    return [alignment for kind, _, _, alignment in program_headers(library) if kind == LOAD_SEGMENT]
