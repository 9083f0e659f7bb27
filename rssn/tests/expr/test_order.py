"""The order of operands is total, stated, exact, the same in both stores, and found without walking twice."""

import math
import time
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st


@given(data=st.data())
def test_both_stores_order_alike(native, twin, programs, data):
    """Any two expressions of a program stand in the same order in both."""
    program = data.draw(programs)
    ours, theirs = native.build(program), twin.build(program)
    for i in range(len(ours)):
        for j in range(0, len(ours), 5):
            assert native.precedes(ours[i], ours[j]) == twin.precedes(theirs[i], theirs[j])


@given(data=st.data())
def test_the_order_is_total(engine, programs, data):
    """Of two different expressions exactly one precedes; and sorting by it is consistent."""
    made = list(dict.fromkeys(engine.build(data.draw(programs))))[:12]
    for a in made:
        for b in made:
            assert engine.precedes(a, b) + engine.precedes(b, a) == (a != b)
            for c in made:
                if engine.precedes(a, b) and engine.precedes(b, c):
                    assert engine.precedes(a, c)


def test_the_order_is_the_stated_one(engine):
    """Numbers, named constants, symbols, applications; each by value or name."""
    x, y = engine.symbols("x y")
    expected = [
        -math.inf, -(10**400), -1e300, -1, -1.0, Fraction(-1, 3), -5e-324, 0, -0.0, 0.0, Fraction(1, 10), 0.1,
        Fraction(1, 2), 0.5, 1, 1.0, 2**53, 2.0**53, 2**53 + 1, 2**63 - 1, 2**63, 2.0**63, 2**200, 2.0**200,
        2**200 + 1, 10**400, math.inf, math.nan,
        engine.constant("1j"), engine.constant("false"), engine.constant("pi"), engine.constant("true"),
        engine.symbol("X"), engine.symbol("a"), x, y, engine.symbol("é"),
        abs(x), abs(y), x + 1, y + 1, x + 1.0, x + y, x * y, engine.apply("piecewise", x),
        engine.apply("piecewise", x, x, x), engine.apply("piecewise", x, x, y), x - y,
    ]  # fmt: skip
    for a, b in pairwise(expected):
        assert engine.precedes(a, b), (a, b)
        assert not engine.precedes(b, a), (a, b)


def test_twin_chains_are_compared_in_linear_time(native):
    """Two chains that differ at the bottom, compared at each level: from the top down, then while they grow."""
    x, y = native.symbols("x y")
    start = time.perf_counter()
    p, q = x, y
    for _ in range(50_000):
        p, q = abs(p), abs(q)
    for _ in range(50_000):
        assert (p + q).operands == (p, q)
        (p,), (q,) = p.operands, q.operands
    for _ in range(50_000):
        p, q = -p, -q
        assert (q + p).operands == (p, q)
    assert time.perf_counter() - start < 10  # quadratic would take minutes


def test_verdicts_do_not_outlive_a_collection(native):
    """Ids are given again after a collection, and what was remembered of the old ones must not decide."""
    x, y = native.symbols("x y")
    for turn in range(20):
        p, q = (x, y) if turn % 2 else (y, x)
        for _ in range(30):
            p, q = abs(p), abs(q)
        assert native.precedes(p, q) == bool(turn % 2)
        del p, q
        native.collect()
