"""`saturate` and `explain` as the user meets them: text is welcome for the expression and for assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._assume import assumed
from .egraph import Explanation, Report
from .egraph import explain as explain_expressions
from .egraph import saturate as saturate_expressions
from .expr import Expr
from .parser import parse


def saturate(
    expression: Expr | str | Sequence[Expr], rules: Any = None, *, assume: Any = None, **options: Any
) -> Report:
    """Apply rules everywhere at once to an expression, its text, or several expressions, and keep every form.

    ``saturate("sin(x)^2 + cos(x)^2").extract()``. `assume` may be text:
    ``assume="x > 0"``. The options are those of `rssn.egraph.saturate`:
    `limits`, `scheduler`, `ac`, `goals`, `explanations`.
    """
    subject = parse(expression) if isinstance(expression, str) else expression
    return saturate_expressions(subject, rules, assume=assumed(assume), **options)


def explain(a: Expr | str, b: Expr | str, rules: Any = None, *, assume: Any = None) -> Explanation:
    """Return the steps that lead from one expression, or its text, to another, as `rssn.egraph.explain` does.

    ``print(explain("2*x + 3*x", "5*x"))``. Raises RuleError if no proof is found.
    """
    left, right = (parse(each) if isinstance(each, str) else each for each in (a, b))
    return explain_expressions(left, right, rules, assume=assumed(assume))
