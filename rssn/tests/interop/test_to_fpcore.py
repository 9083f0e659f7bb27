"""`to_fpcore`: what is written reads back with the same value."""

import math
import time
from fractions import Fraction

import pytest
from hypothesis import given

import rssn
from rssn.errors import OptionError, UnknownNameError
from rssn.interop import from_fpcore, to_fpcore
from rssn.parser import UNLIMITED
from rssn.testing import expressions

# Written with a quotient or a product of real numbers, so that the last bits differ.
ROUNDED = {"floordiv", "sinpi", "cospi", "degrees", "radians", "frac", "polygamma"}
OPERATORS = sorted({r.name for r in rssn.ops.operators() if not r.name.endswith("_for_interop")} - ROUNDED)


@given(expressions(operators=OPERATORS))
def test_what_is_written_reads_back_with_its_value(e: rssn.Expr) -> None:
    core = from_fpcore(to_fpcore(e, "x y z"))
    assert core.arguments == ("x", "y", "z")
    for point in ({"x": 0.4, "y": -1.6, "z": 3.0}, {"x": math.nan, "y": math.inf, "z": -2.5}):
        here, there = float(e.evaluate(point)), float(core.expression.evaluate(point))
        assert (here != here and there != there) or here == pytest.approx(there, rel=1e-13)


@pytest.mark.parametrize(
    "text", ["sqrt(x + 1) - sqrt(x)", "x^2/3 - rational(1, 3)*y", "where(x < y, x, 0.1)", "fma(x, y, -1.5e300)", "pi*x"]
)
def test_plain_formulas_read_back_as_they_were(text: str) -> None:
    e = rssn.parse(text)
    assert from_fpcore(to_fpcore(e)).expression == e


@pytest.mark.parametrize("name", sorted(ROUNDED - {"polygamma"}))
def test_real_functions_are_written_out(name: str) -> None:
    operands = rssn.symbols("x y")[: rssn.ops.lookup(name).arity[0]]
    e = rssn.apply(name, *operands)
    back = from_fpcore(to_fpcore(e, "x y")).expression
    point = {"x": 0.7, "y": 0.2}
    assert back.evaluate(point) == pytest.approx(e.evaluate(point), rel=1e-12)


def test_the_head_of_a_core() -> None:
    text = to_fpcore(rssn.parse("x*y"), name='a "b"', pre=rssn.parse("x"), properties={"cite": "me"})
    assert text == '(FPCore (x y)\n  :name "a \\"b\\""\n  :cite "me"\n  :pre (!= x 0)\n  (* x y))\n'
    core = from_fpcore(text)
    assert (core.name, core.properties) == ('a "b"', {"cite": "me"})
    with pytest.raises(OptionError, match="property"):
        to_fpcore(rssn.symbol("x"), properties={"a b": ""})


def test_names_that_fpcore_lacks_are_changed() -> None:
    e = rssn.parse("PI + `x(t)` + `1` + x_t_")
    core = from_fpcore(to_fpcore(e, ["PI", "x(t)", "1", "x_t_"]))
    assert core.arguments == ("PI_", "x_t__", "x1", "x_t_")
    assert core.expression.evaluate(dict.fromkeys(core.arguments, 1.0)) == 4


def test_numbers_of_any_length_are_written() -> None:
    for value in (10**5000 + 1, Fraction(-1, 10**5000)):
        e = rssn.constant(value) * rssn.symbol("x")
        assert from_fpcore(to_fpcore(e)).expression == e


def test_arguments_are_checked() -> None:
    with pytest.raises(UnknownNameError, match="'y'"):
        to_fpcore(rssn.parse("x + y"), ["x"])
    with pytest.raises(OptionError, match="twice"):
        to_fpcore(rssn.parse("x"), "x x")


def test_shared_and_deep_formulas_are_written_with_let() -> None:
    e = rssn.symbol("x")
    for _ in range(2000):
        e = rssn.sin(e) * e
    started = time.perf_counter()
    text = to_fpcore(e)
    assert time.perf_counter() - started < 2
    assert len(text) < 200_000
    assert from_fpcore(text, limits=UNLIMITED).expression == e
