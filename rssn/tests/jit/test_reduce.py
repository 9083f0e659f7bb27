"""Calls of kernels that reduce: axes, layouts, threads and vectors change no bit; outputs, dtypes, errors."""

import itertools

import numpy as np
import pytest

import rssn
from rssn.errors import ArityError, DtypeError, OptionError, PrecisionLossError, ShapeError
from rssn.jit import compile
from rssn.jit._reductions import REDUCTIONS
from rssn.testing import assert_same_bits

x, y = rssn.symbols("x y")
EXPR = x * y + (x - y)
NAMES = sorted(set(REDUCTIONS) - {"dot"})
DRAW = np.random.default_rng(11)
NUMPY = {"norm": lambda v, axis=None, keepdims=False: np.sqrt(np.sum(v * v, axis=axis, keepdims=keepdims))}


def numpy_of(name):
    return NUMPY.get(name) or getattr(np, name)


def same(found, wanted):
    assert np.asarray(found).dtype == np.asarray(wanted).dtype
    if np.asarray(found).dtype.kind == "f":
        assert_same_bits(np.asarray(found), np.asarray(wanted))
    else:
        assert np.array_equal(found, wanted)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "shape", [(5,), (5, 7), (3, 4, 5), (100, 40), (300, 40), (17_000, 20), (20, 17_000), (2, 3, 400)]
)
def test_axes_are_numpys(name, shape):
    """One, several, all, counted from the end; kept as 1 if wanted."""
    a, b = DRAW.uniform(0.5, 1.5, shape), DRAW.uniform(0.5, 1.5, shape[1:])
    values = a * b + (a - b)
    kernel = compile(EXPR, [x, y], reduce=name)
    axes = [None, *range(-1, len(shape)), *itertools.combinations(range(len(shape)), 2)]
    for axis in axes:
        if name.startswith("arg") and isinstance(axis, tuple):
            continue
        for keepdims in (False, True):
            found = kernel(a, b, axis=axis, keepdims=keepdims)
            wanted = numpy_of(name)(values, axis=axis, keepdims=keepdims)
            assert np.shape(found) == np.shape(wanted)
            assert np.asarray(found).dtype == np.asarray(wanted).dtype
            assert np.allclose(found, wanted, rtol=1e-11)


def layouts(array):
    """The same numbers in other places: transposed, strided, turned round, unaligned to vectors."""
    yield np.asfortranarray(array)
    yield np.repeat(array, 3, axis=-1)[..., ::3]
    yield np.ascontiguousarray(array[::-1, ..., ::-1])[::-1, ..., ::-1]
    room = np.empty(array.size + 3)
    room[3:] = array.reshape(-1)
    yield room[3:].reshape(array.shape)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_no_layout_changes_a_bit(name, axis):
    """Rows keep their numbers wherever they lie."""
    kernel = compile(EXPR, [x, y], reduce=name)
    for shape in ((37, 300), (300, 37), (33_000, 3), (3, 33_000)):
        a, b = DRAW.normal(size=(2, *shape))
        wanted = kernel(a, b, axis=axis)
        for other, another in zip(layouts(a), [*layouts(b)][::-1], strict=True):
            same(kernel(other, another, axis=axis), wanted)


@pytest.mark.parametrize("name", NAMES)
def test_neither_threads_nor_vectors_change_a_bit(name):
    """Any width, any instruction set that is there, both precisions."""
    for dtype in ("f64", "f32"):
        a, b = DRAW.normal(size=(2, 100_003)).astype("f8" if dtype == "f64" else "f4")
        plane = a[:99_900].reshape(300, 333)
        kernel = compile(EXPR, [x, y], reduce=name, dtype=dtype)
        wanted, across = kernel(a, b, threads=1), kernel(plane, 0.5, axis=0, threads=1)
        same(kernel(a, b), wanted)
        for width in (1, 4, 32):
            other = compile(EXPR, [x, y], reduce=name, dtype=dtype, width=width)
            same(other(a, b), wanted)
            same(other(plane, 0.5, axis=0), across)
        for target in ("avx2", "sse2"):
            try:
                other = compile(EXPR, [x, y], reduce=name, dtype=dtype, target=target)
                found = other(a[:2000], b[:2000])
            except OptionError:
                continue
            same(found, kernel(a[:2000], b[:2000]))


def test_each_column_is_as_if_alone():
    """Whichever way vectors lie."""
    plane = DRAW.normal(size=(1000, 50))
    for name in NAMES:
        kernel = compile(x, reduce=name)
        same(kernel(plane, axis=0), np.array([kernel(plane[:, k]) for k in range(50)]))
        same(kernel(plane, axis=1), np.array([kernel(row) for row in plane]))


@pytest.mark.parametrize("letter", "dfe?bhilqBHILQ")
def test_every_dtype_is_read_in_registers(letter):
    """As kernels without a reduction."""
    a = np.abs(DRAW.normal(size=(70, 30)) * 50).astype(letter)
    for axis in (None, 0, 1):
        assert np.allclose(compile(x, reduce="sum")(a, axis=axis), a.astype("f8").sum(axis=axis))
        assert np.allclose(compile(x, reduce="max")(a[:, ::2], axis=axis), a[:, ::2].astype("f8").max(axis=axis))


def test_arguments_broadcast():
    """Rows are those of the broadcast shape, repeated ones included."""
    column, row = DRAW.normal(size=(700, 1)), DRAW.normal(size=90)
    kernel = compile(x * y, [x, y], reduce="sum")
    full = column * row
    assert kernel(column, row) == pytest.approx(full.sum())
    assert np.allclose(kernel(column, row, axis=0), full.sum(axis=0))
    assert np.allclose(kernel(column, row, axis=1), full.sum(axis=1))
    same(kernel(column, row), kernel(*map(np.ascontiguousarray, np.broadcast_arrays(column, row))))
    same(kernel(column, row, axis=0), kernel(*map(np.ascontiguousarray, np.broadcast_arrays(column, row)), axis=0))
    assert compile(rssn.constant(2) + 0 * x, [x, y], reduce="sum")(0.0, np.ones((3, 4))) == 24.0


def test_numbers_are_one_row():
    """A 0-d array too, and a formula without arguments."""
    assert compile(x * y, reduce="sum")(2.0, 3.0) == 6.0
    assert compile(x, reduce="argmin")(np.array(4.0)) == 0
    assert compile(rssn.constant(7), reduce="mean")() == 7.0
    assert compile(x, reduce="sum")(np.ones(3), axis=()).tolist() == [1.0, 1.0, 1.0]


def test_nothing_to_reduce_is_numpys_answer():
    """The identity, a NaN, or an error where there is none; no outputs are no error."""
    for name in NAMES:
        kernel = compile(x, reduce=name)
        assert kernel(np.empty((3, 0)), axis=0).shape == (0,)
        if name in ("min", "max", "argmin", "argmax"):
            with pytest.raises(ShapeError, match="nothing to reduce"):
                kernel(np.empty(0))
            with pytest.raises(ValueError, match="nothing"):
                kernel(np.empty((0, 3)), axis=0)
            continue
        with np.errstate(all="ignore"), pytest.warns(RuntimeWarning) if name in ("mean", "var", "std") else _calm():
            wanted = numpy_of(name)(np.empty((0, 3)), axis=0)
        same(kernel(np.empty((0, 3)), axis=0), wanted)
        same(kernel(np.empty(0)), wanted[0])
        same(kernel.interpret((np.empty(0),)), wanted[0])


def _calm():
    return np.errstate(all="ignore")


def test_several_formulas_are_one_pass():
    """One reduction for all, or one for each; a tuple, of arrays where something is left."""
    a = DRAW.normal(size=(50, 60))
    found = compile([x, x * x, x > 0], reduce=["mean", "argmax", "any"])(a)
    assert found == (pytest.approx(a.mean()), np.argmax(a * a), True)
    low, high = compile([x, -x], reduce="min", axis=1)(a)
    assert_same_bits(low, a.min(axis=1))
    assert_same_bits(high, -a.max(axis=1))
    many = compile([x + k for k in range(120)], reduce="sum")(a)
    assert np.allclose(many, [a.sum() + k * a.size for k in range(120)])


def test_out_is_written_to():
    """Of a wider or narrower real type as well, strided, overlapping the arguments."""
    a = DRAW.normal(size=(40, 30))
    kernel = compile(x, reduce="sum", axis=0)
    wanted = kernel(a)
    room = np.empty((30, 2))
    assert kernel(a, out=room[:, 0]).base is room
    assert_same_bits(room[:, 0].copy(), wanted)
    assert np.allclose(kernel(a, out=np.empty(30, "f4")), wanted, rtol=1e-6, atol=1e-6)
    same(kernel(a, out=a[3]), wanted)
    assert compile(x, reduce="argmax")(a, out=np.empty((), "i8")) == np.argmax(a)
    assert compile(x, reduce="any")(a, out=np.empty((), bool)) == np.True_
    first, second = np.empty(30), np.empty(30, bool)
    assert compile([x, x > 0], reduce=["sum", "any"], axis=0)(a, out=(first, second))[1] is second


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        (ArityError, lambda k, a: k(a)),
        (ShapeError, lambda k, a: k(a, a[:2])),
        (ShapeError, lambda k, a: k(a, a, axis=2)),
        (ShapeError, lambda k, a: k(a, a, axis=(0, 0))),
        (ShapeError, lambda k, a: k(a, a, axis="x")),
        (ShapeError, lambda k, _: k(1.0, 2.0, axis=0)),
        (DtypeError, lambda k, a: k(a, a.astype(complex))),
        (DtypeError, lambda k, a: k(a, a, out=np.empty((), int))),
        (ShapeError, lambda k, a: k(a, a, out=np.empty(3))),
        (ArityError, lambda k, a: k(a, a, out=[1.0])),
        (OptionError, lambda k, a: k(a, a, threads=0)),
        (PrecisionLossError, lambda k, a: k(a, np.full((4, 4), 2**60))),
        (PrecisionLossError, lambda k, a: k(a, np.full((4, 4), 2**60)[:, ::2].repeat(2, 1), axis=0)),
        (PrecisionLossError, lambda k, _: k(np.ones((50, 50)), np.full((50, 50), -(2**60)), axis=0)),
    ],
)
def test_mistakes_are_named(kind, call):
    """By the same errors as elsewhere, and by the interpreter alike."""
    with pytest.raises(kind):
        call(compile(x * y, [x, y], reduce="sum"), np.ones((4, 4)))


def test_lossy_lets_large_integers_round():
    """As without a reduction."""
    kernel = compile(x, reduce="max", lossy=True)
    assert kernel(np.array([2**60 + 1, 3])) == float(2**60)


def test_any_ends_early():
    """A hundred million rows that are settled by the first take no time; a view of one number has that many."""
    rows = np.broadcast_to(np.array([1.0]), (1 << 33,))
    assert compile(x > 0, reduce="any")(np.concatenate([[1.0], np.zeros(10_000_000)])) is True
    assert compile(x > y, [x, y], reduce="all")(rows[: 1 << 20], 2.0) is False
