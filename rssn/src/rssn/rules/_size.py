"""Absolute values, signs, minimum and maximum, rounding."""

from __future__ import annotations

from typing import Final

from .. import ops
from ..expr import Expr, apply
from ._guards import (
    all_of,
    defined_everywhere,
    integer,
    negative,
    nonnegative,
    nonpositive,
    nonzero,
    positive,
)
from ._pattern import variables
from ._rule import RuleSet
from ._table import ieee, real

a, b, c, n = variables("a b c n")
size, sign, copysign = ops.abs, ops.sign, ops.copysign
ROUNDINGS = ("floor", "ceil", "round", "trunc")
DEFINED = defined_everywhere("?a")


def smaller(x: Expr, y: Expr | int) -> Expr:
    return apply("min", x, y)


def larger(x: Expr, y: Expr | int) -> Expr:
    return apply("max", x, y)


SIZE: Final = RuleSet(
    "size",
    [
        ieee("size-of-size", size(size(a)), size(a), "the sign bit cleared twice"),
        ieee("size-of-negative", size(-a), size(a), "the sign bit cleared"),
        ieee("size-times-size", size(a) * size(b), size(a * b), "signs of a product multiply"),
        ieee("size-over-size", size(a) / size(b), size(a / b), "signs of a quotient multiply"),
        ieee("size-of-square", size(a**2), a**2, "a square has no sign"),
        real("size-of-copysign", size(copysign(a, b)), size(a), "the sign is dropped", defined_everywhere("?b")),
        ieee("copysign-of-size", copysign(size(a), b), copysign(a, b), "the sign bit is replaced"),
        ieee("copysign-of-negative", copysign(-a, b), copysign(a, b), "the sign bit is replaced"),
        ieee("copysign-own", copysign(a, a), a, "its own sign bit"),
        ieee("sign-of-sign", sign(sign(a)), sign(a), "the sign of -1, 0 or 1"),
        ieee("min-itself", smaller(a, a), a, "one value"),
        ieee("max-itself", larger(a, a), a, "one value"),
        ieee("min-of-negatives", -smaller(-a, -b), larger(a, b), "the order turns round"),
        ieee("max-of-negatives", -larger(-a, -b), smaller(a, b), "the order turns round"),
        ieee("min-min", smaller(smaller(a, b), b), smaller(a, b), "already the smaller"),
        ieee("max-max", larger(larger(a, b), b), larger(a, b), "already the larger"),
        ieee("floor-of-negative", ops.floor(-a), -ops.ceil(a), "the number line turned round"),
        ieee("ceil-of-negative", ops.ceil(-a), -ops.floor(a), "the number line turned round"),
        ieee("round-of-negative", ops.round(-a), -ops.round(a), "halves go to the even one on both sides"),
        ieee("trunc-of-negative", ops.trunc(-a), -ops.trunc(a), "the sign does not matter"),
        *[
            ieee(f"{outer}-of-{inner}", apply(outer, apply(inner, a)), apply(inner, a), "whole already")
            for outer in ROUNDINGS
            for inner in ROUNDINGS
        ],
        *[real(f"{name}-of-whole", apply(name, a), a, "whole already", integer("?a")) for name in ROUNDINGS],
        *[
            real(f"{name}-shifted", apply(name, a + n), apply(name, a) + n, "whole steps pass through", integer("?n"))
            for name in ("floor", "ceil")
        ],
        real("fraction-of-whole", ops.frac(a), 0, "nothing after the point", all_of(integer("?a"), DEFINED)),
        real("whole-plus-fraction", ops.trunc(a) + ops.frac(a), a, "the definition"),
        real("minus-whole-part", a - ops.trunc(a), ops.frac(a), "the definition"),
        real("size-of-nonnegative", size(a), a, "no sign to drop", nonnegative("?a")),
        real("size-of-nonpositive", size(a), -a, "its sign turned", nonpositive("?a")),
        real("sign-of-positive", sign(a), 1, "needs a value", all_of(positive("?a"), DEFINED)),
        real("sign-of-negative-number", sign(a), -1, "needs a value", all_of(negative("?a"), DEFINED)),
        real("sign-of-negative", sign(-a), -sign(a), "odd, apart from the sign of a float zero"),
        real("sign-times-size", sign(a) * size(a), a, "sign and size"),
        real("times-own-sign", a * sign(a), size(a), "sign and size"),
        real("over-own-size", a / size(a), sign(a), "0/0 has no value", nonzero("?a")),
        real("size-over-itself", size(a) / a, sign(a), "0/0 has no value", nonzero("?a")),
        real("sign-of-size", sign(size(a)), 1, "0 has no sign", all_of(nonzero("?a"), DEFINED)),
        real(
            "copysign-positive",
            copysign(a, b),
            size(a),
            "the sign of a positive number",
            all_of(positive("?b"), defined_everywhere("?b")),
        ),
        real(
            "copysign-negative",
            copysign(a, b),
            -size(a),
            "the sign of a negative number",
            all_of(negative("?b"), defined_everywhere("?b")),
        ),
        real("max-with-zero", larger(a, 0), a, "0 is not larger", nonnegative("?a")),
        real("max-below-zero", larger(a, 0), 0, "0 is larger; needs a value", all_of(nonpositive("?a"), DEFINED)),
        real("min-with-zero", smaller(a, 0), a, "0 is not smaller", nonpositive("?a")),
        real("min-above-zero", smaller(a, 0), 0, "0 is smaller; needs a value", all_of(nonnegative("?a"), DEFINED)),
        real("max-and-negative", larger(a, -a), size(a), "the definition of the size"),
        real("min-and-negative", smaller(a, -a), -size(a), "the definition of the size"),
        real("min-plus-max", smaller(a, b) + larger(a, b), a + b, "one is the smaller, one the larger"),
        real("min-times-max", smaller(a, b) * larger(a, b), a * b, "one is the smaller, one the larger"),
        real("max-of-min", larger(smaller(a, b), b), b, "absorbed; needs a value", DEFINED),
        real("min-of-max", smaller(larger(a, b), b), b, "absorbed; needs a value", DEFINED),
        real("max-shifted", larger(a + c, b + c), larger(a, b) + c, "a shift keeps the order"),
        real("min-shifted", smaller(a + c, b + c), smaller(a, b) + c, "a shift keeps the order"),
    ],
)
