"""The primitive steps a Tape is made of: what each takes and gives.

A step's name that is not listed here is a call: of the elementary function of
that name or, with OWN before it, of an operator of a user's as a whole, by the
address of its C function or, in the interpreter, by its `value`. Reals in, one
real out. A complex number is two reals, its parts, and one value only on its way to memory.
"""

from __future__ import annotations

from typing import Final

REAL: Final = "r"
MASK: Final = "m"
COMPLEX: Final = "c"
OUTPUT_KINDS: Final = {REAL: 0, MASK: 1, COMPLEX: 2}
"""How kernels say in a byte what an output is."""
OWN: Final = "@"
REAL_PART: Final = "real"
IMAGINARY_PART: Final = "imaginary"
_PART_STEP: Final = "complex "

# name: (kinds of the operands, kind of the result)
SIGNATURES: Final[dict[str, tuple[str, str]]] = {
    "load": ("", REAL),  # of a complex argument the real part
    "load_imaginary": ("", REAL),
    "constant": ("", REAL),
    "truth": ("", MASK),
    "add": ("rr", REAL),
    "sub": ("rr", REAL),
    "mul": ("rr", REAL),
    "div": ("rr", REAL),
    "fma": ("rrr", REAL),  # a*b + c, rounded once
    "fms": ("rrr", REAL),  # a*b - c
    "fnma": ("rrr", REAL),  # c - a*b
    "fmod": ("rr", REAL),  # C's remainder, exact
    "neg": ("r", REAL),
    "abs": ("r", REAL),
    "sqrt": ("r", REAL),
    "floor": ("r", REAL),
    "ceil": ("r", REAL),
    "trunc": ("r", REAL),
    "rint": ("r", REAL),  # half to even
    "copysign": ("rr", REAL),
    "min": ("rr", REAL),  # NaN passes, -0 < +0
    "max": ("rr", REAL),
    "lt": ("rr", MASK),
    "le": ("rr", MASK),
    "gt": ("rr", MASK),
    "ge": ("rr", MASK),
    "eq": ("rr", MASK),
    "ne": ("rr", MASK),  # true if either is NaN
    "and": ("mm", MASK),
    "or": ("mm", MASK),
    "not": ("m", MASK),
    "select": ("mrr", REAL),
    "choose": ("mmm", MASK),  # select between masks
    "number": ("m", REAL),  # false, true -> 0.0, 1.0
    "complex": ("rr", COMPLEX),  # of its parts
}

LOADS: Final = frozenset({"load", "load_imaginary"})
LEAVES: Final = LOADS | {"constant", "truth"}

# A condition and two operands, of which one is taken.
CHOICES: Final = frozenset({"select", "choose"})

# Steps whose first two operands may be swapped without changing a bit (NaN payloads apart).
COMMUTATIVE: Final = frozenset({"add", "mul", "fma", "fms", "fnma", "min", "max", "eq", "ne", "and", "or"})


def part_step(function: str, part: str) -> str:
    """Return the step that gives one part, REAL_PART or IMAGINARY_PART, of a function of complex numbers."""
    return f"{_PART_STEP}{function} {part}"


def part_of(step: str) -> tuple[str, str] | None:
    """Return the function and the part that such a step names; None for any other step."""
    if not step.startswith(_PART_STEP):
        return None
    function, part = step.removeprefix(_PART_STEP).split()
    return function, part


def signature(operator: str, count: int) -> tuple[str, str]:
    """Return the kinds of operands and of the result of a step; a function takes `count` reals."""
    known = SIGNATURES.get(operator)
    return (REAL * count, REAL) if known is None else known


def is_call(operator: str) -> bool:
    """Say whether a step calls a function rather than being a primitive."""
    return operator not in SIGNATURES
