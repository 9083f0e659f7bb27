"""Kernels as values, and the options of `compile`."""

import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

import rssn
from rssn.errors import DtypeError, OptionError
from rssn.jit import Kernel, compile
from rssn.testing import assert_same_bits

x, y = rssn.symbols("x y")
EXPR = rssn.sin(x) * y**2 + x / 3


def test_arguments_are_in_the_order_given_or_sorted():
    """Names or symbols."""
    assert compile(y - x).arguments == ("x", "y")
    assert compile(y - x, [y, "x"])(3.0, 1.0) == 2.0


@pytest.mark.parametrize("width", [1, 2, 4, 8, 16, 32])
def test_the_width_changes_no_bit(width):
    """Rows per vector are a matter of speed."""
    columns = np.random.default_rng(1).normal(size=(2, 101))
    assert_same_bits(compile(EXPR, width=width)(*columns), compile(EXPR)(*columns))


@pytest.mark.parametrize("target", ["avx512", "avx2", "sse2"])
def test_the_instruction_set_changes_no_bit(target):
    """Fused steps without a fused instruction, tables without permutes: slower, and the same."""
    columns = np.random.default_rng(1).normal(size=(2, 101))
    wanted = compile(EXPR)(*columns)
    try:
        kernel = compile(EXPR, target=target)
        found = kernel(*columns)
    except OptionError:
        pytest.skip(f"this machine has no {target}")
    assert target in kernel.statistics()["cpu"]
    assert_same_bits(found, wanted)


def test_f32_kernels_compute_in_f32():
    """And give f32 arrays."""
    columns = np.random.default_rng(1).normal(size=(2, 100)).astype(np.float32)
    found = compile(x * y + x, dtype=np.float32, math="strict")(*columns)
    assert_same_bits(found, columns[0] * columns[1] + columns[0])


def test_kernels_pickle_as_their_formula():
    """Options travel along."""
    kernel = compile([EXPR, x < y], [y, x], dtype="f32", math="strict", threads=1, lossy=True, width=4)
    again = pickle.loads(pickle.dumps(kernel))
    assert isinstance(again, Kernel)
    assert again.schedule == kernel.schedule
    assert again(1.5, 2.5) == kernel(1.5, 2.5)
    assert again.statistics()["width"] == 4
    assert repr(again) == repr(kernel)
    assert again.expressions == (EXPR, x < y)


def test_a_pickled_kernel_gives_the_same_bits_in_another_process():
    """Compiled there, from the formula."""
    code = "import sys, pickle; k = pickle.loads(sys.stdin.buffer.read()); print(k(0.7, 1.3).hex())"
    kernel = compile(EXPR)
    done = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(kernel), capture_output=True, check=True)
    assert done.stdout.decode().strip() == kernel(0.7, 1.3).hex()


def test_kernels_are_called_from_many_threads_at_once():
    """While signatures are still being compiled."""
    kernel = compile(EXPR * 17 + y)
    columns = np.random.default_rng(1).normal(size=(2, 30_000))
    wanted = compile(EXPR * 17 + y).interpret((columns[0, :10], columns[1, :10]))
    found, failures = [], []

    def work(number):
        try:
            for _ in range(20):
                kernel(*columns)
                kernel(columns[0, ::2], 2.0)
                kernel(columns[0].astype("f4"), columns[1])
                kernel(1.0, number)
            found.append(kernel(*columns))
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert all(array.tobytes() == found[0].tobytes() for array in found)
    assert np.allclose(found[0][:10], wanted, rtol=1e-13)


def test_statistics_tell_what_a_row_costs():
    """Plain values."""
    kernel = compile(EXPR + 0.125)
    kernel(1.0, 2.0)
    found = kernel.statistics()
    assert found["nodes"] == 11
    assert found["bytes_per_row"] == 24
    assert found["compile_ms"] > 0
    assert found["code_bytes"] > 0
    assert found["width"] in (2, 4, 8)
    assert found["engine"] == "llvm"


def test_code_is_there_to_be_read():
    """Without a call before."""
    kernel = compile(x + y)
    assert "fadd" in kernel.llvm_ir
    assert "ret" in kernel.assembly


@pytest.mark.parametrize(
    ("kind", "says", "call"),
    [
        (OptionError, "contract, strict, fast", lambda: compile(x, math="sloppy")),
        (OptionError, "at least 1", lambda: compile(x, threads=0)),
        (OptionError, "power of two", lambda: compile(x, width=3)),
        (OptionError, "named twice", lambda: compile(x, [x, "x"])),
        (OptionError, "sequence of names", lambda: compile(x, "x")),
        (OptionError, "name or a symbol", lambda: compile(x, [x + 1])),
        (OptionError, "nothing to compile", lambda: compile([])),
        (OptionError, "parse text", lambda: compile(["x + 1"])),
        (DtypeError, "f64 or f32", lambda: compile(x, dtype="i8")),
        (DtypeError, "f64 or f32", lambda: compile(x, dtype=object)),
    ],
)
def test_bad_options_are_typed_errors(kind, says, call):
    """They say what would do."""
    with pytest.raises(kind, match=says):
        call()


def test_dtypes_are_known_before_the_first_call():
    """Those of the arrays that calls without `out` return."""
    columns = np.arange(4.0), np.ones(4)
    for dtype in ("f64", "f32"):
        kernel = compile([x + y, x < y], [x, y], dtype=dtype)
        assert kernel.dtypes == [result.dtype for result in kernel(*columns)]
