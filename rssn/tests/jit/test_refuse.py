"""Errors of a call: who, what was wanted, what came."""

import numpy as np
import pytest

import rssn
from rssn.errors import ArityError, DtypeError, OptionError, PrecisionLossError, RssnError, ShapeError
from rssn.jit import compile

x, y = rssn.symbols("x y")
KERNEL = compile(x + y, [x, y])
PAIR = compile([x + y, x < y], [x, y])
ONES = np.ones(4)


def read_only():
    array = np.empty(4)
    array.flags.writeable = False
    return array


def one_for_all():
    return np.lib.stride_tricks.as_strided(np.empty(1), (4,), (0,))


@pytest.mark.parametrize(
    ("kind", "says", "call"),
    [
        (ArityError, "wanted 2 (x, y)", lambda k: k(ONES)),
        (ShapeError, "y: (3,)", lambda k: k(ONES, np.ones(3))),
        (DtypeError, "argument 'y'", lambda k: k(ONES, np.ones(4, complex))),
        (DtypeError, "argument 'x'", lambda k: k("text", ONES)),
        (DtypeError, "argument 'x'", lambda k: k(None, ONES)),
        (DtypeError, "argument 'y'", lambda k: k(ONES, np.array(["a"] * 4))),
        (DtypeError, "datetime64", lambda k: k(ONES, np.zeros(4, "M8[s]"))),
        (DtypeError, "argument 'y'", lambda k: k(ONES, [[1, 2], [3]])),
        (PrecisionLossError, "argument 'x'", lambda k: k(np.array([1, 2**53 + 1]), 1.0)),
        (PrecisionLossError, "argument 'y'", lambda k: k(1.0, 2**60)),
        (PrecisionLossError, "argument 'x'", lambda k: k(np.array([2**64 - 1], np.uint64), 1.0)),
        (ShapeError, "output 0", lambda k: k(ONES, ONES, out=np.empty(5))),
        (DtypeError, "output 0", lambda k: k(ONES, ONES, out=np.empty(4, np.int64))),
        (OptionError, "read-only", lambda k: k(ONES, ONES, out=read_only())),
        (OptionError, "several of its elements", lambda k: k(ONES, ONES, out=one_for_all())),
        (ArityError, "out", lambda k: k(ONES, ONES, out=(ONES, ONES))),
        (ArityError, "out", lambda k: k(ONES, ONES, out=[1.0])),
        (OptionError, "threads", lambda k: k(ONES, ONES, threads=0)),
        (OptionError, "threads", lambda k: k(ONES, ONES, threads="2")),
    ],
)
def test_bad_calls_raise_typed_errors_that_say_where(kind, says, call):
    """By the compiled kernel and by the interpreter."""
    with pytest.raises(kind) as caught:
        call(KERNEL)
    assert says in str(caught.value)
    assert isinstance(caught.value, RssnError)


def test_outputs_that_overlap_each_other_are_refused():
    """There is no order in which that could be right."""
    room = np.empty(5)
    with pytest.raises(OptionError, match="overlaps output 0"):
        compile([x, y], [x, y])(ONES, ONES, out=(room[:4], room[1:]))


def test_several_outputs_want_as_many_arrays():
    """A tuple, not one array."""
    with pytest.raises(ArityError, match="tuple of 2"):
        PAIR(ONES, ONES, out=np.empty(4))


def test_a_number_is_no_place_for_a_truth_value_of_integers():
    """Masks go to bool or to floats."""
    with pytest.raises(DtypeError, match="output 1"):
        PAIR(ONES, ONES, out=(np.empty(4), np.empty(4, np.int8)))


def test_integers_may_round_when_asked():
    """lossy=True: the nearest float."""
    kernel = compile(x + y, [x, y], lossy=True)
    assert kernel(np.array([2**53 + 1]), 0.0).tolist() == [2.0**53]
    assert kernel(2**2000, 0.0) == np.inf
    assert kernel(-(2**53), 0) == -(2.0**53)
