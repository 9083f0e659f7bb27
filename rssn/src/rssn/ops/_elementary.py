"""Roots, exponentials, logarithms and hyperbolic functions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .._numpy import np
from ..expr import Precedence, Printer
from ._exact import cube_root, logarithm, normal, only, power, root
from ._record import Exact, Fold, Operator, latex_call
from ._registry import Function, register
from ._values import Value, by_numpy, elementary


def _unary(
    name: str,
    value: Value,
    doc: str,
    domain: str,
    fold: Fold,
    cost: float,
    latex: str = "",
    level: Precedence = Precedence.ATOM,
    aliases: tuple[str, ...] = (),
) -> Function:
    return register(
        Operator(
            name=name,
            aliases=aliases,
            doc=doc,
            domain=domain,
            arity=(1, 1),
            cost=cost,
            value=elementary(value),
            fold=fold,
            printer=Printer(latex=latex, latex_precedence=level),
        )
    )


def _hypotenuse(a: Exact, b: Exact) -> Exact | None:
    return root(normal(a * a + b * b), 2)


def _sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def _softplus(x: Any) -> Any:
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


cbrt = _unary(
    "cbrt",
    by_numpy("cbrt"),
    "The real cube root: odd, so cbrt(-8) is -2. Keeps ±0, ±inf and NaN.",
    "all x",
    cube_root,
    20,
    r"\sqrt[3]{#1}",
)
exp = _unary(
    "exp",
    by_numpy("exp"),
    "e to the power x. exp(±0) is 1, exp(-inf) +0, exp(inf) inf; inf beyond 709.78.",
    "all x",
    only({0: 1}),
    10,
    "e^{#1}",
    Precedence.POWER,
)
exp2 = _unary(
    "exp2",
    by_numpy("exp2"),
    "2 to the power x; exact at whole numbers. exp2(-inf) is +0.",
    "all x",
    lambda x: power(2, x),
    10,
    "2^{#1}",
    Precedence.POWER,
)
exp10 = _unary(
    "exp10",
    lambda x: np.power(10.0, x),
    "10 to the power x. exp10(-inf) is +0; inf beyond 308.25.",
    "all x",
    lambda x: power(10, x),
    12,
    "10^{#1}",
    Precedence.POWER,
)
expm1 = _unary(
    "expm1",
    by_numpy("expm1"),
    "exp(x) - 1 without cancellation near 0. expm1(±0) is ±0, expm1(-inf) is -1.",
    "all x",
    only({0: 0}),
    14,
    "e^{#1} - 1",
    Precedence.SUM,
)
log = _unary(
    "log",
    by_numpy("log"),
    "The natural logarithm. log(±0) is -inf, log(1) +0, log(inf) inf; of a negative number NaN.",
    "x > 0",
    only({1: 0}),
    12,
    latex_call("log"),
    aliases=("ln",),
)
log2 = _unary(
    "log2",
    by_numpy("log2"),
    "The logarithm to base 2; exact at powers of two. log2(±0) is -inf; of a negative number NaN.",
    "x > 0",
    logarithm(2),
    12,
    r"\log_{2}\left({#1}\right)",
)
log10 = _unary(
    "log10",
    by_numpy("log10"),
    "The logarithm to base 10. log10(±0) is -inf; of a negative number NaN.",
    "x > 0",
    logarithm(10),
    12,
    r"\log_{10}\left({#1}\right)",
)
log1p = _unary(
    "log1p",
    by_numpy("log1p"),
    "log(1 + x) without cancellation near 0. log1p(±0) is ±0, log1p(-1) -inf; below -1 NaN.",
    "x > -1",
    only({0: 0}),
    14,
    r"\log\left(1 + {#1}\right)",
)
sinh = _unary(
    "sinh", by_numpy("sinh"), "The hyperbolic sine. Keeps ±0 and ±inf.", "all x", only({0: 0}), 20, latex_call("sinh")
)
cosh = _unary(
    "cosh",
    by_numpy("cosh"),
    "The hyperbolic cosine. cosh(±0) is 1, cosh(±inf) inf.",
    "all x",
    only({0: 1}),
    20,
    latex_call("cosh"),
)
tanh = _unary(
    "tanh",
    by_numpy("tanh"),
    "The hyperbolic tangent. Keeps ±0; tanh(±inf) is ±1.",
    "all x",
    only({0: 0}),
    20,
    latex_call("tanh"),
)
asinh = _unary(
    "asinh",
    by_numpy("arcsinh"),
    "The inverse hyperbolic sine. Keeps ±0 and ±inf.",
    "all x",
    only({0: 0}),
    25,
    aliases=("arcsinh",),
)
acosh = _unary(
    "acosh",
    by_numpy("arccosh"),
    "The inverse hyperbolic cosine. acosh(1) is +0, acosh(inf) inf; below 1 NaN.",
    "x >= 1",
    only({1: 0}),
    25,
    aliases=("arccosh",),
)
atanh = _unary(
    "atanh",
    by_numpy("arctanh"),
    "The inverse hyperbolic tangent. Keeps ±0; atanh(±1) is ±inf; outside [-1, 1] NaN.",
    "-1 < x < 1",
    only({0: 0}),
    25,
    aliases=("arctanh",),
)
sigmoid = _unary(
    "sigmoid",
    _sigmoid,
    "The logistic function 1/(1 + exp(-x)). 0 at -inf, 1 at inf.",
    "all x",
    only({0: Fraction(1, 2)}),
    18,
    aliases=("logistic",),
)
softplus = _unary(
    "softplus",
    _softplus,
    "log(1 + exp(x)), computed as max(x, 0) + log1p(exp(-|x|)). 0 at -inf, inf at inf.",
    "all x",
    lambda _: None,
    28,
)
hypot = register(
    Operator(
        name="hypot",
        doc="sqrt(a*a + b*b) without overflow on the way. inf if either is infinite, even beside a NaN.",
        domain="all a, b",
        arity=(2, 2),
        commutative=True,
        cost=15,
        value=elementary(by_numpy("hypot")),
        fold=_hypotenuse,
    )
)
