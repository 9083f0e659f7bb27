"""The error function and the gamma function, which NumPy lacks."""

from __future__ import annotations

import math

from ..expr import Printer
from ._exact import gamma as fold_gamma
from ._exact import only
from ._record import Operator
from ._registry import register
from ._values import one_by_one


def gamma_of(x: float) -> float:
    """C's tgamma: where Python's `math.gamma` raises, the value that C returns."""
    try:
        return math.gamma(x)
    except OverflowError:
        return math.inf if x > 0 or math.floor(x) % 2 == 0 else -math.inf
    except ValueError:
        return math.copysign(math.inf, x) if x == 0.0 else math.nan


def lgamma_of(x: float) -> float:
    """C's lgamma: +inf at the poles and beyond the range."""
    try:
        return math.lgamma(x)
    except (OverflowError, ValueError):
        return math.inf


erf = register(
    Operator(
        name="erf",
        doc="The error function, 2/sqrt(pi) times the integral of exp(-t*t) from 0 to x. Keeps ±0; ±1 at ±inf.",
        domain="all x",
        arity=(1, 1),
        cost=25,
        value=one_by_one(math.erf),
        fold=only({0: 0}),
    )
)
erfc = register(
    Operator(
        name="erfc",
        doc="1 - erf(x) without cancellation. 2 at -inf, +0 at inf.",
        domain="all x",
        arity=(1, 1),
        cost=30,
        value=one_by_one(math.erfc),
        fold=only({0: 1}),
    )
)
gamma = register(
    Operator(
        name="gamma",
        doc="The gamma function; (n - 1)! at whole n > 0. ±inf at ±0, NaN at negative whole numbers and -inf.",
        domain="x not a whole number <= 0",
        arity=(1, 1),
        cost=60,
        value=one_by_one(gamma_of),
        fold=fold_gamma,
        printer=Printer(latex=r"\Gamma\left({#1}\right)"),
    )
)
lgamma = register(
    Operator(
        name="lgamma",
        doc="log(|gamma(x)|). +inf at 0, at negative whole numbers and at ±inf.",
        domain="x not a whole number <= 0",
        arity=(1, 1),
        cost=60,
        value=one_by_one(lgamma_of),
        fold=only({1: 0, 2: 0}),
        printer=Printer(latex=r"\log\left|\Gamma\left({#1}\right)\right|"),
    )
)
