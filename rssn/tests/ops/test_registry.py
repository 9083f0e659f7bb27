"""Registering, finding and completing records."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rssn import ops
from rssn.errors import ArityError, OperatorError, UnknownNameError
from rssn.expr import symbols
from rssn.parser import parse

x, y = symbols("x y")


def record(name: str, **fields: object) -> ops.Operator:
    given = {"doc": "A test.", "domain": "all x", "arity": (1, 1), "cost": 1, "value": np.negative, **fields}
    return ops.Operator(name=name, **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def twice() -> Callable[..., Any]:
    """An operator as a user would register it; records can't be taken back, so it is made once."""
    return ops.register(record("test_twice", aliases=("test_double",), value=lambda v: 2.0 * v, fold=lambda v: 2 * v))


def test_a_users_operator_works_everywhere_at_once(twice: Callable[..., Any]) -> None:
    """Registered after the parser was loaded, it parses, prints, folds and evaluates."""
    e = parse("test_twice(x) + test_double(3)")
    assert e == twice(x) + twice(parse("3"))
    assert e.evaluate({"x": 1.5}) == 9.0
    assert ops.fold(twice(parse("3"))) == parse("6")
    assert parse(str(e)) == e
    assert twice(4.0) == 8.0


def test_names_are_taken_once(twice: Callable[..., Any]) -> None:  # noqa: ARG001
    for name in ("sin", "ln", "test_twice", "test_double", "not a name"):
        with pytest.raises(OperatorError):
            ops.register(record(name))
    with pytest.raises(OperatorError):
        ops.register(record("test_fresh", aliases=("cos",)))
    with pytest.raises(OperatorError):
        ops.register(record("test_commutes", commutative=True))
    with pytest.raises(OperatorError):
        ops.register(record("test_nothing", arity=(0, 0)))


def test_a_slot_is_filled_once(twice: Callable[..., Any]) -> None:  # noqa: ARG001
    assert ops.blank_slots()["test_twice"] == ("lowering", "derivative", "interval", "rules")
    ops.fill("test_twice", "interval", "wide")
    assert ops.lookup("test_double").interval == "wide"
    assert ops.blank_slots()["test_twice"] == ("lowering", "derivative", "rules")
    for slot in ("interval", "value", "nonsense"):
        with pytest.raises(OperatorError):
            ops.fill("test_twice", slot, "again")


def test_an_unknown_name_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean sqrt"):
        ops.lookup("sqtr")
    with pytest.raises(UnknownNameError, match="did you mean sin"):
        ops.lookup("SIN")
    with pytest.raises(UnknownNameError):
        ops.lookup("z" * 100_000)


def test_aliases_lead_to_the_same_record() -> None:
    for alias, name in (
        ("ln", "log"),
        ("arcsin", "asin"),
        ("select", "where"),
        ("logistic", "sigmoid"),
        ("fabs", "abs"),
    ):
        assert ops.lookup(alias) is ops.lookup(name)


def test_functions_take_expressions_numbers_and_arrays() -> None:
    assert ops.sin(x) == parse("sin(x)")
    assert ops.atan2(x, 1) == parse("atan2(x, 1)")
    assert ops.eq(x, y) == parse("x == y")
    assert ops.sin(0.5) == np.sin(0.5)
    assert ops.max(1, 2.5) == 2.5
    np.testing.assert_array_equal(ops.sqrt(np.array([4.0, 9.0])), [2.0, 3.0])
    assert ops.piecewise(x > 0, 1) == parse("piecewise(x > 0, 1)")
    assert ops.sin.__doc__ == ops.lookup("sin").doc
    for wrong in ((), (x, y), (1.0, 2.0)):
        with pytest.raises(ArityError, match="wanted 1 operand"):
            ops.sin(*wrong)
