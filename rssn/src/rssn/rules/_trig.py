"""Circular and hyperbolic functions and their inverses."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from .. import ops
from ..expr import constant
from ._guards import above, all_of, at_least, at_most, below, defined_everywhere, positive
from ._pattern import variables
from ._rule import RuleSet
from ._table import real

a, b = variables("a b")
sin, cos, tan, asin, acos, atan, atan2 = ops.sin, ops.cos, ops.tan, ops.asin, ops.acos, ops.atan, ops.atan2
sinh, cosh, tanh, asinh, acosh, atanh = ops.sinh, ops.cosh, ops.tanh, ops.asinh, ops.acosh, ops.atanh
exp, sqrt = ops.exp, ops.sqrt
PI = constant("pi")
DEFINED = defined_everywhere("?a")
WITHIN_ONE = all_of(at_least("?a", -1), at_most("?a", 1))
INSIDE_ONE = all_of(above("?a", -1), below("?a", 1))

TRIG: Final = RuleSet(
    "trig",
    [
        real("sin-cos-squares", sin(a) ** 2 + cos(a) ** 2, 1, "the unit circle", DEFINED),
        real("one-minus-sin-square", 1 - sin(a) ** 2, cos(a) ** 2, "the unit circle"),
        real("one-minus-cos-square", 1 - cos(a) ** 2, sin(a) ** 2, "the unit circle"),
        real("sin-square-minus-one", sin(a) ** 2 - 1, -(cos(a) ** 2), "the unit circle"),
        real("cos-square-minus-one", cos(a) ** 2 - 1, -(sin(a) ** 2), "the unit circle"),
        real("sin-over-cos", sin(a) / cos(a), tan(a), "both ask for a cosine that is not 0"),
        real("one-plus-tan-square", 1 + tan(a) ** 2, 1 / cos(a) ** 2, "the unit circle over the square of the cosine"),
        real("sin-of-negative", sin(-a), -sin(a), "odd"),
        real("cos-of-negative", cos(-a), cos(a), "even"),
        real("tan-of-negative", tan(-a), -tan(a), "odd"),
        real("double-sine", sin(a) * cos(a), sin(2 * a) / 2, "the addition theorem"),
        real("double-cosine", cos(a) ** 2 - sin(a) ** 2, cos(2 * a), "the addition theorem"),
        real("double-cosine-by-cos", 2 * cos(a) ** 2 - 1, cos(2 * a), "the addition theorem on the unit circle"),
        real("double-cosine-by-sin", 1 - 2 * sin(a) ** 2, cos(2 * a), "the addition theorem on the unit circle"),
        real("sine-of-sum", sin(a) * cos(b) + cos(a) * sin(b), sin(a + b), "the addition theorem"),
        real("sine-of-difference", sin(a) * cos(b) - cos(a) * sin(b), sin(a - b), "the addition theorem"),
        real("cosine-of-sum", cos(a) * cos(b) - sin(a) * sin(b), cos(a + b), "the addition theorem"),
        real("cosine-of-difference", cos(a) * cos(b) + sin(a) * sin(b), cos(a - b), "the addition theorem"),
        real("sine-half-turn-on", sin(a + PI), -sin(a), "half a turn"),
        real("cosine-half-turn-on", cos(a + PI), -cos(a), "half a turn"),
        real("sine-turn-on", sin(a + 2 * PI), sin(a), "a whole turn"),
        real("cosine-turn-on", cos(a + 2 * PI), cos(a), "a whole turn"),
        real("sine-of-complement", sin(PI / 2 - a), cos(a), "a quarter turn"),
        real("cosine-of-complement", cos(PI / 2 - a), sin(a), "a quarter turn"),
        real("sin-of-asin", sin(asin(a)), a, "only numbers within 1 have an arc sine", WITHIN_ONE),
        real("cos-of-acos", cos(acos(a)), a, "only numbers within 1 have an arc cosine", WITHIN_ONE),
        real("tan-of-atan", tan(atan(a)), a, "every number has an arc tangent"),
        real("cos-of-asin", cos(asin(a)), sqrt(1 - a**2), "the unit circle, right half"),
        real("sin-of-acos", sin(acos(a)), sqrt(1 - a**2), "the unit circle, upper half"),
        real("asin-of-negative", asin(-a), -asin(a), "odd"),
        real("atan-of-negative", atan(-a), -atan(a), "odd"),
        real("asin-plus-acos", asin(a) + acos(a), PI / 2, "angles of a right triangle", all_of(WITHIN_ONE, DEFINED)),
        real("atan2-right-half", atan2(a, b), atan(a / b), "in the right half plane", positive("?b")),
        real("cosh-sinh-squares", cosh(a) ** 2 - sinh(a) ** 2, 1, "the unit hyperbola", DEFINED),
        real("one-plus-sinh-square", 1 + sinh(a) ** 2, cosh(a) ** 2, "the unit hyperbola"),
        real("cosh-square-minus-one", cosh(a) ** 2 - 1, sinh(a) ** 2, "the unit hyperbola"),
        real("sinh-over-cosh", sinh(a) / cosh(a), tanh(a), "the definition; cosh is never 0"),
        real("tanh-times-cosh", tanh(a) * cosh(a), sinh(a), "the definition; cosh is never 0"),
        real("sinh-of-negative", sinh(-a), -sinh(a), "odd"),
        real("cosh-of-negative", cosh(-a), cosh(a), "even"),
        real("tanh-of-negative", tanh(-a), -tanh(a), "odd"),
        real("cosh-plus-sinh", cosh(a) + sinh(a), exp(a), "their definitions"),
        real("cosh-minus-sinh", cosh(a) - sinh(a), exp(-a), "their definitions"),
        real("exp-plus-exp", exp(a) + exp(-a), 2 * cosh(a), "the definition"),
        real("exp-minus-exp", exp(a) - exp(-a), 2 * sinh(a), "the definition"),
        real("asinh-of-sinh", asinh(sinh(a)), a, "one to one"),
        real("sinh-of-asinh", sinh(asinh(a)), a, "one to one"),
        real("atanh-of-tanh", atanh(tanh(a)), a, "one to one"),
        real("tanh-of-atanh", tanh(atanh(a)), a, "only numbers inside (-1, 1) have one", INSIDE_ONE),
        real("acosh-of-cosh", acosh(cosh(a)), ops.abs(a), "the inverse is never negative"),
        real("cosh-of-acosh", cosh(acosh(a)), a, "only numbers from 1 on have one", at_least("?a", 1)),
        real("asinh-of-negative", asinh(-a), -asinh(a), "odd"),
        real("atanh-of-negative", atanh(-a), -atanh(a), "odd"),
        real("sine-of-pi", sin(PI), 0, "half a turn"),
        real("cosine-of-pi", cos(PI), -1, "half a turn"),
        real("sine-of-half-turns", ops.sinpi(a), sin(PI * a), "the definition"),
        real("cosine-of-half-turns", ops.cospi(a), cos(PI * a), "the definition"),
        real("arc-tangent-of-one", atan(constant(1)), PI * constant(Fraction(1, 4)), "half a right angle"),
    ],
)
