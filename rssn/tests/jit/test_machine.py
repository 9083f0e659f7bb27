"""IR text to executable memory, and back to nothing."""

import gc
import subprocess
import sys

import pytest

import rssn
from rssn.errors import CompileError, OptionError
from rssn.jit._kernel import _CODES
from rssn.jit._machine import MachineCode, assembly, runnable
from rssn.vectormath import host_features

x = rssn.symbol("x")
IR = "define double @twice(double %x) nounwind {\n  %y = fadd double %x, %x\n  ret double %y\n}\n"


def resident_pages():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])


def test_assembly_is_text():
    """With the instruction one expects."""
    assert "add" in assembly(IR, 2, host_features())


def test_bad_ir_is_our_mistake():
    """Reported with what LLVM said."""
    with pytest.raises(CompileError, match="does not accept"):
        MachineCode("define nonsense", 2, host_features())


def test_missing_functions_are_found_before_anything_runs():
    """The linker itself would leave a jump to nowhere."""
    ir = "declare void @no_such_function()\ndefine void @run() {\n  call void @no_such_function()\n  ret void\n}\n"
    with pytest.raises(CompileError, match="no_such_function"):
        MachineCode(ir, 2, host_features())


def test_instruction_sets_the_machine_lacks_are_refused():
    """And those that nobody knows."""
    foreign = "neon" if host_features().name != "neon" else "avx2"
    for name in (foreign, "abacus"):
        with pytest.raises(OptionError):
            runnable(name)
    assert runnable(host_features().name) == host_features()


def test_memory_is_given_back():
    """Hundreds of kernels come and go without the process growing."""

    def round_of(start):
        for n in range(start, start + 60):
            rssn.compile(x * n + n, [x])(1.0)
        _CODES.clear()
        gc.collect()

    round_of(0)
    round_of(1000)
    before = resident_pages()
    for start in range(2000, 5000, 1000):
        round_of(start)
    assert resident_pages() - before < 180 * 2  # two pages a kernel would be a leak of every kernel


def test_importing_rssn_does_not_load_llvm():
    """A tenth of a second that many programs never need."""
    code = "import sys, rssn; sys.exit('llvmlite' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
