"""Conversions from and to SymPy; it is imported when one is called."""

from ._from_sympy import from_sympy as from_sympy
from ._to_sympy import to_sympy as to_sympy

__all__ = ("from_sympy", "to_sympy")
