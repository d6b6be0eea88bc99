"""Makes the app's native library, built for Android, loadable on a computer with glibc.

The code of the library stays as it is. Its symbol versions, which only Android's C library has, are
dropped, and calls whose arguments differ between the C libraries go to a small library of ours.
"""

import pathlib
import struct

from android_demo.tools import toolchain
from android_demo.tools.toolchain import BUILD, DEMO

SOURCE = DEMO / "app" / "src" / "test" / "native" / "bionic.c"
LIBRARY = "libtensorflowlite_jni.so"
DYNAMIC_SEGMENT = 2
# Tags of the dynamic section: VERSYM, VERDEF, VERDEFNUM, VERNEED, VERNEEDNUM.
VERSION_TAGS = (0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF)
# A tag that no loader knows, so that all pass over it.
NO_TAG = 0x60000001
RENAMED = (b"vfprintf", b"fprintf", b"fputc", b"fflush", b"sysconf")
# Names under which the library asks for Android's system libraries.
OURS = ("libc.so", "liblog.so")
GLIBC = {"libm.so": "libm.so.6", "libdl.so": "libdl.so.2"}


def prepare(abi, compiler, glibc, folder=None):
    """A folder with the library and what it needs, for `LD_LIBRARY_PATH`.

    Args:
        abi: "x86_64" or "arm64-v8a".
        compiler: name of a C compiler for that processor.
        glibc: the folder of its C library.
        folder: where to make it; by default in the build folder.
    """
    folder = pathlib.Path(folder or BUILD / "bionic" / abi)
    folder.mkdir(parents=True, exist_ok=True)
    toolchain.run(
        compiler, "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
        "-Wl,-soname,libc.so", "-o", folder / OURS[0], SOURCE,
    )  # fmt: skip
    for name, target in {OURS[1]: OURS[0]}.items() | {
        (name, pathlib.Path(glibc) / target) for name, target in GLIBC.items()
    }:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)
    aar = toolchain.unpacked_aar(toolchain.library("tensorflow-lite"))
    original = aar / "jni" / abi / LIBRARY
    (folder / LIBRARY).write_bytes(without_versions(original.read_bytes()))
    return folder


def without_versions(library):
    """The bytes of a 64-bit ELF library without symbol versions and with the calls renamed.

    Raises:
        ValueError: if a call is not there as expected, so that renaming it would do nothing.
    """
    content = bytearray(library)
    for offset in _dynamic_entries(content):
        if struct.unpack_from("<Q", content, offset)[0] in VERSION_TAGS:
            struct.pack_into("<Q", content, offset, NO_TAG)
    for name in RENAMED:
        old = b"\0" + name + b"\0"
        if content.count(old) != 1:
            raise ValueError(f"the library calls {name.decode()} in another way than expected")
        content = content.replace(old, b"\0" + name[:1].upper() + name[1:] + b"\0")
    return bytes(content)


def _dynamic_entries(content):
    headers, size, count = _program_headers(content)
    for header in range(headers, headers + size * count, size):
        kind, _, start, _, _, length = struct.unpack_from("<IIQQQQ", content, header)
        if kind == DYNAMIC_SEGMENT:
            return range(start, start + length, 16)
    raise ValueError("the library has no dynamic section")


def _program_headers(content):
    (start,) = struct.unpack_from("<Q", content, 32)
    size, count = struct.unpack_from("<HH", content, 54)
    return start, size, count
