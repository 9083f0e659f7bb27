"""From nodes to steps: powers, and which product fuses into which addition."""

import math
from fractions import Fraction
from time import process_time

import numpy as np
import pytest

import rssn
from rssn.errors import DtypeError, UnknownNameError
from rssn.jit import compile

x, y, z, w = rssn.symbols("x y z w")


def steps(expr, args=("x", "y", "z", "w"), **options):
    tape = compile(expr, args, **options).schedule
    return [step.operator for step in tape.steps if step.operator not in ("load", "constant")]


def fused(expr):
    return [operator for operator in steps(expr) if operator in ("fma", "fms", "fnma")]


# ---- powers


@pytest.mark.parametrize(
    ("n", "products"), [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (7, 4), (8, 3), (15, 6), (16, 4)]
)
def test_integer_powers_are_chains_of_products(n, products):
    """Even: the square of the half. Odd: one less, times the base."""
    assert steps(x**n) == ["mul"] * products
    assert steps(x**-n) == (["mul"] * products + ["div"] if n else [])


def test_powers_share_their_chains():
    """x^4 and x^6 meet x^2."""
    assert steps(rssn.sin(x**4) - rssn.cos(x**6)).count("mul") == 4


@pytest.mark.parametrize("exponent", [17, -17, 2.0, 1.5, Fraction(1, 3)])
def test_other_powers_are_the_function(exponent):
    """Only an integer literal up to 16 is a chain: 2.0 is a float."""
    assert steps(x**exponent) == ["pow"]


@pytest.mark.parametrize("exponent", [0.5, Fraction(1, 2)])
def test_the_power_one_half_is_a_root(exponent):
    """With pow's answers at -0 and -inf."""
    kernel = compile(x**exponent, ["x"])
    found = kernel(np.array([4.0, -0.0, -np.inf, np.inf, -1.0]))
    assert found[:4].tolist() == [2.0, 0.0, np.inf, np.inf]
    assert not np.signbit(found[1])
    assert np.isnan(found[4])
    assert "pow" not in steps(x**exponent)


# ---- the fusing rule


def test_a_product_used_once_fuses():
    """Into the addition or subtraction that uses it."""
    assert steps(x * y + z) == ["fma"]
    assert steps(z - x * y) == ["fnma"]
    assert steps(x * y - z) == ["fms"]


def test_of_two_products_the_second_fuses():
    """In canonical order for a sum, on the right of a difference."""
    assert steps(x * y - z * w) == ["mul", "fnma"]
    values = np.array([1 + 2.0**-30, 1 - 2.0**-30, 3.0, 1 + 2.0**-29]).reshape(4, 1)
    found = compile(x * y + z * w, [x, y, z, w])(*values)
    first, second = (values[0] * values[1], values[2] * values[3])
    exact = Fraction(values[2][0]) * Fraction(values[3][0]) + Fraction(first[0])
    assert found == float(exact)
    assert second is not None


def test_a_product_used_twice_does_not_fuse():
    """Its rounded value is needed anyway."""
    assert fused(x * y + rssn.sin(x * y)) == []
    assert fused(x * y + x * y) == []


def test_the_last_product_of_a_power_fuses():
    """x^2 + y is one step; a negative power ends in a division and does not fuse."""
    assert steps(x**2 + y) == ["fma"]
    assert steps(x**3 + y) == ["mul", "fma"]
    assert fused(x**-2 + y) == []
    assert fused(x**1 + y) == []


def test_a_negated_product_does_not_fuse():
    """Its one use is the minus sign."""
    assert fused(y + -(x * z)) == []


def test_strict_never_fuses():
    """As written, step by step."""
    assert steps(x * y + z, math="strict") == ["mul", "add"]


def test_bits_do_not_depend_on_what_is_compiled_along():
    """Uses are counted inside each root: x*y fuses in both sums though four roots use it."""
    roots = [x * y + z, x * y - w, x * y, rssn.sin(x * y + z)]
    together = compile(roots, [x, y, z, w])
    columns = np.random.default_rng(1).normal(size=(4, 1000))
    for root, found in zip(roots, together(*columns), strict=True):
        assert found.tobytes() == compile(root, [x, y, z, w])(*columns).tobytes()
    assert steps(roots).count("fma") == 1
    assert steps(roots).count("fms") == 1


def test_a_shared_part_is_lowered_differently_where_it_must():
    """In the second root the product is used twice, so there its sum does not fuse."""
    roots = [x * y + z, rssn.exp(x * y + z) * (x * y)]
    operators = steps(roots)
    assert operators.count("fma") == 1
    assert operators.count("add") == 1


# ---- leaves


def test_constants_become_floats():
    """Rationals round once; integers beyond the range are infinite."""
    assert compile(rssn.constant(Fraction(1, 3)), [])() == 1 / 3
    assert compile(rssn.constant(10**400), [])() == math.inf
    assert compile(rssn.parse("pi"), [])() == math.pi
    assert compile(rssn.parse("true"), [])() is True


def test_complex_constants_are_refused():
    """Kernels are real for now."""
    with pytest.raises(DtypeError, match="real"):
        compile(x * rssn.constant(2j), [x])


def test_unknown_symbols_name_the_nearest_argument():
    """A typing slip is found at compile time."""
    with pytest.raises(UnknownNameError, match=r"'velocitiy'.*did you mean 'velocity'"):
        compile(rssn.symbol("velocitiy") + 1, ["velocity"])


# ---- size


def test_nested_squarings_are_linear_in_unique_nodes():
    """A DAG of 27 nodes whose tree has 134 million."""
    expr = x
    for _ in range(26):
        expr = expr * expr
    assert len(compile(expr, [x]).schedule) == 27


def test_lowering_is_linear():
    """Four times the terms, about four times the time; nothing recurses."""

    def seconds(terms):
        expr = x
        for n in range(terms):
            expr = expr * y + (x + n) * z
        started = process_time()
        compile(expr, [x, y, z])
        return process_time() - started

    seconds(100)
    assert min(seconds(8003), seconds(8002)) < 16 * min(seconds(2001), seconds(2000)) + 0.05
