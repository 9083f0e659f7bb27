"""Arrays of every shape and layout: what a kernel gives is what NumPy's functions give, wherever the numbers lie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import rssn
from rssn.errors import OptionError, ShapeError
from rssn.jit import compile
from rssn.testing import assert_same_bits

x, y, z = rssn.symbols("x y z")
KERNEL = compile([x * y - z, x < y, rssn.constant(2.5), x], [x, y, z], math="strict")


def wanted(a, b, c):
    shape = np.broadcast_shapes(np.shape(a), np.shape(b), np.shape(c))
    values = (a * b - c, np.less(a, b), 2.5, a)
    return [np.broadcast_to(value, shape) for value in values]


def assert_right(a, b, c, out=None):
    expected = [value.copy() for value in wanted(a, b, c)]
    found = KERNEL(a, b, c, out=out)
    for one, other in zip(found, expected, strict=True):
        assert np.shape(one) == other.shape
        assert_same_bits(np.asarray(one, other.dtype), other)
    return found


@st.composite
def views(draw, shape):
    """A view of a larger array: any order of axes, steps of either sign, 0 where it is broadcast."""
    steps = [draw(st.sampled_from([1, 1, 2, -1, -3])) for _ in shape]
    order = draw(st.permutations(range(len(shape))))
    room = np.arange(np.prod([n * abs(s) for n, s in zip(shape, steps, strict=True)], dtype=int), dtype=float)
    room = np.sin(room + draw(st.integers(0, 100)))
    room = room.reshape([shape[d] * abs(steps[d]) for d in order]).transpose(np.argsort(order))
    view = room[(..., *(slice(None, None, step) for step in steps))]
    assert view.shape == shape
    return view


@st.composite
def triples(draw):
    shapes = draw(hnp.mutually_broadcastable_shapes(num_shapes=3, max_dims=4, max_side=20, min_side=0))
    return [draw(views(shape)) for shape in shapes.input_shapes]


@given(arrays=triples())
def test_any_views_that_broadcast(arrays):
    """Empty ones and single numbers among them, constants as outputs too."""
    assert_right(*arrays)


@given(arrays=triples(), data=st.data())
def test_outputs_may_be_any_views(arrays, data):
    """Strided, turned round, transposed; of a larger shape than the arguments'."""
    shape = np.broadcast_shapes(*[array.shape for array in arrays])
    if data.draw(st.booleans()) and len(shape) < 4:
        shape = (3, *shape)
        arrays[0] = np.broadcast_to(arrays[0], shape)
    outs = [data.draw(views(shape)) for _ in range(3)]
    truth = np.empty(shape, bool)[(..., *(slice(None, None, -1) for _ in shape))]
    outs.insert(1, truth)
    found = assert_right(*arrays, out=tuple(outs))
    assert all(one is other for one, other in zip(found, outs, strict=True))


@given(data=st.data(), size=st.integers(1, 300))
def test_outputs_may_lie_over_arguments(data, size):
    """In any way: the arguments are read as they were."""
    room = np.sin(np.arange(4.0 * size + 20))
    starts = [data.draw(st.integers(0, 19)) for _ in range(4)]
    step = data.draw(st.sampled_from([1, 2, -1]))
    a, b, c, out = (room[start : start + 4 * size][:: step * 2][:size] for start in starts)
    expected = a * b - c
    kernel = compile(x * y - z, [x, y, z], math="strict")
    assert kernel(a, b, c, out=out) is out
    assert_same_bits(out.copy(), expected)


def test_outputs_may_not_lie_over_each_other():
    """Nor have several elements in one place."""
    room, truth = np.zeros(20), np.empty(10, bool)
    with pytest.raises(OptionError, match="overlaps"):
        KERNEL(*np.ones((3, 10)), out=(room[:10], truth, room[5:15], np.empty(10)))
    with pytest.raises(OptionError, match="several of its elements"):
        compile(x)(np.ones(5), out=np.lib.stride_tricks.as_strided(room, (5,), (0,)))


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 5), (2, 0, 4), (0, 0)])
def test_empty_arrays_give_empty_arrays(shape):
    """Of the broadcast shape, whatever else is there."""
    for arrays in ((np.empty(shape), 1.0, 2.0), (np.empty(shape), np.ones(shape[-1:]), np.ones((1,) * len(shape)))):
        assert_right(*arrays)
        outs = (np.empty(shape), np.empty(shape, bool), np.empty(shape), np.empty(shape))
        assert KERNEL(*arrays, out=outs)[0] is outs[0]
    with pytest.raises(ShapeError):
        KERNEL(np.empty((0, 3)), np.ones(2), 1.0)


def test_numbers_and_arrays_without_dimensions_give_numbers():
    """Python's own; an `out` of that shape is an array."""
    for arguments in ((1.5, 2.0, 3.0), (np.array(1.5), 2, np.float64(3)), (np.array(1.5), np.array(2.0), np.array(3))):
        assert KERNEL(*arguments) == (0.0, True, 2.5, 1.5)
        assert [type(value) for value in KERNEL(*arguments)] == [float, bool, float, float]
    out = np.empty(())
    assert compile(x + y, [x, y])(1.0, 2.0, out=out) is out
    assert out == 3.0


@pytest.mark.parametrize("dims", [5, 8, 12, 32])
def test_many_dimensions(dims):
    """As many as NumPy has, in any order."""
    shape = tuple(2 if d % max(1, dims // 5) == 0 else 1 for d in range(dims))
    a = np.sin(np.arange(np.prod(shape))).reshape(shape)
    assert_right(a, a.T.reshape(shape), a[::-1])
    assert_right(a.transpose(range(dims)[::-1]), 2.0, np.ones((2,) + (1,) * (dims - 1)))
    most = a.reshape((1,) * (64 - dims) + shape)
    found = KERNEL(most, most[..., ::-1], 1.0)[0]
    assert_same_bits(found.reshape(shape), KERNEL(a, a[..., ::-1], 1.0)[0])
    assert compile(x, reduce="max")(most) == a.max()


def test_fortran_order_stays():
    """The result lies in memory as the arguments do, so nothing is read across."""
    a = np.asfortranarray(np.random.default_rng(1).normal(size=(70, 50)))
    found = assert_right(a, a, a)
    assert found[0].flags.f_contiguous
    assert_right(a, np.ascontiguousarray(a), a.T[:50, :50][0])


def test_every_output_has_the_broadcast_shape():
    """A constant, an argument that is not read, one that is smaller."""
    kernel = compile([rssn.constant(1), x, x > 3, y], [x, y, z])
    for shapes in (((3, 1), (4,), (2, 1, 1)), ((), (0,), ()), ((5,), (), (2, 5))):
        full = np.broadcast_shapes(*shapes)
        for found in kernel(*map(np.ones, shapes)):
            assert found.shape == full


@pytest.mark.parametrize("count", [501, 1200])
def test_hundreds_of_arguments(count):
    """All read, in vectors and in the rows left over; numbers among them."""
    names = [f"c{n}" for n in range(count)]
    total = rssn.constant(0)
    for number, name in enumerate(names):
        total = total + rssn.symbol(name) * (number + 1)
    kernel = compile(total, names, math="strict")
    columns = np.random.default_rng(1).integers(0, 100, (count, 1003)).astype(float)
    expected = np.arange(1, count + 1) @ columns  # whole numbers: exact in any order
    assert_same_bits(kernel(*columns), expected)
    assert_same_bits(kernel(*columns[:, ::-1]), expected[::-1].copy())
    mixed = [row if number % 3 else float(row[0]) for number, row in enumerate(columns)]
    again = [row if number % 3 else np.full(1003, row[0]) for number, row in enumerate(columns)]
    assert_same_bits(kernel(*mixed), np.arange(1, count + 1) @ np.array(again))
    assert kernel(*columns[:, 0].tolist()) == expected[0]
    assert compile(total, names, reduce="sum")(*columns) == expected.sum()


def test_hundreds_of_outputs():
    """Given or made, in place of their arguments even."""
    exprs = [x * n + y for n in range(150)]
    kernel = compile(exprs, [x, y], math="strict")
    a, b = np.random.default_rng(1).normal(size=(2, 517))
    expected = [a * n + b for n in range(150)]
    for found, one in zip(kernel(a, b), expected, strict=True):
        assert_same_bits(found, one)
    rooms = tuple(np.empty((517, 2))[:, 0] for _ in range(149))
    found = kernel(a, b, out=(*rooms, a))
    for one, other in zip(found, expected, strict=True):
        assert_same_bits(one.copy(), other)
    assert kernel(1.0, 2.0) == tuple(n + 2.0 for n in range(150))
