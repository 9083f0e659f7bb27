"""`to_python`: expressions as a Python function that needs nothing of rssn."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Sequence
from fractions import Fraction
from math import isinf, isnan
from typing import Any, Final

from ..errors import OptionError
from ..expr import Expr
from ._expand import COMMON, compute_constants, expand
from ._source import Language, Text, argument_names, bare, identifiers, listed, nearest, symbol_names, write

_SHARED_CALLS = (
    *("sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "floor", "ceil", "trunc"),
    *("sin", "cos", "tan", "sinh", "cosh", "tanh", "hypot", "copysign", "isnan", "isinf", "isfinite"),
)
_INVERSE = ("asin", "acos", "atan", "asinh", "acosh", "atanh", "atan2")
_SPECIAL = ("erf", "erfc", "gamma", "lgamma")
_INFIX = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "mod": "%",
    "floordiv": "//",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
}
_OF_TWO = ("hypot", "copysign", "atan2")
_LARGEST_WHOLE = 2**53
_FMA = """\
def _fma(a, b, c):
    product = a*b
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)):
        return product + c
    exact = Fraction(a)*Fraction(b) + Fraction(c)
    try:
        return exact.numerator/exact.denominator if exact else product + c
    except OverflowError:
        return math.inf if exact > 0 else -math.inf
"""
_EXTREME = """\
def _{name}(a, b):
    if a != a or b != b:
        return a + b
    if a == b:
        return a if math.copysign(1.0, {first}) < 0 else b
    return a if a {sign} b else b
"""


def _literal(value: Any, module: str) -> str:
    if value == "pi":
        return f"{module}.pi"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int) and abs(value) <= _LARGEST_WHOLE:
        return f"({value})" if value < 0 else str(value)
    if isinstance(value, Fraction) and max(abs(value.numerator), value.denominator) <= _LARGEST_WHOLE:
        return f"({value.numerator}/{value.denominator})"
    value = nearest(value)
    if isnan(value):
        return f"{module}.nan"
    if isinf(value):
        return f"{module}.inf" if value > 0 else f"(-{module}.inf)"
    return f"({value!r})" if repr(value)[0] == "-" else repr(value)


def _call(function: str, name: str) -> str:
    return f"{function}({{0}}, {{1}})" if name in _OF_TWO else f"{function}({{0}})"


_RESERVED: Final = frozenset({*keyword.kwlist, *dir(builtins), "math", "np", "Fraction"})
_COMMON: Final = {name: f"({{0}} {sign} {{1}})" for name, sign in _INFIX.items()} | {"neg": "(-{0})"}

MATH: Final = Language(
    name="Python's math",
    templates={
        **_COMMON,
        **{name: _call(f"math.{name}", name) for name in (*_SHARED_CALLS, *_INVERSE, *_SPECIAL)},
        **{name: f"float(math.{name}({{0}}))" for name in ("floor", "ceil", "trunc")},
        "abs": "abs({0})",
        "round": "float(round({0}))",
        "pow": "math.pow({0}, {1})",
        "fma": "_fma({0}, {1}, {2})",
        "and": "({0} and {1})",
        "or": "({0} or {1})",
        "not": "(not {0})",
        "min": "_min({0}, {1})",
        "max": "_max({0}, {1})",
    },
    number="float({0})",
    condition="({0} != 0)",
    literal=lambda value: _literal(value, "math"),
    choice="({1} if {0} else {2})",
    logical="({1} if {0} else {2})",
    helpers={
        "fma": _FMA,
        "min": _EXTREME.format(name="min", first="a", sign="<"),
        "max": _EXTREME.format(name="max", first="b", sign=">"),
    },
    reserved=_RESERVED,
)
NUMPY: Final = Language(
    name="NumPy",
    templates={
        **_COMMON,
        **{name: _call(f"np.{name}", name) for name in _SHARED_CALLS},
        **{name: _call(f"np.arc{name[1:]}", name) for name in _INVERSE},
        **{name: f"np.vectorize(math.{name}, otypes=[float])({{0}})" for name in _SPECIAL},
        "abs": "np.abs({0})",
        "round": "np.rint({0})",
        "pow": "np.power({0}, {1})",
        "fma": "np.vectorize(_fma, otypes=[float])({0}, {1}, {2})",
        "and": "np.logical_and({0}, {1})",
        "or": "np.logical_or({0}, {1})",
        "not": "np.logical_not({0})",
        "min": "np.minimum({0}, {1})",
        "max": "np.maximum({0}, {1})",
    },
    number="np.where({0}, 1.0, 0.0)",
    condition="np.not_equal({0}, 0)",
    literal=lambda value: _literal(value, "np"),
    choice="np.where({0}, {1}, {2})",
    logical="np.where({0}, {1}, {2})",
    helpers={"fma": _FMA},
    reserved=_RESERVED,
)
_LANGUAGES: Final = {"math": MATH, "numpy": NUMPY}


def to_python(
    exprs: Expr | Sequence[Expr], args: Sequence[Any] | str | None = None, name: str = "f", module: str = "math"
) -> str:
    """Return the source of a Python function: ``def name(x, y):`` with its imports.

    ``module="math"`` gives a function of floats that raises where Python does
    (``1/0``, ``math.log(-1)``); ``module="numpy"`` one of arrays that
    broadcast, silent as NumPy can be, whose results all have the broadcast
    shape (zeros' signs in `min` and `max` are NumPy's). Several expressions
    give a tuple. `args` are names or symbols in order, by default all symbols
    sorted by name; names that Python can't use are changed.

    Raises UnknownNameError for a symbol that is no argument, OptionError for
    a name that is no identifier, ConversionError for operators without words.
    """
    if module not in _LANGUAGES:
        raise OptionError("no such module", where="module", wanted="math or numpy", found=repr(module)[:60])
    language = _LANGUAGES[module]
    if not name.isidentifier() or name in _RESERVED:
        raise OptionError("a function can't have this name", where="name", found=repr(name)[:60])
    roots = listed(exprs)
    names = argument_names(roots, args)
    spelled = identifiers(names, _RESERVED | {name, "_min", "_max", "_fma"})
    # Parts without arrays would be computed by Python, which raises where NumPy is silent.
    roots = compute_constants(expand(roots, COMMON))
    text = write(roots, spelled, language)
    lines = [f"{part} = {bare(piece)}" for part, piece, _ in text.parts]
    results = [bare(piece) for piece, _ in text.results]
    if module == "numpy":
        lines, results = _broadcast(lines, results, roots, spelled)
    given = ", ".join(results) + ("" if len(results) > 1 or isinstance(exprs, Expr) else ",")
    lines.append(f"return {given if isinstance(exprs, Expr) else f'({given})'}")
    return _file(name, [spelled[each] for each in names], lines, text, language)


def _broadcast(
    lines: list[str], results: list[str], roots: Sequence[Expr], spelled: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Compute in silence, and give a result that does not read every argument the shape of all."""
    shapes = ", ".join(f"np.shape({text})" for text in spelled.values())
    every = set(spelled)
    for index, root in enumerate(roots):
        if symbol_names(root) != every:
            results[index] = f"np.broadcast_to({results[index]}, np.broadcast_shapes({shapes}))[()]"
    lines = [*lines, *(f"r{index + 1} = {result}" for index, result in enumerate(results))]
    silent = ['with np.errstate(all="ignore"):', *(f"    {line}" for line in lines)]
    return silent, [f"r{index + 1}" for index in range(len(results))]


def _file(name: str, parameters: list[str], lines: list[str], text: Text, language: Language) -> str:
    helpers = [language.helpers[operator] for operator in text.used]
    body = "\n".join([f"def {name}({', '.join(parameters)}):", *(f"    {line}" for line in lines), ""])
    code = "\n\n".join([*helpers, body])
    imports = [
        *(["import math"] if "math." in code else []),
        *(["from fractions import Fraction"] if "Fraction(" in code else []),
        *(["import numpy as np"] if "np." in code else []),
    ]
    ordered = sorted(imports, key=lambda line: (line.startswith("from"), line)) if len(imports) > 1 else imports
    return "\n".join([*ordered, "", "", code] if ordered else [code])
