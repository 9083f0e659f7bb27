"""Chains a million deep and trees of 2^60 nodes, through every function: an answer or a typed error, soon."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial, reduce

import pytest

from rssn.errors import PolynomialError
from rssn.expr import Expr, apply, constant, symbols
from rssn.ops import sin
from rssn.poly import (
    apart,
    cancel,
    coefficients,
    collect,
    degree,
    expand,
    factor,
    gcd,
    horner,
    lcm,
    polynomial_form,
    resultant,
    together,
)

LENGTH = 1_000_000
LEVELS = 60
TERMS = 2_000  # a small limit, for what is refused is worked on until it is reached
SOON = 10.0  # seconds, generous

x, y, z = symbols("x y z")

FUNCTIONS: dict[str, Callable[[Expr], object]] = {
    "expand": partial(expand, terms=TERMS),
    "factor": partial(factor, terms=TERMS),
    "gaussian": partial(factor, gaussian=True, terms=TERMS),
    "gcd": lambda e: gcd(e, x * y + 1, terms=TERMS),
    "lcm": lambda e: lcm(e, x * y + 1, terms=TERMS),
    "cancel": partial(cancel, terms=TERMS),
    "together": partial(together, terms=TERMS),
    "apart": lambda e: apart(e, x, terms=TERMS),
    "collect": lambda e: collect(e, x, terms=TERMS),
    "horner": partial(horner, terms=TERMS),
    "degree": partial(degree, terms=TERMS),
    "degree in x": lambda e: degree(e, x, terms=TERMS),
    "coefficients": lambda e: coefficients(e, x, terms=TERMS),
    "resultant": lambda e: resultant(e, x * y + 1, x, terms=TERMS),
    "resultant, second": lambda e: resultant(x * y + 1, e, x, terms=TERMS),
    "polynomial_form": partial(polynomial_form, terms=TERMS),
    "cancelled": lambda e: polynomial_form(e, terms=TERMS).cancelled,
}


def repeated(step: Callable[[Expr], Expr], times: int) -> Expr:
    """Return the result of doing something to x again and again."""
    return reduce(lambda e, _: step(e), range(times), x)


CHAINS: dict[str, Callable[[int], Expr]] = {
    "sum": partial(repeated, lambda e: e + y),
    "difference": partial(repeated, lambda e: y - e),
    "product": partial(repeated, lambda e: e * y),
    "quotient": partial(repeated, lambda e: e / y),
    "quotient upside down": partial(repeated, lambda e: y / e),
    "negation": partial(repeated, lambda e: -e),
    "power": partial(repeated, lambda e: apply("pow", e, 1)),
    "negative power": partial(repeated, lambda e: apply("pow", e, -1)),
    "function": partial(repeated, sin),
    "horner": partial(repeated, lambda e: e * z + y),
    "nested fractions": partial(repeated, lambda e: y + 1 / e),
    "nested squares": partial(repeated, lambda e: e * e + y),
    "functions of sums": partial(repeated, lambda e: sin(e + y)),
}
TREES: dict[str, Callable[[int], Expr]] = {
    "doubling": partial(repeated, lambda e: e + e),
    "squaring": partial(repeated, lambda e: e * e),
    "squaring a sum": partial(repeated, lambda e: e * e + y),
    "quotient of itself": partial(repeated, lambda e: e / (e + 1)),
    "function of itself twice": partial(repeated, lambda e: sin(e) * sin(e) + e),
    "power of itself": partial(repeated, lambda e: apply("pow", e, e)),
    "square of a square": partial(repeated, lambda e: apply("pow", e + 1, 2)),
    "reciprocal sums": partial(repeated, lambda e: 1 / (e + y) + 1 / (e - y)),
}


@pytest.mark.parametrize("shape", CHAINS)
def test_deep_chains_pass_through_every_function(shape):
    """Without recursion, in time linear in the nodes, or with a refusal that comes soon."""
    e = CHAINS[shape](LENGTH // 500)
    for function in FUNCTIONS.values():
        assert outcome(function, e) < SOON


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("shape", CHAINS)
def test_chains_of_a_million_pass_through_every_function(shape):
    """The same, at full length."""
    e = CHAINS[shape](LENGTH)
    for function in FUNCTIONS.values():
        assert outcome(function, e) < 9 * SOON


@pytest.mark.parametrize("shape", TREES)
def test_trees_of_exponential_size_are_graphs_of_a_few_nodes(shape):
    """What is shared is computed once; what would grow beyond the limit is refused."""
    e = TREES[shape](LEVELS)
    for function in FUNCTIONS.values():
        assert outcome(function, e) < SOON


def outcome(function: Callable[[Expr], object], e: Expr) -> float:
    """Return the seconds to a result or a refusal; any other error is one."""
    begun = time.monotonic()
    with suppress(PolynomialError):
        function(e)
    return time.monotonic() - begun


def test_the_results_of_chains_are_right():
    """Not only soon."""
    assert expand(repeated(lambda e: e + y, LENGTH // 5)) == LENGTH // 5 * y + x
    assert expand(repeated(lambda e: y - e, LENGTH // 5)) == x
    assert degree(repeated(lambda e: e * y, LENGTH // 5)) == LENGTH // 5 + 1
    assert factor(repeated(lambda e: e / y, LENGTH // 5)) == x / y ** (LENGTH // 5)
    assert cancel(repeated(lambda e: -e, LENGTH // 5)) == x
    assert expand(repeated(lambda e: e + e, LEVELS)) == constant(1 << LEVELS) * x
    assert degree(repeated(lambda e: e * e, LEVELS)) == 1 << LEVELS
