"""What complex functions are measured with: arguments, true values, errors in units of the length's last place.

Shared by the tests and by tools/ulp_complex.py. True values come from mpmath.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath as mp
import numpy as np
from numpy.typing import NDArray

from rssn.vectormath._complex import emit_parts
from rssn.vectormath._probe import Probe

Array = NDArray[Any]
PROMISED = 4.0
POWER_REACH = 30.0
"""Up to this length of w log z a power keeps the bound: its error grows with that."""
_MANY_BITS, _BITS = 2600, 300
_LARGEST = mp.mpf(2) ** 1024 * (1 - mp.mpf(2) ** -54)
_HYPERBOLIC = ("exp", "expm1", "sinh", "cosh", "tanh")
_CIRCULAR = ("sin", "cos", "tan")
NAMES = (
    *("mul", "div", "pow", "power^3", "power^-2", "power^64", "sqrt", "exp", "expm1", "log"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
)
_TRUE: dict[str, Callable[..., Any]] = {
    "mul": lambda z, w: z * w,
    "div": lambda z, w: z / w,
    "pow": lambda z, w: mp.exp(w * mp.log(z)),
}


def _spread(rng: np.random.Generator, low: int, high: int, count: int) -> Array:
    return np.ldexp(rng.uniform(-1, 1, count), rng.integers(low, high, count))


def points(rng: np.random.Generator, count: int) -> Array:
    """Return numbers of all sizes, next to the axes, the unit circle, ±1 and ±i, and over the whole range."""
    angle, one = rng.uniform(-np.pi, np.pi, count), 1 + _spread(rng, -53, -2, count)
    parts = [
        (_spread(rng, -40, 8, count), _spread(rng, -40, 8, count)),
        (_spread(rng, -40, 3, count), _spread(rng, -3, 3, count)),
        (_spread(rng, -3, 3, count), _spread(rng, -40, 3, count)),
        (rng.uniform(-2, 2, count), rng.uniform(-2, 2, count)),
        (_spread(rng, -1074, 1024, count), _spread(rng, -1074, 1024, count)),
        (_spread(rng, -520, 520, count), _spread(rng, -520, 520, count)),
        (one * np.cos(angle), one * np.sin(angle)),
        (1 + _spread(rng, -53, -1, count), _spread(rng, -80, -1, count)),
        (-1 + _spread(rng, -53, -1, count), _spread(rng, -200, -1, count)),
        (_spread(rng, -60, -1, count), 1 + _spread(rng, -53, -1, count)),
        (rng.uniform(-760, 760, count), rng.uniform(-30, 30, count)),
        (rng.uniform(-30, 30, count), rng.uniform(-760, 760, count)),
    ]
    real, imaginary = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    return _complex(real, imaginary)


def _complex(real: Array, imaginary: Array) -> Array:
    found = np.empty(len(real), np.complex128)
    found.real, found.imag = real, imaginary
    return found


def arguments(name: str, rng: np.random.Generator, count: int) -> tuple[Array, ...]:
    """Return arguments of a function, where its result is not far beyond the range."""
    z = points(rng, count)
    if name in ("mul", "div"):
        return z, rng.permutation(z)
    if name == "pow":
        with np.errstate(all="ignore"):
            length = np.abs(np.log(z))
        w = rng.uniform(0, POWER_REACH, len(z)) * np.exp(1j * rng.uniform(-np.pi, np.pi, len(z))) / length
        known = np.isfinite(w) & np.isfinite(length) & (length > 0)
        return z[known], w[known]
    if name in _HYPERBOLIC:
        z.real = np.clip(z.real, -1500, 1500)
    if name in _CIRCULAR:
        z.imag = np.clip(z.imag, -1500, 1500)
    return (z,)


def computed(name: str, args: Sequence[Array], **shape: Any) -> Array:
    """Return what our code gives."""
    parts = [part for arg in args for part in (arg.real.copy(), arg.imag.copy())]
    probes = [Probe(lambda e, *v, k=k: emit_parts(e, name, *v)[k], len(parts), **shape) for k in (0, 1)]
    return _complex(*(probe(*parts) for probe in probes))


def true_value(name: str, *numbers: complex) -> Any:
    """Return the true value as mpmath has it."""
    sizes = [abs(part) for z in numbers for part in (z.real, z.imag) if part]
    wide = bool(sizes) and (max(sizes) > 1e9 or min(sizes) < 1e-30)
    with mp.workprec(_MANY_BITS if wide else _BITS):
        exact = [mp.mpc(z) for z in numbers]
        if name.startswith("power^"):
            return exact[0] ** int(name.partition("^")[2])
        function = _TRUE[name] if name in _TRUE else getattr(mp, name)
        return function(*exact)


def error(found: complex, true: Any) -> float:
    """Return the distance in units in the last place of the true value's length; infinite where one of them is."""
    if max(abs(true.real), abs(true.imag)) >= _LARGEST:
        return 0.0 if np.isinf(found.real) or np.isinf(found.imag) else np.inf
    if not (np.isfinite(found.real) and np.isfinite(found.imag)):
        return float("inf")
    with mp.workprec(_BITS):
        length = abs(true)
        unit = mp.ldexp(1, max(mp.frexp(length)[1] - 53, -1074) if length else -1074)
        return float(abs(mp.mpc(found) - true) / unit)


def errors(name: str, args: Sequence[Array], found: Array) -> Array:
    """Return the error of each result."""
    rows = zip(found, *args, strict=True)
    return np.array([error(got, true_value(name, *map(complex, numbers))) for got, *numbers in rows])
