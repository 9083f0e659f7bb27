"""`to_ufunc`: a kernel as a true ufunc, with what NumPy gives its own."""

import gc
import threading
import warnings
import weakref
from typing import Any

import numpy as np
import pytest

import rssn
from rssn import config
from rssn.errors import OptionError
from rssn.interop import to_ufunc
from rssn.interop._ufunc_py import make as make_twin
from rssn.testing import assert_same_bits

native = pytest.mark.skipif(config.PURE_PYTHON, reason="the twin is no numpy.ufunc")


def plus() -> Any:
    return to_ufunc(rssn.compile("x + y"), name="plus")


@native
def test_it_is_a_ufunc_with_its_kernels_signature() -> None:
    ufunc = plus()
    assert isinstance(ufunc, np.ufunc)
    assert (ufunc.__name__, ufunc.nin, ufunc.nout, ufunc.types) == ("plus", 2, 1, ["dd->d"])
    assert to_ufunc(rssn.compile(["x < 1", "1/x"])).types == ["d->?d"]
    assert to_ufunc(rssn.compile("x", dtype="f32")).types == ["f->f"]


def test_values_are_the_kernels_bit_for_bit() -> None:
    kernel = rssn.compile("sin(x)*exp(y) + x*y")
    ufunc = to_ufunc(kernel)
    random = np.random.default_rng(0)
    x, y = random.normal(size=(300, 1)), random.normal(size=500)[::-2]
    assert_same_bits(ufunc(x, y), kernel(x, y))
    assert ufunc(1.0, 2.0) == kernel(1.0, 2.0)


@native
def test_numpys_own_arguments_work() -> None:
    ufunc, out = plus(), np.zeros(4)
    ufunc(np.arange(4), 1, out=out, where=np.array([True, False, True, False]))
    assert out.tolist() == [1, 0, 3, 0]
    assert ufunc.outer([1, 2], [3, 4]).tolist() == [[4, 5], [5, 6]]
    assert ufunc(np.float32(1), np.ones(3, np.int64)).dtype == np.float64
    with pytest.raises(np.exceptions._UFuncNoLoopError if hasattr(np.exceptions, "_UFuncNoLoopError") else TypeError):
        ufunc("a", 1)


@native
def test_rows_that_read_earlier_rows_go_in_order() -> None:
    ufunc = plus()
    assert ufunc.reduce(np.arange(1000.0)) == 499_500
    assert ufunc.accumulate(np.arange(5.0)).tolist() == [0, 1, 3, 6, 10]
    assert ufunc.reduceat(np.arange(8.0), [0, 4]).tolist() == [6, 22]
    counts = np.zeros(3)
    ufunc.at(counts, [0, 0, 2], 1.0)
    assert counts.tolist() == [2, 0, 1]
    table = np.arange(12.0).reshape(3, 4)
    assert ufunc.reduce(table, axis=0).tolist() == table.sum(axis=0).tolist()


def test_overlapping_outputs_are_numpys_business() -> None:
    ufunc, values = plus(), np.arange(6.0)
    ufunc(values[:-1], 1.0, out=values[1:]) if isinstance(ufunc, np.ufunc) else values.__setitem__(
        slice(1, None), values[:-1] + 1
    )
    assert values.tolist() == [0, 1, 2, 3, 4, 5]
    ufunc(values, values, out=values)
    assert values.tolist() == [0, 2, 4, 6, 8, 10]


def test_nothing_warns() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert to_ufunc(rssn.compile("1/x"))(np.zeros(3)).tolist() == [np.inf] * 3


@native
def test_an_error_inside_comes_out() -> None:
    class Broken:
        schedule = rssn.compile("x").schedule

        def __call__(self, *_: Any, **__: Any) -> None:
            raise MemoryError("no room")

    with pytest.raises(MemoryError, match="no room"):
        to_ufunc(Broken())(np.ones(3))


@native
def test_a_ufunc_keeps_its_kernel_and_lets_it_go() -> None:
    class Kernel:
        schedule = rssn.compile("x").schedule

        def __call__(self, x: Any, *, out: Any) -> None:
            out[0][...] = x

    kernel = Kernel()
    alive = weakref.ref(kernel)
    ufunc = to_ufunc(kernel)
    del kernel
    gc.collect()
    assert ufunc(2.0) == 2.0
    del ufunc
    gc.collect()
    assert alive() is None


def test_calls_from_many_threads() -> None:
    ufunc, x = to_ufunc(rssn.compile("sin(x)")), np.linspace(0, 9, 100_000)
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(ufunc(x))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((result == results[0]).all() for result in results)
    assert len(results) == 4


@pytest.mark.parametrize("math", ["strict", "contract"])
@pytest.mark.parametrize("dtype", ["f64", "f32"])
def test_formulas_are_compiled_on_the_way(math: str, dtype: str) -> None:
    x, y = rssn.symbols("x y")
    e = rssn.sin(x) * y + x
    left, right = np.linspace(-3, 3, 100, dtype=dtype.replace("f", "float")), np.float32(0.7)
    wanted = rssn.compile(e, ["y", "x"], dtype=dtype, math=math)
    for source in (e, "sin(x)*y + x"):
        assert_same_bits(to_ufunc(source, ["y", "x"], dtype=dtype, math=math)(right, left), wanted(right, left))
    found, truth = to_ufunc([e, "x < y"], dtype=dtype, math=math)(left, right)
    assert_same_bits(found, to_ufunc(e, dtype=dtype, math=math)(left, right))
    assert (truth == (left < right)).all()


def test_a_kernel_has_its_options_already() -> None:
    for options in ({"args": ["y", "x"]}, {"math": "strict"}):
        with pytest.raises(OptionError, match="already"):
            to_ufunc(rssn.compile("x - y"), **options)


@pytest.mark.parametrize("what", [3, len, None])
def test_only_kernels_and_formulas_become_ufuncs(what: Any) -> None:
    with pytest.raises(OptionError, match="kernel"):
        to_ufunc(what)


def test_numpy_has_limits() -> None:
    with pytest.raises(OptionError, match="0 arguments"):
        to_ufunc(rssn.compile("1"))
    wide = rssn.compile(sum(rssn.symbols([f"x{n}" for n in range(64)]), rssn.constant(0)))
    with pytest.raises(OptionError, match="64 arguments"):
        to_ufunc(wide)


def test_the_twin_calls_like_a_ufunc() -> None:
    kernel = rssn.compile("x + y")
    twin = make_twin(kernel, "ddd", 2, "plus", "plus(x, y)")
    assert (twin.nin, twin.nout, twin.types, repr(twin)) == (2, 1, ["dd->d"], "<ufunc 'plus'>")
    assert twin(np.arange(3), 1).tolist() == [1, 2, 3]
    out = np.empty(3)
    assert twin(np.arange(3.0), 1, out=out) is out
    several = make_twin(rssn.compile(["x < 1", "x"]), "d?d", 1, "f", "")
    assert [each.tolist() for each in several(np.array([0.0, 2.0]))] == [[True, False], [0.0, 2.0]]
