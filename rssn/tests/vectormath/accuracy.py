"""What the functions of vectormath are measured with: arguments, true values, errors in ULPs.

Shared by the tests and by tools/ulp_table.py. True values come from mpmath;
where python-flint is installed it computes the same ones ten times faster.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import mpmath as mp
import numpy as np
from numpy.typing import NDArray

PRECISION = 160
Array = NDArray[np.float64]

_POSITIVE = (0.0, math.inf)
DOMAIN: dict[str, tuple[float, float]] = {
    "acos": (-1, 1),
    "acosh": (1, math.inf),
    "asin": (-1, 1),
    "atanh": (-1, 1),
    "log": _POSITIVE,
    "log10": _POSITIVE,
    "log1p": (-1, math.inf),
    "log2": _POSITIVE,
    "sqrt": _POSITIVE,
}
"""Where a function is defined, the whole line if it is not listed."""

EDGES: dict[str, tuple[float, ...]] = {
    "exp": (709.782712893384, -708.3964185322641, -745.1332191019412, 708.0, -708.0, 0.6931471805599453),
    "exp2": (1024.0, -1022.0, -1075.0, 0.5, 1020.0),
    "exp10": (308.25471555991674, -307.6526555685888, -323.6, 22.0, 15.0),
    "expm1": (709.782712893384, 0.03, -0.03, -37.0, 0.6931471805599453),
    "log": (0.703125, 0.984375, 1.03125, 1.40625),
    "log1p": (-0.296875, -0.015625, 0.03125, 0.40625, 2.0**60),
    "sinh": (710.4758600739439, 709.78, 22.0, 0.35),
    "cosh": (710.4758600739439, 709.78, 22.0, 0.35),
    "tanh": (18.714973875118524, 19.06154746539849, 22.0, 0.55),
    "sigmoid": (-708.4, -745.2, 36.8),
    "softplus": (-708.4, -745.2, 36.8, -36.8),
    "erf": (5.9215871957945065, 0.84375, 1.25),
    "erfc": (26.543258454, 0.84375, 1.25, -5.9),
    "gamma": (171.6243769563027, -170.5, 1.4616321449683622),
    "asin": (0.5, 1.0),
    "acos": (0.5, 1.0),
    "atan": (0.0625, 16.0, 2.0**60),
    "sin": (2.0**20,),
    "cos": (2.0**20,),
    "tan": (2.0**20,),
}
"""Places where a function or its method changes; their neighbours are tried."""

# Where a well-known library leaves its bound: the issues of SLEEF name these arguments.
HOSTILE: dict[str, tuple[float, ...]] = {
    "sin": (float.fromhex("0x1.3a49646a9cc3cp+46"), 28922353.34, 6381956970095103.0 * 2.0**797, 1e22),
    "cos": (float.fromhex("0x1.44f93e5d8cbf5p+46"), 28922353.34, 6381956970095103.0 * 2.0**797, 1e22),
    "tan": (
        *(float.fromhex("0x1.44f93e5d8cbf5p+46"), 5e-324, 2.2e-308, 1e-310, 6381956970095103.0 * 2.0**797),
        *(float.fromhex("0x0.0000000b91e71p-1022"), -5e-324),
    ),
    "exp": (709.7827128933840, 709.7827128933839, 709.78271114955743, 709.78, 709.4),
    "sinh": (710.475860073943, 710.4758600739439, 709.9, 710.0, float.fromhex("-0x1.631a95ecfef5fp+9")),
    "cosh": (710.475860073943, 710.4758600739439, 709.9, 710.0, float.fromhex("0x1.62f58b40d30edp+9")),
    "tanh": (float.fromhex("0x1.000002p-24"), float.fromhex("0x1.0000000000001p-54")),
    "atanh": (8e-17, -8e-17),
    "log1p": (1.7e308, 1e307),
    "erf": (float.fromhex("0x1.16945ap-126"), float.fromhex("-0x1.d1b6c8p-127")),
}
PERIODIC = ("sin", "cos", "tan")


@cache
def near_multiples_of_half_pi(each: int = 3) -> Array:
    """Return doubles of every size closest to a multiple of pi/2, by continued fractions."""
    found: list[float] = []
    with mp.workprec(1500):
        half_pi = mp.pi / 2
        for exponent in range(-52, 971):
            found += _near(mp.ldexp(1, exponent) / half_pi, exponent, each)
    return np.array(found)


def _near(ratio: Any, exponent: int, each: int) -> list[float]:
    """Return m 2^exponent with m < 2^53 such that m ratio is as close to an integer as can be."""
    found, x, (before, denominator) = [], ratio, (1, 0)
    for _ in range(200):
        whole = int(mp.floor(x))
        before, denominator = denominator, whole * denominator + before
        if denominator >= 2**53:
            break
        if denominator > 2**20:
            found.append(math.ldexp(denominator, exponent))
        rest = x - whole
        if rest == 0:
            break
        x = 1 / rest
    return found[-each:]


def arguments(name: str, count: int, rng: np.random.Generator) -> Array:
    """Return arguments over the whole domain of a function of one: random bit patterns, ranges, neighbours of edges."""
    low, high = DOMAIN.get(name, (-math.inf, math.inf))
    patterns = rng.integers(0, 2**64, count, dtype=np.uint64).view(np.float64)
    wide = np.ldexp(rng.uniform(-1, 1, count), rng.integers(-60, 12, count))
    narrow = [rng.uniform(-1, 1, count) * scale for scale in (0.05, 1.0, 3.0, 30.0, 800.0)]
    near_one = 1 + np.ldexp(rng.uniform(-1, 1, count), rng.integers(-52, 0, count))
    tiny = rng.integers(0, 2**53, count // 4, dtype=np.uint64).view(np.float64)
    special = np.array([0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 5e-324, -5e-324, 2.0**-1022, 1.7976931348623157e308])
    parts = [patterns, wide, *narrow, near_one, -near_one, tiny, special, _neighbours(EDGES.get(name, ()))]
    parts.append(np.array(HOSTILE.get(name, ())))
    if name in PERIODIC:
        parts.append(near_multiples_of_half_pi())
    x = np.concatenate(parts)
    x = x[np.isfinite(x)]
    if name in ("gamma", "lgamma"):
        # The long numbers of mpmath have no -0 and no poles; those are among the special values.
        x = x[(x > 0) | (x != np.floor(x))]
    if low > -math.inf:
        x = np.where(x < low, -x, x)
    return x[(x >= low) & (x <= high)]


def _neighbours(edges: tuple[float, ...]) -> Array:
    steps = np.arange(-40, 41) * np.int64(1)
    bits = np.array(edges, np.float64).view(np.int64)
    x = (bits[:, None] + steps).ravel().view(np.float64)
    return np.concatenate([x, -x])


def pairs(name: str, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return arguments of a function of two."""
    if name == "pow":
        return _pow_pairs(count, rng)
    x = np.ldexp(rng.uniform(-1, 1, count), rng.integers(-40, 40, count))
    y = np.ldexp(rng.uniform(-1, 1, count), rng.integers(-40, 40, count))
    close = x * (1 + np.ldexp(rng.uniform(-1, 1, count), rng.integers(-52, 3, count)))
    patterns = rng.integers(0, 2**64, (2, count), dtype=np.uint64).view(np.float64)
    tiny = rng.integers(0, 2**53, (2, count), dtype=np.uint64).view(np.float64)
    a = np.concatenate([x, x, patterns[0], tiny[0], tiny[0], rng.uniform(-2, 2, count)])
    b = np.concatenate([y, close, patterns[1], tiny[1], np.abs(x), rng.uniform(-2, 2, count)])
    return finite(a, b)


def _pow_pairs(count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    near_one = 1 + np.ldexp(rng.uniform(-1, 1, count), rng.integers(-40, 0, count))
    patterns = np.abs(rng.integers(0, 2**64, count, dtype=np.uint64).view(np.float64))
    tiny = rng.integers(1, 2**52, count, dtype=np.uint64).view(np.float64)
    x = np.concatenate([rng.uniform(0, 10, count), near_one, near_one, patterns, tiny, -rng.uniform(0, 30, count)])
    with np.errstate(all="ignore"):
        reach = 745 / np.abs(np.log(np.abs(x)))
    y = rng.uniform(-1, 1, len(x)) * np.where(np.isfinite(reach), reach, 1)
    y[len(near_one) * 2 : len(near_one) * 3] = (reach * np.sign(y) * 0.95)[len(near_one) * 2 : len(near_one) * 3]
    y = np.where(x < 0, np.round(y), y)
    return finite(x, y)


def finite(a: Array, b: Array) -> tuple[Array, Array]:
    """Return both where both are finite."""
    keep = np.isfinite(a) & np.isfinite(b)
    return a[keep], b[keep]


def true_values(name: str, *arrays: Array) -> tuple[Array, Array]:
    """Return the true results as the nearest doubles and, in units of the last place, what these lack."""
    function = MPMATH[name]
    high, lack = np.empty(len(arrays[0])), np.zeros(len(arrays[0]))
    with mp.workprec(PRECISION):
        for i, args in enumerate(zip(*(a.tolist() for a in arrays), strict=True)):
            high[i], lack[i] = split(function(*map(mp.mpf, args)))
    return high, lack


def split(value: Any) -> tuple[float, float]:
    """Return a long number as the nearest double and the rest in units of its last place."""
    high = float(value)
    if not math.isfinite(high):
        return high, 0.0
    _, exponent = math.frexp(high)
    return high, float((value - high) * mp.ldexp(1, -max(exponent - 53, -1074)))


def _precise(function: Callable[..., Any], extra: int) -> Callable[..., Any]:
    def computed(*args: Any) -> Any:
        with mp.extraprec(extra):
            return function(*args)

    return computed


def _log1p(x: Any) -> Any:
    return mp.log1p(x) if x > -1 else mp.ninf


def _power(x: Any, y: Any) -> Any:
    if x < 0:
        return mp.power(-x, y) * (-1 if int(y) % 2 else 1)
    return mp.power(x, y)


def _gamma(x: Any) -> Any:
    if x > 200:
        return mp.inf
    if x > -200:
        return mp.gamma(x) if x > 0 or x != mp.floor(x) else mp.nan
    return mp.nan if x == mp.floor(x) else mp.mpf(0)


def _log_gamma(x: Any) -> Any:
    if x > 0:
        return mp.loggamma(x)
    if x == mp.floor(x):
        return mp.inf
    with mp.extraprec(80):
        return mp.log(mp.pi / abs(x * mp.sinpi(x))) - mp.loggamma(-x)


MPMATH: dict[str, Callable[..., Any]] = {
    "acos": mp.acos,
    "acosh": _precise(mp.acosh, 120),
    "asin": mp.asin,
    "asinh": _precise(mp.asinh, 1200),
    "atan": mp.atan,
    "atan2": mp.atan2,
    "atanh": _precise(mp.atanh, 1200),
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "cos": mp.cos,
    "cosh": mp.cosh,
    "cospi": mp.cospi,
    "erf": mp.erf,
    "erfc": lambda x: mp.erfc(x) if abs(x) < 30 else mp.mpf(0 if x > 0 else 2),
    "exp": mp.exp,
    "exp10": lambda x: mp.power(10, x),
    "exp2": lambda x: mp.power(2, x),
    "expm1": mp.expm1,
    "gamma": _gamma,
    "hypot": mp.hypot,
    "lgamma": _log_gamma,
    "log": lambda x: mp.log(x) if x else mp.ninf,
    "log10": _precise(lambda x: mp.log10(x) if x else mp.ninf, 20),
    "log1p": _log1p,
    "log2": _precise(lambda x: mp.log(x, 2) if x else mp.ninf, 20),
    "pow": _power,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "sin": mp.sin,
    "sinh": _precise(mp.sinh, 1200),
    "sinpi": mp.sinpi,
    "softplus": lambda x: x + mp.log1p(mp.exp(-x)) if x > 0 else mp.log1p(mp.exp(x)),
    "sqrt": mp.sqrt,
    "tan": mp.tan,
    "tanh": _precise(mp.tanh, 1200),
}


def errors(name: str, got: Array, high: Array, lack: Array) -> Array:
    """Return |got - true| in units of the last place of the true value, infinite where one is NaN or infinite alone."""
    with np.errstate(all="ignore"):
        apart = np.abs((got - high) / np.spacing(np.abs(high)) - lack)
    if name == "lgamma":
        # It has zeros at negative x that are no doubles: there the error is measured against 1.
        with np.errstate(all="ignore"):
            apart = np.minimum(apart, apart * np.spacing(np.abs(high)) / np.spacing(1.0))
    beyond = np.isinf(high) & (np.abs(got) == np.finfo(np.float64).max) & (np.sign(got) == np.sign(high))
    apart = np.where(beyond, 1.0, apart)
    same = ((got == high) & np.isinf(high)) | (np.isnan(got) & np.isnan(high))
    apart = np.where(same, 0.0, apart)
    return np.where(np.isnan(apart), np.inf, apart)
