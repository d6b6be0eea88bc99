"""Makes the app's native libraries, built for Android, loadable on a computer with glibc.

The code of the libraries stays as it is. Symbol versions, which only Android's C library has, are
dropped, and calls that differ between the C libraries go to a small library of ours.
"""

import pathlib
import struct

from android_demo.tools import native_library, toolchain
from android_demo.tools.toolchain import BUILD, DEMO

SOURCE = DEMO / "app" / "src" / "test" / "native" / "bionic.c"
DYNAMIC_SEGMENT = 2
# Tags of the dynamic section: VERSYM, VERDEF, VERDEFNUM, VERNEED, VERNEEDNUM.
VERSION_TAGS = (0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF)
# A tag that no loader knows, so that all pass over it.
NO_TAG = 0x60000001
RENAMED = (b"vfprintf", b"fprintf", b"fputc", b"fflush", b"sysconf", b"dlsym")
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
    runtime = native_library.runtime_library(abi).read_bytes()
    (folder / native_library.RUNTIME).write_bytes(rename_calls(drop_versions(runtime)))
    own = native_library.build(abi).read_bytes()
    (folder / native_library.NAME).write_bytes(drop_versions(own))
    return folder


def drop_versions(library):
    """The bytes of a 64-bit ELF library without symbol versions."""
    content = bytearray(library)
    for offset in _dynamic_entries(content):
        if struct.unpack_from("<Q", content, offset)[0] in VERSION_TAGS:
            struct.pack_into("<Q", content, offset, NO_TAG)
    return bytes(content)


def rename_calls(library):
    """The bytes of a library whose calls that differ between the C libraries go to ours.

    Raises:
        ValueError: if a call is not there as expected, so that renaming it would do nothing.
    """
    for name in RENAMED:
        old = b"\0" + name + b"\0"
        if library.count(old) != 1:
            raise ValueError(f"the library calls {name.decode()} in another way than expected")
        library = library.replace(old, b"\0" + name[:1].upper() + name[1:] + b"\0")
    return library


def _dynamic_entries(library):
    for kind, offset, length, _ in native_library.program_headers(library):
        if kind == DYNAMIC_SEGMENT:
            return range(offset, offset + length, 16)
    raise ValueError("the library has no dynamic section")
