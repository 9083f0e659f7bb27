"""Taking arguments: scalars, broadcasting, any strides, `out`."""

import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import rssn
from rssn.jit import _call_py, compile
from rssn.testing import assert_same_bits

x, y, z = rssn.symbols("x y z")
KERNEL = compile([x * y + z, x < y], [x, y, z])


def strided(draw, shape):
    """Return an array of this shape whose axes are permuted, stepped over or reversed in memory."""
    order = draw(st.permutations(range(len(shape))))
    steps = [draw(st.sampled_from([1, 1, 2, -1, -2])) for _ in shape]
    base = np.empty([shape[axis] * abs(steps[axis]) for axis in order])
    base[...] = np.random.default_rng(len(shape)).normal(size=base.shape)
    return base.transpose(np.argsort(order))[(..., *[slice(None, None, step) for step in steps])]


@given(st.data())
def test_any_shapes_and_strides_give_what_the_interpreter_gives(data):
    """Up to four dimensions, permuted, reversed, stepped over, broadcast."""
    shapes = data.draw(mutually_broadcastable_shapes(num_shapes=3, max_dims=4, max_side=20))
    columns = tuple(strided(data.draw, shape) for shape in shapes.input_shapes)
    for found, wanted in zip(KERNEL(*columns), KERNEL.interpret(columns), strict=True):
        assert_same_bits(found, wanted)


@given(st.data())
def test_any_out_is_filled(data):
    """Outputs of any strides, and nothing beside them is touched."""
    shape = tuple(data.draw(st.lists(st.integers(0, 20), max_size=3)))
    columns = tuple(strided(data.draw, shape) for _ in range(3))
    room = strided(data.draw, shape)
    mask = np.empty(shape, bool)
    found = KERNEL(*columns, out=(room, mask))
    assert found[0] is room
    assert_same_bits(np.array(room), np.array(KERNEL.interpret(columns)[0]).reshape(shape))


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 511, 512, 513, 1000, 5003])
@pytest.mark.parametrize("offset", range(4))
def test_every_size_and_alignment(size, offset):
    """Whole vectors, tails, and heads before the first aligned one."""
    columns = [np.random.default_rng(k).normal(size=size + 8)[offset + k : offset + k + size] for k in range(3)]
    room = np.full(size + 8, 77.0)
    compile(x * y + z, [x, y, z])(*columns, out=room[offset : offset + size])
    assert_same_bits(room[offset : offset + size], KERNEL.interpret(tuple(columns))[0])
    assert (np.delete(room, np.s_[offset : offset + size]) == 77.0).all()


# ---- scalars


@pytest.mark.parametrize("values", list(itertools.product([2, 3.0, True], [1, -0.5], [0.1, False])))
def test_python_numbers_give_python_numbers(values):
    """A float, and a bool where the formula is a truth value; the bits are those of an array."""
    total, less = KERNEL(*values)
    assert type(total) is float
    assert type(less) is bool
    wanted = KERNEL(*[np.full(3, float(v)) for v in values])
    assert (total, less) == (wanted[0][1], wanted[1][1])


def test_numpy_scalars_and_arrays_without_dimensions_count_as_scalars():
    """The result is a float again."""
    assert KERNEL(np.float64(2), np.float32(3), np.array(1)) == (7.0, True)
    assert type(KERNEL(np.float64(2), np.int8(3), 1)[0]) is float


def test_a_formula_without_arguments_is_called_without():
    """It has a value all the same."""
    assert compile(rssn.constant(2) * 3, [])() == 6.0
    assert compile(rssn.constant(2) * 3, [])(out=np.empty(3)).tolist() == [6.0] * 3


def test_lists_are_arrays():
    """Anything NumPy makes an array of real numbers of."""
    assert compile(x + 1, [x])([1, 2, 3]).tolist() == [2.0, 3.0, 4.0]


# ---- shapes


def test_every_output_has_the_broadcast_shape():
    """Constants and arguments that a formula does not use count too."""
    constant, unused = compile([rssn.constant(5), x], [x, y])(np.ones((3, 1)), np.ones(4))
    assert constant.shape == unused.shape == (3, 4)
    assert (constant == 5).all()


def test_results_lie_in_memory_as_the_arguments_do():
    """Columns in, columns out: both are read and written in order."""
    columns = np.asfortranarray(np.random.default_rng(1).normal(size=(50, 40)))
    assert compile(x + 1, [x])(columns).strides == columns.strides


def test_arguments_broadcast_to_a_larger_out():
    """As NumPy's ufuncs do."""
    room = np.empty((2, 3))
    assert compile(x + 1, [x])(np.arange(3.0), out=room) is room
    assert (room == [[1, 2, 3]] * 2).all()


def test_many_arguments():
    """More than NumPy's own limit of operands."""
    names = [f"v{n}" for n in range(150)]
    kernel = compile(sum(rssn.symbols(" ".join(names))), names)
    rows = [np.full(100, float(n)) for n in range(150)]
    assert (kernel(*rows) == sum(range(150))).all()
    assert kernel(*range(150)) == sum(range(150))


# ---- overlap


def test_out_may_be_an_argument():
    """Each row is read before it is written, whatever the threads."""
    column, other = np.random.default_rng(1).normal(size=(2, 300_000))
    wanted = compile(x * y, [x, y])(column, other)
    compile(x * y, [x, y])(column, other, out=column, threads=2)
    assert_same_bits(column, wanted)


@pytest.mark.parametrize("shift", [-1, 1, 9])
def test_out_may_overlap_an_argument_anyhow(shift):
    """The result is as if the argument had been copied first."""
    room = np.random.default_rng(1).normal(size=1020)
    source, target = room[10:1010], room[10 + shift : 1010 + shift]
    wanted = source + 1
    compile(x + 1, [x])(source, out=target)
    assert_same_bits(target.copy(), wanted)


def test_out_may_be_an_argument_backwards():
    """The same memory in another order."""
    room = np.arange(100.0)
    compile(x + 1, [x])(room[::-1], out=room)
    assert (room == np.arange(100.0)[::-1] + 1).all()


def test_interleaved_memory_is_not_an_overlap():
    """Odd elements from even ones."""
    room = np.arange(100.0)
    compile(x + 1, [x])(room[::2], out=room[1::2])
    assert (room[1::2] == np.arange(0.0, 100, 2) + 1).all()


def test_arrays_machine_code_cannot_read_in_place_are_copied():
    """Other byte orders, and fields that are not aligned."""
    packed = np.zeros(20, [("a", "i1"), ("b", "f8")])
    packed["b"] = np.arange(20)
    assert (compile(x + 1, [x])(packed["b"]) == np.arange(20) + 1).all()
    assert (compile(x + 1, [x])(np.arange(20.0).astype(">f8")) == np.arange(20) + 1).all()


def test_the_twin_answers_by_the_interpreter():
    """RSSN_PURE=1: the same call, no machine code."""

    class Twin(_call_py.Caller):
        def interpret(self, args, out):
            return KERNEL.interpret(args, out)

    twin = Twin(("x", "y", "z"), b"\0\1", "f64")
    assert twin(2.0, 3.0, 1.0, threads=1) == (7.0, True)


def test_a_sequence_of_formulas_gives_a_tuple_even_of_one() -> None:
    assert compile([x + 1], [x])(1.0) == (2.0,)
    assert compile([x + 1], [x])(np.arange(2.0))[0].tolist() == [1.0, 2.0]
    room = np.empty(2)
    (found,) = pickle.loads(pickle.dumps(compile([x + 1], [x])))(np.arange(2.0), out=(room,))
    assert found is room
    assert compile([x + 1], [x]).interpret((1.0,)) == (2.0,)
