"""Bad input to the algebra: a typed error that says what is wrong, and a store that is as it was."""

import gc
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import sympy

import rssn
from rssn import errors, parse, symbols
from rssn.expr import collect, statistics
from rssn.interop.sympy import from_sympy
from rssn.rules import RewriteRule, RuleSet, positive, variables

x, y, z = symbols("x y z")
a, b = variables("a b")
X = sympy.Symbol("x")


def registered_twice(name: str) -> None:
    def value(x: Any) -> Any:
        return x

    value.__name__ = name
    rssn.operator(value)


def nested_blocks() -> None:
    with rssn.assuming("x > 1"), rssn.assuming("x < 0"):
        raise AssertionError("the inner block is not entered")


#: what is done, the error, and what its text names
CASES: dict[str, tuple[Callable[[], Any], type[errors.RssnError], tuple[str, ...]]] = {
    "assume, of one symbol": (lambda: rssn.simplify("abs(x)", assume="x > 0, x < 0"), errors.AssumptionError,
                              ("contradict", "x > 0", "x < 0", "leave one of them out")),
    "assume, in a circle": (lambda: rssn.simplify(x, assume="x > y, y > z, z > x"), errors.AssumptionError, ("z > x",)),
    "assume, whole numbers": (lambda: rssn.optimize("n*x", assume="n integer, 0 < n, n < 1"), errors.AssumptionError,
                              ("n integer", "n < 1")),
    "assume, never true": (lambda: rssn.saturate("x*y", assume="x^2 < 0"), errors.AssumptionError, ("x^2 < 0",)),
    "assume, a false statement": (lambda: rssn.simplify(x, assume="1 > 2"), errors.AssumptionError, ("1 > 2",)),
    "assume, false": (lambda: rssn.simplify(x, assume="false"), errors.AssumptionError, ("false",)),
    "assume, within a block": (nested_blocks, errors.AssumptionError, ("x > 1", "x < 0", "assuming")),
    "assume, no comparison": (lambda: rssn.simplify(x, assume="x + y"), errors.AssumptionError, ("x + y", "x > 0")),
    "assume, either or": (lambda: rssn.simplify(x, assume="x > 0 or y > 0"), errors.AssumptionError, ("each case",)),
    "assume, an unknown word": (lambda: rssn.simplify(x, assume="n prime"), errors.AssumptionError,
                                ("prime", "integer", "nonzero")),
    "assume, a number": (lambda: rssn.simplify(x, assume=5), errors.AssumptionError, ("5", "a comparison")),
    "assume, no formula": (lambda: rssn.simplify(x, assume="x >"), errors.ParseError, ("column 4", "^")),
    "rule, unbound on the right": (lambda: RewriteRule("mine", a + 0, b, label="real"), errors.RuleError,
                                   ("mine", "?b", "?a")),
    "rule, unbound in the guard": (lambda: RewriteRule("mine", a + 0, a, label="real", guard=positive("?b")),
                                   errors.RuleError, ("mine", "?b", "?a")),
    "rule, no label": (lambda: RewriteRule("mine", a + 0, a), errors.RuleError, ("mine", "label", "ieee, real")),
    "rule, unknown label": (lambda: RewriteRule("mine", a + 0, a, label="exact"), errors.RuleError,  # type: ignore[arg-type]
                            ("mine", "'exact'", "ieee, real, approx")),
    "rule, no bound": (lambda: RewriteRule("mine", a + 0, a, label="approx"), errors.RuleError, ("mine", "bound=")),
    "rule, of everything": (lambda: RewriteRule("mine", a, a + 0, label="real"), errors.RuleError, ("mine", "?a")),
    "rules of one name": (lambda: RuleSet("set", [RewriteRule("mine", a + 0, a, label="real")] * 2), errors.RuleError,
                          ("set", "mine", "rename")),
    "operator, a built-in one": (lambda: registered_twice("sin"), errors.OperatorError, ("'sin'", "once")),
    "derivative that does not exist": (lambda: rssn.diff(parse("polygamma(x, 2)"), x), errors.DerivativeError,
                                       ("polygamma",)),
    "derivative by no symbol": (lambda: rssn.diff(x**2, 2 * x), errors.OptionError, ("2*x", "a symbol")),
    "division by a zero polynomial": (lambda: rssn.cancel(parse("1/(x - x)")), errors.ZeroPolynomialError, ("zero",)),
    "division by zero, hidden": (lambda: rssn.expand(parse("1/((x+1)^2 - x^2 - 2*x - 1)")), errors.ZeroPolynomialError,
                                 ("zero",)),
    "series, essential": (lambda: rssn.series(parse("exp(1/x)"), "x"), errors.SeriesError,
                          ("x = 0", "essential", "exp(1/x)")),
    "series, essential elsewhere": (lambda: rssn.series(parse("sin(1/(x - 1))"), "x", at=1), errors.SeriesError,
                                    ("x = 1", "essential")),
    "series, a corner": (lambda: rssn.series(parse("abs(x)"), "x"), errors.SeriesError, ("abs", "direction")),
    "SymPy, a node": (lambda: from_sympy(sympy.Integral(X) + 1), errors.ConversionError, ("args[1]", "Integral")),
    "SymPy, deep inside": (lambda: from_sympy(sympy.sin(sympy.zeta(X)) + 2), errors.ConversionError,
                           ("args[1].args[0]", "zeta")),
    "SymPy, in a matrix": (lambda: from_sympy(sympy.Matrix([[1, 2], [X, sympy.Sum(X, (X, 1, 3))]])),
                           errors.ConversionError, ("[1][1]", "Sum")),
    "strategy": (lambda: rssn.simplify(x, strategy="best"), errors.OptionError, ("'best'", "greedy, beam, restart")),
    "pass": (lambda: rssn.simplify(x, passes=["colect"]), errors.OptionError, ("'colect'", "collect")),
}  # fmt: skip


@pytest.mark.parametrize(("do", "kind", "named"), CASES.values(), ids=CASES)
def test_the_error_is_typed_and_names_what_is_wrong(
    do: Callable[[], Any], kind: type[errors.RssnError], named: tuple[str, ...]
) -> None:
    """It is also the builtin that a NumPy or SymPy user would expect."""
    with pytest.raises(kind) as caught:
        do()
    text = str(caught.value)
    assert all(each in text for each in named), text
    assert isinstance(caught.value, ValueError)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("do", "kind", "named"), CASES.values(), ids=CASES)
def test_the_store_is_as_it_was(
    do: Callable[[], Any],
    kind: type[errors.RssnError],
    named: tuple[str, ...],  # noqa: ARG001
) -> None:
    """No node stays, nor an operator, nor an assumption; what stood before means the same."""
    kept = parse("sin(x)^2 + abs(x*y) + x/z")
    before = hash(kept), str(kept), rssn.simplify(kept), len(rssn.ops.operators()), rssn.rules.current()
    for _ in range(2):  # the first time may fill what is remembered
        gc.collect()
        collect()
        live = statistics().live
        with pytest.raises(kind):
            do()
    gc.collect()
    collect()
    assert statistics().live == live
    assert (hash(kept), str(kept), rssn.simplify(kept), len(rssn.ops.operators()), rssn.rules.current()) == before
    assert rssn.simplify(x / 2 + x / 2) == x
    assert kept.evaluate({"x": 1.0, "y": -2.0, "z": 4.0}) == pytest.approx(0.7080734182735712 + 2 + 0.25)


def test_an_exact_half_is_still_a_half() -> None:
    """After all of the above."""
    assert rssn.simplify("1/4 + 1/4").value == Fraction(1, 2)
