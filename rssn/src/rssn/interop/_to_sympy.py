"""`to_sympy`: expressions to SymPy's objects. What each operator becomes is in `_sympy_functions.py`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ..errors import ConversionError, OptionError
from ..expr import Expr
from ..ops import lookup
from ._columns import Columns
from ._sympy_functions import FUNCTIONS, Writer
from ._sympy_library import sympy


def to_sympy(exprs: Any, *, symbols: Mapping[str, Any] | None = None, evaluate: bool = True) -> Any:
    """Return the SymPy object that an expression is.

    A list gives a list, a list of lists of one length a `Matrix`. `symbols`
    says which object a name stands for, such as ``{"x(t)": Function("x")(t)}``
    or a symbol with assumptions; other names become plain symbols.

    With ``evaluate=True`` SymPy combines terms as it always does, and
    operators it lacks are written out in those it has, as real functions:
    ``log2(x)`` is ``log(x)/log(2)``, ``cbrt(x)`` is ``sign(x)*Abs(x)**(1/3)``.
    With ``evaluate=False`` each operator stays a node of its own: nothing is
    combined, chains stay chains, and C's functions (`expm1`, `log1p`, `hypot`,
    ...) are those of ``sympy.codegen.cfunctions``. SymPy has no -0.0.

    Raises ConversionError for what SymPy refuses, such as ``x % 0``, and where
    its recursion ends (``evaluate=False`` goes deeper); OptionError where SymPy
    is not installed.
    """
    sp = sympy()
    if isinstance(exprs, list | tuple):
        listed = [to_sympy(item, symbols=symbols, evaluate=evaluate) for item in _rows(exprs)]
        return sp.Matrix(listed) if _is_rectangle(exprs) else listed
    if not isinstance(exprs, Expr):
        raise OptionError("this is not an expression", found=repr(exprs)[:80], wanted="Expr, or lists of them")
    try:
        return _convert(exprs, dict(symbols or {}), evaluate)
    except RecursionError:
        message = "the formula is too deep for SymPy, which recurses"
        raise ConversionError(message, hint="convert with evaluate=False") from None


def _rows(exprs: Any) -> list[Any]:
    return [list(row) if isinstance(row, list | tuple) else row for row in exprs]


def _is_rectangle(exprs: Any) -> bool:
    lengths = {len(row) if isinstance(row, list | tuple) else -1 for row in exprs}
    return len(lengths) == 1 and lengths != {-1}


def _convert(root: Expr, symbols: dict[str, Any], evaluate: bool) -> Any:
    columns = Columns([root])
    writer = Writer(evaluate)
    absorbed = _absorbed(columns) if evaluate else [False] * len(columns)
    made: list[Any] = [None] * len(columns)
    for node, operator in enumerate(columns.operators):
        operands = columns.operands[node]
        if not operands:
            made[node] = _leaf(operator, columns.leaves[node], symbols)
        elif evaluate and operator in ("add", "sub", "mul"):
            parts = _gathered(operator, [made[operand] for operand in operands], writer, columns, node)
            made[node] = parts if absorbed[node] else writer.chain(operator, parts)
        else:
            values = [
                _as_kind(writer, made[operand], columns.is_truth[operand], wanted)
                for operand, wanted in zip(operands, columns.wants_truth(node), strict=True)
            ]
            made[node] = _apply(writer, operator, values, [columns.is_truth[operand] for operand in operands])
        for operand in operands:
            columns.uses[operand] -= 1
            if not columns.uses[operand]:
                made[operand] = None
    return made[columns.roots[0]]


def _apply(writer: Writer, operator: str, values: list[Any], truths: list[bool]) -> Any:
    function = FUNCTIONS.get(operator)
    try:
        if function is None:
            return sympy().Function(lookup(operator).name)(*values)
        if operator in ("where", "piecewise"):
            branches = truths[1:] if operator == "where" else [*truths[1::2], truths[-1]]
            return function(writer, *values, logical=all(branches))
        return function(writer, *values)
    except (ArithmeticError, TypeError, ValueError) as error:
        hint = "convert with evaluate=False" if writer.evaluate else ""
        raise ConversionError(f"SymPy refuses this: {error}", where=operator, hint=hint) from None


def _absorbed(columns: Columns) -> list[bool]:
    """Return which sums and products are used once, by another of their kind: SymPy gets all their terms at once.

    Added one by one, a chain of n terms would take SymPy n² steps.
    """
    absorbed = [False] * len(columns)
    for node, operator in enumerate(columns.operators):
        if operator in ("add", "sub", "mul"):
            inner = ("mul",) if operator == "mul" else ("add", "sub")
            for place, operand in enumerate(columns.operands[node]):
                if columns.operators[operand] in inner and columns.uses[operand] == 1:
                    absorbed[operand] = operator != "sub" or place == 0
    return absorbed


def _gathered(operator: str, values: list[Any], writer: Writer, columns: Columns, node: int) -> list[Any]:
    """Return the terms of a sum or the factors of a product, those of absorbed operands among them."""
    truths = [columns.is_truth[operand] for operand in columns.operands[node]]
    left, right = (
        value if isinstance(value, list) else [_as_kind(writer, value, truth, False)]
        for value, truth in zip(values, truths, strict=True)
    )
    if operator == "sub":
        right = [writer.sp.Mul(-1, term) for term in right]
    if len(left) < len(right):
        right.extend(left)
        return right
    left.extend(right)
    return left


def _as_kind(writer: Writer, value: Any, is_truth: bool, wants_truth: bool) -> Any:
    """Turn a truth value into 1 or 0 where a number is meant, and a number into the condition that it is not 0."""
    if is_truth and not wants_truth:
        return writer.number(value)
    if wants_truth and not is_truth:
        return writer.sp.Ne(value, 0, evaluate=writer.evaluate)
    return value


def _leaf(kind: str, value: Any, symbols: dict[str, Any]) -> Any:
    sp = sympy()
    if kind == "symbol":
        if value not in symbols:
            symbols[value] = sp.Symbol(value)
        return symbols[value]
    if kind == "integer":
        return sp.Integer(value)
    if kind == "rational":
        fraction = Fraction(value)
        return sp.Rational(fraction.numerator, fraction.denominator)
    if kind == "float":
        return sp.Float(value)
    return {"pi": sp.pi, "true": sp.true, "false": sp.false, "1j": sp.I}[value]
