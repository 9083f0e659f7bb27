"""Compile IR text to executable memory with LLVM. Loads llvmlite at the first compilation, not before."""

from __future__ import annotations

import struct
import threading
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..errors import CompileError, OptionError
from ..vectormath import Features, features, host_features

_lock = threading.RLock()
# Which instruction sets a machine of another name runs as well.
_CONTAINED = {"avx512": ("avx2", "sse2"), "avx2": ("sse2",)}


@cache
def has_llvm() -> bool:
    """Say whether llvmlite is installed; without it the block interpreter answers."""
    return find_spec("llvmlite") is not None


@cache
def _llvm() -> Any:
    llvm = import_module("llvmlite.binding")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


def _new_target_machine(chosen: Features, level: int) -> Any:
    target = _llvm().Target.from_triple(chosen.triple)
    # The default code model is made for code scattered over memory: slower to write and to run.
    return target.create_target_machine(
        cpu=chosen.cpu, features=chosen.attributes, opt=level, reloc="pic", codemodel="small"
    )


_target_machine = cache(_new_target_machine)


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
    with _lock:
        return str(_target_machine(target, level).emit_assembly(_parse(ir)))


def undefined_symbols(parsed: Any) -> list[str]:
    """Return the names an ELF object file wants from outside; of other formats, none."""
    sections = {section.name(): section.data() for section in parsed.sections()}
    table, names = sections.get(b".symtab", b""), sections.get(b".strtab", b"")
    entries = struct.iter_unpack("<IBBHQQ", table)
    wanted = [entry[0] for entry in entries if entry[3] == 0 and entry[0]]
    return [names[start : names.index(b"\0", start)].decode() for start in wanted]


def _check_symbols(parsed: Any) -> None:
    # The linker would leave an address of 0 behind, and the kernel would jump there.
    for name in undefined_symbols(parsed):
        if _llvm().address_of_symbol(name) is None:
            raise CompileError("the machine code calls a function this process does not have", found=name)


class MachineCode:
    """Executable memory holding one compiled module; freed with the last reference."""

    def __init__(self, ir: str, level: int, target: Features) -> None:
        with _lock:
            code = _target_machine(target, level).emit_object(_parse(ir))
            self.code_bytes = len(code)
            # The engine becomes the owner of the machine it is given, so it gets one of its own.
            self._engine = _llvm().create_mcjit_compiler(_parse(""), _new_target_machine(target, level))
            parsed = _llvm().ObjectFileRef.from_data(code)
            _check_symbols(parsed)
            self._engine.add_object_file(parsed)
            self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Return where the function of this name begins."""
        with _lock:
            return int(self._engine.get_function_address(name))
