"""Reductions of complex formulas: NumPy's answers, the interpreter's bits, clear words where there is no meaning."""

import pickle

import numpy as np
import pytest

import rssn
from rssn.errors import DtypeError, OptionError, RssnError
from rssn.jit import compile
from rssn.testing import assert_same_bits

z, w = rssn.symbols("z w")


def numbers(count, seed, dtype=np.complex128):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=count) + 1j * rng.normal(size=count)).astype(dtype)


@pytest.mark.parametrize("dtype", ["complex128", "complex64"])
@pytest.mark.parametrize("rows", [0, 1, 5, 33, 40_000])
@pytest.mark.parametrize("name", ["sum", "mean", "prod"])
def test_answers_are_numpys_and_the_interpreter_has_their_bits(name, rows, dtype):
    x = numbers(rows, rows, dtype) * np.float32(0.5 if name == "prod" else 1)
    kernel = compile(z * z, [z], dtype=dtype, reduce=name)
    found = kernel(x)
    with np.errstate(all="ignore"):
        wanted = getattr(np, name)((x * x).astype(np.complex128)) if rows or name != "mean" else complex("nan+nanj")
    size = np.sum(np.abs(x) ** 2) or 1
    assert abs(found - wanted) <= 1e-6 * size or not rows
    assert_same_bits(kernel.interpret((x,)), found)
    assert isinstance(found, complex)


def test_axes_outputs_threads_and_layouts():
    x = numbers(60_000, 3).reshape(200, 300)
    kernel = compile(z * w, [z, w], dtype="complex128", reduce="sum")
    wanted = (x * 2).sum(axis=0)
    found = kernel(x, 2.0, axis=0)
    assert np.allclose(found, wanted, rtol=1e-12)
    assert kernel(x, 2.0, axis=0, keepdims=True).shape == (1, 300)
    out = np.zeros(300, np.complex128)
    assert kernel(x, 2.0, axis=0, out=out) is out
    assert_same_bits(out, found)
    for threads in (1, 2):
        assert_same_bits(kernel(np.asfortranarray(x), 2.0, axis=0, threads=threads), found)
    assert_same_bits(kernel(x[::-1, ::2], 2.0, axis=1), kernel(np.ascontiguousarray(x[::-1, ::2]), 2.0, axis=1))


def test_dot_conjugates_nothing():
    x, y = numbers(10_000, 4), numbers(10_000, 5)
    kernel = compile([z, w], [z, w], dtype="complex128", reduce="dot")
    assert kernel(x, y) == pytest.approx(np.dot(x, y), rel=1e-11)
    assert_same_bits(kernel.interpret((x, y)), kernel(x, y))


def test_what_is_real_is_reduced_as_real():
    kernel = compile([abs(z), abs(z) < 1, z], [z], dtype="complex128", reduce=["max", "all", "mean"])
    x = numbers(1000, 6)
    largest, inside, mean = kernel(x)
    assert largest == pytest.approx(np.abs(x).max())
    assert inside is False
    assert mean == pytest.approx(x.mean())
    assert [str(dtype) for dtype in kernel.dtypes] == ["float64", "bool", "complex128"]


def test_pickles_and_differentiates():
    kernel, x = compile(z * z * w, [z, w], dtype="complex128", reduce="sum"), numbers(100, 7)
    assert pickle.loads(pickle.dumps(kernel))(x, 1j) == kernel(x, 1j)
    by_z, _ = kernel.gradient()(x, 1j)
    assert by_z == pytest.approx((2j * x).sum())


@pytest.mark.parametrize("name", ["min", "max", "norm", "var", "std", "argmin", "any"])
def test_others_are_refused_by_name(name):
    with pytest.raises(OptionError, match=name) as caught:
        compile(z, [z], dtype="complex128", reduce=name)
    assert "abs(z)" in str(caught.value)


def test_bad_outputs_are_typed_errors():
    kernel = compile(z, [z], dtype="complex128", reduce="sum")
    with pytest.raises(DtypeError, match="complex128 or complex64"):
        kernel(numbers(6, 1).reshape(2, 3), axis=0, out=np.zeros(3))
    for out in (np.zeros(2, complex), (), [1, 2, 3]):
        with pytest.raises(RssnError):
            kernel(numbers(6, 1).reshape(2, 3), axis=0, out=out)
