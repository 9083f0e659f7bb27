"""Operators of a user's: a record made from a Python function, as complete as the function allows."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal

from .._numpy import np
from ..errors import FoldError, OperatorError, RssnError
from ..expr import Expr, Printer, apply, constant, symbol, walk
from ._arithmetic import LARGEST_CHAIN
from ._evaluate import evaluate
from ._record import Exact, Fold, Operator, Value
from ._registry import lookup
from ._values import arithmetic, elementary, one_by_one

UNKNOWN_COST = 20.0  # of a function that nothing is known of


def placeholders(count: int) -> tuple[Expr, ...]:
    """Return the symbols that stand for the operands in an operator's definition: ?0, ?1, ..."""
    return tuple(symbol(f"?{number}") for number in range(count))


def definition_of(function: Callable[..., Any], arity: tuple[int, int | None]) -> Expr | None:
    """Return what a function computes as an expression over placeholders, if it computes with expressions at all.

    A function that looks into its operands, as NumPy's and `math`'s do, has no definition.
    """
    if arity[0] != arity[1]:
        return None
    operands = placeholders(arity[0])
    try:
        found = function(*operands)
    except RssnError:
        return None  # asked for the truth of a comparison, for example
    except (TypeError, ValueError, AttributeError, ArithmeticError):
        return None
    except Exception:
        if inspect.isfunction(function):
            raise
        return None  # compiled for numbers, with errors of its own
    if isinstance(found, int | float) or not isinstance(found, Expr):
        return None
    loose = {part for part in walk(found) if part.operator == "symbol"} - set(operands)
    if loose:
        names = ", ".join(sorted(part.name for part in loose))
        raise OperatorError("an operator's definition has a symbol of its own", found=names, wanted="only its operands")
    return found


def record_of(
    function: Callable[..., Any],
    *,
    name: str | None = None,
    aliases: tuple[str, ...] = (),
    definition: Expr | None = None,
    value: Value | None = None,
    elementwise: bool = False,
    fold: Fold | None = None,
    cost: float | None = None,
    commutative: bool = False,
    result: Literal["real", "bool"] | None = None,
    domain: str = "",
    latex: str = "",
) -> Operator:
    """Make the record of a function; what is not given follows from its definition, where it has one."""
    arity = arity_of(function)
    called = name or function.__name__
    if result is None:
        is_truth = definition is not None and not definition.is_leaf and lookup(definition.operator).result == "bool"
        result = "bool" if is_truth else "real"
    return Operator(
        name=called,
        aliases=aliases,
        doc=inspect.getdoc(function) or f"The user's operator {called}.",
        domain=domain or "where its definition has a value",
        arity=arity,
        cost=_cost(definition) if cost is None else cost,
        value=_value(value or function, elementwise, called, arity),
        fold=fold or (None if definition is None else _fold(definition)),
        commutative=commutative,
        result=result,
        printer=Printer(latex=latex) if latex else None,
    )


def arity_of(function: Callable[..., Any]) -> tuple[int, int | None]:
    """Return the fewest and most operands that a function takes; OperatorError if it takes none or needs keywords."""
    fewest, most = 0, 0
    kinds = inspect.Parameter
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        raise OperatorError("nobody can say how many operands this takes", found=repr(function)[:80]) from None
    for parameter in parameters.values():
        if parameter.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD):
            most += 1
            fewest += parameter.default is kinds.empty
        elif parameter.kind is kinds.VAR_POSITIONAL:
            return max(fewest, 1), None
        elif parameter.default is kinds.empty:
            raise OperatorError("an operator's operands have no keywords", found=parameter.name)
    if not most:
        raise OperatorError("an operator needs an operand", found=f"{function.__name__}()")
    return max(fewest, 1), most


def written_out(definition: Expr) -> Expr:
    """Return a definition in which literal powers are the products and roots that they mean."""
    done: dict[Expr, Expr] = {}
    for node in walk(definition):
        operands = [done[operand] for operand in node.operands]
        done[node] = node if node.is_leaf else _power_written_out(node.operator, operands)
    return done[definition]


def _power_written_out(operator: str, operands: list[Expr]) -> Expr:
    exponent = operands[1].value if operator == "pow" else None
    if type(exponent) is int and abs(exponent) <= LARGEST_CHAIN:
        chain = _chain(operands[0], abs(exponent))
        return apply("div", 1, chain) if exponent < 0 else chain
    if exponent is not None and exponent == 0.5:
        base, infinity = operands[0], constant("inf")
        root = apply("add", apply("sqrt", base), 0.0)
        return apply("where", apply("eq", base, -float("inf")), infinity, root)
    return apply(operator, *operands)


def _chain(base: Expr, n: int) -> Expr:
    if n < 2:
        return base if n else constant(1)
    if n % 2:
        return apply("mul", _chain(base, n - 1), base)
    half = _chain(base, n // 2)
    return apply("mul", half, half)


def _cost(definition: Expr | None) -> float:
    if definition is None:
        return UNKNOWN_COST
    return sum(lookup(node.operator).cost for node in walk(definition) if not node.is_leaf) or 1.0


def _value(function: Callable[..., Any], elementwise: bool, name: str, arity: tuple[int, int | None]) -> Value:
    if elementwise:
        return one_by_one(function) if arity == (1, 1) else elementary(_pointwise(function))
    return arithmetic(lambda *operands: _as_array(function(*operands), operands, name))


def _pointwise(function: Callable[..., Any]) -> Value:
    return lambda *operands: np.vectorize(function, otypes=[np.float64])(*operands)[()]


def _as_array(found: Any, operands: tuple[Any, ...], name: str) -> Any:
    """A constant result takes the shape of the operands, as a ufunc's would."""
    if found is None:
        raise OperatorError(f"{name} has no value", found="its function returns None", hint="give the slot `value`")
    shape = np.broadcast_shapes(*[np.shape(operand) for operand in operands])
    return found if np.shape(found) == shape else np.broadcast_to(found, shape)


def _fold(definition: Expr) -> Fold:
    def fold(*operands: Exact) -> Exact | None:
        values = {f"?{number}": operand for number, operand in enumerate(operands)}
        try:
            found: Exact = evaluate(definition, values, exact=True)
        except FoldError:
            return None
        return found

    return fold
