"""Every row keeps what its label says, at random and at special points, guard true or false."""

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops, symbol, symbols
from rssn.errors import RuleError
from rssn.rules import (
    ALGEBRA,
    ALL,
    BITS,
    COMPUTE,
    EXPANSION,
    EXPLOG,
    IEEE,
    LOGIC,
    POWERS,
    SIZE,
    SPECIAL,
    TRIG,
    Assumptions,
    Facts,
    Interval,
    RewriteRule,
    point,
    positive,
)
from rssn.testing import AWKWARD_NUMBERS, numbers, real_value, same_real

TABLES = (ALGEBRA, POWERS, EXPLOG, TRIG, SIZE, LOGIC, SPECIAL, COMPUTE, EXPANSION)
ROWS = [rule for table in TABLES for rule in table]  # BITS has no meaning over the reals
each_row = pytest.mark.parametrize("rule", ROWS, ids=lambda rule: rule.name)
each_ieee_row = pytest.mark.parametrize("rule", list(IEEE), ids=lambda rule: rule.name)

SPECIAL_POINTS = [0, 1, -1, 2, -2, 3, -3, 4, 10, Fraction(1, 2), Fraction(-1, 2), Fraction(3, 2), Fraction(1, 3)]
exact_numbers = st.sampled_from(SPECIAL_POINTS) | st.fractions(-6, 6, max_denominator=12) | st.booleans()


@st.composite
def parts(draw: st.DrawFn) -> tuple[Any, Interval]:
    """Draw what a variable may stand for: a number, or a part without a value; and what can be known of it.

    Of a part that has no value here, anything may be known: it has a sign elsewhere.
    """
    if draw(st.integers(0, 5)):
        number = draw(exact_numbers)
        return number, point(number)
    low = draw(st.sampled_from([-np.inf, 0.0, 1.0]))
    high = draw(st.sampled_from([np.inf, 2.0] if low >= 0 else [np.inf, 0.0]))
    flags = {"integer": draw(st.booleans()), "nonzero": draw(st.booleans())}
    return None, Interval(low, high, defined=False, **flags)


@each_row
@given(data=st.data())
def test_value_and_definedness_stay_where_the_guard_is_proved(rule: RewriteRule, data: st.DataObject) -> None:
    """Over the reals, to 30 digits; an undefined part stays undefined and a defined one defined.

    Only the rows of `BITS` are about floats alone: NaN^0 is 1.
    """
    drawn = {name: data.draw(parts(), label=name) for name in sorted(rule.lhs.variables)}
    if rule.guard is not None and not rule.guard.holds(lambda name: drawn[name][1]):
        return
    environment = {name: value for name, (value, _) in drawn.items()}
    before, after = real_value(rule.lhs.expression, environment), real_value(rule.rhs.expression, environment)
    assert same_real(before, after)


@each_row
def test_the_guard_is_needed_and_can_be_met(rule: RewriteRule) -> None:
    """Nothing known: no rule with a guard fires. And there is something to know that lets it fire."""
    if rule.guard is None:
        return
    assert not rule.guard.holds(lambda _: Interval(defined=False))
    candidates = [*map(point, (1, 2, 3, Fraction(1, 2), -1, -2, 0, True)), Interval(0.0, low_open=True)]
    names = sorted(rule.lhs.variables)
    choices = [dict(zip(names, (u, v, w, t), strict=False)) for u in candidates for v in candidates
               for w in candidates[:3] for t in candidates[:3]]  # fmt: skip
    assert any(rule.guard.holds(choice.__getitem__) for choice in choices)


@each_row
def test_without_its_guard_a_row_would_be_wrong(rule: RewriteRule) -> None:
    """Somewhere the two sides differ: no guard asks for nothing."""
    if rule.guard is None or rule.label == "ieee":
        return
    names = sorted(rule.lhs.variables)
    for values in product([None, -2, -1, Fraction(-1, 2), 0, Fraction(1, 2), 2, Fraction(7, 2)], repeat=len(names)):
        environment = dict(zip(names, values, strict=True))
        sides = [real_value(side.expression, environment) for side in (rule.lhs, rule.rhs)]
        if not same_real(*sides):
            return
    raise AssertionError("the guard is not needed")


@each_ieee_row
@given(data=st.data())
def test_ieee_rows_keep_every_bit(rule: RewriteRule, data: st.DataObject) -> None:
    """On NumPy's floats, with NaN, infinities and both zeros; bools count as numbers."""
    guard_needs_truth = rule.guard is not None
    environment: dict[str, Any] = {}
    for name in sorted(rule.lhs.variables):
        is_truth = guard_needs_truth and any(claim.variable == name for claim in rule.guard.claims())
        environment[name] = data.draw(st.booleans() if is_truth else numbers(), label=name)
    before, after = (side.expression.evaluate(environment) for side in (rule.lhs, rule.rhs))
    assert same_bits(before, after), (before, after)


@each_ieee_row
def test_ieee_rows_keep_every_bit_at_awkward_points(rule: RewriteRule) -> None:
    """Every pair of awkward numbers."""
    names = sorted(rule.lhs.variables)
    if rule.guard is not None or not names:
        return
    grid = np.array(np.meshgrid(*[AWKWARD_NUMBERS] * min(len(names), 2)), dtype=float).reshape(min(len(names), 2), -1)
    environment = {name: grid[n % len(grid)] for n, name in enumerate(names)}
    before, after = (np.asarray(side.expression.evaluate(environment)) for side in (rule.lhs, rule.rhs))
    for left, right in np.broadcast(before, after):
        assert same_bits(left, right)


def same_bits(first: Any, second: Any) -> bool:
    first, second = float(first), float(second)
    return (first != first and second != second) or (first == second and np.signbit(first) == np.signbit(second))


@each_row
def test_rows_are_documented(rule: RewriteRule) -> None:
    """A label, a reason; ieee guards ask only for what structure shows."""
    assert rule.label in ("ieee", "real", "approx")
    assert rule.why
    if rule.label == "ieee" and rule.guard is not None:
        assert {claim.word for claim in rule.guard.claims()} == {"boolean"}  # type: ignore[union-attr]


def test_the_tables_are_joined() -> None:
    """ALL has every row of the simplifier's tables, IEEE those that keep bits; records have their own operator's."""
    assert set(IEEE) == {*ALL.labelled("ieee"), *BITS}
    assert ops.lookup("sqrt").rules == ALL.at("sqrt")
    assert len(ALL) == sum(map(len, TABLES[:-2]))
    assert all(rule.label == "ieee" for rule in IEEE)
    with pytest.raises(RuleError):
        ALL["no such row"]


def test_rows_that_must_not_fire_do_not() -> None:
    """The classics that are wrong without their assumption, and right with it."""
    x, y = symbols("x y")
    cases = [
        ("exp-of-log", ops.exp(ops.log(x)), x > 0),
        ("over-itself", x / x, ops.ne(x, 0)),
        ("zero-over", 0 / x, ops.ne(x, 0)),
        ("log-of-product", ops.log(x * y), x > 0),
        ("power-of-power", (x**2) ** y, x > 0),
        ("times-zero", 0 * ops.log(x), x > 0),
        ("minus-itself", ops.log(x) - ops.log(x), x > 0),
        ("square-of-root", ops.sqrt(x) ** 2, x >= 0),
    ]
    for name, subject, assumption in cases:
        assert ALL[name].apply(subject, Facts().of) is None, name
        assert ALL[name].apply(subject, Facts(Assumptions(assumption)).of) is not None, name
    root = ops.sqrt(x**2)
    assert ALL["root-of-square"].apply(root, Facts().of) == abs(x)
    assert ALL["size-of-nonnegative"].apply(abs(x), Facts(Assumptions(positive(x))).of) == symbol("x")
