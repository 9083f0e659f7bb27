"""The error function and the gamma function."""

from __future__ import annotations

from typing import Final

from .. import ops
from ._guards import defined_everywhere, nonzero, positive
from ._pattern import variables
from ._rule import RuleSet
from ._table import real

a, b = variables("a b")
erf, erfc, gamma, lgamma = ops.erf, ops.erfc, ops.gamma, ops.lgamma

SPECIAL: Final = RuleSet(
    "special",
    [
        real("erf-of-negative", erf(-a), -erf(a), "odd"),
        real("erf-plus-erfc", erf(a) + erfc(a), 1, "complements", defined_everywhere("?a")),
        real("one-minus-erf", 1 - erf(a), erfc(a), "complements"),
        real("one-minus-erfc", 1 - erfc(a), erf(a), "complements"),
        real("erfc-of-negative", erfc(-a), 2 - erfc(a), "erf is odd"),
        real("gamma-step", a * gamma(a), gamma(a + 1), "0*gamma(0) has no value, gamma(1) has", nonzero("?a")),
        real("gamma-ratio", gamma(a + 1) / gamma(a), a, "gamma(0) has no value", positive("?a")),
        real("exp-of-lgamma", ops.exp(lgamma(a)), gamma(a), "gamma may be negative below 0", positive("?a")),
        real("log-of-gamma", ops.log(gamma(a)), lgamma(a), "gamma may be negative below 0", positive("?a")),
    ],
)
