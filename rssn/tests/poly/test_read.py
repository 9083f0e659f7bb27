"""Reading: both readers give one program, and it means what the expression means."""

from fractions import Fraction
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import config
from rssn.errors import OptionError, RssnError
from rssn.expr import symbols
from rssn.parser import parse
from rssn.poly import _read, _read_py
from rssn.poly._reading import Product, Sum
from rssn.testing import expressions

needs_native = pytest.mark.skipif(config.PURE_PYTHON, reason="RSSN_PURE asks for the twin alone")
_read_c: Any = None if config.PURE_PYTHON else import_module("rssn.poly._read_c")
x, y = symbols("x y")
OPERATORS = ("add", "sub", "mul", "div", "neg", "pow", "sin", "max")


def result(reader, roots, inverses):
    try:
        return reader.read(roots, inverses=inverses)
    except RssnError as error:
        return type(error), str(error)


@needs_native
@given(data=st.data())
def test_both_readers_give_the_same_program(data):
    """Step by step, or the same error."""
    roots = data.draw(st.lists(expressions(operators=OPERATORS, max_steps=20), min_size=1, max_size=3))
    for inverses in (False, True):
        assert result(_read_c, roots, inverses) == result(_read_py, roots, inverses)


@given(data=st.data())
def test_a_program_means_what_was_read(data, drawn, points, value_of):
    """Running the steps on numbers gives the value of the expression."""
    e, point = data.draw(drawn()), data.draw(points)
    wanted = value_of(e, point)
    if wanted is None:
        return
    try:
        reading = _read.read([e], inverses=False)
    except ZeroDivisionError:
        return
    columns = [value_of(base, point) for base in reading.bases]
    if any(inverse and not value for value, inverse in zip(columns, reading.inverse, strict=True)):
        return
    columns = [1 / value if inverse else value for value, inverse in zip(columns, reading.inverse, strict=True)]
    values = []
    for step in reading.steps:
        values.append(run(step, values, columns))
    assert values[reading.roots[0]] == wanted


def run(step, values, columns):
    def monomial(exponents):
        product = Fraction(1)
        for value, exponent in zip(columns, exponents, strict=True):
            product *= value**exponent
        return product

    if isinstance(step, Sum):
        total = sum((number * monomial(exponents) for exponents, number in step.terms.items()), Fraction(0))
        return total + sum(values[place] * sign for place, sign in step.parts)
    total = step.number * monomial(step.exponents)
    for place, power in step.factors:
        total *= values[place] ** power
    return total


def test_chains_are_flattened(reader):
    """A sum of products is one step, however it is nested."""
    reading = reader.read([parse("x*y*2 - (y - (x + 3)) + -(x*x)")], inverses=True)
    assert reading.bases == [x, y]
    (step,) = reading.steps
    assert step.terms == {(1, 1): 2, (0, 1): -1, (1, 0): 1, (0, 0): 3, (2, 0): -1}


def test_shared_parts_are_steps_of_their_own(reader):
    """What is used twice is computed once."""
    s = x + y
    reading = reader.read([s * s + s], inverses=True)
    assert reading.steps == [
        Sum({(1, 0): 1, (0, 1): 1}, []),
        Product(1, (0, 0), [(0, 1), (0, 1)]),
        Sum({}, [(0, 1), (1, 1)]) if reading.steps[2].parts[0][0] == 0 else Sum({}, [(1, 1), (0, 1)]),
    ]


def test_reading_stops_where_it_is_told_to(reader):
    """At sums that are divided by; where one stands elsewhere too, the reading says that it had to look inside."""
    inner = x + 1
    e = y / inner + 1 / (y + 1 / inner)
    whole, cut = (reader.read([e], inverses=True, stops=stops) for stops in (None, {inner}))
    assert (whole.bases, whole.inverse, whole.steps) == (cut.bases, cut.inverse, cut.steps)
    assert reader.read([e + inner], inverses=True, stops={inner}) is None
    assert reader.read([inner], inverses=True, stops={inner}) is None


def test_divisors_are_noted(reader):
    """As columns of reciprocals, and as the parts that were divided by; numbers are not."""
    reading = reader.read([parse("1/x + y/(x + 1)/2")], inverses=True)
    assert list(zip(map(str, reading.bases), reading.inverse, reading.inner, strict=True)) == [
        ("y", False, False),
        ("x", True, False),
        ("x + 1", True, True),
    ]
    assert {str(divisor) for divisor in reading.divisors} == {"x", "x + 1"}


@needs_native
def test_only_expressions_are_read():
    """Anything else is an error of ours, not a crash."""
    with pytest.raises(OptionError):
        _read_c.read([3], inverses=True)
