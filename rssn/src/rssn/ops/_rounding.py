"""Whole numbers, signs and angles' units: exact or nearly so."""

from __future__ import annotations

import builtins
import math
from fractions import Fraction

from .._numpy import np
from ..expr import Printer
from ._exact import normal, only, whole
from ._record import Exact, Operator
from ._registry import register
from ._values import arithmetic, by_numpy

DEGREES_PER_RADIAN = 180 / math.pi
RADIANS_PER_DEGREE = math.pi / 180


def _sign(x: Exact) -> Exact:
    return (x > 0) - (x < 0)


def _fraction(x: Exact) -> Exact:
    return normal(Fraction(x) - math.trunc(x))


def _copysign(x: Exact, y: Exact) -> Exact:
    size = builtins.abs(Fraction(x))
    return normal(size if y >= 0 else -size)


abs = register(
    Operator(
        name="abs",
        aliases=("fabs",),
        doc="The absolute value: the sign bit cleared, of zeros, infinities and NaN too.",
        domain="all x",
        arity=(1, 1),
        cost=0.5,
        value=arithmetic(by_numpy("abs")),
        fold=lambda x: builtins.abs(x),
    )
)
sign = register(
    Operator(
        name="sign",
        doc="-1, 0 or 1 by the sign; +0 for both zeros, NaN for NaN.",
        domain="all x",
        arity=(1, 1),
        cost=2,
        value=arithmetic(lambda x: np.sign(x) + 0.0),
        fold=_sign,
        printer=Printer(latex=r"\operatorname{sgn}\left({#1}\right)"),
    )
)
floor = register(
    Operator(
        name="floor",
        doc="The largest whole number not above x. Keeps -0, infinities and NaN.",
        domain="all x",
        arity=(1, 1),
        cost=1,
        value=arithmetic(by_numpy("floor")),
        fold=whole(math.floor),
        printer=Printer(latex=r"\left\lfloor {#1} \right\rfloor"),
    )
)
ceil = register(
    Operator(
        name="ceil",
        doc="The smallest whole number not below x; -0 for -1 < x <= -0. Keeps infinities and NaN.",
        domain="all x",
        arity=(1, 1),
        cost=1,
        value=arithmetic(by_numpy("ceil")),
        fold=whole(math.ceil),
        printer=Printer(latex=r"\left\lceil {#1} \right\rceil"),
    )
)
round = register(
    Operator(
        name="round",
        aliases=("rint",),
        doc="The nearest whole number, halves to the even one; the sign of x, so round(-0.3) is -0.",
        domain="all x",
        arity=(1, 1),
        cost=1,
        value=arithmetic(by_numpy("rint")),
        fold=whole(lambda x: x.__round__()),
    )
)
trunc = register(
    Operator(
        name="trunc",
        doc="The whole part, towards zero; the sign of x, so trunc(-0.3) is -0. Keeps infinities and NaN.",
        domain="all x",
        arity=(1, 1),
        cost=1,
        value=arithmetic(by_numpy("trunc")),
        fold=whole(math.trunc),
    )
)
frac = register(
    Operator(
        name="frac",
        doc="The fractional part of C's modf: x - trunc(x) with the sign of x, ±0 for ±inf.",
        domain="all x",
        arity=(1, 1),
        cost=2,
        value=arithmetic(lambda x: np.modf(x)[0]),
        fold=_fraction,
    )
)
copysign = register(
    Operator(
        name="copysign",
        doc="|x| with the sign bit of y, so of -0 and of NaN too.",
        domain="all x, y",
        arity=(2, 2),
        cost=1,
        value=arithmetic(by_numpy("copysign")),
        fold=_copysign,
    )
)
degrees = register(
    Operator(
        name="degrees",
        doc="An angle in radians, in degrees: x times 180/pi rounded to the nearest float.",
        domain="all x",
        arity=(1, 1),
        cost=1,
        value=arithmetic(lambda x: x * DEGREES_PER_RADIAN),
        fold=only({0: 0}),
    )
)
radians = register(
    Operator(
        name="radians",
        doc="An angle in degrees, in radians: x times pi/180 rounded to the nearest float.",
        domain="all x",
        arity=(1, 1),
        cost=1,
        value=arithmetic(lambda x: x * RADIANS_PER_DEGREE),
        fold=only({0: 0}),
    )
)
