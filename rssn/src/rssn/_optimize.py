"""`optimize` as the user meets it: text is welcome for expressions and for assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ._assume import assumed
from .expr import Expr
from .optimize import optimize as optimize_expression
from .parser import parse


def optimize(
    expression: Expr | str,
    *,
    assume: Any = None,
    budget: float | None = None,
    args: Sequence[Expr | str] | str | None = None,
) -> Expr:
    """Return the form of an expression, or of its text, that a kernel computes fastest on this machine.

    `assume` may be text: ``optimize("1/(1/x + 1/y)", assume="x > 0, y > 0")``.
    The options are those of `rssn.optimize.optimize`; `args` may be one string of names.

    Raises ParseError, AssumptionError and OptionError.
    """
    e = parse(expression) if isinstance(expression, str) else expression
    names = args.replace(",", " ").split() if isinstance(args, str) else args
    return optimize_expression(e, assume=assumed(assume), budget=budget, args=names)
