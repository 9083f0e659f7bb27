"""Exact folding agrees with evaluation, and knows where to stop."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops
from rssn.errors import FoldError
from rssn.expr import apply, constant, symbol, walk
from rssn.parser import parse

STEPS = ("floordiv", "mod", "floor", "ceil", "trunc", "frac", "round", "eq", "ne", "lt", "le", "gt", "ge")
numbers = st.one_of(st.integers(-20, 20), st.fractions(-5, 5, max_denominator=12), st.booleans())


@pytest.mark.parametrize("record", ops.operators(), ids=lambda record: record.name)
@given(data=st.data())
def test_the_exact_value_rounds_to_the_value(record: ops.Operator, data: st.DataObject) -> None:
    """Where an operator folds, its exact result and its float result are one number, within a few ULPs."""
    operands = [data.draw(numbers) for _ in range(max(record.arity[0], 1))]
    assert record.fold is not None
    result = record.fold(*operands)
    if result is None:
        return
    if record.result == "bool":
        assert type(result) is bool
    value = float(record.value(*[float(operand) for operand in operands]))
    if record.name in STEPS:
        # Rounding an operand may cross a step.
        operands = [Fraction(float(operand)) for operand in operands]
        result = record.fold(*operands)
    assert value == pytest.approx(float(result), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1/3 + 1/6", "rational(1, 2)"), ("2*3 + x", "6 + x"), ("sqrt(16/9)", "rational(4, 3)"), ("8^(1/3)", "2"),
        ("2^-2", "rational(1, 4)"), ("1/0", "1/0"), ("0^-1", "0^-1"), ("sin(0) + cos(0)", "1"), ("log2(1/8)", "-3"),
        ("7 // 2 + 7 % 2 + -7 // 2", "0"), ("1 < 2", "true"), ("2 == 4/2 and not 0", "true"),
        ("3 if 1 < 2 else x", "3 if true else x"),
        ("where(1 > 2, 1, 2)", "2"), ("piecewise(1 > 2, 1, 3 > 2, 5)", "piecewise(false, 1, true, 5)"),
        ("max(1, 3, 2)", "3"), ("max(true, 0)", "1"), ("gamma(5)", "24"), ("cospi(1/3)", "rational(1, 2)"),
        ("x + 2*pi", "x + 2*pi"), ("1.5 + 2", "1.5 + 2"), ("hypot(3, 4)", "5"), ("fma(2, 3, 4)", "10"),
        ("round(5/2)", "2"),
        ("frac(-7/2)", "rational(-1, 2)"), ("copysign(3, -1)", "-3"), ("sign(-2)", "-1"), ("cbrt(-27)", "-3"),
        ("clamp(5, 0, 3)", "3"), ("exp10(2)", "100"), ("true + true", "2"), ("-(3)", "-3"), ("sqrt(2)", "sqrt(2)"),
    ],
)  # fmt: skip
def test_what_folds_and_what_stays(text: str, wanted: str) -> None:
    assert ops.fold(parse(text)) == parse(wanted)


def test_a_tower_of_powers_is_refused() -> None:
    for text in ("9^9^9^9", "x + 9^9^9^9", "2^(2^100)", "gamma(10^9)"):
        with pytest.raises(FoldError):
            ops.fold(parse(text))
    with pytest.raises(FoldError, match="wanted at most 100 bits"):
        ops.fold(parse("2^200"), bits=100)
    assert ops.fold(parse("2^200"), bits=300) == constant(2**200)


def test_a_growing_product_is_refused_in_time() -> None:
    """Squaring 40 times doubles the bits each time; the limit is met before memory is."""
    e = constant(3)
    for _ in range(40):
        e = e * e
    with pytest.raises(FoldError):
        ops.fold(e)


def test_folding_is_linear_in_unique_nodes() -> None:
    """A DAG whose tree has 2^60 nodes, and a chain of 100,000."""
    e = symbol("x") + parse("1 + 1")
    for _ in range(60):
        e = e + e
    assert len(list(walk(ops.fold(e)))) == 63
    chain = symbol("x")
    for _ in range(100_000):
        chain = apply("neg", chain)
    assert ops.fold(chain) == chain
