"""How the arrays of one call look to machine code: per operand an element type and a layout.

Written as two characters per operand, the arguments first, then the outputs:
NumPy's type character and one of ``c`` (contiguous), ``s`` (one scalar for
all rows), ``x`` (any stride) or ``r`` (the lanes of a reduction, round and
round: row r at place r % 32); a last character says ``n`` for streaming
(non-temporal) stores and ``p`` for plain ones. Integers of 64 bits that are
to be checked, because f64 holds them up to 2**53 only, have letters of our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CONTIGUOUS, SCALAR, STRIDED, ROUND = "c", "s", "x", "r"
PLAIN, STREAMING = "p", "n"

# NumPy's type characters on platforms where long has 64 bits, as the emitter names them.
DTYPES: Final = {
    "d": "f64",
    "f": "f32",
    "e": "f16",
    "?": "bool",
    "b": "i8",
    "h": "i16",
    "i": "i32",
    "l": "i64",
    "q": "i64",
    "B": "u8",
    "H": "u16",
    "I": "u32",
    "L": "u64",
    "Q": "u64",
    "M": "time",
    "m": "time",
}
"""What lies in memory, by letter; "time" is an i64 whose smallest value stands for "not a time"."""
COMPLEX_DTYPES: Final = {"D": "c128", "F": "c64"}
CHECKED: Final = {"k": "i64", "K": "u64", "t": "time"}
_ELEMENTS: Final = {**DTYPES, **COMPLEX_DTYPES, **CHECKED}


@dataclass(frozen=True, slots=True)
class Operand:
    """The element type ("f64", "i32", ...) and layout ("c", "s", "x" or "r") of one array.

    If `is_checked`, code that meets an integer beyond 2**53 says so (see `_emit_load`).
    """

    dtype: str
    layout: str
    is_checked: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """What one specialisation of a kernel is compiled for."""

    inputs: tuple[Operand, ...]
    outputs: tuple[Operand, ...]
    streaming: bool

    @property
    def is_checked(self) -> bool:
        """Whether any argument is looked at for integers that would lose bits."""
        return any(operand.is_checked for operand in self.inputs)

    @classmethod
    def parse(cls, text: bytes, input_count: int) -> Signature:
        """Read the two-characters-per-operand form."""
        letters = text.decode("ascii")
        operands = [
            Operand(_ELEMENTS[letters[i]], letters[i + 1], letters[i] in CHECKED) for i in range(0, len(letters) - 1, 2)
        ]
        return cls(tuple(operands[:input_count]), tuple(operands[input_count:]), letters[-1] == STREAMING)
