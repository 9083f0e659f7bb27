"""The five formulas that everything is timed on, as text and as code for each peer."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

TEXT = {
    "trivial": "x + y + 10.0",
    "poly4": "x^4 - 4*x^3*y + 6*x^2*y^2 - 4*x*y^3 + y^4",
    "cubic": "x^3 + y^3 + z^3 - 3*x*y*z + x^2*y - x*y^2 + y^2*z - y*z^2 + z^2*x - z*x^2",
    "rational": "(x^2 + y^2) / (x^2 + y^2 + 1.0) + x*y*(x^2 - y^2) / (x^2 + y^2 + 1.0)^2",
    "transc": "sin(x)*exp(-y^2/2) + log(1+x^2)*cos(y) + sqrt(x^2+y^2)",
}
POLYNOMIALS = ("poly4", "cubic")
ARGUMENTS = ("x", "y", "z")


def as_python(name: str, *, products: bool = False) -> str:
    """Return the formula as Python source; with `products`, whole powers are written as products."""
    source = TEXT[name].replace("(x^2 + y^2 + 1.0)^2", "((x^2 + y^2 + 1.0)*(x^2 + y^2 + 1.0))")
    for symbol in ARGUMENTS:
        for power in (4, 3, 2):
            factors = "*".join([symbol] * power)
            source = source.replace(f"{symbol}^{power}", f"({factors})" if products else f"{symbol}**{power}")
    return source


def function(name: str, module: ModuleType, *, products: bool = False) -> Callable[..., Any]:
    """Return the formula as a Python function of x, y, z that takes sin, exp, … from a module."""
    names = {key: getattr(module, key) for key in ("sin", "cos", "exp", "log", "sqrt")}
    return eval(f"lambda x, y, z: {as_python(name, products=products)}", names)


def sum_of_terms(count: int, seed: int) -> str:
    """Return a sum of `count` terms c·x^k·y^m with coefficients that depend on the seed."""
    state, terms = seed * 2654435761 % (1 << 32) or 1, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % (1 << 32)
        terms.append(f"{1 + (state >> 8) % 9999 / 1000:.3f}*x^{2 + (state >> 4) % 7}*y^{2 + state % 7}")
    return " + ".join(terms)
