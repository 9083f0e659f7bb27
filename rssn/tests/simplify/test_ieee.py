"""With ieee=True not a bit changes, whatever the numbers are."""

import numpy as np
import pytest
from hypothesis import given

from rssn import parse, walk
from rssn.expr import Expr
from rssn.rules import INTERVALS
from rssn.simplify import simplify
from rssn.testing import AWKWARD_NUMBERS, expressions


@given(e=expressions(operators=INTERVALS, max_steps=10))
def test_values_keep_every_bit(e: Expr) -> None:
    """On all kinds of numbers, NaN, infinities and zeros included; NaN payloads apart."""
    grid = np.array(AWKWARD_NUMBERS)
    environment = {"x": grid, "y": grid[::-1], "z": np.roll(grid, 5)}
    simple = simplify(e, ieee=True)
    assert isinstance(simple, Expr)
    before, after = (np.asarray(each.evaluate(environment), dtype=float) for each in (e, simple))
    before, after = np.broadcast_arrays(before, after)
    assert np.array_equal(before, after, equal_nan=True)
    zeros = before == 0
    assert np.array_equal(np.signbit(before[zeros]), np.signbit(after[zeros]))
    assert len(walk(simple)) <= len(walk(e)) + 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x*1 + -y", "x - y"), ("--x", "x"), ("3 + 4", "7"), ("x - 0", "x"), ("abs(abs(x))", "abs(x)"),
     ("not (x == y)", "x != y"), ("x/1*1", "x"), ("min(x, x)", "x"), ("where(x < x, y, z)", "z")],
)  # fmt: skip
def test_exact_laws_are_used(text: str, expected: str) -> None:
    """Those that hold of every float."""
    assert simplify(parse(text), ieee=True) == parse(expected)


@pytest.mark.parametrize(
    "text", ["x + 0", "0*x", "x - x", "x/x", "(x + y) + z - x", "x*3/3", "2^53 + 1 + x", "0*-3", "0 - x"]
)
def test_what_rounds_or_turns_a_sign_stays(text: str) -> None:
    """-0 + 0 is +0, inf - inf is NaN, 0*-3 is -0."""
    assert simplify(parse(text), ieee=True) in (parse(text), parse("9007199254740992 + 1 + x"))
