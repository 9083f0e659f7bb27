"""Definitions in other operators mean the operator: in arithmetic bit for bit."""

import numpy as np
import pytest
from hypothesis import given

import rssn
from rssn.interop._expand import COMMON, expand
from rssn.testing import AWKWARD_NUMBERS, EXACT_OPERATORS, assert_same_bits, expressions


@given(expressions(operators=EXACT_OPERATORS))
def test_arithmetic_written_out_has_the_same_bits(e: rssn.Expr) -> None:
    [written] = expand([e], COMMON)
    columns = dict(zip("xyz", np.random.default_rng(1).choice(np.array(AWKWARD_NUMBERS), (3, 60)), strict=True))
    with np.errstate(all="ignore"):
        found, wanted = (np.broadcast_to(each.evaluate(columns), 60).astype(float) for each in (written, e))
        assert_same_bits(found, wanted)


@pytest.mark.parametrize("name", ["sinpi", "cospi", "sigmoid", "softplus", "exp10", "degrees", "radians"])
def test_functions_written_out_are_close(name: str) -> None:
    x = rssn.symbol("x")
    [written] = expand([rssn.apply(name, x)], COMMON)
    assert all(node.operator not in COMMON or node.operator in ("pow", "min", "max") for node in rssn.walk(written))
    at = {"x": np.array([-3.0, -2.5, -1.25, -0.5, -0.0, 0.0, 0.1, 0.5, 0.75, 1.0, 1.5, 2.0, 7.3, 1e15 + 0.5, np.nan])}
    np.testing.assert_allclose(written.evaluate(at), rssn.apply(name, x).evaluate(at), rtol=1e-13)
