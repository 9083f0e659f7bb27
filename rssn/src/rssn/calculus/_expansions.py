"""How each operator acts on power series: `EXPANSIONS` has one function an operator.

Each is called with the `Arithmetic` and the series of the operands, and returns
a series or raises SeriesError. Operators that are not in the table are expanded
by their derivatives, in `_expand.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Final, TypeAlias

from .. import ops
from ..errors import SeriesError
from ..expr import Expr, constant, symbol
from . import _coefficient as number
from ._coefficient import Coefficient, Logs, NotRealError, Plain
from ._laurent import ONE, ZERO, Arithmetic, FinerError, Laurent, MoreTermsError, monomial
from ._make_py import number_of
from ._stirling import lgamma_at_infinity, polygamma_at_infinity

Expansion: TypeAlias = Callable[..., Laurent]


def regular(a: Arithmetic, x: Laurent, what: str) -> Laurent:
    """Return an operand that has a value at the point; a pole there is an essential singularity of `what`."""
    while x.terms and x.start < 0 and number.is_zero(x.terms[0], a.known):
        x = a.shifted(Laurent(x.start + 1, x.terms[1:], x.stop), 0)
    if x.terms and x.start < 0:
        raise SeriesError(
            f"{what} of what has a pole: an essential singularity, or a jump",
            wanted="finitely many negative powers", hint="expand around another point, or on one side of a jump",
        )  # fmt: skip
    if x.stop is not None and x.stop <= 0:
        raise MoreTermsError(f"an operand of {what} is known up to t^{x.stop} only")
    if isinstance(x[0], Logs) and not number.is_zero(x[0], a.known):
        raise SeriesError(f"{what} of what grows like a logarithm: no series of powers")
    return x


def first_of(x: Laurent) -> Plain:
    """The value in the point of an operand that is `regular`."""
    first = x[0]
    return 0 if isinstance(first, Logs) else first


# ---- arithmetic -----------------------------------------------------------------------------------------------------


def _power(a: Arithmetic, base: Laurent, exponent: Laurent) -> Laurent:
    if exponent.is_constant and not isinstance(exponent[0], Logs):
        r = first_of(exponent)
        whole = _whole(r)
        if whole is not None:
            return a.power(base, whole)
        return _real_power(a, base, r, "a power that is not whole", "pow")
    base = a.unit(base)
    if base.start and not a.one_sided:
        raise SeriesError("a variable power of what is 0 or has a pole: a branch point or an essential singularity")
    if base.start or exponent.start < 0 or isinstance(exponent[0], Logs):
        return _exponential("a variable power", None)(a, a.mul(exponent, _logarithm(a, base)))
    exponent = regular(a, exponent, "a power")
    first = number.apply("pow", base[0], exponent[0])
    return a.exponential(a.mul(exponent, _logarithm(a, base)), first)


def _whole(r: Plain) -> int | None:
    value = number_of(r) if isinstance(r, Expr) else r
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return int(value) if isinstance(value, int) else None


def _real_power(a: Arithmetic, base: Laurent, r: Plain, what: str, name: str) -> Laurent:
    """base^r for an r that is not whole. On both sides of a point it must be real there, and not a root of t itself."""
    if base == ZERO:
        raise SeriesError(f"{what} of 0: a branch point")
    base = a.unit(base)
    if isinstance(base.terms[0], Logs):
        raise SeriesError(f"{what} of what begins with a logarithm of t: no series of powers")
    shift = 0
    if base.start:
        shift = _root_of_t(a, base.start, _literal(r), what)
    if number.sign(base.terms[0], a.known) == -1:
        raise NotRealError(f"{what} of a negative number is not real")
    first = number.apply("sqrt", base.terms[0]) if name == "sqrt" else number.apply("pow", base.terms[0], r)
    return a.shifted(a.raised(base, r, first, a.limit - shift), shift)


def _root_of_t(a: Arithmetic, start: int, exponent: Fraction | None, what: str) -> int:
    """The exponent of t in (t^start)^exponent."""
    moved = None if exponent is None else exponent * start
    if a.one_sided:
        if moved is None:
            raise SeriesError(f"{what} of what is 0 or has a pole there: its exponent must be a literal number")
        return whole_power(moved)
    if moved is None or moved.denominator != 1 or start % 2:
        raise SeriesError(f"{what} of what is 0 or has a pole there: a branch point")
    if moved.numerator % 2:
        raise SeriesError(f"{what} has a corner there, like sqrt(x^2) = |x|")
    return moved.numerator


def whole_power(power: Fraction | int) -> int:
    """The power of t as a whole number; FinerError where t must be a finer root for that."""
    if power.denominator != 1:
        raise FinerError(power.denominator)
    return power.numerator


def _literal(r: Plain) -> Fraction | None:
    value = number_of(r) if isinstance(r, Expr) else r
    return None if value is None else Fraction(value)


def _sqrt(a: Arithmetic, x: Laurent) -> Laurent:
    return _real_power(a, x, Fraction(1, 2), "a square root", "sqrt")


def _cbrt(a: Arithmetic, x: Laurent) -> Laurent:
    x = a.unit(x)
    if x.start % 3 and not a.one_sided:
        raise SeriesError("a cube root of what is 0 or has a pole there: a branch point")
    third = Fraction(1, 3)
    shift = whole_power(Fraction(x.start, 3))
    return a.shifted(a.raised(x, third, number.apply("cbrt", x.terms[0]), a.limit - shift), shift)


def _hypot(a: Arithmetic, x: Laurent, y: Laurent) -> Laurent:
    return _sqrt(a, a.add(a.mul(x, x), a.mul(y, y)))


# ---- exponentials and logarithms ------------------------------------------------------------------------------------


def _exponential(name: str, base: int | None) -> Expansion:
    """exp of a sum with c*log(t) is t^c times exp of the rest."""

    def expand(a: Arithmetic, x: Laurent) -> Laurent:
        inner = x if base is None else a.scale(number.apply("log", base), x)
        first = inner[0]
        if not isinstance(first, Logs) or number.is_zero(first, a.known):
            x = regular(a, x, name)
            function = name if name.startswith("exp") else "exp"
            return a.exponential(inner, number.apply(function, x[0]))
        if a.unit(inner).start < 0:
            regular(a, inner, name)
        slope = _literal(first.terms[1]) if first.degree == 1 else None
        if slope is None:
            raise SeriesError(f"{name} of {first.at(ops.log(symbol('t')))}: no power of t with a literal exponent")
        shift = whole_power(slope * a.root)
        longer = replace(a, limit=a.limit - shift)
        return a.shifted(longer.exponential(inner, number.apply("exp", first.terms[0])), shift)

    return expand


def _log_of(a: Arithmetic, x: Laurent, name: str) -> tuple[Plain, Laurent]:
    """The number c and the series u without a constant term for which log(x) = log(c) + u; u may have log(t)."""
    x = a.unit(x)
    first = x.terms[0]
    if isinstance(first, Logs):
        raise SeriesError(f"{name} of what begins with a logarithm of t")
    if x.start and not a.one_sided:
        raise SeriesError(f"{name} of what is 0 or has a pole there: a branch point")
    if number.sign(first, a.known) == -1:
        raise NotRealError(f"{name} of a negative number is not real")
    unit = a.shifted(x, -x.start)
    rest = a.integral(a.div(a.derivative(unit), unit), 0)
    return first, a.add(rest, monomial(Logs.of([0, number.normal(Fraction(x.start, a.root))])))


def _logarithm(a: Arithmetic, x: Laurent, name: str = "log") -> Laurent:
    first, rest = _log_of(a, x, name)
    return a.add(rest, monomial(number.apply(name, first)))


def _other_logarithm(name: str, base: int) -> Expansion:
    def expand(a: Arithmetic, x: Laurent) -> Laurent:
        first, rest = _log_of(a, x, name)
        scaled = a.scale(number.div(1, number.apply("log", base)), rest)
        return a.add(scaled, monomial(number.apply(name, first)))

    return expand


def _log1p(a: Arithmetic, x: Laurent) -> Laurent:
    first, rest = _log_of(a, a.add(ONE, x), "log1p")
    here = x[0] if not x.terms or x.start >= 0 else None
    if here is None or isinstance(here, Logs) or number.add(here, 1) != first:
        return a.add(rest, monomial(number.apply("log", first)))
    return a.add(rest, monomial(number.apply("log1p", here)))


def _expm1(a: Arithmetic, x: Laurent) -> Laurent:
    x = regular(a, x, "expm1")
    found = a.exponential(x, number.apply("exp", x[0]))
    return a.add(a.sub(found, monomial(found[0])), monomial(number.apply("expm1", x[0])))


def _sigmoid(a: Arithmetic, x: Laurent) -> Laurent:
    x = regular(a, x, "sigmoid")
    return a.inverse(a.add(ONE, a.exponential(a.neg(x), number.apply("exp", number.neg(x[0])))))


# ---- waves ----------------------------------------------------------------------------------------------------------


def _waves(a: Arithmetic, x: Laurent, what: str) -> tuple[Laurent, Laurent]:
    x = regular(a, x, what)
    return a.waves(x, number.apply("sin", x[0]), number.apply("cos", x[0]), -1)


def _hyperbolic(a: Arithmetic, x: Laurent, what: str) -> tuple[Laurent, Laurent]:
    x = regular(a, x, what)
    return a.waves(x, number.apply("sinh", x[0]), number.apply("cosh", x[0]), 1)


def _half_turn_waves(a: Arithmetic, x: Laurent, what: str) -> tuple[Laurent, Laurent]:
    x = regular(a, x, what)
    scaled = a.scale(constant("pi"), x)
    return a.waves(scaled, number.apply("sinpi", x[0]), number.apply("cospi", x[0]), -1)


def _ratio(pair: tuple[Laurent, Laurent], a: Arithmetic) -> Laurent:
    return a.div(pair[0], pair[1])


# ---- gamma ----------------------------------------------------------------------------------------------------------


def _pole(a: Arithmetic, x: Laurent, what: str) -> int | None:
    """The number of steps from a pole of gamma at the point to 1; None where there is no pole."""
    first = first_of(regular(a, x, what))
    if isinstance(first, Expr) or first > 0 or first != int(first):
        return None
    return 1 - int(first)


def _grows(a: Arithmetic, x: Laurent) -> bool:
    """Whether the operand goes to +inf on the side that is looked at."""
    return a.one_sided and bool(x.terms) and x.start < 0 and a.unit(x).start < 0 and sign_of(a, x, "gamma") > 0


def _gamma(a: Arithmetic, x: Laurent) -> Laurent:
    steps = _pole(a, x, "gamma")
    if steps is None:
        return _exponential_of_slope(a, x)
    below = ONE
    for k in range(steps):
        below = a.mul(below, a.add(x, monomial(k)))
    return a.div(_exponential_of_slope(a, a.add(x, monomial(steps))), below)


def _exponential_of_slope(a: Arithmetic, x: Laurent) -> Laurent:
    """gamma as the exponential of the integral of digamma."""
    inner = a.integral(a.mul(_polygamma(a, ZERO, x), a.derivative(x)), 0)
    return a.exponential(inner, number.apply("gamma", x[0]))


def _lgamma(a: Arithmetic, x: Laurent) -> Laurent:
    if _grows(a, x):
        return lgamma_at_infinity(a, x, _logarithm(a, x))
    regular(a, x, "lgamma")
    return a.integral(a.mul(_polygamma(a, ZERO, x), a.derivative(x)), number.apply("lgamma", x[0]))


def _polygamma(a: Arithmetic, order: Laurent, x: Laurent) -> Laurent:
    n = _whole(first_of(order)) if order.is_constant else None
    if n is None or n < 0:
        raise SeriesError("the order of polygamma is a whole number")
    if _grows(a, x):
        return polygamma_at_infinity(a, n, x, _logarithm(a, x) if n == 0 else ZERO)
    steps = _pole(a, x, "polygamma")
    if steps is None:
        return _taylor(a, x, lambda k: number.apply("polygamma", n + k, x[0]))
    moved = _polygamma(a, order, a.add(x, monomial(steps)))
    factor = number.apply("gamma", n + 1)
    for k in range(steps):
        part = a.scale(factor, a.power(a.add(x, monomial(k)), -(n + 1)))
        moved = a.add(moved, part) if n % 2 else a.sub(moved, part)
    return moved


def _taylor(a: Arithmetic, x: Laurent, slope: Callable[[int], Coefficient]) -> Laurent:
    """f(x) from the derivatives of f at x0, by Horner's rule."""
    step = a.sub(x, monomial(x[0]))
    count = a.limit if step != ZERO else 1
    over, factorials = [], 1
    for k in range(max(count, 1)):
        factorials *= max(k, 1)
        over.append(number.div(slope(k), factorials))
    result = Laurent(0, (), a.limit) if step != ZERO else ZERO
    for c in reversed(over):
        result = a.add(a.mul(result, step), monomial(c))
    return result


# ---- steps and choices ----------------------------------------------------------------------------------------------


def _step(name: str) -> Expansion:
    """What is constant between jumps: the value at the point, or next to it on one side."""

    def expand(a: Arithmetic, x: Laurent) -> Laurent:
        x = regular(a, x, name)
        first = first_of(x)
        if x.is_constant and not isinstance(first, Expr):
            return monomial(number.apply(name, first))
        if a.one_sided and not isinstance(first, Expr):
            # The jumps are no nearer to each other than 1/2.
            beside = sign_of(a, a.sub(x, monomial(first)), name)
            grid = Fraction(math.floor(2 * Fraction(first)), 2) if beside else Fraction(first)
            near = grid + Fraction(beside, 4) if grid == first else grid + Fraction(1, 4)
            return monomial(number.apply(name, number.normal(near)))
        value = a.known.value(first) if isinstance(first, Expr) else float(first)
        if value is None:
            raise SeriesError(f"can't tell whether {name} jumps there", found=f"the value {first}")
        if not math.isfinite(value):
            raise NotRealError(f"{name} of what is not a real number")
        grid_value = 2 * value if name == "round" else value
        if abs(grid_value - round(grid_value)) < number.TINY and not (name == "trunc" and round(grid_value) == 0):
            raise SeriesError(f"{name} jumps there")
        return monomial(int(ops.lookup(name).value(value)))

    return expand


def sign_of(a: Arithmetic, x: Laurent, what: str, *, everywhere: bool = False) -> int:
    """The sign of an operand on both sides of the point; SeriesError where they differ or it is not known.

    With `everywhere` the point itself counts too: x^2 is positive on both sides of 0, but not in 0.
    On one side neither matters.
    """
    if x == ZERO:
        return 0
    x = a.unit(x)
    found = number.sign(x.terms[0], a.known)
    if not a.one_sided and (x.start % 2 or (everywhere and x.start > 0)):
        raise SeriesError(f"{what} has a jump or a corner there")
    if found is None:
        raise SeriesError(f"{what} depends on the sign of {x.terms[0]}", hint="give its symbols values")
    return found


def _abs(a: Arithmetic, x: Laurent) -> Laurent:
    return a.neg(x) if sign_of(a, x, "abs") < 0 else x


def _compare(name: str) -> Expansion:
    outcomes = {"lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (1, 0), "eq": (0,), "ne": (-1, 1)}[name]

    def expand(a: Arithmetic, x: Laurent, y: Laurent) -> Laurent:
        found = sign_of(a, a.sub(x, y), f"the comparison {name}", everywhere=True)
        return monomial(int(found in outcomes))

    return expand


def is_true(a: Arithmetic, x: Laurent) -> bool:
    """Whether a condition holds around the point and in it."""
    return sign_of(a, x, "a condition", everywhere=True) != 0


def _extreme(sign: int) -> Expansion:
    def expand(a: Arithmetic, *operands: Laurent) -> Laurent:
        best = operands[0]
        for other in operands[1:]:
            if sign_of(a, a.sub(other, best), "min or max") == sign:
                best = other
        return best

    return expand


def _clamp(a: Arithmetic, x: Laurent, low: Laurent, high: Laurent) -> Laurent:
    return _extreme(-1)(a, _extreme(1)(a, x, low), high)


def _floordiv(a: Arithmetic, x: Laurent, y: Laurent) -> Laurent:
    return _step("floor")(a, a.div(x, y))


def _signed(a: Arithmetic, x: Laurent, y: Laurent) -> Laurent:
    return a.scale(sign_of(a, y, "copysign"), _abs(a, x))


def _finite(name: str, value: int) -> Expansion:
    """isnan and the like, of what is a number around the point."""

    def expand(a: Arithmetic, x: Laurent) -> Laurent:
        if not a.one_sided:
            regular(a, x, name)
        return monomial(value)

    return expand


EXPANSIONS: Final[dict[str, Expansion]] = {
    "add": Arithmetic.add,
    "sub": Arithmetic.sub,
    "mul": Arithmetic.mul,
    "div": Arithmetic.div,
    "neg": Arithmetic.neg,
    "pow": _power,
    "fma": lambda a, x, y, z: a.add(a.mul(x, y), z),
    "sqrt": _sqrt,
    "cbrt": _cbrt,
    "hypot": _hypot,
    "exp": _exponential("exp", None),
    "exp2": _exponential("exp2", 2),
    "exp10": _exponential("exp10", 10),
    "expm1": _expm1,
    "log": _logarithm,
    "log2": _other_logarithm("log2", 2),
    "log10": _other_logarithm("log10", 10),
    "log1p": _log1p,
    "sigmoid": _sigmoid,
    "sin": lambda a, x: _waves(a, x, "sin")[0],
    "cos": lambda a, x: _waves(a, x, "cos")[1],
    "tan": lambda a, x: _ratio(_waves(a, x, "tan"), a),
    "sinpi": lambda a, x: _half_turn_waves(a, x, "sinpi")[0],
    "cospi": lambda a, x: _half_turn_waves(a, x, "cospi")[1],
    "sinh": lambda a, x: _hyperbolic(a, x, "sinh")[0],
    "cosh": lambda a, x: _hyperbolic(a, x, "cosh")[1],
    "tanh": lambda a, x: _ratio(_hyperbolic(a, x, "tanh"), a),
    "gamma": _gamma,
    "lgamma": _lgamma,
    "polygamma": _polygamma,
    "degrees": lambda a, x: a.scale(180 / constant("pi"), x),
    "radians": lambda a, x: a.scale(constant("pi") / 180, x),
    **{name: _step(name) for name in ("floor", "ceil", "round", "trunc")},
    "frac": lambda a, x: a.sub(x, _step("trunc")(a, x)),
    "floordiv": _floordiv,
    "mod": lambda a, x, y: a.sub(x, a.mul(y, _floordiv(a, x, y))),
    "sign": lambda a, x: monomial(sign_of(a, x, "sign", everywhere=True)),
    "abs": _abs,
    "copysign": _signed,
    "min": _extreme(-1),
    "max": _extreme(1),
    "clamp": _clamp,
    **{name: _compare(name) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
    "and": lambda a, x, y: monomial(int(is_true(a, x) and is_true(a, y))),
    "or": lambda a, x, y: monomial(int(is_true(a, x) or is_true(a, y))),
    "not": lambda a, x: monomial(int(not is_true(a, x))),
    "isnan": _finite("isnan", 0),
    "isinf": _finite("isinf", 0),
    "isfinite": _finite("isfinite", 1),
}
