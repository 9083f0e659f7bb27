"""A user's operator is as good as a built-in one, in every room; a blank slot says so when it is needed."""

import ctypes
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import rssn
from rssn import ops, parse, symbols
from rssn.errors import OperatorError, UnknownNameError
from rssn.expr import apply
from rssn.rules import Facts, Interval, RewriteRule, variables

x, y = symbols("x y")
a = variables("a")
_numbers = itertools.count()


def named(**slots: Any) -> Callable[[Any], Any]:
    """Register under a name of its own, so that tests may run in any order and twice."""
    return rssn.operator(name=f"user_{next(_numbers)}", **slots)


def test_a_definition_fills_every_slot() -> None:
    """Parse, print, value, fold, derivative, range, kernel, LaTeX."""

    @named(rules=lambda ramp: [RewriteRule("ramp-twice", ramp(ramp(a)), ramp(a), label="ieee", why="not negative")])
    def ramp(v: Any) -> Any:
        """The positive part."""
        return rssn.max(v, 0)

    name = ramp.__name__
    e = parse(f"{name}({name}(x) + 2*y)")
    assert parse(str(e)) == e == ramp(ramp(x) + 2 * y)
    assert name.replace("_", "") in e.latex().replace("_", "").replace("\\", "")
    assert ramp(3) == 3
    assert np.array_equal(ramp(np.array([-1.0, 2.0])), [0.0, 2.0])
    assert e.evaluate({"x": 1.0, "y": 2.0}) == 5.0
    assert rssn.fold(parse(f"{name}(-3)")) == parse("0")
    assert rssn.diff(e, "x").evaluate({"x": 1.0, "y": 2.0}) == 1.0
    assert Facts().of(ramp(x)).is_nonnegative
    assert rssn.simplify(ramp(ramp(x))) == ramp(x)
    assert rssn.simplify(ramp(ramp(x)), ieee=True) == ramp(x)
    kernel = rssn.compile(e, ["x", "y"])
    assert kernel(1.0, 2.0) == 5.0
    assert np.array_equal(kernel(np.array([-1.0, 3.0]), np.array([0.0, 1.0])), [0.0, 5.0])
    assert ramp.__doc__ == "The positive part."


@pytest.mark.parametrize("math_mode", ["strict", "contract"])
def test_kernels_of_definitions_agree_with_the_written_out_formula(math_mode: str) -> None:
    """Literal powers mean products and roots inside a definition too."""

    @named()
    def mixed(v: Any, w: Any) -> Any:
        return v**0.5 + w**3 + v**-2 + rssn.where(v > w, rssn.sigmoid(v), math.pi)

    xs, ys = np.linspace(0.1, 4, 50), np.linspace(-3, 3, 50)
    kernel = rssn.compile(mixed(x, y), ["x", "y"], math=math_mode)
    expected = mixed(x, y).evaluate({"x": xs, "y": ys})
    assert np.allclose(kernel(xs, ys), expected, rtol=1e-14)
    assert np.allclose(expected, mixed(xs, ys), rtol=1e-14)


def test_slots_are_given_where_nothing_is_defined() -> None:
    """A function of math's: value, derivative, range and cost by hand."""

    @named(elementwise=True, derivative=lambda v: 1 / rssn.sqrt(1 - v**2), interval=lambda _: (-2, 2), cost=30)
    def arc(v: float) -> float:
        return math.asin(v)

    e = arc(x * y)
    assert e.evaluate({"x": np.array([0.1, 0.2]), "y": 1.0}) == pytest.approx([math.asin(0.1), math.asin(0.2)])
    assert rssn.diff(e, "x") == y / rssn.sqrt(1 - (x * y) ** 2)
    assert (Facts().of(e).low, Facts().of(e).high) == (-2, 2)
    assert ops.lookup(arc.__name__).cost == 30
    assert rssn.compile(e, ["x", "y"])(0.5, 0.5) == pytest.approx(math.asin(0.25))


def test_a_lowering_may_be_an_expression_in_other_operators() -> None:
    """Where the value is a function of NumPy's; and the lowering then gives the derivative as well."""

    @named(lowering=lambda v: rssn.sin(v) / v, interval=lambda _: Interval(-1.0, 1.0))
    def ratio(v: Any) -> Any:
        return np.sin(v) / v

    assert rssn.compile(ratio(x), ["x"])(0.5) == pytest.approx(math.sin(0.5) / 0.5)
    assert rssn.diff(ratio(x), "x").evaluate({"x": 0.5}) == pytest.approx(math.cos(0.5) / 0.5 - math.sin(0.5) / 0.25)
    assert Facts().of(ratio(x)).high == 1


def test_a_definition_and_a_lowering_may_differ() -> None:
    """Kernels compute the one, derivatives and folding come from the other."""

    @named(lowering=lambda v: rssn.expm1(v))
    def growth(v: Any) -> Any:
        return rssn.exp(v) - 1

    assert rssn.compile(growth(x), ["x"])(1e-20) == 1e-20
    assert rssn.diff(growth(x), "x") == rssn.exp(x)
    assert growth(x).evaluate({"x": 1e-20}) == 0.0


def test_a_function_that_returns_nothing_has_no_value() -> None:
    """A lowering is enough for kernels; the value is missed only where it is asked for."""

    def triple(builder: Any, v: int) -> int:
        return int(builder.step("mul", v, builder.constant(3.0)))

    triple.takes_builder = True  # type: ignore[attr-defined]

    @named(lowering=triple)
    def tripled(v: Any) -> Any:
        """Three times."""

    assert rssn.compile(tripled(x), ["x"])(2.0) == 6.0
    with pytest.raises(OperatorError, match="has no value"):
        tripled(x).evaluate({"x": 2.0})
    with pytest.raises(OperatorError, match="has no value"):
        tripled(np.ones(3))


def test_functions_of_numbas_give_the_value() -> None:
    """They compute with numbers alone, and say so by errors of their own."""
    numba = pytest.importorskip("numba")
    compiled = named()(numba.njit(lambda v: v * 2 if v > 0 else v))
    assert compiled(2.0) == 4.0
    assert rssn.compile(compiled(x), ["x"])(-3.0) == -3.0


def test_rules_of_two_operators_may_have_one_name() -> None:
    """They are told apart by the operator's; simplifying and saturating know all of them."""
    made = [
        named(rules=lambda own: [RewriteRule("odd", own(-a), -own(a), label="ieee", why="odd")])(lambda v: np.sinh(v))
        for _ in range(2)
    ]
    for odd in made:
        assert rssn.simplify(odd(-x)) == -odd(x)
        report = rssn.simplify(odd(-x), trace=True)
        assert f"{odd.__name__}.odd" in str(report)
        assert rssn.explain(odd(-x) / 2, -odd(x) / 2).steps


def test_blank_slots_are_errors_when_needed() -> None:
    """Not before: it parses, prints and has a value."""

    @named()
    def blank(v: Any) -> Any:
        return np.cbrt(v) + 0.0

    e = blank(x) * y
    assert e.evaluate({"x": 8.0, "y": 2.0}) == 4.0
    with pytest.raises(OperatorError, match="derivative"):
        rssn.diff(e, "x")
    assert not Facts().is_defined(e)
    assert rssn.simplify(e + e) == 2 * y * blank(x)


def test_truth_values_are_seen_from_the_definition() -> None:
    """A comparison gives a bool, also from a kernel."""

    @named()
    def inside(v: Any) -> Any:
        return (v >= 0) & (v <= 1)

    assert np.array_equal(rssn.compile(inside(x), ["x"])(np.array([0.5, 2.0])), [True, False])


def test_several_operands_and_order() -> None:
    """Commutative operators keep their operands in order; any number of operands is allowed."""

    @named(commutative=True)
    def mean(v: Any, w: Any) -> Any:
        return (v + w) / 2

    assert mean(y, x) == mean(x, y)

    @named(derivative=None)
    def longest(*values: Any) -> Any:
        return np.maximum.reduce([np.abs(value) for value in values])

    assert longest(x, y, 3).evaluate({"x": -7.0, "y": 2.0}) == 7.0


def test_nonsense_is_refused_and_nothing_is_registered() -> None:
    """Names taken, symbols that are no operands, the wrong number of derivatives, no operands, keywords."""
    before = len(ops.operators())
    bad: list[tuple[dict[str, Any], Any]] = [
        ({"name": "sin"}, lambda v: v + 1),
        ({"name": "user_bad_1"}, lambda v: v + y),
        ({"name": "user_bad_2", "derivative": lambda _: (1, 2)}, lambda v: np.sin(v)),
        ({"name": "user_bad_3"}, lambda: 3),
        ({"name": "user_bad_4", "lowering": 12345}, lambda v: np.sin(v)),
        ({"name": "not a name"}, lambda v: v + 1),
        ({"name": "user_bad_6", "rules": [3]}, lambda v: v + 1),
        ({"name": "user_bad_7", "rules": [RewriteRule("r", rssn.sin(-a), -rssn.sin(a), label="ieee")] * 2}, np.sin),
        ({"name": "user_bad_5"}, ctypes.CDLL(None)["cos"]),
    ]
    for slots, function in bad:
        with pytest.raises(OperatorError):
            rssn.operator(**slots)(function)
    assert len(ops.operators()) == before
    with pytest.raises(UnknownNameError):
        apply("user_bad_1", x)
