"""simplify on small identities: each reduced, with its assumption where it needs one, and how long that takes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from measure import Report, once_each, race

from rssn import parse, sin, symbols
from rssn.expr import Expr
from rssn.simplify import Budget, simplify

AT_MOST_S = 1e-3
#: name, text, assumption, what it becomes
IDENTITIES = [
    ("3+4", "3 + 4", "", "7"),
    ("x-x", "x - x", "", "0"),
    ("0/x", "0/x", "x != 0", "0"),
    ("(x+0)(1y)", "(x + 0)*(1*y)", "", "x*y"),
    ("x+y-(y+x)", "x + y - (y + x)", "", "0"),
    ("2x+3x", "2*x + 3*x", "", "5*x"),
    ("ab+ac", "a*b + a*c", "", "a*(b + c)"),
    ("x/x", "x/x", "x != 0", "1"),
    ("x²x³", "x^2*x^3", "", "x^5"),
    ("(x+y)²-x²-2xy-y²", "(x + y)^2 - x^2 - 2*x*y - y^2", "", "0"),
    ("cubic, expanded, less its cube", "(x + y)^3 - x^3 - 3*x^2*y - 3*x*y^2 - y^3", "", "0"),
    ("cubic, expanded", "x^3 + 3*x^2*y + 3*x*y^2 + y^3", "", "(x + y)^3"),
    (
        "redundant cubics, rssn-advanced's target",
        "((x + y)^3 - (x - y)^3 - 6*x^2*y)/(y^2 + 1.0) + x*y - y*x",
        "",
        "2*y^3/(y^2 + 1.0)",
    ),
    ("sin²+cos²", "sin(x)^2 + cos(x)^2", "", "1"),
    ("(x²-1)/(x-1)", "(x^2 - 1)/(x - 1)", "x != 1", "x + 1"),
    ("log xy-log x-log y", "log(x*y) - log(x) - log(y)", "x > 0 and y > 0", "0"),
    ("exp a exp b", "exp(a)*exp(b)", "", "exp(a + b)"),
    ("√x²", "sqrt(x^2)", "", "abs(x)"),
    ("√x², x >= 0", "sqrt(x^2)", "x >= 0", "x"),
]


def peer() -> Callable[[str], Any] | None:
    """Return SymPy's simplify, on expressions read beforehand, if it is installed."""
    try:
        sympy = import_module("sympy")
    except ImportError:
        return None
    return lambda text: sympy.simplify(sympy.sympify(text.replace("^", "**")))


def chain(length: int, start: int) -> Expr:
    """Return a long sum with nested functions, another one for each start."""
    x, y = symbols("x y")
    total = x * start
    for n in range(length):
        total = total + (sin(total) if n % 50 == 0 else x) - y * n
    return total


def main() -> None:
    """Identities beside SymPy, which takes assumptions otherwise and gets none; then long sums."""
    report = Report("simplify")
    theirs = peer()
    for name, text, assumption, expected in IDENTITIES:
        e, assume = parse(text), parse(assumption) if assumption else None
        if simplify(e, assume=assume) != parse(expected):
            raise SystemExit(f"{text} was not reduced")
        if assume is not None and simplify(e) == parse(expected):
            raise SystemExit(f"{text} was reduced without the assumption that it needs")
        ours: dict[str, Callable[[], Any]] = {"rssn": lambda e=e, assume=assume: simplify(e, assume=assume)}
        times = race(ours, rounds=report.rounds())
        other = None
        if theirs is not None:
            other = once_each(lambda _, text=text: theirs(text), range(report.rounds(2)))
        report.absolute(name, times["rssn"], other, peer="SymPy, no assumption", at_most=AT_MOST_S)
    length = 200 if report.quick else 20_000
    seconds = once_each(lambda n: simplify(chain(length, n), budget=Budget(steps=None)), range(1, 1 + report.rounds(2)))
    report.absolute(f"sum of {2 * length:,} terms", seconds)
    report.finish()


if __name__ == "__main__":
    main()
