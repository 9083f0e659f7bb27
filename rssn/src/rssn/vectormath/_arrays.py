"""The functions of this room as NumPy ufuncs, made when they are first asked for: `rssn.vectormath.sin(x, out=y)`.

What one instruction computes correctly rounded (sums, square roots, rounding to
integers, comparisons) is NumPy's own ufunc under our name: there is nothing to
add. All others run our machine code over float64, float32 and float16, and
NumPy's loops of the same name over whatever else NumPy has one for.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any, Final

import numpy as np

from ._functions import FUNCTIONS, accuracy
from ._library import Compiled, Library
from ._loops import LOOPS, REALS
from ._ufunc_c import instruction_set, make

SAME: Final = {
    "abs": "absolute",
    "add": "add",
    "ceil": "ceil",
    "copysign": "copysign",
    "div": "divide",
    "eq": "equal",
    "floor": "floor",
    "fmod": "fmod",
    "ge": "greater_equal",
    "gt": "greater",
    "le": "less_equal",
    "lt": "less",
    "mul": "multiply",
    "ne": "not_equal",
    "neg": "negative",
    "rint": "rint",
    "sqrt": "sqrt",
    "sub": "subtract",
    "trunc": "trunc",
}
"""Our name → NumPy's, where both mean the same bits."""

_PEERS: Final = {
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "pow": "power",
}
_POLES: Final = {
    **dict.fromkeys(("atanh", "log", "log10", "log1p", "log2"), "always"),
    **dict.fromkeys(("gamma", "pow"), "at_zero"),
    "lgamma": "up_to_zero",
}
_VANISHES: Final = {"erfc", "exp", "exp10", "exp2", "gamma", "pow", "sigmoid", "softplus"}
_SILENT: Final = {"maximum", "minimum"}
_TEXTS: Final = {
    "fma": "Return a * b + c, rounded once.\n\nExact on every machine; float16 gives float32.",
    "maximum": "Return the greater: a NaN passes, and +0 is above -0, as in kernels.",
    "minimum": "Return the lesser: a NaN passes, and -0 is below +0, as in kernels.",
    "sincos": "Return the sine and the cosine of x radians, which share most of their work.\n\nAs accurate as `sin`.",
}
NAMES: Final = tuple(sorted((*SAME, *LOOPS)))


def ufunc(name: str) -> np.ufunc:
    """Return an array function; raise AttributeError if there is none of that name."""
    if name in SAME:
        return numpy_ufunc(SAME[name])
    if name not in LOOPS:
        raise AttributeError(f"module 'rssn.vectormath' has no attribute {name!r}")
    return made_of(name, library())


def __getattr__(name: str) -> np.ufunc:
    return ufunc(name)


def numpy_ufunc(name: str) -> np.ufunc:
    """Return NumPy's ufunc of that name."""
    found: np.ufunc = getattr(np, name)
    return found


@cache
def library() -> Library | Compiled:
    """Return the machine code for this processor, shipped with the package or else compiled here."""
    try:
        return Library(instruction_set())
    except OSError:
        return Compiled()


def made_of(name: str, code: Library | Compiled) -> np.ufunc:
    """Return a function of `LOOPS` as a ufunc over a library's loops."""
    loop, peer = LOOPS[name], getattr(np, _PEERS.get(name, name), None)
    addresses = {real: (code.address(name, real), code.lanes(real)) for real in REALS}
    shape: dict[str, Any] = {
        "inputs": loop.inputs,
        "outputs": loop.outputs,
        "half": name != "fma",  # an exact float16 result can't be had by way of float32
        "pole": _POLES.get(name, "none"),
        "vanishes": name in _VANISHES,
        "silent": name in _SILENT,
    }
    return make(name, text(name), addresses, shape, peer, code)


def text(name: str) -> str:
    """Return the docstring: what, how accurate, by which method."""
    if name in _TEXTS:
        return _TEXTS[name]
    body = FUNCTIONS[name][1]
    method = (sys.modules[body.__module__].__doc__ or "").strip()
    bound = f"At most {accuracy()[name]:g} ULP from the true result, and the same bits on every machine."
    return f"{(body.__doc__ or '').strip()}\n\n{bound}\n\nMethod: {method}"
