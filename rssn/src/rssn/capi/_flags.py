"""What a C compiler must be told to build a program with `rssn.c` and the Python that rssn runs in."""

from __future__ import annotations

import os
import shlex
import sys
import sysconfig
from pathlib import Path

INCLUDE = Path(__file__).with_name("include")


def compile_flags() -> list[str]:
    """Return the flags to compile with: where headers lie, and which Python to start."""
    import dtact

    folders = [INCLUDE, Path(dtact.__file__).with_name("include"), Path(sysconfig.get_path("include"))]
    # As numbers: text in quotes would not come through shells, make and CMake alike.
    python = ",".join(map(str, os.fsencode(sys.executable)))
    return [*(f"-I{folder}" for folder in folders), f"-DRSSN_PYTHON_BYTES={python}"]


def link_flags() -> list[str]:
    """Return the flags to link with: the library that is Python, and what that needs."""
    found = sysconfig.get_config_vars()
    name = f"python{found['LDVERSION']}"
    if found.get("Py_ENABLE_SHARED"):
        python = [f"-L{found['LIBDIR']}", f"-Wl,-rpath,{found['LIBDIR']}", f"-l{name}"]
    else:
        python = [f"-L{found['LIBPL']}", f"-l{name}", *shlex.split(found.get("LINKFORSHARED") or "")]
    needed = shlex.split(f"{found.get('LIBS') or ''} {found.get('SYSLIBS') or ''}")
    return [*python, *needed, "-lpthread", "-lm"]


def source() -> Path:
    """Return the file to compile along."""
    return INCLUDE / "rssn.c"
