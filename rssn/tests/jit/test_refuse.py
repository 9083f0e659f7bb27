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


class Sparse:
    """As SciPy's sparse matrices look from outside."""

    def tocsr(self):
        return self


def field_of(dtype, size=4):
    return np.zeros(size, dtype)


#: what is passed, the error, and what its text says: where, what was wanted, what came, what to do
MISTAKES = {
    "too few": (ArityError, "wanted 2 (x, y)|found 1", lambda k: k(ONES)),
    "too many": (ArityError, "wanted 2 (x, y)|found 3", lambda k: k(ONES, ONES, ONES)),
    "an unknown name": (ArityError, "'z'|wanted out or threads|x, y", lambda k: k(ONES, z=ONES)),
    "an argument by name": (ArityError, "'y'|wanted out or threads|in order: x, y", lambda k: k(ONES, y=ONES)),
    "shapes": (ShapeError, "equal sizes|x: (4,), y: (3,)|x[:, None]", lambda k: k(ONES, np.ones(3))),
    "complex": (DtypeError, "argument 'y'|float64|complex128|.real and .imag", lambda k: k(ONES, field_of(complex))),
    "text": (DtypeError, "argument 'x'|float64|<U4 (str)|numbers", lambda k: k("text", ONES)),
    "an array of text": (DtypeError, "argument 'y'|<U1|.astype", lambda k: k(ONES, np.array(["a"] * 4))),
    "bytes": (DtypeError, "argument 'x'|S3|.astype", lambda k: k(b"abc", ONES)),
    "None": (DtypeError, "argument 'x'|found NoneType|NaN stands", lambda k: k(None, ONES)),
    "objects": (DtypeError, "argument 'x'|dtype object|.astype", lambda k: k(np.array([1.0, None]), 1.0)),
    "huge ints in a list": (DtypeError, "argument 'x'|dtype object|.astype", lambda k: k([1, 2**70], 1.0)),
    "ragged lists": (DtypeError, "argument 'y'|found list|numpy.asarray", lambda k: k(ONES, [[1, 2], [3]])),
    "a set": (DtypeError, "argument 'y'|(set)", lambda k: k(ONES, {1, 2})),
    "a table": (DtypeError, "argument 'x'|(dict)|rssn.evaluate", lambda k: k({"x": ONES}, ONES)),
    "a masked array": (DtypeError, "argument 'x'|masked|.filled|rssn.evaluate", lambda k: k(np.ma.array(ONES), 1.0)),
    "a sparse matrix": (DtypeError, "argument 'x'|Sparse|.toarray()", lambda k: k(Sparse(), 1.0)),
    "a whole record": (DtypeError, "argument 'x'|one field", lambda k: k(field_of([("a", "f8")]), 1.0)),
    "long double": (DtypeError, "argument 'x'|float128|.astype('f8')", lambda k: k(field_of("g"), 1.0)),
    "a formula": (DtypeError, "argument 'x'|Expr", lambda k: k(x, 1.0)),
    "a large integer": (PrecisionLossError, "argument 'y'|2**53|found 1152921504606846976|lossy=True",
                        lambda k: k(1.0, 2**60)),
    "a large i64": (PrecisionLossError, "argument 'x', row 1|9007199254740993|lossy=True",
                    lambda k: k(np.array([1, 2**53 + 1]), 1.0)),
    "a large u64": (PrecisionLossError, "argument 'x', row 0|18446744073709551615",
                    lambda k: k(np.array([2**64 - 1], np.uint64), 1.0)),
    "out, shape": (ShapeError, "output 0|wanted (4,)|found (5,)", lambda k: k(ONES, ONES, out=np.empty(5))),
    "out, smaller": (ShapeError, "output 0|wanted (4,)|found (1,)", lambda k: k(ONES, ONES, out=np.empty(1))),
    "out, integers": (DtypeError, "output 0|float64 or float32|int64", lambda k: k(ONES, ONES, out=field_of(np.int64))),
    "out, complex": (DtypeError, "output 0|complex128", lambda k: k(ONES, ONES, out=field_of(complex))),
    "out, objects": (DtypeError, "output 0|object", lambda k: k(ONES, ONES, out=field_of(object))),
    "out, other byte order": (DtypeError, "output 0|native", lambda k: k(ONES, ONES, out=field_of(">f8"))),
    "out, read-only": (OptionError, "output 0|read-only", lambda k: k(ONES, ONES, out=read_only())),
    "out, one for all": (OptionError, "output 0|several of its elements", lambda k: k(ONES, ONES, out=one_for_all())),
    "out, too many": (ArityError, "out|an array|tuple", lambda k: k(ONES, ONES, out=(ONES, ONES))),
    "out, a list": (ArityError, "out|an array|list", lambda k: k(ONES, ONES, out=[1.0])),
    "out, masked": (OptionError, "output 0|mask", lambda k: k(ONES, ONES, out=np.ma.array(np.empty(4)))),
    "threads, none": (OptionError, "threads|at least 1|found 0", lambda k: k(ONES, ONES, threads=0)),
    "threads, text": (OptionError, "threads|at least 1|'2'", lambda k: k(ONES, ONES, threads="2")),
    "threads, truth": (OptionError, "threads|at least 1|True", lambda k: k(ONES, ONES, threads=True)),
}  # fmt: skip
ENGINES = {"compiled": KERNEL, "auto": compile(x + y, [x, y], tier="auto")}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("engine", ENGINES)
def test_mistakes_are_typed_errors_that_say_where_what_came_and_what_to_do(engine, mistake):
    """By the compiled kernel and by the interpreter that answers first."""
    kind, says, call = MISTAKES[mistake]
    with pytest.raises(RssnError) as caught:
        call(ENGINES[engine])
    assert type(caught.value) is kind
    for part in says.split("|"):
        assert part in str(caught.value)


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
