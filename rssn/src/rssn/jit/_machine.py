"""Compile IR text to machine code with LLVM. Loads llvmlite at the first compilation, not before."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from ..errors import CompileError, OptionError
from ..vectormath import Features, features, host_features
from ._code import LOCK
from ._object import link
from ._record import Blob

# Which instruction sets a machine of another name runs as well.
_CONTAINED = {"avx512": ("avx2", "sse2"), "avx2": ("sse2",)}


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
