"""Exponentials and logarithms."""

from __future__ import annotations

from typing import Final

from .. import ops
from ..expr import constant
from ._guards import all_of, any_of, defined_everywhere, even, nonzero, odd, positive
from ._pattern import variables
from ._rule import RuleSet
from ._table import real

a, b, n = variables("a b n")
exp, log, exp2, log2, exp10, log10 = ops.exp, ops.log, ops.exp2, ops.log2, ops.exp10, ops.log10
sqrt, sigmoid, softplus = ops.sqrt, ops.sigmoid, ops.softplus
ONE_IS_POSITIVE = any_of(positive("?a"), positive("?b"))
WHY_PRODUCT = "log((-1)(-1)) has a value, log(-1) has not"

EXPLOG: Final = RuleSet(
    "explog",
    [
        real("log-of-exp", log(exp(a)), a, "exp is never 0"),
        real("exp-of-log", exp(log(a)), a, "only positive numbers have a logarithm", positive("?a")),
        real("exp-times-exp", exp(a) * exp(b), exp(a + b), "exponents of one base add up"),
        real("exp-over-exp", exp(a) / exp(b), exp(a - b), "exponents of one base add up; exp is never 0"),
        real("over-exp", a / exp(b), a * exp(-b), "exp is never 0"),
        real("power-of-exp", exp(a) ** n, exp(a * n), "exp is positive"),
        real("root-of-exp", sqrt(exp(a)), exp(a / 2), "exp is positive"),
        real(
            "exp-of-multiple-of-log",
            exp(a * log(b)),
            b**a,
            "the definition of the power of a positive number",
            positive("?b"),
        ),
        real("log-plus-log", log(a) + log(b), log(a * b), WHY_PRODUCT, ONE_IS_POSITIVE),
        real("log-minus-log", log(a) - log(b), log(a / b), WHY_PRODUCT, ONE_IS_POSITIVE),
        real("log-of-product", log(a * b), log(a) + log(b), WHY_PRODUCT, ONE_IS_POSITIVE),
        real("log-of-quotient", log(a / b), log(a) - log(b), WHY_PRODUCT, ONE_IS_POSITIVE),
        real("log-of-reciprocal", log(1 / a), -log(a), "1/a is positive where a is"),
        real("log-of-power", log(a**n), n * log(a), "log((-1)^2) has a value, log(-1) has not", positive("?a")),
        real("log-of-odd-power", log(a**n), n * log(a), "an odd power is positive where its base is", odd("?n")),
        real(
            "log-of-even-power",
            log(a**n),
            n * log(ops.abs(a)),
            "an even power forgets the sign",
            all_of(even("?n"), nonzero("?n")),
        ),
        real("log-of-root", log(sqrt(a)), log(a) / 2, "a root is positive where its square is"),
        real("log2-of-exp2", log2(exp2(a)), a, "exp2 is never 0"),
        real("exp2-of-log2", exp2(log2(a)), a, "only positive numbers have a logarithm", positive("?a")),
        real("exp2-times-exp2", exp2(a) * exp2(b), exp2(a + b), "exponents of one base add up"),
        real("log10-of-exp10", log10(exp10(a)), a, "exp10 is never 0"),
        real("exp10-of-log10", exp10(log10(a)), a, "only positive numbers have a logarithm", positive("?a")),
        real("exp10-times-exp10", exp10(a) * exp10(b), exp10(a + b), "exponents of one base add up"),
        real("logarithm-to-base-2", log(a) / log(constant(2)), log2(a), "the definition"),
        real("logarithm-to-base-10", log(a) / log(constant(10)), log10(a), "the definition"),
        real("sigmoid-of-negative", 1 - sigmoid(a), sigmoid(-a), "the logistic curve is symmetric"),
        real("sigmoids", sigmoid(a) + sigmoid(-a), 1, "the logistic curve is symmetric", defined_everywhere("?a")),
        real("softplus-difference", softplus(a) - softplus(-a), a, "log((1 + e^a)/(1 + e^-a)) is a"),
    ],
)

#: Forms that lose less to rounding or take fewer steps: for the optimiser and for saturation.
COMPUTE: Final = RuleSet(
    "compute",
    [
        real("log1p", log(1 + a), ops.log1p(a), "the definition"),
        real("expm1", exp(a) - 1, ops.expm1(a), "the definition"),
        real("log1p-written-out", ops.log1p(a), log(1 + a), "the definition"),
        real("expm1-written-out", ops.expm1(a), exp(a) - 1, "the definition"),
        real("softplus", log(1 + exp(a)), softplus(a), "the definition"),
        real("softplus-log1p", ops.log1p(exp(a)), softplus(a), "the definition"),
        real("sigmoid", 1 / (1 + exp(-a)), sigmoid(a), "the definition"),
        real("sigmoid-of-ratio", exp(a) / (1 + exp(a)), sigmoid(a), "the definition, times e^a above and below"),
    ],
)
