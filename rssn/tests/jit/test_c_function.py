"""Operators that are C functions, in kernels: the same bits on every path, threads, lifetime, pickles."""

import ctypes
import gc
import itertools
import math
import pickle
import shutil
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rssn
from rssn import ops
from rssn.errors import OperatorError, UnknownNameError
from rssn.expr import symbols
from rssn.jit import CFunction, compile
from rssn.testing import assert_same_bits

x, y = symbols("x y")
DOUBLE = ctypes.c_double
_numbers = itertools.count()


def own(given: Any, count: int = 1, **slots: Any) -> Any:
    """Register a C function as an operator of `count` operands, under a name of its own."""
    functions: dict[int, Callable[..., Any]] = {1: lambda _: None, 2: lambda _, __: None, 3: lambda _, __, ___: None}
    return rssn.operator(name=f"called_{next(_numbers)}", lowering=given, **slots)(functions[count])


def from_library(name: str, count: int = 1) -> Any:
    function = ctypes.CDLL(None)[name]
    function.argtypes, function.restype = [DOUBLE] * count, DOUBLE
    return function


def callback(function: Callable[..., float], count: int = 1) -> Any:
    return ctypes.CFUNCTYPE(DOUBLE, *[DOUBLE] * count)(function)


@pytest.mark.parametrize("width", [1, 2, 4, 8, 16, 32])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_path_calls_the_same_function(width: int, dtype: Any) -> None:
    """Scalars, arrays with tails, strides, the interpreter; f32 widens, calls and rounds."""
    erf, hypot = from_library("erf"), from_library("hypot", 2)
    kernel = compile(own(hypot, 2)(own(erf)(x), y) + 1, [x, y], dtype=dtype, width=width, math="strict")
    assert kernel.engine == "llvm"
    assert "call @called_" in str(kernel.schedule)
    grid = np.linspace(-3, 3, 203).astype(dtype)
    rest = grid[::-1].copy()
    inner = np.array([erf(float(v)) for v in grid]).astype(dtype)
    wanted = (np.array([hypot(float(v), float(w)) for v, w in zip(inner, rest, strict=True)])).astype(dtype)
    wanted = wanted + dtype(1)
    assert_same_bits(kernel(grid, rest), wanted)
    assert_same_bits(kernel(np.repeat(grid, 2)[::2], rest), wanted)
    assert_same_bits(kernel.interpret((grid, rest)), wanted)
    assert_same_bits(kernel(grid[:3], rest[:3]), wanted[:3])
    assert kernel(float(grid[5]), float(rest[5])) == wanted[5]
    assert_same_bits(kernel(grid.reshape(7, 29), float(rest[0]))[0, :1], wanted[:1])


def test_contraction_goes_around_calls() -> None:
    """A product of calls fuses as any other."""
    cbrt = own(from_library("cbrt"))
    v = np.linspace(-2, 2, 100)
    kernel = compile(cbrt(x) * cbrt(x + 1) + x, [x])
    assert kernel.schedule.counts["fma"] == 1
    assert_same_bits(kernel(v), kernel.interpret((v,)))
    assert kernel.schedule.counts["@" + cbrt.__name__] == 2


def test_long_tapes_call_from_their_segments() -> None:
    sinh = own(from_library("sinh"))
    kernel = compile(sum(sinh(x / n) for n in range(1, 120)), [x])
    assert kernel.llvm_ir.count("@segment.") > 2
    v = np.linspace(-1, 1, 37)
    assert_same_bits(kernel(v), kernel.interpret((v,)))


def test_rows_are_not_called_more_often_than_there_are() -> None:
    """Spare lanes repeat the first row and share its call; a NaN is an operand as any other."""
    calls: list[float] = []
    noted = own(callback(lambda v: calls.append(v) or v + 1))
    kernel = compile(noted(x), [x])
    assert kernel(3.0) == 4.0
    assert calls == [3.0]
    calls.clear()
    rows = np.array([1.0, math.nan, 2.0])
    assert_same_bits(kernel(rows), rows + 1)
    assert len(calls) == 3
    calls.clear()
    assert_same_bits(compile(noted(rssn.constant(7)) + x, [x])(np.arange(100.0)), np.arange(100.0) + 8)
    assert set(calls) == {7.0}
    assert len(calls) <= 3
    assert compile(noted(x), [x])(-0.0) == 1.0


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_python_callbacks_on_the_pool(threads: int) -> None:
    """Each call takes the GIL by itself, which nobody who waits for the pool holds."""
    seen = set()

    def note(v: float) -> float:
        seen.add(threading.get_ident())
        return v * 2

    kernel = compile(own(callback(note))(x) + 1, [x])
    v = np.arange(60_000.0)
    assert_same_bits(kernel(v, threads=threads), v * 2 + 1)
    if threads == 1:
        assert seen == {threading.get_ident()}


def test_python_callbacks_from_many_threads_at_once() -> None:
    """Kernels within callbacks included: a nested call runs on the thread it is made on."""
    inner = compile(rssn.sin(x) + 1, [x])
    table = np.linspace(0, 1, 5000)

    def nested(v: float) -> float:
        return float(inner(table, threads=2)[0]) + v

    kernel = compile(own(callback(nested))(x), [x])
    rows = np.arange(300.0)
    answers: list[Any] = []
    workers = [threading.Thread(target=lambda: answers.append(kernel(rows, threads=3))) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len(answers) == 4
    for answer in answers:
        assert_same_bits(answer, rows + 1)


def test_python_callbacks_stay_on_one_thread_unless_asked() -> None:
    """More threads would only wait for each other's GIL."""
    kernel = compile(own(callback(lambda v: v))(x), [x])
    assert kernel._code.runs_python
    assert not compile(own(from_library("cos"))(x), [x])._code.runs_python


def test_a_kernel_keeps_the_function_alive() -> None:
    """Whatever else forgets it."""
    made = callback(lambda v: v + 3)
    dead = weakref.ref(made)
    kernel = compile(own(made)(x), [x])
    del made
    gc.collect()
    assert dead() is not None
    assert kernel(1.0) == 4.0
    program = kernel.specialise(b"dcdcp")
    assert any(function.owner is dead() for function in program.keep[1].values())


def test_the_value_is_the_functions() -> None:
    """Of the operator and of expressions; unless one is given, which kernels do not ask."""
    tan = own(from_library("tan"))
    assert tan(0.5) == math.tan(0.5)
    assert_same_bits(tan(np.array([0.5, 1.0])), np.array([math.tan(0.5), math.tan(1.0)]))
    assert tan(np.float32(0.5)) == np.float32(math.tan(0.5))
    assert tan(x).evaluate({"x": 0.5}) == math.tan(0.5)
    given = own(from_library("tan"), value=lambda v: v * 0)
    assert given(0.5) == 0
    kernel = compile(given(x), [x])
    assert kernel(0.5) == kernel.interpret((0.5,)) == math.tan(0.5)
    atan2 = own(from_library("atan2", 2), 2)
    assert_same_bits(atan2(np.array([1.0, 2.0]), 3), np.array([math.atan2(1, 3), math.atan2(2, 3)]))


def test_a_function_may_define_the_rest() -> None:
    """Computing with expressions it gives derivative and range; the C function stays the value."""

    @rssn.operator(name=f"called_{next(_numbers)}", lowering=from_library("log1p"))
    def softly(v: Any) -> Any:
        return rssn.log(1 + v)

    assert softly(1e-20) == 1e-20
    assert compile(softly(x), [x])(1e-20) == 1e-20
    assert rssn.diff(softly(x), "x") == 1 / (1 + x)


def test_truth_values() -> None:
    """What is not zero is true."""
    above = own(callback(lambda v: float(v > 1)), result="bool")
    assert compile(above(x), [x])(np.array([0.0, 2.0])).tolist() == [False, True]
    assert compile(rssn.where(above(x), y, -y), [x, y])(2.0, 5.0) == 5.0


def test_blank_slots_are_errors_when_needed() -> None:
    opaque = own(from_library("cos"))
    with pytest.raises(OperatorError, match="derivative"):
        rssn.diff(opaque(x), "x")
    with pytest.raises(OperatorError, match="derivative"):
        compile(opaque(x), [x]).gradient()
    assert compile(opaque(x), [x])(0.0) == 1.0


def test_refusals_register_nothing() -> None:
    """Operands that are not the function's, no fixed number of them, types, null."""
    before = len(ops.operators())
    cos = from_library("cos")
    for count, given in ((2, cos), (1, ctypes.CDLL(None)["cos"]), (1, 64), (1, callback(lambda v: v).restype)):
        with pytest.raises(OperatorError):
            own(given, count)
    for function in (lambda *_: None, lambda _, __=1: None):
        with pytest.raises(OperatorError, match="fixed number"):
            rssn.operator(name="called_never", lowering=cos)(function)
    assert len(ops.operators()) == before


def test_pickles_hold_the_formula() -> None:
    """Where the operator is registered they load; elsewhere the error names it. No address is in them."""
    cos = own(from_library("cos"))
    pickled = pickle.dumps(compile(cos(x), [x]))
    assert pickle.loads(pickled)(0.0) == 1.0
    address = ops.lookup(cos.__name__).lowering.address
    assert address.to_bytes(8, "little").rstrip(b"\0") not in pickled
    script = (
        f"import pickle, rssn\ntry:\n pickle.loads({pickled!r})\nexcept rssn.errors.UnknownNameError as e:\n print(e)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert repr(cos.__name__) in found
    assert "register the operator" in found


def test_without_llvm_the_function_is_called_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    cosh = own(from_library("cosh"), value=lambda v: v * 0)
    monkeypatch.setattr("rssn.config.ALWAYS_INTERPRET", True)
    for dtype in ("f64", "f32"):
        kernel = compile(cosh(x) + 1, [x], dtype=dtype)
        assert kernel.engine == "interpreter"
        assert kernel(1.0) == pytest.approx(math.cosh(1.0) + 1, rel=1e-7)
        assert kernel(np.ones(3)).dtype == kernel.dtypes[0]


def test_operators_may_be_called_as_steps_are() -> None:
    """An operator by its value alone whose name a tape uses for something else."""
    for name in ("load", "truth", "fmod", "select_", "number"):
        taken = rssn.operator(name=name)(lambda v: np.sqrt(v))
        assert compile(taken(x) + 1, [x])(4.0) == 3.0


def test_tables_and_nulls() -> None:
    """Rows without a value stay without one."""
    pa = pytest.importorskip("pyarrow")
    doubled = own(callback(lambda v: v * 2)).__name__
    table = pa.table({"x": pa.array([1.0, None, 3.0] * 2000)})
    found = rssn.evaluate(f"{doubled}(x) + 1", table)
    assert pa.array(found).to_pylist() == [3.0, None, 7.0] * 2000


def test_names_beyond_ascii() -> None:
    erf = rssn.operator(name="ϕunction", lowering=from_library("erf"))(lambda _: None)
    assert compile(erf(x), [x])(0.5) == math.erf(0.5)


def test_costs_count_a_call_as_one_row() -> None:
    """However wide vectors are; one that runs Python is dear."""
    cheap, dear = (compile(own(given)(x), [x]) for given in (from_library("cos"), callback(lambda v: v)))
    assert dear.statistics()["estimated_ns_per_row"] > 10 * cheap.statistics()["estimated_ns_per_row"]


def test_a_null_address_and_a_bare_number() -> None:
    with pytest.raises(OperatorError, match="points at no function"):
        own(ctypes.CFUNCTYPE(DOUBLE, DOUBLE)(0))
    with pytest.raises(OperatorError, match="CFUNCTYPE"):
        own(140_000_000)


def test_a_compiled_library(tmp_path: Path) -> None:
    """From C source to a kernel, with a function that keeps its registers to itself."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    source, built = tmp_path / "own.c", tmp_path / "own.so"
    source.write_text(
        "#include <math.h>\n"
        "double mix(double a, double b, double t) { return t < 0.5 ? fma(t, b - a, a) : fma(1 - t, a - b, b); }\n"
    )
    command = [compiler, "-O2", "-shared", "-fPIC", "-ffp-contract=off", str(source), "-o", str(built), "-lm"]
    subprocess.run(command, check=True)
    library = ctypes.CDLL(str(built))
    library.mix.argtypes, library.mix.restype = [DOUBLE] * 3, DOUBLE
    mix = own(library.mix, 3, derivative=lambda a, b, t: (1 - t, t, b - a))
    a, b, t = symbols("a b t")
    columns = np.random.default_rng(5).normal(size=(3, 50_001))
    kernel = compile(mix(rssn.exp(a), b, t) * rssn.sin(t), [a, b, t])
    for threads in (1, 3):
        assert_same_bits(kernel(*columns, threads=threads), kernel.interpret(tuple(columns)))
    assert kernel.gradient([a])(0.5, 1.0, 0.25)[0] == pytest.approx(math.exp(0.5) * 0.75 * math.sin(0.25))


def test_numba_callbacks() -> None:
    numba = pytest.importorskip("numba")

    @numba.cfunc("float64(float64, float64)")
    def collatz(v: float, w: float) -> float:
        steps = 0.0
        while v > 1 and steps < w:
            v = v / 2 if v % 2 == 0 else 3 * v + 1
            steps += 1
        return steps

    length = own(collatz, 2)
    found = compile(length(x, y), [x, y])(np.arange(1.0, 30_000.0), 1000, threads=2)
    assert found[26] == 111
    assert_same_bits(found, length(np.arange(1.0, 30_000.0), 1000.0))

    @rssn.operator(name=f"called_{next(_numbers)}", lowering=collatz)
    def same(v: Any, w: Any) -> Any: ...

    assert compile(same(x, y), [x, y])(27, 1000) == 111
    alone = rssn.operator(name=f"called_{next(_numbers)}")(collatz)
    assert compile(alone(x, y), [x, y])(27, 1000) == 111


def test_cffi_callbacks() -> None:
    ffi = pytest.importorskip("cffi").FFI()
    shifted = own(ffi.callback("double(double)", lambda v: v + 0.5))
    rows = np.arange(5000.0)
    assert_same_bits(compile(shifted(x), [x])(rows, threads=2), rows + 0.5)


def test_the_record_says_what_it_calls() -> None:
    lowering = ops.lookup(own(from_library("cos")).__name__).lowering
    assert isinstance(lowering, CFunction)
    assert "address" not in repr(lowering)


def test_unknown_operators_stay_unknown() -> None:
    with pytest.raises(UnknownNameError):
        rssn.parse("called_nowhere(x)")
