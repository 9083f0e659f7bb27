"""`to_fpcore`: expressions to FPCore."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isinf, isnan
from typing import Any, Final

from ..errors import OptionError
from ..expr import Expr, apply, constant
from ._expand import COMMON, Definition, expand
from ._fpcore_words import CONSTANTS, OPERATORS, REFUSED
from ._source import Language, Text, argument_names, listed, write

_CALLS = {
    **{name: name for name in ("sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p")},
    **{name: name for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh")},
    **{name: name for name in ("atanh", "erf", "erfc", "lgamma", "trunc", "floor", "ceil")},
    **{name: name for name in ("isnan", "isinf", "isfinite", "not")},
    "gamma": "tgamma",
    "abs": "fabs",
    "round": "nearbyint",
    "neg": "-",
}
_CALLS_OF_TWO = {
    **{name: name for name in ("pow", "atan2", "hypot", "copysign", "and", "or")},
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
}
_MOD = (
    "(let ((a {0}) (b {1})) (let ((r (fmod a b))) (if (== r 0) (copysign 0 b) "
    "(if (or (and (< b 0) (> r 0)) (and (> b 0) (< r 0))) (+ r b) r))))"
)
_EXTREME = "(if (or (isnan {{0}}) (isnan {{1}})) NAN ({} {{0}} {{1}}))"


def _literal(value: Any) -> str:
    if value == "pi":
        return "PI"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Fraction):
        return f"{_whole(value.numerator)}/{_whole(value.denominator)}"
    if isinstance(value, int):
        return _whole(value)
    if isnan(value):
        return "NAN"
    if isinf(value):
        return "INFINITY" if value > 0 else "(- INFINITY)"
    return repr(value)


def _whole(value: int) -> str:
    return str(constant(value))  # Python's own `str` refuses some thousand digits


_HALF_TURN: Final = constant("pi")
_DEFINITIONS: Final[dict[str, Definition]] = {name: COMMON[name] for name in COMMON if name != "pow"} | {
    "exp10": lambda x: apply("pow", constant(10), x),
    "sinpi": lambda x: apply("sin", _HALF_TURN * x),
    "cospi": lambda x: apply("cos", _HALF_TURN * x),
    "degrees": lambda x: x * (180 / _HALF_TURN),
    "radians": lambda x: x * (_HALF_TURN / 180),
}
FPCORE: Final = Language(
    name="FPCore",
    templates={
        **{name: f"({word} {{0}})" for name, word in _CALLS.items()},
        **{name: f"({word} {{0}} {{1}})" for name, word in _CALLS_OF_TWO.items()},
        "fma": "(fma {0} {1} {2})",
        "mod": _MOD,
        "floordiv": "(floor (/ {0} {1}))",
        "min": _EXTREME.format("fmin"),
        "max": _EXTREME.format("fmax"),
    },
    number="(if {0} 1 0)",
    condition="(!= {0} 0)",
    literal=_literal,
    choice="(if {0} {1} {2})",
    logical="(if {0} {1} {2})",
    reserved=frozenset({*CONSTANTS, *OPERATORS, *REFUSED, "if", "let", "let*", "digits", "!", "FPCore"}),
)


def to_fpcore(
    expression: Expr,
    args: Sequence[Any] | str | None = None,
    *,
    name: str = "",
    pre: Expr | None = None,
    properties: Mapping[str, str] | None = None,
) -> str:
    """Return an expression as an FPCore; parts that are shared or deep are named by `let*`.

    `args` are names or symbols in order, by default all symbols sorted by
    name; names that FPCore can't write are changed. `pre` becomes ``:pre``,
    other `properties` are written as strings. What FPCore lacks is written
    out: the same real function, NaNs included; `floordiv` by a quotient.

    Raises UnknownNameError for a symbol that is no argument, ConversionError
    for an operator FPCore has no words for, OptionError.
    """
    roots = listed([expression] if pre is None else [expression, pre])
    names = argument_names(roots, args)
    spelled = _spelled(names)
    lines = [f"(FPCore ({' '.join(spelled[each] for each in names)})"]
    if name:
        lines.append(f"  :name {_quoted(name)}")
    for key, value in (properties or {}).items():
        if not key or any(character in ' \t\n()[]";:' for character in key):
            raise OptionError("a property can't have this name", where="properties", found=repr(key)[:60])
        lines.append(f"  :{key} {_quoted(value)}")
    if pre is not None:
        lines.append(f"  :pre {_formula(pre, spelled, truth=True)}")
    lines.append(f"  {_formula(expression, spelled)})\n")
    return "\n".join(lines)


def _formula(root: Expr, names: Mapping[str, str], *, truth: bool = False) -> str:
    text: Text = write(expand([root], _DEFINITIONS), names, FPCORE)
    [(result, is_truth)] = text.results
    if truth and not is_truth:
        result = FPCORE.condition.format(result)
    if not text.parts:
        return result
    bindings = "\n         ".join(f"({part} {piece})" for part, piece, _ in text.parts)
    return f"(let* ({bindings})\n    {result})"


def _spelled(names: Sequence[str]) -> dict[str, str]:
    """Return a word for each name: the name itself where FPCore can read it back, else something like it."""
    found: dict[str, str] = {}
    for name in names:
        allowed = "".join(c if (c.isascii() and c.isalnum()) or c in "_.'-" else "_" for c in name)
        word = allowed if allowed[0].isalpha() or allowed[0] == "_" else f"x{allowed}"
        while word in FPCORE.reserved or (word != name and word in names) or word in found.values():
            word += "_"
        found[name] = word
    return found


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
