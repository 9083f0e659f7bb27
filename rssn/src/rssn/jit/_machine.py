"""Compile IR text to machine code with LLVM. Loads llvmlite at the first compilation, not before."""

from __future__ import annotations

import os
import threading
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from ..errors import CompileError, OptionError
from ..vectormath import Features, features, host_features
from ._load import Mapping
from ._object import Blob, link

LOCK: Final = threading.RLock()
"""Held while anything is compiled; LLVM's context is not for two threads at once."""
# A process that forks in the middle of a compilation would leave its child a lock that nobody opens.
os.register_at_fork(before=LOCK.acquire, after_in_parent=LOCK.release, after_in_child=LOCK.release)

# Which instruction sets a machine of another name runs as well.
_CONTAINED = {"avx512": ("avx2", "sse2"), "avx2": ("sse2",)}
_LINKED = ("x86_64", "aarch64")


@cache
def has_llvm() -> bool:
    """Say whether llvmlite is installed and makes code we can link; without it the block interpreter answers."""
    return os.uname().machine in _LINKED and find_spec("llvmlite") is not None


@cache
def _llvm() -> Any:
    llvm = import_module("llvmlite.binding")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


@cache
def _target_machine(chosen: Features, level: int) -> Any:
    target = _llvm().Target.from_triple(chosen.triple)
    # The default code model is made for code scattered over memory: slower to write and to run.
    return target.create_target_machine(
        cpu=chosen.cpu, features=chosen.attributes, opt=level, reloc="pic", codemodel="small"
    )


def _parse(ir: str) -> Any:
    try:
        return _llvm().parse_assembly(ir)
    except RuntimeError as error:
        raise CompileError("LLVM does not accept the code written for this kernel", found=str(error)[:500]) from error


def runnable(name: str) -> Features:
    """Return an instruction set by name; OptionError if there is none, or this machine lacks it."""
    host, chosen = host_features(), features(name)
    if chosen.name != host.name and chosen.name not in _CONTAINED.get(host.name, ()):
        wanted = ", ".join((host.name, *_CONTAINED.get(host.name, ())))
        raise OptionError("this machine can't run that", where="target", wanted=wanted, found=name)
    return host if chosen.name == host.name else chosen


def assembly(ir: str, level: int, target: Features) -> str:
    """Return machine code of IR text as assembly."""
    with LOCK:
        return str(_target_machine(target, level).emit_assembly(_parse(ir)))


def machine_code(ir: str, entry: str, level: int, target: Features) -> Blob:
    """Return the machine code of IR text, linked, with the function of that name as its entry."""
    with LOCK:
        return link(_target_machine(target, level).emit_object(_parse(ir)), entry)


def load(blob: Blob) -> Mapping:
    """Return machine code in executable memory; given back with the last reference. Raises CompileError."""
    try:
        return Mapping(blob.code, blob.slots, blob.imports)
    except LookupError as error:
        raise CompileError("the machine code calls a function this process does not have", found=str(error)) from error
    except PermissionError as error:
        raise CompileError(str(error), hint="RSSN_INTERPRET=1 does without") from error
