"""Calculus as the user meets it: text is welcome wherever an expression is.

Each function has the docstring of its room's, which says what it does, what it returns and what it raises; ParseError
may be added to that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from . import calculus
from .calculus import Series
from .expr import Expr
from .parser import parse

Function = TypeVar("Function", bound=Callable[..., Any])


def _as_in(source: Callable[..., Any]) -> Callable[[Function], Function]:
    def keep(function: Function) -> Function:
        function.__doc__ = source.__doc__
        return function

    return keep


Formula = Expr | float | str
Variable = Expr | str


def _read(formula: Formula) -> Expr | float:
    return parse(formula) if isinstance(formula, str) else formula


@_as_in(calculus.diff)
def diff(e: Formula, x: Variable | Sequence[Variable], order: int = 1) -> Expr:
    return calculus.diff(_read(e), x, order)


@_as_in(calculus.gradient)
def gradient(e: Formula, xs: Sequence[Variable]) -> list[Expr]:
    return calculus.gradient(_read(e), xs)


@_as_in(calculus.jacobian)
def jacobian(es: Sequence[Formula], xs: Sequence[Variable]) -> list[list[Expr]]:
    return calculus.jacobian([_read(e) for e in es], xs)


@_as_in(calculus.hessian)
def hessian(e: Formula, xs: Sequence[Variable]) -> list[list[Expr]]:
    return calculus.hessian(_read(e), xs)


@_as_in(calculus.series)
def series(e: Formula, x: Variable, at: Formula = 0, order: int = 6, *, direction: str | None = None) -> Series:
    return calculus.series(_read(e), x, _read(at), order, direction=direction)
