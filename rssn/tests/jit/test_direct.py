"""The short way of a call answers what the long way answers, and leaves to it what it does not know."""

import gc
import itertools
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rssn
from rssn.errors import ArityError, OptionError, PrecisionLossError, ShapeError
from rssn.jit import compile
from rssn.testing import assert_same_bits

x, y, z = rssn.symbols("x y z")
ONE = compile(x * y + z, [x, y, z])
TWO = compile([x * y + z, x < y], [x, y, z])
SMALL = compile([x * y + z, x < y], [x, y, z], dtype="f32")
call_c = pytest.importorskip("rssn.jit._call_c")


def long_way(kernel, *args, **named):
    """The call that knows everything."""
    return call_c.Caller.__call__(kernel, *args, **named)


def assert_same(found, wanted):
    """Types, dtypes, shapes and bits."""
    assert type(found) is type(wanted)
    for a, b in zip(*[each if isinstance(each, tuple) else (each,) for each in (found, wanted)], strict=True):
        assert type(a) is type(b)
        assert_same_bits(np.array(a), np.array(b))


SCALARS = [2.5, 3, True, -0.0, np.float64(7), np.float32(2), np.array(4.0), float("nan")]


def some_array(draw, shape, dtype):
    """Now and then one that is not plain."""
    values = np.random.default_rng(7).normal(size=shape).astype(dtype)
    kind = draw(st.sampled_from(["plain"] * 4 + ["fortran", "swapped", "reversed", "integer"]))
    if kind == "fortran":
        return np.asfortranarray(values)
    if kind == "swapped":
        return values.astype(values.dtype.newbyteorder())
    if kind == "reversed":
        return values[::-1]
    return values.astype(np.int32) if kind == "integer" else values


@given(st.data())
def test_arguments_of_all_kinds(data):
    """Numbers and arrays, mixed, plain or not, of one shape or broadcast."""
    draw = data.draw
    kernel = draw(st.sampled_from([ONE, TWO, SMALL]))
    shape = draw(st.sampled_from([(0,), (1,), (3,), (8,), (17,), (600,), (3, 5), (2, 0), (1, 1)]))
    dtype = draw(st.sampled_from([np.float64, np.float64, np.float32]))
    args = [draw(st.sampled_from([*SCALARS, None, None, None])) for _ in range(3)]
    args = [some_array(draw, shape, dtype) if arg is None else arg for arg in args]
    threads = draw(st.sampled_from([{}, {"threads": 1}, {"threads": None}, {"threads": 2}]))
    assert_same(kernel(*args, **threads), long_way(kernel, *args))


@given(st.data())
def test_outputs_of_all_kinds(data):
    """Given ones too, apart from the inputs, on them, or across them."""
    draw = data.draw
    rows = draw(st.sampled_from([1, 5, 8, 13, 700]))

    room, mask = np.arange(5.0 * rows + 16), np.zeros(rows, bool)
    inputs = [room[k * rows : (k + 1) * rows] for k in range(3)]
    place = draw(st.sampled_from([0, rows, 3 * rows, 4 * rows, max(1, rows // 2), 3 * rows + 3]))
    out = room[place : place + rows]
    wanted = TWO.interpret(tuple(each.copy() for each in inputs))
    found = TWO(*inputs, out=(out, mask))
    assert found[0] is out
    assert found[1] is mask
    assert_same_bits(out, wanted[0])
    assert_same_bits(mask, wanted[1])


def test_many_rows_with_streaming_stores():
    """Beyond the caches, aligned or not, with and without numbers among the arguments."""
    columns = np.random.default_rng(1).normal(size=(3, 600_001))
    room = np.empty(600_003)
    for start in (0, 1, 3):
        found = room[start : start + 600_000]
        ONE(*(column[start and 1 :][:600_000] for column in columns), out=found)
        assert_same_bits(found, ONE.interpret(tuple(column[start and 1 :][:600_000] for column in columns)))
    assert_same_bits(ONE(columns[0], 2.0, columns[2]), ONE.interpret((columns[0], 2.0, columns[2])))


def test_threads_chosen_by_what_calls_took_change_no_bit():
    """The first call guesses, the next ones know; rows in between and other data too."""
    kernel = compile(rssn.where(x < 0, rssn.gamma(y), rssn.sin(x) * y), [x, y])
    for rows in (9_000, 33_000, 40_000, 40_000, 33_000):
        columns = np.random.default_rng(rows).uniform(0.5, 2, (2, rows))
        for arguments in (columns, -columns, columns):
            assert_same_bits(kernel(*arguments), kernel.interpret(tuple(arguments)))


def test_numbers_keep_the_rules_for_integers():
    """What f64 can't hold is refused, in either way."""
    for others in ((1.0, 1.0), (np.ones(3), 1.0)):
        with pytest.raises(PrecisionLossError, match="'x'"):
            ONE(2**53 + 1, *others)
    assert compile(x + y, lossy=True)(2**70, 1.0) == 2.0**70
    assert compile(x + y, lossy=True)(10**400, 1.0) == float("inf")


def test_a_sequence_of_one_formula_gives_a_tuple():
    """As the long way has it."""
    kernel, room = compile([x + y], [x, y]), np.empty(3)
    assert_same(kernel(np.ones(3), np.ones(3)), (np.full(3, 2.0),))
    assert kernel(np.ones(3), np.ones(3), out=room)[0] is room
    assert kernel(np.ones(3), np.ones(3), out=(room,))[0] is room
    assert compile(x + y)(np.ones(3), np.ones(3), out=(room,)) is room
    assert kernel(1.0, 2.0) == (3.0,)


@pytest.mark.parametrize(
    ("error", "make"),
    [
        (ArityError, lambda: ONE(1.0, 2.0)),
        (ArityError, lambda: ONE()),
        (ShapeError, lambda: ONE(np.ones(3), np.ones(4), 1.0)),
        (ShapeError, lambda: ONE(np.ones(3), np.ones(3), 1.0, out=np.ones(4))),
        (ArityError, lambda: ONE(np.ones(3), np.ones(3), 1.0, out=[])),
        (OptionError, lambda: ONE(np.ones(3), np.ones(3), 1.0, threads=0)),
        (OptionError, lambda: ONE(np.ones(3), np.ones(3), 1.0, threads="many")),
        (TypeError, lambda: ONE(1.0, 2.0, 3.0, outt=None)),
        (TypeError, lambda: ONE(1.0, 2.0, 3.0, out=None, x=1)),
    ],
)
def test_mistakes_are_named_by_the_long_way(error, make):
    """In its words."""
    with pytest.raises(error):
        make()


def test_an_output_that_can_not_be_written_to_is_refused():
    """Never written to."""
    room = np.ones(3)
    room.flags.writeable = False
    with pytest.raises(OptionError, match="read-only"):
        ONE(np.ones(3), np.ones(3), 1.0, out=room)
    assert (room == 1).all()


def test_threads_may_be_a_huge_number():
    """As many as there are."""
    assert_same(ONE(np.ones(9), 1.0, 2.0, threads=10**30), np.full(9, 3.0))


def test_a_subclass_may_have_a_call_of_its_own():
    """It is heard, though a class below it takes calls the short way."""

    class Loud(type(ONE)):
        def __call__(self, *args, **named):
            return "loud", super().__call__(*args, **named)

    kernel = Loud(ONE._code, threads=None, lossy=False, single=True, engine=ONE.engine)
    assert kernel(1.0, 2.0, 3.0) == ("loud", 5.0)


def test_frames_and_many_operands_take_the_long_way():
    """A formula cut into segments, and one of twenty arguments."""
    long = x
    for n in range(3000):
        long = long * (y + n % 7) - n
    kernel = compile(long, [x, y])
    columns = np.random.default_rng(2).normal(size=(2, 11))
    assert_same(kernel(*columns), kernel.interpret(tuple(columns)))
    assert kernel(0.3, -2.9) == long_way(kernel, 0.3, -2.9)
    names = rssn.symbols(" ".join(f"v{n}" for n in range(20)))
    assert compile(sum(names[1:], names[0]), names)(*range(20)) == 190.0


def test_no_reference_is_lost_or_kept():
    """Of arguments, outputs, and what is given by name."""
    columns, room, value = np.ones((3, 40)), np.empty(40), 1e300
    arrays = [*columns]

    def counts():
        return [sys.getrefcount(each) for each in (*arrays, room, value, None)][:-1]

    before = counts()
    for _ in range(100):
        ONE(*arrays)
        ONE(*arrays, out=room)
        ONE(arrays[0], value, arrays[2], out=room, threads=1)
        ONE(value, value, value)
        with pytest.raises(ShapeError):
            ONE(*arrays, out=np.empty(3))
    gc.collect()
    assert counts() == before


def test_every_pattern_of_numbers():
    """Eight rows and more, and fewer."""
    for rows, pattern in itertools.product((3, 20), itertools.product([False, True], repeat=3)):
        args = [1.5 if number else np.linspace(-1, 1, rows) for number in pattern]
        assert_same(ONE(*args), long_way(ONE, *args))
