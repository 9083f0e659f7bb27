"""Comparisons, logic and tests of a number's kind: what gives a bool."""

from __future__ import annotations

from typing import Any

from ..expr import Precedence, Printer
from ._record import Operator
from ._registry import register
from ._values import Value, arithmetic, by_numpy, truth


def _infix(sign: str, latex: str) -> Printer:
    level = Precedence.COMPARISON
    return Printer("none", f" {sign} ", level, latex=f"#1 {latex} #2", latex_precedence=level)


def _logical(function: Value) -> Value:
    def value(*conditions: Any) -> Any:
        return function(*map(truth, conditions))

    return value


lt = register(
    Operator(
        name="lt",
        doc="Whether a < b; false if either is NaN. -0 and +0 are equal.",
        domain="all a, b",
        arity=(2, 2),
        cost=1,
        result="bool",
        value=arithmetic(by_numpy("less")),
        fold=lambda a, b: a < b,
    )
)
le = register(
    Operator(
        name="le",
        doc="Whether a <= b; false if either is NaN.",
        domain="all a, b",
        arity=(2, 2),
        cost=1,
        result="bool",
        value=arithmetic(by_numpy("less_equal")),
        fold=lambda a, b: a <= b,
    )
)
gt = register(
    Operator(
        name="gt",
        doc="Whether a > b; false if either is NaN.",
        domain="all a, b",
        arity=(2, 2),
        cost=1,
        result="bool",
        value=arithmetic(by_numpy("greater")),
        fold=lambda a, b: a > b,
    )
)
ge = register(
    Operator(
        name="ge",
        doc="Whether a >= b; false if either is NaN.",
        domain="all a, b",
        arity=(2, 2),
        cost=1,
        result="bool",
        value=arithmetic(by_numpy("greater_equal")),
        fold=lambda a, b: a >= b,
    )
)
eq = register(
    Operator(
        name="eq",
        doc="Whether a and b are equal numbers: -0 equals +0, NaN equals nothing. `==` compares structure instead.",
        domain="all a, b",
        arity=(2, 2),
        commutative=True,
        cost=1,
        result="bool",
        value=arithmetic(by_numpy("equal")),
        fold=lambda a, b: a == b,
        printer=_infix("==", "="),
    )
)
ne = register(
    Operator(
        name="ne",
        doc="Whether a and b are not equal numbers: true if either is NaN.",
        domain="all a, b",
        arity=(2, 2),
        commutative=True,
        cost=1,
        result="bool",
        value=arithmetic(by_numpy("not_equal")),
        fold=lambda a, b: a != b,
        printer=_infix("!=", r"\ne"),
    )
)
and_ = register(
    Operator(
        name="and",
        doc="Whether both conditions hold. Both are evaluated. A number as condition is true if != 0, so NaN is true.",
        domain="all a, b",
        arity=(2, 2),
        commutative=True,
        cost=0.5,
        result="bool",
        value=_logical(by_numpy("logical_and")),
        fold=lambda a, b: bool(a) and bool(b),
    )
)
or_ = register(
    Operator(
        name="or",
        doc="Whether a condition holds. Both are evaluated. A number as condition is true if != 0, so NaN is true.",
        domain="all a, b",
        arity=(2, 2),
        commutative=True,
        cost=0.5,
        result="bool",
        value=_logical(by_numpy("logical_or")),
        fold=lambda a, b: bool(a) or bool(b),
    )
)
not_ = register(
    Operator(
        name="not",
        doc="Whether the condition does not hold. A number as condition is true if != 0, so not NaN is false.",
        domain="all x",
        arity=(1, 1),
        cost=0.5,
        result="bool",
        value=_logical(by_numpy("logical_not")),
        fold=lambda x: not x,
    )
)
isnan = register(
    Operator(
        name="isnan",
        doc="Whether x is NaN.",
        domain="all x",
        arity=(1, 1),
        cost=1,
        result="bool",
        value=arithmetic(by_numpy("isnan")),
        fold=lambda _: False,
    )
)
isfinite = register(
    Operator(
        name="isfinite",
        doc="Whether x is neither infinite nor NaN.",
        domain="all x",
        arity=(1, 1),
        cost=1,
        result="bool",
        value=arithmetic(by_numpy("isfinite")),
        fold=lambda _: True,
    )
)
isinf = register(
    Operator(
        name="isinf",
        doc="Whether x is +inf or -inf.",
        domain="all x",
        arity=(1, 1),
        cost=1,
        result="bool",
        value=arithmetic(by_numpy("isinf")),
        fold=lambda _: False,
    )
)
