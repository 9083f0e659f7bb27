"""A kernel as a library for C: an object file from LLVM, linked by the C compiler that is there, and a header."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .. import config
from ..errors import CompileError, OptionError, OutputError
from ..vectormath import Features, features
from ._code import Code
from ._compiler import Compiler, in_pieces
from ._export_code import Family, family, functions, library
from ._export_header import Declared, header
from ._machine import is_native, object_file
from ._soft_math import with_soft_math
from ._wasm import module as wasm_module

_STACK_BYTES = 1 << 16
_MOST_PARAMETERS = 127  # what every C compiler takes
_DERIVATIVES: Final = ("", "_gradient", "_hessian")


def export(
    codes: Sequence[Code],
    formulas: str,
    library: str | os.PathLike[str],
    *,
    header: str | os.PathLike[str] | None,
    name: str | None,
    target: str | None,
) -> None:
    """Write the library of a kernel's code and that of its derivatives, and a header if it has a path."""
    path = Path(library)
    if path.suffix not in SUFFIXES:
        raise OptionError(
            "no such kind of library", where="export", wanted=" or ".join(SUFFIXES), found=repr(path.name)
        )
    name = _identifier(path.stem if name is None else name)
    if path.suffix == ".wasm":
        target = target or "wasm"
    compilers = [_compiler(code, target, path.suffix) for code in codes]
    _check(compilers[0])
    families = [family(name + suffix, each) for suffix, each in zip(_DERIVATIVES, compilers, strict=False)]
    machine = compilers[0].features
    _write(path, _MADE[path.suffix](families, machine, path.name))
    if header is not None:
        _write(Path(header), _header(formulas, families, machine, path.name).encode())


def _compiler(code: Code, target: str | None, suffix: str) -> Compiler:
    """Return a compiler for this machine, or for another by the name of its instruction set."""
    if target is None:
        return code.compiler
    chosen = features(target)
    if (suffix == ".wasm") != chosen.triple.startswith("wasm"):
        wanted = "wasm" if suffix == ".wasm" else 'another, or a path that ends in ".wasm"'
        raise OptionError("no file for that", where="target", wanted=wanted, found=f"{target} in a {suffix} file")
    if suffix == ".so" and not is_native(chosen) and not config.HAS_CHOSEN_COMPILER:
        hint = "name a compiler for it in CC, or export an object file: a path that ends in .o"
        raise OptionError("another architecture, which the C compiler here can't link", found=target, hint=hint)
    width = chosen.width * (2 if code.recipe.real_type == "f32" else 1)
    made = Compiler(code.recipe._replace(width=width), code.compiler.tape)
    made.features = chosen
    return made


def _check(compiler: Compiler) -> None:
    """Refuse what a library for C can't have."""
    if compiler.imports:
        own = ", ".join(sorted(function.name for function in compiler.imports.values()))
        hint = "export a formula of built-in operators, and combine them in C"
        raise OptionError("a library can't hold functions of this process", where="export", found=own, hint=hint)
    count = len(compiler.tape.arguments)
    if 2 * count + 3 > _MOST_PARAMETERS:
        raise OptionError(
            "too many arguments for functions of C", where="export",
            wanted=f"at most {(_MOST_PARAMETERS - 3) // 2}", found=str(count),
        )  # fmt: skip


def _identifier(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        raise OptionError(
            "a function of C can't be called this", where="name", wanted="letters, digits and _", found=repr(name),
            hint='give it one: export(..., name="area")',
        )  # fmt: skip
    return name


def _object(families: list[Family], machine: Features, _name: str) -> bytes:
    """Return an object file."""
    module, _ = library(families, machine)
    return object_file(str(module), in_pieces(module)[1], machine)


def _shared(families: list[Family], machine: Features, name: str) -> bytes:
    """Return a shared library. Raises CompileError where nothing can link."""
    linker = next(filter(None, map(shutil.which, config.C_COMPILERS)), None)
    if linker is None:
        hint = "install one, name it in CC, or export an object file: a path that ends in .o"
        raise CompileError("no C compiler to link with", wanted=", ".join(config.C_COMPILERS), hint=hint)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "code.o"), Path(folder, "library.so")
        source.write_bytes(_object(families, machine, name))
        flags = ["-shared", f"-Wl,-soname,{name}", "-Wl,-z,noexecstack", "-lm", "-lpthread"]
        done = subprocess.run([linker, source, "-o", target, *flags], capture_output=True, text=True, check=False)
        if done.returncode:
            raise CompileError("the library could not be linked", where=linker, found=done.stderr.strip()[-500:])
        return target.read_bytes()


def _web_assembly(families: list[Family], machine: Features, _name: str) -> bytes:
    """Return a module of WebAssembly, which has what it calls inside."""
    module, frame_bytes = library(families, machine)
    code = object_file(with_soft_math(str(module)), in_pieces(module)[1], machine)
    return wasm_module(code, functions(families), _STACK_BYTES + 2 * frame_bytes)


_MADE: Final = {".so": _shared, ".o": _object, ".wasm": _web_assembly}
SUFFIXES: Final = tuple(_MADE)


def _header(formulas: str, families: Sequence[Family], target: Features, file: str) -> str:
    tape = families[0].tape
    by = ", ".join(tape.arguments)
    meanings = (formulas, f"The first derivatives by {by}.", f"The second derivatives by {by}, row by row.")
    declared = [
        Declared(family.name, meaning, len(family.tape.outputs))
        for family, meaning in zip(families, meanings, strict=False)
    ]
    made = f"{tape.real_type}, math {tape.math}, accuracy {families[0].accuracy}, for {target.name}"
    return header(declared, tape.arguments, tape.real_type, made, file)


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with open(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise OutputError(f"can't write {str(path)!r}", found=error.strerror or str(error)) from error
