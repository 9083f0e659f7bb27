"""IR text to executable memory, and back to nothing."""

import gc
import subprocess
import sys

import pytest

import rssn
from rssn.errors import CompileError, OptionError
from rssn.jit._code import load
from rssn.jit._kernel import _CODES
from rssn.jit._machine import assembly, machine_code, runnable
from rssn.jit._record import Blob
from rssn.vectormath import host_features

x = rssn.symbol("x")
IR = "define double @twice(double %x) nounwind {\n  %y = fadd double %x, %x\n  ret double %y\n}\n"


def resident_pages():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])


def map_count():
    with open("/proc/self/maps") as file:
        return sum(1 for _ in file)


def test_assembly_is_text():
    """With the instruction one expects."""
    assert "add" in assembly(IR, 2, host_features())


def test_bad_ir_is_our_mistake():
    """Reported with what LLVM said."""
    with pytest.raises(CompileError, match="does not accept"):
        machine_code(["define nonsense"], "run", 2, host_features())


def test_missing_functions_are_found_before_anything_runs():
    """A linker that is not asked would leave a jump to nowhere."""
    ir = "declare void @no_such_function()\ndefine void @run() {\n  call void @no_such_function()\n  ret void\n}\n"
    with pytest.raises(CompileError, match="no_such_function"):
        machine_code([ir], "run", 2, host_features())


def test_a_function_the_c_library_lacks_is_reported():
    """Code from disk may come from a process that had it."""
    with pytest.raises(CompileError, match="no_such_function"):
        load(Blob(bytes(16), 0, 8, ("no_such_function",)))


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
    assert resident_pages() - before < 90  # half a page a kernel; one would be a leak of every kernel


def test_a_thousand_kernels_alive_cost_little():
    """Neighbouring maps of the same kind are one to the system, which allows 65,530."""
    code = machine_code([IR], "twice", 2, host_features())
    before, maps = resident_pages(), map_count()
    kept = [load(code) for _ in range(1000)]
    assert resident_pages() - before < 1200
    assert map_count() - maps < 400
    del kept
    gc.collect()
    assert map_count() - maps < 10


def test_importing_rssn_does_not_load_llvm():
    """A tenth of a second that many programs never need."""
    code = "import sys, rssn; sys.exit('llvmlite' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
