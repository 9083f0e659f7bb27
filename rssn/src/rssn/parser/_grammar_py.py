"""The tables both parsers read: signs and words of the language, with the precedences of the operators' records.

From loose to tight: ``a if c else b``, ``or``, ``and``, ``not``, comparisons
(chained as in Python), ``+ -``, ``* / // %``, unary minus, ``^ **`` (grouping
to the right, and their right side may start with a minus).
"""

from __future__ import annotations

from math import inf, nan
from typing import NamedTuple

from ..expr import Expr, Precedence, constant
from ..ops import Operator, operators, watch


class Infix(NamedTuple):
    """A sign or word between two operands."""

    operator: str
    precedence: int
    right: bool


INFIX = {
    record.printer.symbol.strip(): Infix(record.name, record.printer.precedence, record.printer.style == "right")
    for record in operators()
    if record.printer is not None and record.printer.style in ("left", "right", "none")
}
INFIX["**"] = INFIX["^"]
COMPARISON = Precedence.COMPARISON
KEYWORDS = frozenset({"if", "else", "and", "or", "not"})
CONSTANTS: dict[str, Expr] = {
    "pi": constant("pi"),
    "inf": constant(inf),
    "nan": constant(nan),
    "true": constant(True),
    "false": constant(False),
}
SIGNED = frozenset({"inf"})  # like a number, a minus directly before it makes a negative constant
RATIONAL = "rational"  # rational(1, 3) is a literal, not a call
IMAGINARY = constant(1j)
FUNCTIONS: dict[str, Operator] = {}  # name or alias -> record; grows when somebody registers an operator


def _learn(record: Operator) -> None:
    FUNCTIONS.update(dict.fromkeys((record.name, *record.aliases), record))


watch(_learn)
