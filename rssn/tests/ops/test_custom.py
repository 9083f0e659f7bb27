"""Records made from functions."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import max as larger
from rssn import parse, sin, symbols
from rssn.errors import OperatorError
from rssn.expr import apply
from rssn.ops import LARGEST_CHAIN, arity_of, definition_of, evaluate, placeholders, record_of, written_out

x, y = symbols("x y")


def test_a_function_of_expressions_is_its_definition() -> None:
    """One that asks for truth, or calls NumPy or math, has none."""
    (v,) = placeholders(1)
    assert definition_of(lambda u: larger(u, 0), (1, 1)) == larger(v, 0)
    assert definition_of(lambda u: u if u > 0 else -u, (1, 1)) is None
    assert definition_of(np.sin, (1, 1)) is None
    assert definition_of(lambda _: 3, (1, 1)) is None
    assert definition_of(lambda *u: sum(u), (1, None)) is None
    with pytest.raises(OperatorError, match="symbol of its own"):
        definition_of(lambda u: u + x, (1, 1))


def test_operands_are_counted() -> None:
    """Defaults make them optional; keywords without a default can't be operands."""
    assert arity_of(lambda a, _: a) == (2, 2)
    assert arity_of(lambda a, _=1: a) == (1, 2)
    assert arity_of(lambda *a: a) == (1, None)

    def keyword(a: Any, *, scale: float) -> Any:
        return a * scale

    with pytest.raises(OperatorError):
        arity_of(keyword)
    with pytest.raises(OperatorError):
        arity_of(lambda: 1)


@given(n=st.integers(-LARGEST_CHAIN, LARGEST_CHAIN) | st.just(0.5), value=st.floats(0.25, 4))
def test_written_out_powers_mean_the_same(n: float, value: float) -> None:
    """To the bit."""
    e = x**n
    plain = written_out(e)
    assert evaluate(plain, {"x": value}) == evaluate(e, {"x": value})
    assert "pow" not in {part.operator for part in (plain, *plain.operands)}
    assert written_out(parse("x^y + x^17")) == parse("x^y + x^17")


def test_records_follow_from_definitions() -> None:
    """Value, fold, cost, kind of result."""

    def step(v: Any, w: Any) -> Any:
        """Whether v has passed w."""
        return v >= w

    record = record_of(step, definition=definition_of(step, (2, 2)))
    assert (record.name, record.arity, record.result, record.doc) == ("step", (2, 2), "bool", "Whether v has passed w.")
    assert record.fold is not None
    assert record.fold(2, 1) is True
    assert record.cost == 1
    wave = record_of(lambda _: np.float64(1.0), name="wave")
    assert np.array_equal(wave.value(np.zeros(3)), np.ones(3))
    assert record_of(lambda v: v, name="same", elementwise=True).value(2.0) == 2.0
    both = record_of(lambda v, w: v + w, name="both", elementwise=True).value
    assert both(np.float32(0.1), np.float32(0.2)).dtype == np.float32
    assert both(np.array([1.0, 2.0]), 3).tolist() == [4.0, 5.0]
    assert sin(x) == apply("sin", x)
