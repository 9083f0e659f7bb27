"""Numbers stay numbers and truth values stay truth values, so that a kernel's result keeps its type."""

import numpy as np
import pytest
from hypothesis import given

from rssn import compile as compile_kernel
from rssn import parse
from rssn.expr import Expr
from rssn.simplify import simplify
from rssn.simplify._kind import is_truth
from rssn.testing import expressions


@pytest.mark.parametrize(
    ("text", "truth"),
    [("x > 0", True), ("not x", True), ("where(x > 0, x > 1, true)", True), ("true", True), ("isnan(x)", True),
     ("(x > 0)*1", False), ("where(x > 0, x > 1, 1)", False), ("x", False),
     ("piecewise(x > 0, 1, x < 0, true, 2)", False)],
)  # fmt: skip
def test_truth_values_are_told_from_numbers(text: str, truth: bool) -> None:
    """Just as a kernel does."""
    assert is_truth(parse(text)) is truth
    result = compile_kernel(parse(text), ["x"])(np.array([1.0, -1.0]))
    assert (result.dtype == bool) is truth


@pytest.mark.parametrize("ieee", [True, False])
@pytest.mark.parametrize("text", ["(x > 0)*1", "--(x > 0)", "(x > 0) - 0", "(x > 0)^1", "(x > 0)*2 - (x > 0)"])
def test_a_number_that_is_0_or_1_stays_a_number(text: str, ieee: bool) -> None:
    """(x > 0)*1 is 1.0 or 0.0, x > 0 is true or false: sums over them differ."""
    simple = simplify(parse(text), ieee=ieee)
    assert isinstance(simple, Expr)
    assert compile_kernel(simple, ["x"])(np.array([1.0, -1.0])).dtype == float


@given(e=expressions(operators=("lt", "and", "not", "where", "mul", "neg", "sub", "abs", "max", "eq"), max_steps=6))
def test_the_kind_stays(e: Expr) -> None:
    """Of whatever is simplified."""
    for ieee in (False, True):
        simple = simplify(e, ieee=ieee)
        assert isinstance(simple, Expr)
        assert is_truth(simple) <= is_truth(e)
