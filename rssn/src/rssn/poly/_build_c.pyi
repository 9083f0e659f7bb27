"""Types of the native builder. What each name means is said in `_build_py.py`."""

from collections.abc import Sequence
from fractions import Fraction

import flint

from ..expr import Expr

def build_polynomial(polynomial: flint.fmpz_mpoly, bases: list[Expr]) -> Expr: ...
def build_terms(
    coefficients: Sequence[int | Fraction | float],
    monomials: Sequence[Sequence[int]],
    bases: list[Expr],
    inverse: list[bool] | None = None,
) -> Expr: ...
def coefficient_bits(polynomial: flint.fmpz_mpoly) -> int: ...
def locate() -> None: ...
def readable() -> bool: ...
