"""Patterns match what they say, commutative operators either way round."""

from hypothesis import given
from hypothesis import strategies as st

from rssn import cos, exp, parse, sin, symbol, symbols
from rssn.expr import Expr
from rssn.rules import Pattern, is_variable, variables
from rssn.testing import expressions

a, b, c = variables("a b c")
x, y, z = symbols("x y z")
SOME = expressions(operators=("add", "sub", "mul", "sin", "pow"))


@given(e=SOME, f=SOME, g=SOME)
def test_an_instance_of_a_pattern_matches_and_builds_itself_again(e: Expr, f: Expr, g: Expr) -> None:
    """Building from any match of an instance gives the instance."""
    pattern = Pattern(a * (b + c) - sin(a))
    instance = pattern.build({"?a": e, "?b": f, "?c": g})
    found = list(pattern.matches(instance))
    assert {"?a": e, "?b": f, "?c": g} in found
    assert all(pattern.build(binding) == instance for binding in found)


def test_both_orders_of_a_commutative_operator_are_tried() -> None:
    """x*(y + z) is x times a sum, whatever order the store keeps."""
    found = list(Pattern(a * (b + c)).matches(parse("(x + y)*(x + z)")))
    assert len(found) == 4


def test_a_variable_used_twice_binds_one_part() -> None:
    """a - a matches x - x, not x - y."""
    assert list(Pattern(a - a).matches(x - x)) == [{"?a": x}]
    assert not list(Pattern(a - a).matches(x - y))


def test_numbers_match_by_kind_and_value() -> None:
    """1 is not 1.0."""
    assert list(Pattern(a * 1).matches(x * 1))
    assert not list(Pattern(a * 1).matches(x * 1.0))


def test_variables_are_symbols_with_a_question_mark() -> None:
    """One name gives one variable."""
    assert variables("n") == symbol("?n")
    assert is_variable(variables("n"))
    assert not is_variable(x)
    assert Pattern(a + b).variables == {"?a", "?b"}
    assert Pattern(a + b) == Pattern(b + a)
    assert hash(Pattern(a)) == hash(Pattern(a))
    assert "?a" in repr(Pattern(exp(a)))


@given(depth=st.sampled_from([10_000]))
def test_patterns_may_be_deep(depth: int) -> None:
    """Nothing recurses."""
    chain, subject = a, x
    for _ in range(depth):
        chain, subject = cos(chain), cos(subject)
    assert list(Pattern(chain).matches(subject)) == [{"?a": x}]
