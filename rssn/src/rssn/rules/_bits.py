"""Rows that keep every bit for every input, but not the question where an expression has a real value.

NaN < NaN is false, NaN^0 is 1: true of floats, so kernels may use these rows
as they stand. Over the reals the same rows stand in the other tables, with a
guard that asks for a value.
"""

from __future__ import annotations

from typing import Final

from .. import ops
from ..expr import constant
from ._guards import boolean
from ._pattern import variables
from ._rule import RuleSet
from ._table import ieee

a, b, c, d = variables("a b c d")
TRUE, FALSE = constant(True), constant(False)
TRUTH_OF_C = boolean("?c")

BITS: Final = RuleSet(
    "bits",
    [
        ieee("power-zero-bits", a**0, 1, "x^0 means 1, of NaN too"),
        ieee("one-power-bits", 1**a, 1, "C's pow: 1 to any power is 1, of NaN too"),
        ieee("size-of-copysign-bits", ops.abs(ops.copysign(a, b)), ops.abs(a), "the sign bit cleared"),
        ieee("and-false-bits", c & FALSE, FALSE, "one false is enough"),
        ieee("or-true-bits", c | TRUE, TRUE, "one true is enough"),
        ieee("and-not-bits", c & ~c, FALSE, "not both"),
        ieee("or-not-bits", c | ~c, TRUE, "one of them"),
        ieee("and-or-bits", c & (c | d), c, "decided by c alone", TRUTH_OF_C),
        ieee("or-and-bits", c | (c & d), c, "decided by c alone", TRUTH_OF_C),
        ieee("less-than-itself-bits", a < a, FALSE, "also for NaN"),
        ieee("greater-than-itself-bits", a > a, FALSE, "also for NaN"),
        ieee("neither-way-bits", (a < b) & (a > b), FALSE, "not both"),
        ieee("where-same-bits", ops.where(c, a, a), a, "both branches are one"),
    ],
)
