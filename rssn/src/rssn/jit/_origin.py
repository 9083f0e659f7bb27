"""What machine code depends on besides its formula: this processor, LLVM, and the source text that writes code."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from itertools import chain

from .. import config
from ._load import describe_cpu
from ._record import AARCH64, X86_64, Origin, digest

_MACHINES = {"x86_64": X86_64, "aarch64": AARCH64}
_WRITERS = (__package__, "rssn.vectormath")


@cache
def has_llvm() -> bool:
    """Say whether llvmlite is installed and makes code we can link; without it the block interpreter answers."""
    return os.uname().machine in _MACHINES and _llvmlite() is not None


@cache
def _llvmlite() -> str | None:
    """Return the folder of llvmlite."""
    spec = find_spec("llvmlite")
    return os.path.dirname(spec.origin) if spec is not None and spec.origin is not None else None


@cache
def origin() -> Origin | None:
    """Return who makes code here, without loading LLVM; None where that can't be said, and nothing may be kept."""
    machine, cpu, compiler = _MACHINES.get(os.uname().machine), describe_cpu(), _llvm_version()
    if machine is None or not cpu or compiler is None:
        return None
    width = repr(config.VECTOR_WIDTH).encode()
    return Origin(machine, cpu, digest(compiler, width, *chain(*map(_sources, _WRITERS))))


def _llvm_version() -> bytes | None:
    """Return the file in which llvmlite states its version; each of its releases brings an LLVM of its own."""
    folder = _llvmlite()
    return None if folder is None else _stamp(os.path.join(folder, "_version.py"))


def _sources(room: str) -> list[bytes]:
    """Return stamps of the source text of a room: a version number would not notice a change made in place."""
    spec = find_spec(room)
    folder = os.path.dirname((spec and spec.origin) or "")
    names = sorted(name for name in os.listdir(folder) if name.endswith(".py"))
    return [folder.encode(), *[_stamp(os.path.join(folder, name)) for name in names]]


def _stamp(path: str) -> bytes:
    """Return what changes whenever a file does. Reading the text of all of them takes longer than all else here."""
    found = os.stat(path)
    return f"{path} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}".encode()
