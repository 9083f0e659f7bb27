"""Compile IR text to executable memory with LLVM. Loads llvmlite at the first compilation, not before."""

from __future__ import annotations

import threading
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..errors import CompileError
from ..vectormath import Features, host_features

_lock = threading.RLock()


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


def _new_target_machine(features: Features, level: int) -> Any:
    target = _llvm().Target.from_triple(features.triple)
    # The default code model is made for code scattered over memory: slower to write and to run.
    return target.create_target_machine(
        cpu=features.cpu, features=features.attributes, opt=level, reloc="pic", codemodel="small"
    )


_target_machine = cache(_new_target_machine)


def _parse(ir: str) -> Any:
    try:
        return _llvm().parse_assembly(ir)
    except RuntimeError as error:
        raise CompileError("LLVM does not accept the code written for this kernel", found=str(error)[:500]) from error


def assembly(ir: str, level: int) -> str:
    """Return the host's machine code of IR text as assembly."""
    with _lock:
        return str(_target_machine(host_features(), level).emit_assembly(_parse(ir)))


class MachineCode:
    """Executable memory holding one compiled module; freed with the last reference."""

    def __init__(self, ir: str, level: int) -> None:
        with _lock:
            features = host_features()
            code = _target_machine(features, level).emit_object(_parse(ir))
            self.code_bytes = len(code)
            # The engine becomes the owner of the machine it is given, so it gets one of its own.
            self._engine = _llvm().create_mcjit_compiler(_parse(""), _new_target_machine(features, level))
            self._engine.add_object_file(_llvm().ObjectFileRef.from_data(code))
            self._engine.finalize_object()

    def address(self, name: str) -> int:
        """Return where the function of this name begins."""
        with _lock:
            return int(self._engine.get_function_address(name))
