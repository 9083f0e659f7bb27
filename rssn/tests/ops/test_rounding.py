"""Rounding, signs and units of angles."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops
from rssn.testing import assert_same_bits

finite = st.floats(allow_nan=False, allow_infinity=False)
inf, nan = np.inf, np.nan


@given(finite)
def test_rounding_is_pythons_with_the_sign_of_x(x: float) -> None:
    for name, python in (("floor", math.floor), ("ceil", math.ceil), ("trunc", math.trunc), ("round", round)):
        wanted = float(python(x))
        assert_same_bits(ops.lookup(name).value(x), np.float64(math.copysign(wanted, x) if wanted == 0 else wanted))


@given(finite)
def test_frac_is_modf(x: float) -> None:
    assert_same_bits(ops.frac(x), np.float64(math.modf(x)[0]))


def test_edges() -> None:
    rows = [
        (ops.round(0.5), 0.0), (ops.round(1.5), 2.0), (ops.round(-0.3), -0.0), (ops.frac(inf), 0.0),
        (ops.frac(-inf), -0.0), (ops.frac(-0.0), -0.0), (ops.sign(-0.0), 0.0), (ops.sign(nan), nan),
        (ops.sign(-inf), -1.0), (ops.abs(-0.0), 0.0), (ops.copysign(1.0, -0.0), -1.0), (ops.floor(-inf), -inf),
        (ops.degrees(math.pi), math.pi * (180 / math.pi)), (ops.radians(90.0), 90.0 * (math.pi / 180)),
    ]  # fmt: skip
    for got, wanted in rows:
        assert_same_bits(got, np.float64(wanted))


def test_units_in_float32_use_the_rounded_factor() -> None:
    """The factor is a float of the operands' type, so that a kernel needs one multiplication."""
    x = np.array([1.1, 2.2], np.float32)
    assert_same_bits(ops.degrees(x), x * np.float32(180 / math.pi))
