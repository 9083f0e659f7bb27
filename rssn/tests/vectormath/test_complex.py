"""Complex functions: at most 4 units of the result's length off, Annex G's special values, any width the same bits."""

import cmath
import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

from rssn.errors import ArityError, UnknownNameError
from rssn.testing import assert_same_bits
from rssn.vectormath import Module
from rssn.vectormath._complex import complex_functions, emit_parts
from rssn.vectormath._emitter import Emitter

_SPEC = importlib.util.spec_from_file_location("complex_accuracy", Path(__file__).parent / "complex_accuracy.py")
ruler = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(ruler)

INF, NAN = math.inf, math.nan
GRID = [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, INF, -INF, NAN]
CMATH = (
    *("sqrt", "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
)


@pytest.mark.parametrize("name", ruler.NAMES)
def test_results_are_within_four_units_of_their_length(name):
    args = ruler.arguments(name, np.random.default_rng(7), 25)
    apart = ruler.errors(name, args, ruler.computed(name, args))
    worst = int(np.argmax(apart))
    assert apart[worst] <= ruler.PROMISED, [complex(arg[worst]) for arg in args]


@pytest.mark.parametrize("name", CMATH)
def test_special_values_are_those_of_c(name):
    """Python's cmath has them in tables, from Annex G; what raises there is a pole or an overflow of ours."""
    z = np.array([complex(x, y) for x in GRID for y in GRID])
    later = ("tan", "tanh", "acosh")  # C17 knows more about a zero beside what is not a number
    found = ruler.computed(name, (z,))
    for number, got in zip(z.tolist(), found.tolist(), strict=True):
        try:
            wanted = getattr(cmath, name)(number)
        except (ValueError, OverflowError):
            wanted = None
        if wanted is None or (name in later and 0 in (number.real, number.imag) and not cmath.isfinite(number)):
            continue
        # Where a part is a NaN, or the angle of a wave infinite, signs of zeros and infinities are left open.
        is_open = cmath.isnan(number) or cmath.isnan(wanted) or (math.isinf(number.real) and math.isinf(number.imag))
        assert _agree(got, wanted, is_open), (name, number, got, wanted)


def _agree(got, wanted, is_open):
    return all(
        math.isnan(a)
        if math.isnan(b)
        else math.isclose(*((abs(a), abs(b)) if is_open else (a, b)), rel_tol=1e-15) and (is_open or _same_sign(a, b))
        for a, b in zip((got.real, got.imag), (wanted.real, wanted.imag), strict=True)
    )


def _same_sign(a, b):
    return math.copysign(1, a) == math.copysign(1, b)


@pytest.mark.parametrize("name", ["sqrt", "log", "asin", "acos", "atan", "asinh", "acosh", "atanh"])
def test_both_sides_of_every_cut_are_conjugate_or_odd(name):
    x = np.concatenate([-np.geomspace(1e-5, 1e5, 101), np.geomspace(1e-5, 1e5, 101)])
    zeros = np.zeros_like(x)
    above, below = ruler._complex(x, zeros), ruler._complex(x, -zeros)
    assert_same_bits(ruler.computed(name, (above,)).conj(), ruler.computed(name, (below,)))


@pytest.mark.parametrize(
    ("z", "w"),
    [(complex(INF, NAN), 1), (complex(INF, INF), 1j), (complex(-INF, 2), complex(3, INF)), (complex(NAN, INF), 1 + 1j)],
)
def test_infinities_times_numbers_are_infinite(z, w):
    for a, b in ((z, w), (w, z)):
        found = ruler.computed("mul", (np.array([complex(a)]), np.array([complex(b)])))[0]
        assert math.isinf(found.real) or math.isinf(found.imag)


def test_quotients_of_infinities_and_zeros():
    def divided(a, b):
        return complex(ruler.computed("div", (np.array([complex(a)]), np.array([complex(b)])))[0])

    for b in (1, 1j, -2 + 3j):
        found = divided(complex(INF, NAN), b)
        assert math.isinf(found.real) or math.isinf(found.imag)
        assert abs(divided(b, complex(INF, NAN))) == 0
        found = divided(b, 0)
        assert math.isinf(found.real) or math.isinf(found.imag)
        assert divided(0, b) == 0
    assert math.isnan(divided(0, 0).real)
    assert math.isnan(divided(complex(NAN, 1), 1).real)


def test_nothing_over_or_underflows_inside():
    large, small = complex(1e300, 1e300), complex(3e-310, -1e-310)
    assert ruler.computed("div", (np.array([large]), np.array([large])))[0] == 1
    assert ruler.computed("div", (np.array([small]), np.array([small])))[0] == 1
    assert ruler.computed("mul", (np.array([large]), np.array([1e-300 - 1e-300j])))[0] == pytest.approx(2)
    edge = np.array([complex(1.2e308, 1.2e308)])
    assert ruler.computed("mul", (edge, np.array([1 + 0j])))[0] == edge[0]


@pytest.mark.parametrize("width", [1, 2, 4, 16, 32])
@pytest.mark.parametrize("real", ["f64", "f32"])
def test_every_width_has_the_same_bits(width, real):
    rng = np.random.default_rng(3)
    for name in ("mul", "div", "exp", "log", "acos", "tanh", "pow"):
        args = [arg[: len(arg) // 32 * 32] for arg in ruler.arguments(name, rng, 16)]
        with np.errstate(all="ignore"):
            assert_same_bits(ruler.computed(name, args, width=width, real=real), ruler.computed(name, args, real=real))


def test_mistakes_are_typed():
    e = Emitter(Module().function("f"), 4)
    with pytest.raises(UnknownNameError, match="cosh"):
        emit_parts(e, "erf", e.constant(1.0), e.constant(1.0))
    with pytest.raises(ArityError, match="exp"):
        emit_parts(e, "exp", e.constant(1.0))
    assert "acosh" in complex_functions()
