"""LLVM as compiling needs it: a dozen functions of llvmlite's library, bound directly.

Importing the whole of `llvmlite.binding` takes ten times as long as loading
the library. What is bound here is private to llvmlite, so it is used only of
releases it was checked against; with others the package itself is imported.
"""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_void_p
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

_CHECKED = ("0.50.",)
# Name -> result, parameters; `_OUT` is where a function leaves a text for the caller to dispose of.
_OUT = POINTER(c_void_p)
_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "ContextCreate": (c_void_p, ()),
    "ContextDispose": (None, (c_void_p,)),
    "CreateTargetMachine": (c_void_p, (c_void_p, *[c_char_p] * 3, c_int, *[c_char_p] * 2, c_int, c_int, c_char_p)),
    "DisposeMemoryBuffer": (None, (c_void_p,)),
    "DisposeModule": (None, (c_void_p,)),
    "DisposeString": (None, (c_void_p,)),
    "DisposeTargetMachine": (None, (c_void_p,)),
    "GetBufferSize": (c_size_t, (c_void_p,)),
    "GetBufferStart": (c_void_p, (c_void_p,)),
    "GetHostCPUFeatures": (c_int, (_OUT,)),
    "GetHostCPUName": (None, (_OUT,)),
    "GetProcessTriple": (None, (_OUT,)),
    "GetTargetFromTriple": (c_void_p, (c_char_p, _OUT)),
    "InitializeNativeAsmPrinter": (c_int, ()),
    "InitializeNativeTarget": (c_int, ()),
    "ParseAssembly": (c_void_p, (c_void_p, c_char_p, _OUT)),
    "TargetMachineEmitToMemory": (c_void_p, (c_void_p, c_void_p, c_int, _OUT)),
}


class Llvm(Protocol):
    """What this machine is, and a way from IR text to machine code for it."""

    def host(self) -> tuple[str, str, str]:
        """Return the triple, the processor's name and its features, as LLVM calls them."""

    def emit(self, ir: str, triple: str, cpu: str, features: str, level: int, *, assembly: bool) -> bytes:
        """Return IR text as an object file or as assembly. Raises RuntimeError with LLVM's words."""


class _Direct:
    """The library itself. Not for two threads at once."""

    def __init__(self, path: str) -> None:
        library = ctypes.CDLL(path)
        for name, (result, parameters) in _FUNCTIONS.items():
            function = getattr(library, f"LLVMPY_{name}")
            function.restype, function.argtypes = result, parameters
        self._call: Any = lambda name, *args: getattr(library, f"LLVMPY_{name}")(*args)
        self._call("InitializeNativeTarget")
        self._call("InitializeNativeAsmPrinter")
        self._machine = cache(self._new_machine)

    def host(self) -> tuple[str, str, str]:
        """Return the triple, the processor's name and its features, as LLVM calls them."""
        triple, cpu, features = (
            self._text(name) for name in ("GetProcessTriple", "GetHostCPUName", "GetHostCPUFeatures")
        )
        return triple, cpu, ",".join(sorted(features.split(","), key=lambda each: each[1:]))

    def emit(self, ir: str, triple: str, cpu: str, features: str, level: int, *, assembly: bool) -> bytes:
        """Return IR text as an object file or as assembly. Raises RuntimeError with LLVM's words."""
        machine, problem = self._machine(triple, cpu, features, level), c_void_p()
        # A context of its own keeps no constants for later, and nobody else in this process need wait for it.
        context = self._call("ContextCreate")
        module = self._call("ParseAssembly", context, ir.encode(), byref(problem))
        try:
            self._raise(problem)
            buffer = self._call("TargetMachineEmitToMemory", machine, module, not assembly, byref(problem))
            self._raise(problem if not buffer else c_void_p())
            try:
                start, size = self._call("GetBufferStart", buffer), self._call("GetBufferSize", buffer)
                return ctypes.string_at(start, size)
            finally:
                self._call("DisposeMemoryBuffer", buffer)
        finally:
            if module:
                self._call("DisposeModule", module)
            self._call("ContextDispose", context)

    def _new_machine(self, triple: str, cpu: str, features: str, level: int) -> int:
        problem = c_void_p()
        target = self._call("GetTargetFromTriple", triple.encode(), byref(problem))
        self._raise(problem)
        # The default code model is made for code scattered over memory: slower to write and to run.
        texts = [text.encode() for text in (triple, cpu, features)]
        machine = self._call("CreateTargetMachine", target, *texts, level, b"pic", b"small", 0, 0, b"")
        return int(machine)

    def _text(self, name: str) -> str:
        found = c_void_p()
        self._call(name, byref(found))
        return self._taken(found)

    def _taken(self, text: c_void_p) -> str:
        value = ctypes.string_at(text.value or 0).decode(errors="replace")
        self._call("DisposeString", text)
        return value

    def _raise(self, problem: c_void_p) -> None:
        if problem.value:
            text = self._taken(problem)
            if text:
                raise RuntimeError(text)


class _Package:
    """The same through the package, for releases that nobody has looked into."""

    def __init__(self) -> None:
        self._llvm: Any = import_module("llvmlite.binding")
        self._llvm.initialize_native_target()
        self._llvm.initialize_native_asmprinter()
        self._machine = cache(self._new_machine)

    def host(self) -> tuple[str, str, str]:
        """Return the triple, the processor's name and its features, as LLVM calls them."""
        llvm = self._llvm
        return llvm.get_process_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()

    def emit(self, ir: str, triple: str, cpu: str, features: str, level: int, *, assembly: bool) -> bytes:
        """Return IR text as an object file or as assembly. Raises RuntimeError with LLVM's words."""
        machine, module = self._machine(triple, cpu, features, level), self._llvm.parse_assembly(ir)
        emitted: str | bytes = machine.emit_assembly(module) if assembly else machine.emit_object(module)
        return emitted.encode() if isinstance(emitted, str) else emitted

    def _new_machine(self, triple: str, cpu: str, features: str, level: int) -> Any:
        target = self._llvm.Target.from_triple(triple)
        # WebAssembly has no code that lies anywhere: its addresses are final.
        reloc = "static" if triple.startswith("wasm") else "pic"
        return target.create_target_machine(cpu=cpu, features=features, opt=level, reloc=reloc, codemodel="small")


@cache
def every_target() -> Llvm:
    """Load LLVM for machines of all kinds, which takes longer. Raises ImportError where llvmlite is not installed."""
    made, package = _Package(), import_module("llvmlite.binding")
    package.initialize_all_targets()
    package.initialize_all_asmprinters()
    return made


@cache
def llvm() -> Llvm:
    """Load LLVM. Raises ImportError where llvmlite is not installed."""
    spec = find_spec("llvmlite")
    folder = os.path.dirname(spec.origin) if spec is not None and spec.origin is not None else ""
    try:
        with open(os.path.join(folder, "_version.py")) as file:
            release = file.read().partition("version_version = '")[2].partition("'")[0]
        if release.startswith(_CHECKED):
            return _Direct(os.path.join(folder, "binding", "libllvmlite.so"))
    except (OSError, AttributeError):
        pass
    return _Package()
