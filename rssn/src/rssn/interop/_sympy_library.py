"""SymPy itself, imported when the first conversion needs it."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from ..errors import OptionError


@cache
def sympy() -> Any:
    """Return the module `sympy`. Raises OptionError where it is not installed."""
    try:
        return importlib.import_module("sympy")
    except ModuleNotFoundError as error:
        hint = "install it, or rssn[sympy]"
        raise OptionError(f"conversions to SymPy need the package {error.name}", hint=hint) from None


@cache
def c_functions() -> Any:
    """Return SymPy's module of functions that C has and mathematics does without: `expm1`, `log1p`, `hypot`, ..."""
    sympy()
    return importlib.import_module("sympy.codegen.cfunctions")
