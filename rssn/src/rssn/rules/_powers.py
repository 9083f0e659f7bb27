"""Powers and roots. `0^0` is 1, as C and Python have it; a negative number has only whole powers."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from .. import ops
from ..expr import constant
from ._guards import (
    above,
    all_of,
    any_of,
    at_least,
    at_most,
    defined_everywhere,
    even,
    integer,
    nonnegative,
    nonzero,
    odd,
    positive,
)
from ._pattern import variables
from ._rule import RuleSet
from ._table import ieee, real

a, b, m, n = variables("a b m n")
sqrt, cbrt, hypot = ops.sqrt, ops.cbrt, ops.hypot
HALF, THIRD = constant(Fraction(1, 2)), constant(Fraction(1, 3))

WHOLE = all_of(integer("?m"), integer("?n"))
# Where exponents of one base may be added: nowhere a defined side meets an undefined one.
ADDABLE = any_of(
    positive("?a"),
    all_of(nonzero("?a"), WHOLE),
    all_of(WHOLE, at_least("?m", 0), at_least("?n", 0)),
    all_of(WHOLE, at_most("?m", -1), at_most("?n", -1)),
    all_of(nonnegative("?a"), above("?m", 0), above("?n", 0)),
)
ADDABLE_TO_ONE = any_of(
    positive("?a"),
    all_of(nonzero("?a"), integer("?n")),
    all_of(integer("?n"), at_least("?n", 0)),
    all_of(integer("?n"), at_most("?n", -2)),
    all_of(nonnegative("?a"), above("?n", 0)),
)
SUBTRACTABLE = any_of(positive("?a"), all_of(nonzero("?a"), WHOLE))
MULTIPLIABLE = any_of(
    positive("?a"),
    all_of(WHOLE, nonzero("?a")),
    all_of(WHOLE, at_least("?n", 1)),
    all_of(WHOLE, at_least("?m", 0), at_least("?n", 0)),
    all_of(nonnegative("?a"), above("?m", 0), above("?n", 0)),
)
DISTRIBUTABLE = any_of(
    integer("?n"),
    all_of(positive("?a"), positive("?b")),
    all_of(nonnegative("?a"), nonnegative("?b"), above("?n", 0)),
)
QUOTIENT = any_of(
    all_of(integer("?n"), nonzero("?b")),
    all_of(integer("?n"), at_least("?n", 1)),
    all_of(integer("?n"), at_most("?n", -1)),
    all_of(positive("?a"), positive("?b")),
)

DEFINED = defined_everywhere("?a")
A_IS_POSITIVE = all_of(positive("?a"), defined_everywhere("?a"))
BASE_OR_POWER = any_of(nonzero("?a"), above("?n", 0))

POWERS: Final = RuleSet(
    "powers",
    [
        ieee("power-one", a**1, a, "x^1 means x"),
        real("power-zero", a**0, 1, "x^0 means 1; needs a value", DEFINED),
        ieee("power-minus-one", a**-1, 1 / a, "x^-1 means 1/x"),
        real("one-power", 1**a, 1, "1 to any power; needs a value", DEFINED),
        real(
            "zero-power",
            0**a,
            0,
            "0^0 is 1, and 0 has no negative powers",
            all_of(positive("?a"), defined_everywhere("?a")),
        ),
        real("power-half", a**HALF, sqrt(a), "apart from -0 and -inf the same"),
        real("power-half-float", a**0.5, sqrt(a), "apart from -0 and -inf the same"),
        real("power-third", a**THIRD, cbrt(a), "a negative number has a cube root but no power", nonnegative("?a")),
        real("root-of-square", sqrt(a**2), ops.abs(a), "the root is never negative"),
        real("root-of-product-with-itself", sqrt(a * a), ops.abs(a), "the root is never negative"),
        real("root-of-even-power", sqrt(a**n), ops.abs(a) ** (n / 2), "the root is never negative", even("?n")),
        real("square-of-root", sqrt(a) ** 2, a, "a negative number has no root", nonnegative("?a")),
        real("root-times-itself", sqrt(a) * sqrt(a), a, "a negative number has no root", nonnegative("?a")),
        real(
            "power-of-root",
            sqrt(a) ** n,
            a ** (n / 2),
            "a negative number has no root",
            all_of(even("?n"), nonnegative("?a")),
        ),
        real(
            "root-times-root",
            sqrt(a) * sqrt(b),
            sqrt(a * b),
            "negative numbers have no root, their product has",
            all_of(nonnegative("?a"), nonnegative("?b")),
        ),
        real(
            "root-over-root",
            sqrt(a) / sqrt(b),
            sqrt(a / b),
            "negative numbers have no root, their quotient has",
            all_of(nonnegative("?a"), positive("?b")),
        ),
        real("over-own-root", a / sqrt(a), sqrt(a), "0/0 has no value", positive("?a")),
        real("cube-of-cube-root", cbrt(a) ** 3, a, "cubes are one to one"),
        real("cube-root-of-cube", cbrt(a**3), a, "cubes are one to one"),
        real("cube-root-of-negative", cbrt(-a), -cbrt(a), "odd"),
        real("cube-root-times-cube-root", cbrt(a) * cbrt(b), cbrt(a * b), "every number has one cube root"),
        real("add-exponents", a**m * a**n, a ** (m + n), "only where no division by 0 or root is lost", ADDABLE),
        real("add-one-exponent", a * a**n, a ** (n + 1), "only where no division by 0 or root is lost", ADDABLE_TO_ONE),
        real("subtract-exponents", a**m / a**n, a ** (m - n), "0/0 has no value", SUBTRACTABLE),
        real(
            "subtract-one-exponent",
            a**n / a,
            a ** (n - 1),
            "0/0 has no value",
            any_of(positive("?a"), all_of(nonzero("?a"), integer("?n"))),
        ),
        real(
            "over-power",
            a / a**n,
            a ** (1 - n),
            "0/0 has no value",
            any_of(positive("?a"), all_of(nonzero("?a"), integer("?n"))),
        ),
        real("power-of-power", (a**m) ** n, a ** (m * n), "((-1)^2)^(1/2) is 1, (-1)^1 is not", MULTIPLIABLE),
        real(
            "product-of-powers",
            a**n * b**n,
            (a * b) ** n,
            "(-1)^(1/2) has no value, ((-1)(-1))^(1/2) has",
            DISTRIBUTABLE,
        ),
        real("quotient-of-powers", a**n / b**n, (a / b) ** n, "b^0 is 1 where a/b has no value", QUOTIENT),
        real("even-power-of-negative", (-a) ** n, a**n, "even", even("?n")),
        real("odd-power-of-negative", (-a) ** n, -(a**n), "odd", odd("?n")),
        real("even-power-of-size", ops.abs(a) ** n, a**n, "even", even("?n")),
        real(
            "one-over-power", 1 / a**n, a**-n, "1/(0^-1) has no value, 0^1 has", any_of(nonzero("?a"), above("?n", 0))
        ),
        real("length", sqrt(a**2 + b**2), hypot(a, b), "its definition"),
        real("length-with-zero", hypot(a, 0), ops.abs(a), "one side is 0"),
        real("length-of-negative", hypot(-a, b), hypot(a, b), "squares forget the sign"),
        real("square-of-length", hypot(a, b) ** 2, a**2 + b**2, "its definition"),
    ],
)
