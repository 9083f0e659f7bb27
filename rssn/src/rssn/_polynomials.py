"""Polynomials as the user meets them: text is welcome wherever an expression is.

Each function has the docstring of its room's, which says what it does, what it returns and what it raises; ParseError
may be added to that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from . import poly
from .expr import Expr
from .parser import parse

_TERMS = 1_000_000
Function = TypeVar("Function", bound=Callable[..., Any])


def _as_in(source: Callable[..., Any]) -> Callable[[Function], Function]:
    def keep(function: Function) -> Function:
        function.__doc__ = source.__doc__
        return function

    return keep


Formula = Expr | str
Variable = Expr | str


def _read(formula: Formula) -> Expr:
    return parse(formula) if isinstance(formula, str) else formula


@_as_in(poly.apart)
def apart(expression: Formula, variable: Variable | None = None, *, terms: int = _TERMS) -> Expr:
    return poly.apart(_read(expression), variable, terms=terms)


@_as_in(poly.cancel)
def cancel(expression: Formula, *, terms: int = _TERMS) -> Expr:
    return poly.cancel(_read(expression), terms=terms)


@_as_in(poly.coefficients)
def coefficients(expression: Formula, *variables: Variable, terms: int = _TERMS) -> dict[int | tuple[int, ...], Expr]:
    return poly.coefficients(_read(expression), *variables, terms=terms)


@_as_in(poly.collect)
def collect(expression: Formula, variables: Variable | Sequence[Variable], *, terms: int = _TERMS) -> Expr:
    return poly.collect(_read(expression), variables, terms=terms)


@_as_in(poly.degree)
def degree(expression: Formula, variable: Variable | None = None, *, terms: int = _TERMS) -> int:
    return poly.degree(_read(expression), variable, terms=terms)


@_as_in(poly.expand)
def expand(expression: Formula, *, deep: bool = True, terms: int = _TERMS) -> Expr:
    return poly.expand(_read(expression), deep=deep, terms=terms)


@_as_in(poly.factor)
def factor(expression: Formula, *, gaussian: bool = False, terms: int = _TERMS) -> Expr:
    return poly.factor(_read(expression), gaussian=gaussian, terms=terms)


@_as_in(poly.gcd)
def gcd(*expressions: Formula, terms: int = _TERMS) -> Expr:
    return poly.gcd(*map(_read, expressions), terms=terms)


@_as_in(poly.horner)
def horner(expression: Formula, variables: Variable | Sequence[Variable] | None = None, *, terms: int = _TERMS) -> Expr:
    return poly.horner(_read(expression), variables, terms=terms)


@_as_in(poly.lcm)
def lcm(*expressions: Formula, terms: int = _TERMS) -> Expr:
    return poly.lcm(*map(_read, expressions), terms=terms)


@_as_in(poly.resultant)
def resultant(left: Formula, right: Formula, variable: Variable, *, terms: int = _TERMS) -> Expr:
    return poly.resultant(_read(left), _read(right), variable, terms=terms)


@_as_in(poly.together)
def together(expression: Formula, *, terms: int = _TERMS) -> Expr:
    return poly.together(_read(expression), terms=terms)
