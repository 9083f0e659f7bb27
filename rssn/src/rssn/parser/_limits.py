"""How large a text may be: hostile input ends in a LimitError, not in a full memory or a long wait."""

from __future__ import annotations

from sys import maxsize

from .._record import record


@record(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on a text; each can be raised, `UNLIMITED` lifts all.

    length           characters of text
    depth            brackets and operators that are open at once
    nodes            operands and operators, counted as written
    integer_bits     bits of an integer, or of a rational's parts with ``exact=True``
    exponent_digits  digits of a decimal or binary exponent
    name_length      characters of a name
    """

    length: int = 4_000_000
    depth: int = 8_000
    nodes: int = 4_000_000
    integer_bits: int = 1 << 16
    exponent_digits: int = 6
    name_length: int = 255


DEFAULT = Limits()
UNLIMITED = Limits(
    length=maxsize, depth=maxsize, nodes=maxsize, integer_bits=maxsize, exponent_digits=maxsize, name_length=maxsize
)
