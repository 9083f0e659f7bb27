"""Comparisons, logic and conditions. A comparison with NaN is false, so some of its laws hold for numbers only."""

from __future__ import annotations

from typing import Final

from .. import ops
from ..expr import apply, constant
from ._guards import all_of, boolean, defined_everywhere
from ._pattern import variables
from ._rule import RuleSet
from ._table import ieee, real

a, b, c, d = variables("a b c d")
where, eq, ne = ops.where, ops.eq, ops.ne
TRUE, FALSE = constant(True), constant(False)
TRUTH_OF_C = boolean("?c")
WHY_TRUTH = "a number as a condition is not the truth value it stands for"
DEFINED, DEFINED_C = defined_everywhere("?a"), defined_everywhere("?c")
ABSORBS = all_of(TRUTH_OF_C, defined_everywhere("?d"))

LOGIC: Final = RuleSet(
    "logic",
    [
        ieee("not-not", ~~c, c, WHY_TRUTH, TRUTH_OF_C),
        ieee("not-true", ~TRUE, FALSE, "by definition"),
        ieee("not-false", ~FALSE, TRUE, "by definition"),
        ieee("and-itself", c & c, c, WHY_TRUTH, TRUTH_OF_C),
        ieee("or-itself", c | c, c, WHY_TRUTH, TRUTH_OF_C),
        ieee("and-true", c & TRUE, c, WHY_TRUTH, TRUTH_OF_C),
        ieee("or-false", c | FALSE, c, WHY_TRUTH, TRUTH_OF_C),
        real("and-false", c & FALSE, FALSE, "one false is enough", DEFINED_C),
        real("or-true", c | TRUE, TRUE, "one true is enough", DEFINED_C),
        real("and-not", c & ~c, FALSE, "not both", DEFINED_C),
        real("or-not", c | ~c, TRUE, "one of them", DEFINED_C),
        real("and-or", c & (c | d), c, WHY_TRUTH, ABSORBS),
        real("or-and", c | (c & d), c, WHY_TRUTH, ABSORBS),
        ieee("neither", ~c & ~d, ~(c | d), "De Morgan"),
        ieee("not-both", ~c | ~d, ~(c & d), "De Morgan"),
        ieee("not-equal", ~eq(a, b), ne(a, b), "the definition, with NaN too"),
        ieee("not-unequal", ~ne(a, b), eq(a, b), "the definition, with NaN too"),
        real("not-less", ~(a < b), a >= b, "for numbers; not with NaN"),
        real("not-less-equal", ~(a <= b), a > b, "for numbers; not with NaN"),
        real("not-greater", ~(a > b), a <= b, "for numbers; not with NaN"),
        real("not-greater-equal", ~(a >= b), a < b, "for numbers; not with NaN"),
        real("less-than-itself", a < a, FALSE, "needs a value", DEFINED),
        real("greater-than-itself", a > a, FALSE, "needs a value", DEFINED),
        real("less-equal-itself", a <= a, TRUE, "not for NaN", DEFINED),
        real("greater-equal-itself", a >= a, TRUE, "not for NaN", DEFINED),
        real("equals-itself", eq(a, a), TRUE, "not for NaN", DEFINED),
        real("unequal-itself", ne(a, a), FALSE, "not for NaN", DEFINED),
        ieee("less-or-equal", (a < b) | eq(a, b), a <= b, "the definition"),
        ieee("greater-or-equal", (a > b) | eq(a, b), a >= b, "the definition"),
        ieee("both-ways", (a <= b) & (a >= b), eq(a, b), "antisymmetry"),
        real("neither-way", (a < b) & (a > b), FALSE, "not both", all_of(DEFINED, defined_everywhere("?b"))),
        ieee("less-and-unequal", (a <= b) & ne(a, b), a < b, "the definition"),
        real("difference-positive", a - b > 0, a > b, "rounding aside"),
        real("difference-nonnegative", a - b >= 0, a >= b, "rounding aside"),
        real("difference-negative", a - b < 0, a < b, "rounding aside"),
        real("difference-nonpositive", a - b <= 0, a <= b, "rounding aside"),
        real("difference-zero", eq(a - b, 0), eq(a, b), "rounding aside"),
        real("difference-not-zero", ne(a - b, 0), ne(a, b), "rounding aside"),
        ieee("where-true", where(TRUE, a, b), a, "the branch taken"),
        ieee("where-false", where(FALSE, a, b), b, "the branch taken"),
        real("where-same", where(c, a, a), a, "both branches are one", DEFINED_C),
        ieee("where-not", where(~c, a, b), where(c, b, a), "the branches change places"),
        ieee("where-truth", where(c, TRUE, FALSE), c, WHY_TRUTH, TRUTH_OF_C),
        ieee("where-untruth", where(c, FALSE, TRUE), ~c, "the condition turned round"),
        ieee("where-where-yes", where(c, where(c, a, b), d), where(c, a, d), "decided already"),
        ieee("where-where-no", where(c, a, where(c, b, d)), where(c, a, d), "decided already"),
        ieee("piecewise-of-two", apply("piecewise", c, a, b), where(c, a, b), "the same"),
        real("where-smaller", where(a < b, a, b), apply("min", a, b), "the smaller"),
        real("where-not-larger", where(a <= b, a, b), apply("min", a, b), "the smaller"),
        real("where-larger", where(a > b, a, b), apply("max", a, b), "the larger"),
        real("where-not-smaller", where(a >= b, a, b), apply("max", a, b), "the larger"),
        real("where-size", where(a >= 0, a, -a), ops.abs(a), "the definition"),
        real("where-size-strict", where(a > 0, a, -a), ops.abs(a), "the definition"),
        real("where-size-turned", where(a < 0, -a, a), ops.abs(a), "the definition"),
        ieee("isnan-of-negative", ops.isnan(-a), ops.isnan(a), "the sign does not matter"),
        ieee("isnan-of-size", ops.isnan(ops.abs(a)), ops.isnan(a), "the sign does not matter"),
        ieee("isinf-of-negative", ops.isinf(-a), ops.isinf(a), "the sign does not matter"),
        ieee("isfinite-of-negative", ops.isfinite(-a), ops.isfinite(a), "the sign does not matter"),
    ],
)
