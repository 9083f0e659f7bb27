"""Choosing between values: conditions, minimum, maximum, clamp."""

from __future__ import annotations

import builtins
from functools import reduce
from typing import Any

from .._numpy import np
from ..expr import Printer
from ._record import Exact, Operator
from ._registry import register
from ._values import arithmetic, reals, truth


def is_bool(operand: Any) -> bool:
    """Whether an operand holds truth values rather than numbers."""
    return isinstance(operand, bool) or getattr(operand, "dtype", None) == np.bool_


def choose(condition: Any, yes: Any, no: Any) -> Any:
    """`yes` where the condition holds, else `no`; bools if both are, else numbers of one type."""
    if not (is_bool(yes) and is_bool(no)):
        yes, no = reals(yes, no)
    return np.where(truth(condition), yes, no)[()]


def choose_first(*operands: Any) -> Any:
    """The value whose condition holds first, else the last operand."""
    *pairs, result = operands
    for condition, value in zip(pairs[-2::-2], pairs[-1::-2], strict=True):
        result = choose(condition, value, result)
    return result


def _minimum(a: Any, b: Any) -> Any:
    zeros = (a == 0) & (b == 0)
    return np.where(zeros, np.where(np.signbit(a), a, b), np.minimum(a, b))[()]


def _maximum(a: Any, b: Any) -> Any:
    zeros = (a == 0) & (b == 0)
    return np.where(zeros, np.where(np.signbit(a), b, a), np.maximum(a, b))[()]


def _fold_where(condition: Exact, yes: Exact, no: Exact) -> Exact:
    return yes if condition else no


def _fold_piecewise(*operands: Exact) -> Exact:
    *pairs, otherwise = operands
    return next((value for condition, value in zip(pairs[::2], pairs[1::2], strict=True) if condition), otherwise)


where = register(
    Operator(
        name="where",
        aliases=("select",),
        doc="where(c, a, b): a where c holds, else b. A NaN in the one not chosen does not matter. "
        "Text may say `a if c else b`.",
        domain="where the chosen operand is",
        arity=(3, 3),
        cost=1,
        result="branches",
        value=choose,
        fold=_fold_where,
        printer=Printer(latex=r"\begin{cases} {#2} & \text{if } {#1} \\ {#3} & \text{otherwise} \end{cases}"),
    )
)
piecewise = register(
    Operator(
        name="piecewise",
        doc="piecewise(c1, v1, c2, v2, ..., otherwise): the value whose condition holds first. "
        "Without an otherwise it is NaN where no condition holds.",
        domain="where the chosen operand is",
        arity=(3, None),
        default=float("nan"),
        cost=2,
        result="branches",
        value=choose_first,
        fold=_fold_piecewise,
    )
)
min = register(
    Operator(
        name="min",
        doc="The smallest operand. A NaN passes on, and -0 is below +0.",
        domain="all operands",
        arity=(2, None),
        commutative=True,
        cost=2,
        value=arithmetic(lambda *operands: reduce(_minimum, operands)),
        fold=lambda *operands: builtins.min(map(_number, operands)),
        printer=Printer(latex=r"\min\left({#*}\right)"),
    )
)
max = register(
    Operator(
        name="max",
        doc="The largest operand. A NaN passes on, and -0 is below +0.",
        domain="all operands",
        arity=(2, None),
        commutative=True,
        cost=2,
        value=arithmetic(lambda *operands: reduce(_maximum, operands)),
        fold=lambda *operands: builtins.max(map(_number, operands)),
        printer=Printer(latex=r"\max\left({#*}\right)"),
    )
)
clamp = register(
    Operator(
        name="clamp",
        doc="clamp(x, low, high) is min(max(x, low), high): a NaN passes on, and high wins where low > high.",
        domain="all x, low, high",
        arity=(3, 3),
        cost=4,
        value=arithmetic(lambda x, low, high: _minimum(_maximum(x, low), high)),
        fold=lambda x, low, high: builtins.min(builtins.max(_number(x), _number(low)), _number(high)),
    )
)


def _number(operand: Exact) -> Exact:
    return int(operand) if operand is True or operand is False else operand
