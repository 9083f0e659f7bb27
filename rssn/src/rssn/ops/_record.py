"""The record of an operator: everything the system knows about it, in one place."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from .._record import record
from ..expr import Printer

Exact: TypeAlias = int | Fraction | bool
Fold: TypeAlias = Callable[..., Exact | None]
Value: TypeAlias = Callable[..., Any]

SLOTS_OF_OTHER_ROOMS = ("lowering", "derivative", "interval", "rules")


def latex_call(command: str) -> str:
    """Return the LaTeX template of a function of one operand, ``\\command(x)``."""
    return "\\" + command + r"\left({#1}\right)"


@record(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator, one record.

    The first block is decided where the record is written. The last four slots
    belong to other rooms, which fill them by `fill`; ``None`` means blank.

    name         what the store, the parser and the printer call it
    doc          first line: what it is; then what C and IEEE 754 say at ±0, ±inf and NaN
    domain       where the result is a number, in words of mathematics
    arity        fewest and most operands; ``None`` for no upper bound
    cost         rough cycles for one f64 on one lane: what the optimiser weighs, not a measurement
    value        NumPy arrays and scalars in, the same out; float32 stays float32; never warns
    fold         exact numbers in, the exact result or ``None``
    aliases      further names that text may use
    commutative  whether two operands may be kept in canonical order
    result       ``bool`` for comparisons and logic; ``branches``: bool if every branch is; else ``real``
    default      appended when the number of operands is even (the `otherwise` of a piecewise function)
    printer      how it is written; ``None`` keeps what the printer knows already, else ``name(a, b)``
    lowering     how it becomes vector instructions (jit)
    derivative   its partial derivatives (calculus)
    interval     its range over boxes (intervals)
    rules        its rewrite rules (simplify)
    """

    name: str
    doc: str
    domain: str
    arity: tuple[int, int | None]
    cost: float
    value: Value
    fold: Fold | None = None
    aliases: tuple[str, ...] = ()
    commutative: bool = False
    result: Literal["real", "bool", "branches"] = "real"
    default: float | None = None
    printer: Printer | None = None
    lowering: Any = None
    derivative: Any = None
    interval: Any = None
    rules: Any = None

    def accepts(self, count: int) -> bool:
        """Whether `count` operands fit, before `default` is appended."""
        fewest, most = self.arity
        if self.default is not None and count % 2 == 0:
            count += 1
        return fewest <= count and (most is None or count <= most)

    def wanted(self) -> str:
        """The number of operands, in words for an error."""
        fewest, most = self.arity
        if self.default is not None:
            return f"at least {fewest - 1} operands"
        if most is None:
            return f"at least {fewest} operands"
        span = str(fewest) if fewest == most else f"{fewest} to {most}"
        return f"{span} operand{'' if most == 1 else 's'}"
