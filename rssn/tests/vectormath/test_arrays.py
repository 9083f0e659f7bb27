"""The array functions: NumPy's conventions around our machine code, for every dtype and layout."""

import itertools
import os
import pickle
import subprocess
import sys
import threading
import warnings
from typing import Any

import numpy as np
import pytest

import rssn
from rssn import vectormath
from rssn.vectormath import _arrays, _library, functions
from rssn.vectormath._arrays import NAMES, SAME, made_of
from rssn.vectormath._library import SETS, Compiled, Library
from rssn.vectormath._loops import LOOPS

OURS = sorted(LOOPS)
HOSTILE = np.array([
    *(0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 1e-310, 5e-324, -1e-200, 1e22, 2.0**1023, 709.78, -745.2, 171.7, 1e5, -1e6),
    *(np.inf, -np.inf, np.nan, np.pi, 100.5, -0.999, 0.75),
])  # fmt: skip


def numbers(rows: int, seed: int = 0, *, dtype: Any = np.float64) -> Any:
    """Ordinary numbers with hostile ones strewn in."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows) * np.exp2(rng.integers(-8, 8, rows))
    places = rng.integers(0, 10, rows) == 0
    x[places] = rng.choice(HOSTILE, places.sum())
    with np.errstate(all="ignore"):
        return x.astype(dtype)


def arguments(name: str, rows: int, *, dtype: Any = np.float64) -> list[Any]:
    return [numbers(rows, seed, dtype=dtype) for seed in range(LOOPS[name].inputs)]


def as_tuple(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


def same(found: Any, wanted: Any) -> None:
    """Bit for bit, except that one NaN is as good as another."""
    for a, b in zip(as_tuple(found), as_tuple(wanted), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(np.signbit(a) & ~np.isnan(a), np.signbit(b) & ~np.isnan(b))


each_name = pytest.mark.parametrize("name", OURS)
quiet = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@quiet
@each_name
@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_kernels_and_the_interpreter_have_the_same_bits(name: str, dtype: str) -> None:
    """A formula of the function alone gives what the array function gives."""
    if name == "sincos":
        pytest.skip("no operator")
    operator, names = {"maximum": "max", "minimum": "min"}.get(name, name), "abc"[: LOOPS[name].inputs]
    kernel = rssn.compile(f"{operator}({', '.join(names)})", list(names), dtype={"f8": "f64", "f4": "f32"}[dtype])
    given = arguments(name, 1003, dtype=dtype)
    found = getattr(vectormath, name)(*given)
    same(found, kernel(*given))
    same(found, kernel.interpret(tuple(given)))


@quiet
@each_name
@pytest.mark.parametrize("dtype", ["f8", "f4"])
@pytest.mark.parametrize("instruction_set", [name for names in SETS.values() for name in names])
def test_every_instruction_set_has_the_same_bits(name: str, dtype: str, instruction_set: str) -> None:
    """The libraries beside this machine's own, as far as it runs them."""
    try:
        library = Library(instruction_set)
        vectormath_runs(instruction_set)
    except (OSError, ValueError) as reason:
        pytest.skip(str(reason))
    given = arguments(name, 1003, dtype=dtype)
    same(made_of(name, library)(*given), getattr(vectormath, name)(*given))


def vectormath_runs(instruction_set: str) -> None:
    order = next(names for names in SETS.values() if _arrays.instruction_set() in names)
    if instruction_set not in order[order.index(_arrays.instruction_set()) :]:
        raise ValueError("this processor lacks it")


@quiet
@pytest.mark.parametrize("name", ["sin", "pow", "sincos", "fma"])
def test_a_missing_library_is_compiled_here(name: str) -> None:
    """Function by function, to the same bits."""
    given = arguments(name, 77)
    same(made_of(name, Compiled())(*given), getattr(vectormath, name)(*given))


def test_a_library_of_another_source_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its fingerprint says what it was made from."""
    monkeypatch.setattr("rssn.vectormath._library.fingerprint", lambda: "0" * 32)
    with pytest.raises(OSError, match="another version"):
        Library(_arrays.instruction_set())


def test_a_library_is_there_for_this_machine() -> None:
    """The build made it, from this source: otherwise every program would start by compiling."""
    name = _arrays.instruction_set()
    assert os.path.exists(os.path.join(os.path.dirname(_library.__file__), _library.file_name(name)))
    try:
        Library(name)
    except OSError as reason:
        pytest.skip(f"{reason}: build again")
    assert isinstance(_arrays.library(), Library)


@quiet
@each_name
@pytest.mark.parametrize("rows", [0, 1, 2, 7, 8, 9, 16, 17, 511, 512, 513, 1600])
def test_any_number_of_rows(name: str, rows: int) -> None:
    """A row's bits do not depend on its neighbours, nor on where it stands."""
    given = arguments(name, 1600)
    whole = as_tuple(getattr(vectormath, name)(*given))
    same(getattr(vectormath, name)(*[a[:rows] for a in given]), tuple(w[:rows] for w in whole))
    same(getattr(vectormath, name)(*[a[1600 - rows :] for a in given]), tuple(w[1600 - rows :] for w in whole))


@quiet
@each_name
@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_any_stride(name: str, dtype: str) -> None:
    """Steps forwards, backwards and of nothing, of inputs and outputs, two dimensions, Fortran order."""
    function, given = getattr(vectormath, name), arguments(name, 3000, dtype=dtype)
    for steps in itertools.islice(itertools.product([1, -1, 3, -2], repeat=len(given)), 64):
        views = [a[:: 1 if step > 0 else -1][:: abs(step)][:999] for a, step in zip(given, steps, strict=True)]
        wanted = as_tuple(function(*[view.copy() for view in views]))
        same(function(*views), wanted)
        outs = tuple(np.zeros(2000, dtype)[::-2][:999] for _ in wanted)
        function(*views, out=outs)
        same(outs, wanted)
    squares = [np.asfortranarray(a[:2500].reshape(50, 50)) for a in given]
    same(function(*squares), tuple(w.reshape(50, 50) for w in as_tuple(function(*[a[:2500] for a in given]))))


@quiet
@pytest.mark.parametrize("name", ["pow", "atan2", "hypot", "fma", "minimum"])
def test_broadcasting(name: str) -> None:
    """Rows against columns, against one value, against nothing at all."""
    function, given = getattr(vectormath, name), arguments(name, 1300)
    spread = [a[:700].reshape(-1, 1) if k == 0 else a[:600].reshape(1, -1) for k, a in enumerate(given)]
    full = [np.ascontiguousarray(a) for a in np.broadcast_arrays(*spread)]
    same(function(*spread), function(*full))
    same(function(given[0], *[2.5] * (len(given) - 1)), function(given[0], *[np.full(1300, 2.5)] * (len(given) - 1)))
    assert function(*[np.empty((0, 3))] * len(given)).shape == (0, 3)


@quiet
@each_name
@pytest.mark.parametrize("shift", [-9, -1, 0, 1, 9])
def test_outputs_that_overlap_inputs(name: str, shift: int) -> None:
    """In place, and shifted by some rows: as if the input had been copied before."""
    if LOOPS[name].outputs > 1:
        pytest.skip("one output")
    function, (first, *others) = getattr(vectormath, name), arguments(name, 1200)
    memory = first.copy()
    rows = slice(20, 1100)
    wanted = function(memory[20 + shift : 1100 + shift].copy(), *[a[rows] for a in others])
    function(memory[20 + shift : 1100 + shift], *[a[rows] for a in others], out=memory[rows])
    same(memory[rows], wanted)


@quiet
def test_reduce_accumulate_outer_at() -> None:
    """What a ufunc of two arguments can do besides, in NumPy's order."""
    x = numbers(700, 3)
    wanted = list(itertools.accumulate(x, vectormath.hypot))
    same(vectormath.hypot.accumulate(x), np.array(wanted))
    same(vectormath.hypot.reduce(x), wanted[-1])
    same(
        vectormath.minimum.reduce(x.reshape(20, 35), axis=0),
        [vectormath.minimum.reduce(c) for c in x.reshape(20, 35).T],
    )
    assert vectormath.hypot.reduce([]) == 0
    same(vectormath.pow.outer(x[:9], x[9:20]), vectormath.pow(x[:9, None], x[9:20]))
    counts = np.ones(3)
    vectormath.pow.at(counts, [0, 0, 2], 3.0)
    vectormath.exp.at(counts, [1])
    same(counts, np.array([1, vectormath.exp(1.0), 1]))


DTYPES = ["?", "b", "B", "h", "H", "i", "I", "l", "L", "q", "Q", "e", "f", "d"]


@quiet
@pytest.mark.parametrize("name", OURS)
def test_dtypes_are_those_of_numpy(name: str) -> None:
    """For every combination of inputs, Python numbers among them; where NumPy has no such function, as its sin has."""
    mine, inputs = getattr(vectormath, name), LOOPS[name].inputs
    theirs = {1: np.sin, 2: np.arctan2}.get(inputs)
    theirs = getattr(np, _arrays._PEERS.get(name, name), theirs)
    if name == "fma" or theirs is None:
        pytest.skip("NumPy has none of three arguments")
    for types in itertools.product([*DTYPES, int, float], repeat=inputs):
        given = [t(1) if isinstance(t, type) else np.ones(3, t) for t in types]
        assert as_tuple(mine(*given))[0].dtype == theirs(*given).dtype, types


def test_fma_is_exact() -> None:
    """Rounded once, in both precisions; a product and a sum would round twice."""
    a = np.array([1 + 2.0**-30, 1 + 2.0**-52, 3.0])
    assert list(vectormath.fma(a, a, -1.0)) == [2.0**-29 + 2.0**-60, 2.0**-51 + 2.0**-104, 8.0]
    b = np.float32(1 + 2.0**-12)
    assert vectormath.fma(b, b, np.float32(-1)) == np.float32(2.0**-11 + 2.0**-24)
    assert vectormath.fma(b, b, np.float32(-1)).dtype == np.float32
    assert vectormath.fma(2, 3, True).dtype == np.float64


def test_float16_is_rounded_once_more() -> None:
    """Every one of them, both ways: the result in float32, rounded."""
    x = np.arange(65536, dtype=np.uint16).view(np.float16)
    with np.errstate(all="ignore"):
        for name in ("sin", "exp", "cbrt", "tanh"):
            function = getattr(vectormath, name)
            same(function(x), function(x.astype(np.float32)).astype(np.float16))


def test_integers_complex_and_the_rest_are_numpys() -> None:
    """Loops of dtypes that we have none for."""
    assert vectormath.pow(np.int64(3), np.int64(39)) == 3**39
    with pytest.raises(ValueError, match="negative"):
        vectormath.pow(np.array([2]), np.array([-1]))
    assert vectormath.sin(1j) == np.sin(1j)
    assert vectormath.exp(np.longdouble(1)).dtype == np.longdouble
    assert vectormath.minimum(np.int8(3), np.int8(-3)).dtype == np.int8
    with pytest.raises(TypeError, match="erf"):
        vectormath.erf(1j)
    with pytest.raises(TypeError):
        vectormath.sin("a")


def test_conventions() -> None:
    """`where=`, `out=`, `dtype=`, `casting=`, scalars, subclasses' own answers, big-endian and unaligned arrays."""
    x = numbers(100)[:50] * 0 + np.linspace(0, 3, 50)
    x[np.isnan(x)] = 0.5
    out = np.full(50, 7.0)
    assert vectormath.sin(x, out=out, where=x > 1) is out
    assert (out[x <= 1] == 7).all()
    same(out[x > 1], vectormath.sin(x[x > 1]))
    assert vectormath.sin(x, dtype=np.float32).dtype == np.float32
    assert isinstance(vectormath.sin(1), np.float64)
    same(vectormath.sin(x.astype(">f8")), vectormath.sin(x))
    unaligned = np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(np.float64)
    same(vectormath.exp(unaligned), vectormath.exp(x))
    same(vectormath.sin(np.ma.masked_array(x, x > 1)).compressed(), vectormath.sin(x[x <= 1]))
    with pytest.raises(TypeError, match="cast"):
        vectormath.sin(x, out=np.zeros(50, int))
    with pytest.raises(TypeError):
        vectormath.sin(x, x, x)


def test_names() -> None:
    """Every function is there, finds its way through pickle, and has a docstring that says how good it is."""
    assert set(functions()) <= set(NAMES) <= set(vectormath.__all__) & set(dir(vectormath))
    for name in NAMES:
        function = getattr(vectormath, name)
        assert isinstance(function, np.ufunc)
        if name in LOOPS:
            assert function.__name__ == name
            assert pickle.loads(pickle.dumps(function)) is function
            assert "Method:" in function.__doc__ or name in _arrays._TEXTS
    assert all(getattr(vectormath, name) is getattr(np, theirs) for name, theirs in SAME.items())
    with pytest.raises(AttributeError, match="no attribute 'sine'"):
        _ = vectormath.sine


def test_threads_compute_at_the_same_time() -> None:
    """The GIL is released, and threads do not get into each other's way."""
    given = [numbers(100_000, seed) for seed in range(4)]
    with np.errstate(all="ignore"):
        wanted = [vectormath.sin(x) for x in given]
        found: list[Any] = [None] * 4

        def work(k: int) -> None:
            with np.errstate(all="ignore"):
                for _ in range(20):
                    found[k] = vectormath.sin(given[k])

        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    same(tuple(found), tuple(wanted))


def test_importing_loads_no_machine_code_and_calling_no_llvm() -> None:
    """The ufuncs come with the first name asked for; LLVM not even then."""
    code = (
        "import sys, rssn, rssn.vectormath as v; assert 'rssn.vectormath._arrays' not in sys.modules; v.sin(1.0);"
        "assert not any('llvm' in m and m != 'rssn.vectormath._llvm' for m in sys.modules);"
        "from rssn.vectormath._llvm import llvm; assert llvm.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


WARNINGS = [
    ("exp", (1000.0,), "overflow"),
    ("exp", (np.inf,), ""),
    ("exp", (np.nan,), ""),
    ("exp", (-1000.0,), ""),
    ("log", (0.0,), "divide by zero"),
    ("log", (-1.0,), "invalid value"),
    ("log1p", (-1.0,), "divide by zero"),
    ("log1p", (5e-324,), ""),
    ("sin", (np.inf,), "invalid value"),
    ("sin", (1e300,), ""),
    ("sincos", (np.inf,), "invalid value"),
    ("atanh", (1.0,), "divide by zero"),
    ("acos", (2.0,), "invalid value"),
    ("pow", (0.0, -1.0), "divide by zero"),
    ("pow", (-1.0, 0.5), "invalid value"),
    ("pow", (-10.0, 1001.0), "overflow"),
    ("pow", (10.0, -1000.0), ""),
    ("hypot", (1.7e308, 1.7e308), "overflow"),
    ("hypot", (np.inf, np.nan), ""),
    ("atan2", (0.0, 0.0), ""),
    ("gamma", (0.0,), "divide by zero"),
    ("gamma", (-2.0,), "invalid value"),
    ("gamma", (200.0,), "overflow"),
    ("lgamma", (-2.0,), "divide by zero"),
    ("erf", (np.inf,), ""),
    ("fma", (1e308, 10.0, 0.0), "overflow"),
    ("fma", (np.inf, 0.0, 1.0), "invalid value"),
    ("minimum", (np.nan, 1.0), ""),
    ("sigmoid", (-1000.0,), ""),
    ("tanh", (5e-324,), ""),
]


@pytest.mark.parametrize(("name", "given", "wanted"), WARNINGS)
@pytest.mark.parametrize("rows", [1, 8, 1000])
@pytest.mark.parametrize("in_place", [False, True])
def test_warnings_are_numpys(name: str, given: tuple[float, ...], wanted: str, rows: int, in_place: bool) -> None:
    """A warning where a result says so, and none for what stands in spare lanes or in branches not taken."""
    arrays = [np.full(rows, x) for x in given]
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        getattr(vectormath, name)(*arrays, **({"out": arrays[0]} if in_place and name != "sincos" else {}))
    assert [str(warning.message).partition(" encountered")[0] for warning in found] == ([wanted] if wanted else [])


def test_underflow_is_told_who_asks() -> None:
    """NumPy ignores it by default."""
    with np.errstate(under="raise"):
        vectormath.exp(np.linspace(-700, 700, 1000))
        with pytest.raises(FloatingPointError, match="underflow"):
            vectormath.exp(np.array([1.0, -740.0]))
        with pytest.raises(FloatingPointError, match="underflow"):
            vectormath.pow(10.0, -400.0)
        assert vectormath.pow(0.0, 3.0) == 0


@quiet
@pytest.mark.parametrize("name", functions())
def test_array_functions_are_within_the_stated_bound(name: str, ruler: Any) -> None:
    """Against mpmath, over the whole domain, as users call them."""
    rng = np.random.default_rng(5)
    two = name in ("atan2", "hypot", "pow")
    given = ruler.pairs(name, 40, rng) if two else (ruler.arguments(name, 40, rng),)
    apart = ruler.errors(name, getattr(vectormath, name)(*given), *ruler.true_values(name, *given))
    assert apart.max() <= vectormath.accuracy()[name]
