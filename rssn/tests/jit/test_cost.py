"""Rough costs: in the right order, never 0."""

import rssn
from rssn.jit import compile
from rssn.jit._cost import is_divider_bound, multiplied_divisions, row_bytes, row_flops, row_ns

x, y = rssn.symbols("x y")


def test_dearer_formulas_cost_more():
    """A division more than a sum, a function more than a division."""
    quotient = (x / y) / (y / x) / 3
    sums, quotients, sines = (compile(e, [x, y]).schedule for e in (x + y, quotient, rssn.sin(quotient)))
    assert 0 < row_ns(sums, 8) < row_ns(quotients, 8) < row_ns(sines, 8)
    assert row_ns(sines, 2) > row_ns(sines, 8)


def test_what_the_divider_decides():
    """Two divisions a row outweigh three columns of memory, unless there is other work or a function."""
    twice = x / y + y / (x + 1)
    assert is_divider_bound(compile(twice, [x, y]).schedule)
    assert not is_divider_bound(compile(x / y, [x, y]).schedule)
    assert not is_divider_bound(compile(twice + rssn.exp(x), [x, y]).schedule)
    assert not is_divider_bound(compile(twice, [x, y], dtype="f32").schedule)
    assert not is_divider_bound(compile(twice + sum(x**n * (y + n) for n in range(2, 17)), [x, y]).schedule)


def test_some_of_several_divisions_leave_the_divider_alone():
    """As many as the other steps leave room for; never one of constants, of f32, or beside a function."""
    tape = compile(x / y + y / (x + 1), [x, y]).schedule
    chosen = multiplied_divisions(tape)
    assert len(chosen) == 1
    assert all(tape.steps[n].operator == "div" for n in chosen)
    assert len(multiplied_divisions(compile([x / (y + n) for n in range(9)], [x, y]).schedule)) in range(3, 7)
    assert not multiplied_divisions(compile(x / y + sum(x**n * (y + n) for n in range(2, 17)), [x, y]).schedule)
    assert not multiplied_divisions(compile(x / y + y / rssn.exp(x), [x, y]).schedule)
    assert not multiplied_divisions(compile(x / y + y / (x + 1), [x, y], dtype="f32").schedule)


def test_bytes_and_flops():
    """Two columns in, one out; a fused step is two operations."""
    tape = compile(x * y + 1, [x, y]).schedule
    assert row_bytes(tape) == 24
    assert row_flops(tape) == 2
    assert row_bytes(compile(x < y, [x, y], dtype="f32").schedule) == 9
