"""`to_c`: expressions as a function in C99."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isinf, isnan
from typing import Any, Final

from ..errors import OptionError
from ..expr import Expr
from ._expand import COMMON, Definition, expand
from ._source import Language, argument_names, bare, identifiers, listed, nearest, symbol_names, write

_CALLS = {
    **{name: name for name in ("sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p")},
    **{name: name for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh")},
    **{name: name for name in ("atanh", "erf", "erfc", "lgamma", "trunc", "floor", "ceil")},
    "gamma": "tgamma",
    "abs": "fabs",
    "round": "rint",
}
_CALLS_OF_TWO = {
    **{name: name for name in ("pow", "atan2", "hypot", "copysign")},
    "mod": "rssn_mod",
    "floordiv": "rssn_floordiv",
    "min": "rssn_min",
    "max": "rssn_max",
}
_INFIX = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "and": "&&",
    "or": "||",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
}
_MOD = """\
/* The remainder with the sign of b. */
static double rssn_mod(double a, double b)
{
    const double rest = fmod(a, b);
    if (rest == 0.0)
        return copysign(0.0, b);
    return (b < 0.0) != (rest < 0.0) ? rest + b : rest;
}
"""
_FLOORDIV = """\
/* a/b rounded down, from the exact remainder. */
static double rssn_floordiv(double a, double b)
{
    const double rest = fmod(a, b);
    double whole, exact = (a - rest) / b;
    if (b == 0.0)
        return a / b;
    if (rest != 0.0 && (b < 0.0) != (rest < 0.0))
        exact -= 1.0;
    if (exact == 0.0)
        return copysign(0.0, a / b);
    whole = floor(exact);
    return exact - whole > 0.5 ? whole + 1.0 : whole;
}
"""
_EXTREME = """\
/* The {word}; a NaN passes on, and -0 is below +0. */
static double rssn_{name}(double a, double b)
{{
    if (a != a || b != b)
        return a + b;
    if (a == b)
        return signbit(a) ? {at_zero};
    return a {sign} b ? a : b;
}}
"""
_KEYWORDS: Final = (
    "auto break case char const continue default do double else enum extern float for goto if inline int long register "
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while out "
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs fdim floor fma "
    "fmax fmin fmod frexp hypot ilogb isfinite isinf isnan isnormal j0 j1 jn ldexp lgamma llrint llround log log10 "
    "log1p log2 logb lrint lround main modf nan nearbyint nextafter pow remainder remquo rint round scalbln scalbn "
    "signbit signgam sin sinh sqrt tan tanh tgamma trunc y0 y1 yn gamma exp10 drem finite significand asm typeof"
)


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if value == "pi":
        return "3.141592653589793"
    number = nearest(value)
    if isnan(number):
        return "NAN"
    if isinf(number):
        return "INFINITY" if number > 0 else "(-INFINITY)"
    return f"({number!r})" if repr(number)[0] == "-" else repr(number)


# gcc takes 0.0 - (double)flag for -(double)flag, which is -0.0 where the flag is not set.
_DEFINITIONS: Final[dict[str, Definition]] = COMMON | {"sub": lambda _, x: -x + 0.0}
C: Final = Language(
    name="C",
    templates={
        **{name: f"{function}({{0}})" for name, function in _CALLS.items()},
        **{name: f"{function}({{0}}, {{1}})" for name, function in _CALLS_OF_TWO.items()},
        **{name: f"({{0}} {sign} {{1}})" for name, sign in _INFIX.items()},
        "neg": "(-{0})",
        "not": "(!{0})",
        "fma": "fma({0}, {1}, {2})",
        "isnan": "({0} != {0})",
        "isinf": "(fabs({0}) == INFINITY)",
        "isfinite": "(fabs({0}) < INFINITY)",
    },
    number="(double){0}",
    condition="({0} != 0.0)",
    literal=_literal,
    choice="({0} ? {1} : {2})",
    logical="({0} ? {1} : {2})",
    helpers={
        "mod": _MOD,
        "floordiv": _FLOORDIV,
        "min": _EXTREME.format(name="min", word="smaller", sign="<", at_zero="a : b"),
        "max": _EXTREME.format(name="max", word="larger", sign=">", at_zero="b : a"),
    },
    reserved=frozenset(_KEYWORDS.split()) | {"NAN", "INFINITY"},
)


def to_c(exprs: Expr | Sequence[Expr], args: Sequence[Any] | str | None = None, name: str = "f") -> str:
    """Return C99 source of a function of doubles: ``double name(double x, double y)``.

    A sequence of expressions gives ``void name(double x, ..., double *out)``,
    which writes one double each; truth values are 1.0 and 0.0. `args` are
    names or symbols in order, by default all symbols sorted by name; names
    that C can't use are changed. Arithmetic has the bits of ``math="strict"``
    when compiled without contraction and fast math (gcc and clang:
    ``-std=c99 -ffp-contract=off``), and needs ``-lm``; elementary functions
    are those of the C library.

    Raises UnknownNameError for a symbol that is no argument, OptionError for
    a name that is no identifier, ConversionError for operators C has no words for.
    """
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) or name in C.reserved:
        raise OptionError("a function of C can't have this name", where="name", found=repr(name)[:60])
    roots = listed(exprs)
    names = argument_names(roots, args)
    spelled = identifiers(names, C.reserved | {name})
    roots = expand(roots, _DEFINITIONS)
    text = write(roots, spelled, C)
    lines = [f"    const {'int' if truth else 'double'} {part} = {bare(piece)};" for part, piece, truth in text.parts]
    results = [C.number.format(piece) if truth else bare(piece) for piece, truth in text.results]
    read = set[str]().union(*map(symbol_names, roots))
    lines[:0] = [f"    (void){spelled[each]};" for each in names if each not in read]
    parameters = [f"double {spelled[each]}" for each in names]
    if isinstance(exprs, Expr):
        head = f"double {name}({', '.join(parameters) or 'void'})"
        lines.append(f"    return {results[0]};")
    else:
        head = f"void {name}({', '.join([*parameters, 'double *out'])})"
        lines += [f"    out[{index}] = {result};" for index, result in enumerate(results)]
    helpers = [
        f"#ifndef RSSN_{each.upper()}\n#define RSSN_{each.upper()}\n{C.helpers[each]}#endif\n" for each in text.used
    ]
    body = "\n".join([head, "{", *lines, "}", ""])
    return "\n".join(["#include <math.h>\n", *helpers, body])


def _guarded(operator: str) -> str:
    """Return a helper's definition so that several of these texts may share a file."""
    macro = f"RSSN_{operator.upper()}"
    return f"#ifndef {macro}\n#define {macro}\n{C.helpers[operator]}#endif\n"
