"""Sums, differences, products and quotients."""

from __future__ import annotations

from typing import Final

from .. import ops
from ..expr import constant
from ._guards import all_of, defined_everywhere, nonzero
from ._pattern import variables
from ._rule import RuleSet
from ._table import ieee, real

a, b, c, d = variables("a b c d")
MINUS_ZERO = constant(-0.0)
A_IS_NOT_0 = all_of(nonzero("?a"), defined_everywhere("?a"))
B_IS_NOT_0 = all_of(nonzero("?b"), defined_everywhere("?b"))

ALGEBRA: Final = RuleSet(
    "algebra",
    [
        ieee("times-one", a * 1, a, "a product with 1 is exact"),
        ieee("times-one-float", a * 1.0, a, "a product with 1 is exact"),
        ieee("over-one", a / 1, a, "a quotient by 1 is exact"),
        ieee("over-one-float", a / 1.0, a, "a quotient by 1 is exact"),
        ieee("times-minus-one", a * -1, -a, "a product with -1 only turns the sign"),
        ieee("times-minus-one-float", a * -1.0, -a, "a product with -1 only turns the sign"),
        ieee("over-minus-one", a / -1, -a, "a quotient by -1 only turns the sign"),
        ieee("minus-minus", ops.neg(-a), a, "the sign turned twice"),
        ieee("minus-zero", a - 0, a, "taking away +0 changes nothing, -0 - 0 is -0"),
        ieee("minus-zero-float", a - 0.0, a, "taking away +0 changes nothing, -0 - 0 is -0"),
        ieee("plus-minus-zero", a + MINUS_ZERO, a, "-0 is the neutral element of IEEE addition"),
        ieee("plus-negated", a + -b, a - b, "the definition of the difference"),
        ieee("minus-negated", a - -b, a + b, "the definition of the difference"),
        ieee("negated-times-negated", -a * -b, a * b, "signs of a product multiply"),
        ieee("negated-times", -a * b, -(a * b), "signs of a product multiply"),
        ieee("negated-over-negated", -a / -b, a / b, "signs of a quotient multiply"),
        ieee("negated-over", -a / b, -(a / b), "signs of a quotient multiply"),
        ieee("over-negated", a / -b, -(a / b), "signs of a quotient multiply"),
        ieee("plus-itself", a + a, 2 * a, "doubling is exact"),
        ieee("times-itself", a * a, a**2, "x^2 means the product"),
        real("plus-zero", a + 0, a, "0 is neutral; not for the float -0"),
        real("plus-zero-float", a + 0.0, a, "0 is neutral; not for the float -0"),
        real("zero-minus", 0 - a, -a, "not for the float +0, where 0 - 0 is +0"),
        real("minus-itself", a - a, 0, "needs a value to cancel", defined_everywhere("?a")),
        real("plus-own-negative", a + (0 - a), 0, "needs a value to cancel", defined_everywhere("?a")),
        real("times-zero", a * 0, 0, "needs a value to vanish", defined_everywhere("?a")),
        real("zero-over", 0 / a, 0, "0/0 has no value", A_IS_NOT_0),
        real("over-itself", a / a, 1, "0/0 has no value", A_IS_NOT_0),
        real("negated-difference", -(a - b), b - a, "not for the sign of a float zero"),
        real("times-over", (a * b) / b, a, "0/0 has no value", B_IS_NOT_0),
        real("over-times", (a / b) * b, a, "0/0 has no value", B_IS_NOT_0),
        real("over-product", b / (a * b), 1 / a, "0/0 has no value", B_IS_NOT_0),
        real("plus-minus", (a + b) - b, a, "needs a value to cancel", defined_everywhere("?b")),
        real("minus-plus", (a - b) + b, a, "needs a value to cancel", defined_everywhere("?b")),
        real("minus-sum", b - (a + b), -a, "needs a value to cancel", defined_everywhere("?b")),
        real("minus-difference", a - (a - b), b, "needs a value to cancel", defined_everywhere("?a")),
        real("over-over", (a / b) / c, a / (b * c), "both ask for b and c to be nonzero"),
        real("over-quotient", a / (b / c), (a * c) / b, "a/(b/0) has no value", nonzero("?c")),
        real("times-reciprocal", a * (1 / b), a / b, "both ask for b to be nonzero"),
        real("times-quotient", a * (b / c), (a * b) / c, "both ask for c to be nonzero"),
        real("quotient-times-quotient", (a / b) * (c / d), (a * c) / (b * d), "both ask for b and d to be nonzero"),
        real("factor-sum", a * b + a * c, a * (b + c), "distribution"),
        real("factor-difference", a * b - a * c, a * (b - c), "distribution"),
        real("factor-sum-with-one", a * b + a, a * (b + 1), "distribution"),
        real("factor-difference-with-one", a * b - a, a * (b - 1), "distribution"),
        real("factor-one-less", a - a * b, a * (1 - b), "distribution"),
        real("sum-of-quotients", a / c + b / c, (a + b) / c, "distribution; both ask for c to be nonzero"),
        real("difference-of-quotients", a / c - b / c, (a - b) / c, "distribution; both ask for c to be nonzero"),
        real("fused", ops.fma(a, b, c), a * b + c, "over the reals rounding once is not rounding"),
        real("mod-itself", a % a, 0, "a % 0 has no value", A_IS_NOT_0),
        real("mod-mod", (a % b) % b, a % b, "a remainder is its own remainder"),
        real("quotient-and-remainder", b * (a // b) + a % b, a, "the definition; a // 0 has no value", B_IS_NOT_0),
    ],
)

#: Distribution as it grows an expression, and order and grouping: for saturation, never for a simplifier.
EXPANSION: Final = RuleSet(
    "expansion",
    [
        ieee("commute-add", a + b, b + a, "the order of operands does not matter"),
        ieee("commute-mul", a * b, b * a, "the order of operands does not matter"),
        real("associate-add", (a + b) + c, a + (b + c), "rounding aside, grouping does not matter"),
        real("associate-mul", (a * b) * c, a * (b * c), "rounding aside, grouping does not matter"),
        real("distribute", a * (b + c), a * b + a * c, "distribution"),
        real("distribute-difference", a * (b - c), a * b - a * c, "distribution"),
        real("distribute-quotient", (a + b) / c, a / c + b / c, "distribution; both ask for c to be nonzero"),
        real("difference-as-sum", a - b, a + -1 * b, "the definition of the difference"),
        real("negative-as-product", -a, -1 * a, "the definition of the negative"),
        real("two-as-sum", 2 * a, a + a, "the definition of doubling"),
        real("square-as-product", a**2, a * a, "the definition of the square"),
        real("square-of-sum", (a + b) ** 2, a**2 + 2 * (a * b) + b**2, "distribution twice"),
        real("square-of-difference", (a - b) ** 2, a**2 - 2 * (a * b) + b**2, "distribution twice"),
        real("difference-of-squares", a**2 - b**2, (a - b) * (a + b), "distribution, backwards"),
    ],
)
