"""diff, gradient, jacobian, hessian. Start here; the passes over the graph are in `_derive_py.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from ..errors import OptionError
from ..expr import Expr, constant, symbol
from . import _rules as _rules  # fills the records' slots
from ._derive import forward, reverse
from ._tangents import forward_all

Variable: TypeAlias = Expr | str


def diff(e: Expr | float, x: Variable | Sequence[Variable], order: int = 1) -> Expr:
    """Return the `order`-th derivative of an expression by a symbol or its name.

    With several variables the mixed derivative, by each in turn and `order`
    times each: ``diff(e, ["x", "y"])`` is d²e/dxdy. The result is not
    simplified, but differentiation leaves out the zeros and ones it would
    create and merges its constants. Where the function jumps or has a corner
    the conventions of `_rules.py` hold; a branch not taken is not looked at.
    Linear in unique nodes for each order.

    Raises OptionError, DerivativeError where there is no derivative, and
    OperatorError for an operator whose record has none.
    """
    if not isinstance(order, int) or isinstance(order, bool) or order < 0:
        raise OptionError("the order of a derivative is a count", wanted="an integer of at least 0", found=repr(order))
    result = _expression(e)
    for variable in _variables(x) if _is_several(x) else [_variable(x)]:
        for _ in range(order):
            if result.is_leaf and result != variable:
                return constant(0)  # so is each derivative that is still to come, however many
            result = forward([result], variable)[0]
    return result


def gradient(e: Expr | float, xs: Sequence[Variable]) -> list[Expr]:
    """Return the derivatives of one expression by each of `xs`, by one pass in reverse.

    The pass costs a small multiple of the expression itself, however many
    variables there are, and the results share their parts. Raises as `diff`.
    """
    return reverse(_expression(e), _variables(xs))


def jacobian(es: Sequence[Expr | float], xs: Sequence[Variable]) -> list[list[Expr]]:
    """Return for each of the expressions the list of its derivatives by each of `xs`: ``j[row][column]``.

    Forward, where there are no more variables than expressions: what does not
    depend on which variable is meant is worked out once. Else in reverse, one
    pass an expression. Raises as `diff`.
    """
    roots, variables = [_expression(e) for e in _several(es)], _variables(xs)
    if len(variables) > len(roots):
        return [reverse(root, variables) for root in roots]
    columns = forward_all(roots, variables)
    return [[column[row] for column in columns] for row in range(len(roots))]


def hessian(e: Expr | float, xs: Sequence[Variable]) -> list[list[Expr]]:
    """Return the second derivatives of an expression by all pairs of `xs`; the same expression at (i, j) and (j, i).

    Forward over reverse: the gradient once, then its parts by all variables
    together; what a part of the gradient owes to the middle of the expression
    is worked out once (`_tangents_py.py`). Raises as `diff`.
    """
    variables = _variables(xs)
    slopes = reverse(_expression(e), variables)
    upper = forward_all(slopes, variables, triangle=True)
    count = range(len(variables))
    return [[upper[min(row, column)][abs(row - column)] for column in count] for row in count]


def _expression(e: Any) -> Expr:
    if isinstance(e, str):
        raise OptionError("this takes expressions", found=repr(e[:60]), hint="parse text with rssn.parse")
    return e if isinstance(e, Expr) else constant(e)


def _is_several(x: object) -> bool:
    return isinstance(x, Sequence) and not isinstance(x, str)


def _several(values: Any) -> Sequence[Any]:
    if not _is_several(values):
        raise OptionError("a list is wanted here", wanted="a list or tuple", found=repr(values)[:80])
    return values  # type: ignore[no-any-return]


def _variables(xs: Any) -> list[Expr]:
    return [_variable(x) for x in _several(xs)]


def _variable(x: Any) -> Expr:
    if isinstance(x, str):
        return symbol(x)
    if isinstance(x, Expr) and x.operator == "symbol":
        return x
    raise OptionError("derivatives are taken by symbols", wanted="a symbol or its name", found=repr(x)[:80])
