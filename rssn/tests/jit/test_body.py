"""Loads and stores of every element type and layout."""

import numpy as np
import pytest

import rssn
from rssn.jit import compile
from rssn.jit._body import element_bytes
from rssn.jit._signature import DTYPES

x, y = rssn.symbols("x y")
SUM = compile(x + y, [x, y])
NARROW = compile(x + y, [x, y], dtype="f32")


@pytest.mark.parametrize("letter", DTYPES)
def test_element_sizes_are_numpys(letter):
    """The emitter's names and NumPy's letters mean the same types."""
    assert element_bytes(DTYPES[letter]) == np.dtype(letter).itemsize


def extremes(letter):
    if np.dtype(letter).kind == "f":
        values = [0, -0.0, 1.5, -1, np.inf, -np.inf, np.nan, np.finfo(letter).max, np.finfo(letter).tiny / 2]
    elif letter == "?":
        values = [0, 1]
    elif letter in "Mm":
        return np.resize(np.array([0, 1, -(1 << 53), 1 << 53], "i8"), 37).view(f"{letter}8[us]")
    else:
        info = np.iinfo(letter)
        values = [0, 1, max(info.min, -(1 << 53)), min(info.max, 1 << 53)]
    return np.resize(np.array(values, letter), 37)


@pytest.mark.parametrize("letter", DTYPES)
@pytest.mark.parametrize("step", [1, 2, -1, -3])
def test_every_type_is_widened_exactly(letter, step):
    """As NumPy converts it, contiguous and strided."""
    column = np.repeat(extremes(letter), abs(step))[::step]
    numbers = column.view("i8") if letter in "Mm" else column
    with np.errstate(all="ignore"):
        assert np.array_equal(SUM(column, 0.0), numbers.astype(float) + 0.0, equal_nan=True)
        wanted = numbers.astype(np.float32) + np.float32(0)
        assert np.array_equal(NARROW(column, np.zeros(37, np.float32)), wanted, equal_nan=True)


@pytest.mark.parametrize("letter", DTYPES)
def test_a_scalar_of_every_type_is_spread(letter):
    """One element for all rows."""
    scalar = extremes(letter)[1:2].reshape(())
    wanted = float(scalar.view("i8") if letter in "Mm" else scalar)
    assert np.array_equal(SUM(np.zeros(37), scalar), np.full(37, wanted), equal_nan=True)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("step", [1, 2, -3])
def test_results_are_written_to_floats_of_either_width(dtype, step):
    """f64 results round to an f32 output."""
    values = np.random.default_rng(1).normal(size=37)
    room = np.zeros(37 * abs(step), dtype)
    found = SUM(values, 0.1, out=room[::step])
    assert np.array_equal(found, (values + 0.1).astype(dtype))
    assert np.count_nonzero(room) == 37


@pytest.mark.parametrize("dtype", [bool, np.float64, np.float32])
@pytest.mark.parametrize("step", [1, 2, -1])
def test_truth_values_are_written_to_bools_or_floats(dtype, step):
    """True is 1."""
    values = np.random.default_rng(1).normal(size=37)
    room = np.empty(37 * abs(step), dtype)
    found = compile(x < y, [x, y])(values, 0.0, out=room[::step])
    assert np.array_equal(found, (values < 0).astype(dtype))
