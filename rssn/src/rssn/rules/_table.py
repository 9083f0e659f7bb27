"""How the tables are written: one row, one rule, each with its label and its reason."""

from __future__ import annotations

from ..expr import Expr
from ._guards import Guard
from ._rule import RewriteRule


def ieee(name: str, lhs: Expr, rhs: Expr | float, why: str, guard: Guard | None = None) -> RewriteRule:
    """A row that keeps every bit, signs of zeros, infinities and NaN included."""
    return RewriteRule(name, lhs, rhs, label="ieee", why=why, guard=guard)


def real(name: str, lhs: Expr, rhs: Expr | float, why: str, guard: Guard | None = None) -> RewriteRule:
    """A row that keeps value and definedness over the finite reals."""
    return RewriteRule(name, lhs, rhs, label="real", why=why, guard=guard)
