"""Each row of the tables as the engine uses it: the left side simplified, at points where the guard is false too."""

import random
from fractions import Fraction
from itertools import islice, product
from typing import Any

import pytest

from rssn import ne, substitute, symbol
from rssn.expr import Expr
from rssn.rules import ALL, RewriteRule, integer
from rssn.simplify import Simplifier
from rssn.testing import real_value, same_real

VALUES = [None, -3, -2, -1, Fraction(-1, 2), 0, Fraction(1, 2), 1, 2, 3, Fraction(7, 2)]
TRIED = 60
A, B = symbol("a"), symbol("b")
#: What is assumed of the two first variables, and where that holds.
ASSUMED = [
    (None, lambda _: True),
    (A > 0, lambda p: p["a"] is not None and p["a"] > 0),
    (ne(A, 0), lambda p: p["a"] is not None and p["a"] != 0),
    ((A >= 0) & (B >= 0), lambda p: None not in (p["a"], p.get("b", 0)) and p["a"] >= 0 and p.get("b", 0) >= 0),
    (A < 0, lambda p: p["a"] is not None and p["a"] < 0),
    ([integer(A), B > 1], lambda p: p["a"] in (-3, -2, -1, 0, 1, 2, 3) and (p.get("b", 2) or 0) > 1),
]


def points(names: list[str]) -> list[dict[str, Any]]:
    """Special values, all of them for one or two names, else a fixed choice."""
    grid = product(VALUES, repeat=len(names))
    every = [dict(zip(names, values, strict=True)) for values in islice(grid, len(VALUES) ** min(len(names), 3))]
    return every if len(every) <= TRIED else random.Random(3).sample(every, TRIED)


@pytest.mark.parametrize("rule", list(ALL), ids=lambda rule: rule.name)
def test_a_row_never_changes_a_value_whatever_its_guard(rule: RewriteRule) -> None:
    """A symbol may have no value: assumptions exclude that, and nothing else does.

    Where the guard can't be proved the row must not fire; where it fires the values agree.
    """
    lhs = rule.lhs.expression
    names = sorted(name.lstrip("?") for name in rule.lhs.variables)
    subject = substitute(lhs, {symbol(f"?{name}"): symbol(name) for name in names})
    for assume, holds in ASSUMED:
        simple = Simplifier(assume=assume).run(subject).result
        assert isinstance(simple, Expr)
        for point in points(names):
            if None in point.values() or not holds({"a": 1, **point}):
                continue  # a symbol stands for a finite real number
            assert same_real(real_value(subject, point), real_value(simple, point), 25), (
                subject,
                simple,
                point,
                assume,
            )


@pytest.mark.parametrize("rule", list(ALL), ids=lambda rule: rule.name)
def test_a_row_never_changes_where_its_parts_have_no_value(rule: RewriteRule) -> None:
    """The same with log(a) in place of a, which is undefined half of the time, and 1/b in place of b."""
    names = sorted(name.lstrip("?") for name in rule.lhs.variables)
    inner = {"a": 1 / A, "b": 1 / (B - 1), "c": symbol("c") / (symbol("c") + 2)}
    parts = {symbol(f"?{name}"): inner.get(name, symbol(name)) for name in names}
    if any(each.word == "boolean" for each in (rule.guard.claims() if rule.guard else ()) if hasattr(each, "word")):
        parts[symbol("?c")] = 1 / symbol("c") > 0
    subject = substitute(rule.lhs.expression, parts)
    simple = Simplifier().run(subject).result
    for point in points(names):
        if None in point.values():
            continue
        try:
            values = [real_value(each, point) for each in (subject, simple)]
        except OverflowError:
            continue
        assert same_real(*values, 25), (subject, simple, point)
