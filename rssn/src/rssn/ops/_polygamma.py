"""The derivatives of log(gamma): what the slopes of gamma and lgamma are made of."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb, factorial, inf, nan, pi
from typing import Any

from .._numpy import np
from ..expr import Printer
from ._record import Operator
from ._registry import register
from ._values import arithmetic

HIGHEST_ORDER = 100  # beyond, the factorials of the series leave the range
TERMS = 12  # of the asymptotic series


@cache
def bernoulli(k: int) -> Fraction:
    """The Bernoulli number B_k, with B_1 = -1/2."""
    if k == 0:
        return Fraction(1)
    return -sum((comb(k + 1, j) * bernoulli(j) for j in range(k)), Fraction(0)) / (k + 1)


@cache
def tail(n: int) -> tuple[float, ...]:
    """Coefficients c of ``z^n * |polygamma(n, z)| ~ c0 + c1/z + c2/z^2 + c3/z^4 + c4/z^6 ...``.

    For n = 0 the first stands for -log(z), which the caller adds. Abramowitz and Stegun 6.4.11.
    """
    first = float(factorial(n - 1)) if n else 0.0
    rest = (float(bernoulli(2 * k) * factorial(2 * k + n - 1) / factorial(2 * k)) for k in range(1, TERMS + 1))
    return (first, factorial(n) / 2, *rest)


@cache
def cotangent_slope(n: int) -> tuple[int, ...]:
    """Coefficients of the n-th derivative of cot(t), as a polynomial in cot(t), lowest power first."""
    if n == 0:
        return (0, 1)
    previous = cotangent_slope(n - 1)
    slope = [k * c for k, c in enumerate(previous)][1:]
    wider = [0] * (len(slope) + 2)
    for k, c in enumerate(slope):  # cot' is -(1 + cot^2)
        wider[k] -= c
        wider[k + 2] -= c
    return tuple(wider)


def shift(n: int) -> int:
    """How far the argument is moved up before the asymptotic series is good enough."""
    return 12 + n


def _right(n: int, x: Any) -> Any:
    """polygamma(n, x) for x >= 1/2."""
    sign = 1.0 if n % 2 else -1.0
    near = sum(((x + k) ** -(n + 1.0) for k in reversed(range(shift(n)))), np.zeros_like(x)) * float(factorial(n))
    z = x + shift(n)
    first, second, *rest = tail(n)
    inverse, series = 1 / (z * z), np.zeros_like(z)
    for c in reversed(rest):
        series = (series + c) * inverse
    far = (first + second / z + series) * z**-n if n else -np.log(z) + second / z + series
    return sign * (near + far)


def _of_order(n: int, x: Any) -> Any:
    """polygamma(n, x) everywhere, by reflection on the left."""
    left = x < 0.5
    value = _right(n, np.where(left, 1 - x, x))
    turn = pi * (x - np.rint(x))
    cot, slope = 1 / np.tan(turn), np.zeros_like(x)
    for c in reversed(cotangent_slope(n)):
        slope = slope * cot + float(c)
    reflected = (value if n % 2 == 0 else -value) - pi ** (n + 1) * slope
    value = np.where(left, reflected, value)
    pole = (x <= 0) & (x == np.rint(x))
    value = np.where(pole, np.inf if n % 2 else np.nan, value)
    return np.where(x == np.inf, np.inf if n == 0 else 0.0, np.where(x == -np.inf, np.nan, value))


def _polygamma(n: Any, x: Any) -> Any:
    orders, x = np.broadcast_arrays(n, x)
    wide = x.astype(np.float64)
    value = np.full(x.shape, np.nan)
    for order in np.unique(orders[np.isfinite(orders)]):
        if order == np.rint(order) and 0 <= order <= HIGHEST_ORDER:
            value = np.where(orders == order, _of_order(int(order), wide), value)
    return value.astype(x.dtype)[()]


def _steps(b: Any, n: int, x: int) -> int:
    """The same in the steps of a kernel (see `lowering` of the record), where the order is a literal."""
    order = b.constant_value(n)
    if order is None or order != int(order) or not 0 <= order <= HIGHEST_ORDER:
        return int(b.step("polygamma", n, x))  # no vector code: the interpreter answers
    x, one, zero = b.real(x), b.constant(1.0), b.constant(0.0)
    left = b.step("lt", x, b.constant(0.5))
    right = _right_steps(b, int(order), b.select(left, b.step("sub", one, x), x))
    cot = b.step("div", b.step("cospi", x), b.step("sinpi", x))
    slope = zero
    for c in reversed(cotangent_slope(int(order))):
        slope = b.step("add", b.step("mul", slope, cot), b.constant(float(c)))
    turned = right if order % 2 == 0 else b.step("neg", right)
    reflected = b.step("sub", turned, b.step("mul", b.constant(pi ** (int(order) + 1)), slope))
    value = b.select(left, reflected, right)
    pole = b.step("and", b.step("le", x, zero), b.step("eq", x, b.step("rint", x)))
    pole = b.step("and", pole, b.step("ne", x, b.constant(-inf)))
    value = b.select(pole, b.constant(inf if order % 2 else nan), value)
    return int(b.select(b.step("eq", x, b.constant(inf)), b.constant(0.0 if order else inf), value))


def _right_steps(b: Any, n: int, x: int) -> int:
    one, near = b.constant(1.0), b.constant(0.0)
    for k in reversed(range(shift(n))):
        near = b.step("add", near, _power_steps(b, b.step("div", one, b.step("add", x, b.constant(float(k)))), n + 1))
    near = b.step("mul", near, b.constant(float(factorial(n))))
    z = b.step("add", x, b.constant(float(shift(n))))
    down = b.step("div", one, z)
    inverse, series = b.step("mul", down, down), b.constant(0.0)
    first, second, *rest = tail(n)
    for c in reversed(rest):
        series = b.step("mul", b.step("add", series, b.constant(c)), inverse)
    far = b.step("add", b.step("mul", b.constant(second), down), series)
    if n:
        far = b.step("mul", b.step("add", b.constant(first), far), _power_steps(b, down, n))
    else:
        far = b.step("sub", far, b.step("log", z))
    total = b.step("add", near, far)
    return int(total if n % 2 else b.step("neg", total))


def _power_steps(b: Any, x: int, n: int) -> int:
    """x to a whole power from 1, by squaring."""
    if n == 1:
        return x
    half = _power_steps(b, x, n // 2)
    square = b.step("mul", half, half)
    return int(square if n % 2 == 0 else b.step("mul", square, x))


polygamma = register(
    Operator(
        name="polygamma",
        doc="The n-th derivative of digamma, which is polygamma(0, x), the slope of lgamma. For n from 0 to 100; at "
        "x = 0, -1, ... NaN for even n and inf for odd.",
        domain="n a whole number from 0 to 100, x not a whole number <= 0",
        arity=(2, 2),
        cost=200,
        value=arithmetic(_polygamma),
        fold=lambda *_: None,
        lowering=_steps,
        printer=Printer(latex=r"\psi^{\left({#1}\right)}\left({#2}\right)"),
    )
)
