"""Kernels as libraries for C: what is written, what is refused, and what stands where a file could not be written."""

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import rssn
from rssn import config
from rssn.errors import CompileError, OptionError, OutputError
from rssn.jit import compile

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler to link with")
x, y = rssn.symbols("x y")
KERNEL = compile(rssn.sin(x) * rssn.exp(-(y**2) / 2) + x / 3, [x, y])


def test_what_it_needs_is_the_c_library_alone(tmp_path):
    """No Python, no LLVM, no stack that can be executed."""
    KERNEL.export(tmp_path / "f.so")
    shown = subprocess.run(["readelf", "-dlW", tmp_path / "f.so"], capture_output=True, text=True, check=True).stdout
    needed = {line.split("[")[1].rstrip("]") for line in shown.splitlines() if "(NEEDED)" in line}
    assert needed <= {"libc.so.6", "libm.so.6", "libpthread.so.0"}
    assert "GNU_STACK" in shown
    assert not any("GNU_STACK" in line and "RWE" in line for line in shown.splitlines())


@pytest.mark.parametrize(
    ("path", "options", "words"),
    [
        ("f.dll", {}, r"\.so or \.o"),
        ("2f.so", {}, "can't be called this.*name="),
        ("f.so", {"name": "a b"}, "can't be called this"),
        ("f.so", {"derivatives": 3}, "no such derivatives"),
        ("f.so", {"target": "vax"}, "no such instruction set"),
        ("f.so", {"target": "rvv"}, "another architecture"),
    ],
)
def test_what_can_not_be_exported_is_said(path, options, words, tmp_path):
    """Before anything is written."""
    with pytest.raises(OptionError, match=words):
        KERNEL.export(tmp_path / path, **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(
    not (shutil.which("aarch64-linux-gnu-gcc") and shutil.which("qemu-aarch64")), reason="no compiler for AArch64"
)
def test_an_object_for_another_architecture(tmp_path):
    """Linked by its compiler, run by an emulator, the same bits."""
    KERNEL.export(tmp_path / "f.o", header=tmp_path / "f.h", target="neon")
    source = '#include "f.h"\n#include <stdio.h>\nint main(void) { printf("%a", f(0.3, 0.7)); return 0; }\n'
    (tmp_path / "main.c").write_text(source)
    command = ["aarch64-linux-gnu-gcc", "-static", "main.c", "f.o", "-o", "main", "-lm", "-lpthread"]
    subprocess.run(command, cwd=tmp_path, check=True)
    shown = subprocess.run(["qemu-aarch64", tmp_path / "main"], capture_output=True, text=True, check=True).stdout
    assert float.fromhex(shown) == KERNEL(0.3, 0.7)


def test_functions_of_this_process_stay_here(tmp_path):
    """A user's operator in C has an address that means nothing in another process."""
    libm = ctypes.CDLL("libm.so.6")
    libm.j0.restype, libm.j0.argtypes = ctypes.c_double, [ctypes.c_double]
    operator = rssn.operator(name="bessel_exported", lowering=libm.j0)(lambda _: None)
    with pytest.raises(OptionError, match=r"functions of this process.*bessel_exported"):
        compile(operator(x), [x]).export(tmp_path / "f.so")


def test_too_many_arguments_for_c(tmp_path):
    """A function of 500 numbers is none that C promises to take."""
    names = [f"v{n}" for n in range(500)]
    with pytest.raises(OptionError, match="too many arguments"):
        compile(rssn.symbol("v3") + 1, names).export(tmp_path / "f.so")


def test_nothing_to_link_with(tmp_path, monkeypatch):
    """Then an object file can still be had."""
    monkeypatch.setattr(config, "C_COMPILERS", (str(tmp_path / "no-compiler"),))
    with pytest.raises(CompileError, match=r"no C compiler.*\.o"):
        KERNEL.export(tmp_path / "f.so")
    KERNEL.export(tmp_path / "f.o")


def test_a_failed_export_leaves_the_old_file(tmp_path, monkeypatch):
    """Files are replaced whole."""
    KERNEL.export(tmp_path / "f.o")
    before = (tmp_path / "f.o").read_bytes()

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        compile(x + y).export(tmp_path / "f.o")
    assert (tmp_path / "f.o").read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["f.o"]
    monkeypatch.undo()
    with pytest.raises(OutputError, match="No such file"):
        KERNEL.export(Path(tmp_path, "nowhere", "f.o"))
