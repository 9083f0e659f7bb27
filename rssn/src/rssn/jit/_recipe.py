"""What machine code is asked for by."""

from __future__ import annotations

from typing import Final, NamedTuple

WIDTHS: Final = (1, 2, 4, 8, 16, 32)
ACCURACIES: Final = ("1ulp", "fast")


class Recipe(NamedTuple):
    """What machine code follows from: the formulas, the arguments in calling order, and options."""

    ast_bytes: bytes
    names: tuple[str, ...]
    real_type: str
    math: str
    width: int | None
    """rows per vector, None for what suits the machine"""
    target: str | None
    """an instruction set by name, None for the machine's own"""
    reduce: tuple[str, ...] = ()
    """how the formulas' values are reduced, one by one"""
    part: str = ""
    """which program of the reduction this is: step, settle, combine or finish"""
    accuracy: str = "1ulp"
    """how exact elementary functions are: "1ulp", or "fast" for up to 4"""
    is_complex: bool = False
    """whether arguments are complex numbers, of two parts of the real type"""

    @property
    def letter(self) -> str:
        """NumPy's type character of arguments that need no widening."""
        letter = "d" if self.real_type == "f64" else "f"
        return letter.upper() if self.is_complex else letter

    def output_letters(self, masks: bytes) -> str:
        """Return NumPy's type characters of outputs: of a real number, a truth value, a complex number."""
        real = "d" if self.real_type == "f64" else "f"
        return "".join((real, "?", real.upper())[kind] for kind in masks)
