"""Axes and given outputs, without any kernel."""

import numpy as np
import pytest

from rssn.errors import ArityError, DtypeError, OptionError, ShapeError
from rssn.jit._axes import as_axes, given_outputs, handed_out, without_rows
from rssn.jit._reductions import REDUCTIONS

SUM, PLACE, ANY = REDUCTIONS["sum"], REDUCTIONS["argmin"], REDUCTIONS["any"]


def test_axes_are_counted_from_either_end():
    """As NumPy's; NumPy's own integers are welcome."""
    assert as_axes(None, 3) is None
    assert as_axes(-1, 3) == {2}
    assert as_axes((0, np.int64(-1)), 3) == {0, 2}
    assert as_axes((), 3) == frozenset()
    for wrong in (3, -4, (0, -3), 1.0, "0", [0]):
        with pytest.raises(ShapeError, match="no such axis"):
            as_axes(wrong, 3)


def test_outputs_that_are_given_are_looked_at():
    """Number, shape, type, whether they can be written to."""
    good = np.empty(3)
    assert given_outputs(None, (3,), [SUM]) is None
    assert given_outputs(good, (3,), [SUM]) == (good,)
    locked = np.empty(3)
    locked.flags.writeable = False
    integers = np.empty(3, np.int64)
    cases = ((ArityError, (good, good)), (ShapeError, np.empty(2)), (OptionError, locked), (DtypeError, integers))
    for kind, out in cases:
        with pytest.raises(kind):
            given_outputs(out, (3,), [SUM])
    assert given_outputs(integers, (3,), [PLACE]) is not None


def test_answers_without_rows():
    """Identities, or an error."""
    assert [answer.tolist() for answer in without_rows([SUM, ANY], "d?", 2)] == [[0.0, 0.0], [False, False]]
    with pytest.raises(ShapeError):
        without_rows([PLACE], "dd", 1)
    assert [answer.shape for answer in without_rows([PLACE], "dd", 0)] == [(0,), (0,)]


def test_places_are_put_together():
    """From the chunk and the row in it."""
    assert handed_out([np.array([2.0]), np.array([5.0])], [PLACE], (), None, True) == 2 * 16384 + 5
