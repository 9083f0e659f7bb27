"""Compile IR text to machine code with LLVM."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import CompileError, OptionError
from ..vectormath import Features, every_target, features, host_features, llvm
from ._code import LLVM_LOCKS
from ._object import link
from ._record import Blob

# Which instruction sets a machine of another name runs as well.
_CONTAINED = {"avx512": ("avx2", "sse2"), "avx2": ("sse2",)}


def runnable(name: str) -> Features:
    """Return an instruction set by name; OptionError if there is none, or this machine lacks it."""
    host, chosen = host_features(), features(name)
    if chosen.name != host.name and chosen.name not in _CONTAINED.get(host.name, ()):
        wanted = ", ".join((host.name, *_CONTAINED.get(host.name, ())))
        raise OptionError("this machine can't run that", where="target", wanted=wanted, found=name)
    return host if chosen.name == host.name else chosen


def is_native(target: Features) -> bool:
    """Say whether a target is of this machine's architecture."""
    return not target.triple or target.triple.partition("-")[0] == host_features().triple.partition("-")[0]


def _emit(ir: str, level: int, target: Features, *, assembly: bool) -> bytes:
    try:
        with LLVM_LOCKS[level > 0]:
            engine = llvm() if is_native(target) else every_target()
            return engine.emit(ir, target.triple, target.cpu, target.attributes, level, assembly=assembly)
    except RuntimeError as error:
        raise CompileError("LLVM does not accept the code written for this kernel", found=str(error)[:500]) from error


def assembly(ir: str, level: int, target: Features) -> str:
    """Return machine code of IR text as assembly."""
    return _emit(ir, level, target, assembly=True).decode()


def object_file(ir: str, level: int, target: Features) -> bytes:
    """Return machine code of IR text as an object file, for a linker; the machine may be of any kind."""
    return _emit(ir, level, target, assembly=False)


def machine_code(
    pieces: Sequence[str], entry: str, level: int, target: Features, imports: frozenset[str] = frozenset()
) -> Blob:
    """Return the machine code of pieces of IR text, linked, with the function of that name as its entry.

    It may call functions of the names in `imports`, whose addresses its loader must know.
    Between two pieces Python answers signals: a Ctrl-C waits for one piece at most.
    """
    return link([_emit(ir, level, target, assembly=False) for ir in pieces], entry, imports)
