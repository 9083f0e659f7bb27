"""Arithmetic of the vocabulary against NumPy, at several widths."""

import math
import time

import numpy as np
import pytest

from rssn.testing import assert_same_bits
from rssn.vectormath import Emitter, Module
from rssn.vectormath._probe import Probe

WIDTHS = (1, 2, 8)
HARD = np.array([0.0, -0.0, 1.0, -1.5, 2.5, -2.5, 0.5, 1e300, -1e-310, np.inf, -np.inf, np.nan])
A, B = (grid.ravel() for grid in np.meshgrid(HARD, HARD))


def _check(write, arity, expected, real="f64"):
    args = (A, B)[:arity]
    for width in WIDTHS:
        assert_same_bits(Probe(write, arity, width=width, real=real)(*args), expected)


def _minimum(a, b):
    if math.isnan(a) or math.isnan(b):
        return math.nan
    return min(a, b, key=lambda x: (x, math.copysign(1, x)))


def _maximum(a, b):
    return -_minimum(-a, -b)


@pytest.mark.parametrize(
    ("name", "function"),
    [("add", np.add), ("sub", np.subtract), ("mul", np.multiply), ("div", np.divide), ("copysign", np.copysign)],
)
def test_binary_arithmetic_is_ieee(name, function):
    with np.errstate(all="ignore"):
        _check(lambda e, a, b: getattr(e, name)(a, b), 2, function(A, B))


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("abs", np.abs),
        ("neg", np.negative),
        ("floor", np.floor),
        ("ceil", np.ceil),
        ("trunc", np.trunc),
        ("rint", np.rint),
        ("sqrt", np.sqrt),
    ],
)
def test_unary_arithmetic_is_ieee(name, function):
    with np.errstate(all="ignore"):
        _check(lambda e, a: getattr(e, name)(a), 1, function(A))


@pytest.mark.parametrize(("name", "function"), [("minimum", _minimum), ("maximum", _maximum)])
def test_minimum_and_maximum_pass_nan_and_order_the_zeros(name, function):
    expected = np.array([function(a, b) for a, b in zip(A.tolist(), B.tolist(), strict=True)])
    _check(lambda e, a, b: getattr(e, name)(a, b), 2, expected)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("lt", np.less),
        ("le", np.less_equal),
        ("gt", np.greater),
        ("ge", np.greater_equal),
        ("eq", np.equal),
        ("ne", np.not_equal),
    ],
)
def test_comparisons_are_pythons(name, function):
    _check(lambda e, a, b: e.to_real(getattr(e, name)(a, b)), 2, function(A, B).astype(float))


def test_masks_combine():
    def write(e, a, b):
        left, right = e.gt(a, e.constant(0.0)), e.isnan(b)
        both = e.mask_and(left, right)
        either = e.mask_or(both, e.mask_not(left))
        return e.select(e.mask_xor(either, e.truth(True)), a, b)

    _check(write, 2, np.where((A > 0) & ~np.isnan(B), A, B))


def test_fma_rounds_once():
    x = np.full(8, 1 + 2.0**-30)
    write = lambda e, a: e.fma(a, a, e.constant(-1.0 - 2.0**-29))  # noqa: E731
    for width in WIDTHS:
        assert (Probe(write, width=width)(x) == 2.0**-60).all()


def test_integers_shift_and_compare():
    def write(e, a):
        bits = e.to_bits(a)
        high = e.ishl(e.ilshr(bits, 52), 52)
        odd = e.icompare("ne", e.iand(bits, e.integer(1)), e.integer(0))
        return e.select(odd, e.from_bits(high), e.from_bits(e.iadd(bits, e.integer(1))))

    x = np.array([1.5, 1.0, 3.0, np.nextafter(3.0, 4.0)] * 2)
    powers, neighbours = np.exp2(np.floor(np.log2(x))), np.nextafter(x, 9)
    for width in WIDTHS:
        assert_same_bits(Probe(write, width=width)(x), np.where(x.view(np.int64) & 1, powers, neighbours))


@pytest.mark.parametrize("size", [4, 8, 16, 32])
def test_a_table_gives_the_same_numbers_however_it_is_looked_up(size):
    values = [i * 1.25 - 3 for i in range(size)]
    x = np.arange(64, dtype=float)
    for width in WIDTHS:
        got = Probe(lambda e, a: e.table(values, e.to_bits(e.add(a, e.constant(2.0**52)))), width=width)(x)
        assert_same_bits(got, np.array(values)[np.arange(64) % size])


def test_a_guard_takes_the_slow_answer_for_the_vectors_that_need_it():
    def write(e, a):
        return e.guard(e.lt(a, e.constant(0.0)), a, lambda: e.abs(a))

    x = np.array([1.0, 2.0, -3.0, 4.0, 5.0, 6.0, 7.0, -8.0] * 4)
    for width in WIDTHS:
        assert_same_bits(Probe(write, width=width)(x), np.abs(x))


def test_a_scalar_call_goes_lane_by_lane():
    x = np.linspace(-3, 3, 16)
    expected = np.array([math.tan(v) for v in x])
    for width in WIDTHS:
        assert_same_bits(Probe(lambda e, a: e.call_scalar("tan", a), width=width)(x), expected)


def test_equal_instructions_are_printed_once_and_forgotten_with_their_scope():
    module = Module()
    e = Emitter(module.function("f", "void", [("double", "x")]), 1)
    x = e.parameter("x")
    first = e.add(x, x)
    assert e.add(x, x) is first
    with e.scope():
        inner = e.mul(x, x)
        assert e.add(x, x) is first
    assert e.mul(x, x).text != inner.text


def test_constants_keep_every_bit():
    for x in (0.1, -0.0, 5e-324, math.inf, -math.inf):
        assert_same_bits(Probe(lambda e, _, x=x: e.constant(x))(np.ones(8)), np.full(8, x))
    assert_same_bits(Probe(lambda e, _: e.constant(0.1), real="f32")(np.ones(16)), np.full(16, 0.1, np.float32))
    assert_same_bits(Probe(lambda e, _: e.constant(1e300), real="f32")(np.ones(16)), np.full(16, np.inf, np.float32))


def test_printing_is_fast():
    module = Module()
    e = Emitter(module.function("f"), 8)
    value, c = e.constant(1.0), e.constant(3.0)
    begin = time.process_time()
    for _ in range(25_000):
        value = e.fma(value, c, c)
    text = str(module)
    assert time.process_time() - begin < 0.5
    assert text.count("llvm.fma") == 25_000
