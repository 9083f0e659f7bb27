"""What each operator becomes in SymPy: the table `to_sympy` writes with.

Each entry is called as ``function(writer, *operands)``. Those that SymPy has no node for are written out in
real functions that it has; with ``evaluate=False`` C's functions are nodes of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, Final, TypeAlias

from ._sympy_library import c_functions, sympy

Function: TypeAlias = Callable[..., Any]

# Numbers beyond these stay as written: SymPy would compute them to the last digit, however long that takes.
_LARGEST_POWER_BITS, _LARGEST_FACTORIAL = 1 << 16, 10_000


class Writer:
    """SymPy with one answer to the question whether it combines what it is given."""

    def __init__(self, evaluate: bool) -> None:
        self.sp, self.evaluate = sympy(), evaluate

    def call(self, name: str, *operands: Any) -> Any:
        """Apply one of SymPy's functions or classes."""
        return getattr(self.sp, name)(*operands, evaluate=self.evaluate)

    def c(self, name: str, *operands: Any) -> Any:
        """Apply one of C's functions."""
        return getattr(c_functions(), name)(*operands, evaluate=self.evaluate)

    def chain(self, operator: str, parts: list[Any]) -> Any:
        """Return the sum or the product of many parts."""
        return self.call("Mul" if operator == "mul" else "Add", *parts)

    def number(self, condition: Any) -> Any:
        """Return 1 where a condition holds, else 0."""
        return self.call("Piecewise", (1, condition), (0, True))

    def compare(self, name: str, a: Any, b: Any) -> Any:
        """Return a comparison; of two numbers its outcome, because SymPy can't substitute in one left as written."""
        if a is self.sp.nan or b is self.sp.nan:
            return self.sp.true if name == "Ne" else self.sp.false
        return getattr(self.sp, name)(a, b, evaluate=self.evaluate or (a.is_Number and b.is_Number))

    def minus(self, x: Any) -> Any:
        """Return -x."""
        return self.call("Mul", -1, x)

    def sub(self, a: Any, b: Any) -> Any:
        """Return a - b."""
        return self.call("Add", a, self.minus(b))

    def div(self, a: Any, b: Any) -> Any:
        """Return a/b."""
        return self.call("Mul", a, self.call("Pow", b, -1))

    def pow(self, a: Any, b: Any) -> Any:
        """Return a**b, a power of numbers that would be huge as it stands."""
        sp = self.sp
        if a.is_Rational and b.is_Rational and not (a.is_Integer and abs(a.p) <= 1):
            bits = max(int(a.p).bit_length(), int(a.q).bit_length()) * (abs(int(b.p)) // int(b.q))
            if bits > _LARGEST_POWER_BITS:
                return sp.Pow(a, b, evaluate=False)
        return self.call("Pow", a, b)

    def gamma(self, x: Any) -> Any:
        """Return gamma(x); of a huge whole number as it stands."""
        huge = x.is_Rational and abs(x) > _LARGEST_FACTORIAL
        return self.sp.gamma(x, evaluate=self.evaluate and not huge)


def _same(name: str) -> Function:
    return lambda w, *operands: w.call(name, *operands)


def _comparison(name: str) -> Function:
    return lambda w, a, b: w.compare(name, a, b)


def _in_c(name: str, plain: Function) -> Function:
    """One of C's functions where nothing is to be combined, else what it means."""
    return lambda w, *operands: plain(w, *operands) if w.evaluate else w.c(name, *operands)


def _trunc(w: Writer, x: Any) -> Any:
    return w.call("Mul", w.call("sign", x), w.call("floor", w.call("Abs", x)))


def _round(w: Writer, x: Any) -> Any:
    """Half to even: floor(x + 1/2), less 1 where that is a tie rounded up to an odd number."""
    half = w.sp.Rational(1, 2)
    up = w.call("floor", w.call("Add", x, half))
    tie = w.call("Eq", up, w.call("Add", x, half))
    odd = w.call("Eq", w.call("Mod", up, 2), 1)
    return w.sub(up, w.number(w.call("And", tie, odd)))


def _copysign(w: Writer, x: Any, y: Any) -> Any:
    sign = w.call("Piecewise", (-1, w.compare("Lt", y, w.sp.Integer(0))), (1, True))
    return w.call("Mul", w.call("Abs", x), sign)


def _logarithm(base: int) -> Function:
    return lambda w, x: w.sp.log(x, base)


def _hypot(w: Writer, a: Any, b: Any) -> Any:
    return w.call("Pow", w.call("Add", w.call("Pow", a, 2), w.call("Pow", b, 2)), w.sp.Rational(1, 2))


def _sigmoid(w: Writer, x: Any) -> Any:
    return w.call("Pow", w.call("Add", 1, w.call("exp", w.minus(x))), -1)


def _softplus(w: Writer, x: Any) -> Any:
    return w.call("log", w.call("Add", 1, w.call("exp", x)))


def _piecewise(w: Writer, *operands: Any, logical: bool) -> Any:
    *pairs, otherwise = operands
    choices = list(zip(pairs[::2], pairs[1::2], strict=True))
    if logical:
        return reduce(lambda rest, pair: w.call("ITE", pair[0], pair[1], rest), reversed(choices), otherwise)
    listed = [(value, condition) for condition, value in choices]
    # SymPy's own undefined is the same as our default, so a NaN for all other cases need not be written.
    rest = [] if otherwise is w.sp.nan else [(otherwise, True)]
    return w.call("Piecewise", *listed, *rest)


def _equal(operator: str, of_truths: str) -> Function:
    def function(w: Writer, a: Any, b: Any) -> Any:
        truths = a.is_Boolean and b.is_Boolean and not (a.is_Symbol or b.is_Symbol)
        return w.call(of_truths, a, b) if truths else w.compare(operator, a, b)

    return function


_SAME: Final = (
    *("exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh"),
    *("atanh", "erf", "erfc", "polygamma", "sign", "floor"),
)

FUNCTIONS: Final[dict[str, Function]] = {
    **{name: _same(name) for name in _SAME},
    **{name: _same(name.title()) for name in ("add", "mul", "mod", "and", "or", "not")},
    **{name: _comparison(name.title()) for name in ("lt", "le", "gt", "ge")},
    **{name: _same(name.title()) for name in ("min", "max", "abs")},
    "ceil": _same("ceiling"),
    "eq": _equal("Eq", "Equivalent"),
    "ne": _equal("Ne", "Xor"),
    "sub": Writer.sub,
    "div": Writer.div,
    "neg": Writer.minus,
    "pow": Writer.pow,
    "floordiv": lambda w, a, b: w.call("floor", w.div(a, b)),
    "fma": _in_c("fma", lambda w, a, b, c: w.call("Add", w.call("Mul", a, b), c)),
    "sqrt": lambda w, x: w.call("Pow", x, w.sp.Rational(1, 2)),
    "cbrt": lambda w, x: w.call("Mul", w.call("sign", x), w.call("Pow", w.call("Abs", x), w.sp.Rational(1, 3))),
    "hypot": _in_c("hypot", _hypot),
    "exp2": _in_c("exp2", lambda w, x: w.pow(w.sp.Integer(2), x)),
    "exp10": lambda w, x: w.pow(w.sp.Integer(10), x),
    "expm1": _in_c("expm1", lambda w, x: w.call("Add", w.call("exp", x), -1)),
    "log1p": _in_c("log1p", lambda w, x: w.call("log", w.call("Add", 1, x))),
    "log2": _in_c("log2", _logarithm(2)),
    "log10": _in_c("log10", _logarithm(10)),
    "sinpi": lambda w, x: w.call("sin", w.call("Mul", w.sp.pi, x)),
    "cospi": lambda w, x: w.call("cos", w.call("Mul", w.sp.pi, x)),
    "degrees": lambda w, x: w.div(w.call("Mul", x, 180), w.sp.pi),
    "radians": lambda w, x: w.div(w.call("Mul", x, w.sp.pi), w.sp.Integer(180)),
    "gamma": Writer.gamma,
    "lgamma": lambda w, x: w.call("log", w.call("Abs", w.gamma(x))),
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "round": _round,
    "trunc": _trunc,
    "frac": lambda w, x: w.sub(x, _trunc(w, x)),
    "copysign": _copysign,
    "clamp": lambda w, x, low, high: w.call("Min", w.call("Max", x, low), high),
    "isnan": lambda w, x: w.c("isnan", x),
    "isinf": lambda w, x: w.c("isinf", x),
    "isfinite": lambda w, x: w.call("Not", w.call("Or", w.c("isnan", x), w.c("isinf", x))),
    "where": _piecewise,
    "piecewise": _piecewise,
}
