"""Ctrl-C and budgets reach exact algebra, alone and within simplify and optimize; the store is whole afterwards."""

import gc
import signal
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager

import pytest

import rssn
from rssn.expr import Expr, collect, statistics, symbols
from rssn.parser import parse
from rssn.poly import apart, cancel, coefficients, expand, factor, together

x, y, z, w = symbols("x y z w")

needs_signals = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer of signals")


def fractions(count: int) -> Expr:
    """Return a sum of quotients whose common denominator keeps growing."""
    return sum((x**k / (x * k + y + k * k) for k in range(1, count)), start=0 * x)


def tower(levels: int) -> Expr:
    """Return an expression whose expansion grows by each of many steps."""
    e = x + y + z
    for level in range(levels):
        e = (e + level) * (x + y * level + w) + e
    return e


LONG: dict[str, Callable[[], object]] = {
    "expand": lambda: expand(tower(60), terms=10**8),
    "together": lambda: together(fractions(400)),
    "cancel": lambda: cancel(fractions(400)),
    "apart": lambda: apart(1 / ((x**30 - y) * (x**25 + y * x + z) * (x**20 + z * x + 1)), "x", terms=10**8),
    "coefficients": lambda: coefficients((x + y + z) ** 900, "x", terms=10**8),
    "simplify": lambda: rssn.simplify(tower(1500) / (fractions(12) + 1)),
    "optimize": lambda: rssn.optimize(fractions(400) * tower(6) + tower(9)),
}


@contextmanager
def interrupt_after(seconds: float):
    """Raise KeyboardInterrupt as Ctrl-C does, from a signal's handler, after some time."""

    def handler(*_: object) -> None:
        raise KeyboardInterrupt

    gc.disable()  # an exception within a callback of Python's collector, such as Hypothesis has, would get lost
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        gc.enable()


@needs_signals
@pytest.mark.parametrize("name", LONG)
def test_ctrl_c_stops_long_work_promptly_and_leaves_the_store_whole(name):
    """Between two calls of FLINT, each of which is bounded; nothing of the work is left, and the next call is right."""
    collect()
    live = statistics().live
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt), interrupt_after(0.3):
        LONG[name]()
    assert time.monotonic() - begun < 5
    collect()
    assert statistics().live < live + 20_000
    assert str(expand((x + y) ** 2)) == "x^2 + 2*x*y + y^2"
    assert factor(parse("x^2 - 1")) == (x - 1) * (x + 1)


def test_a_budget_of_seconds_holds_within_exact_algebra():
    """Simplify returns its best form so far, with the reason."""
    e = tower(1500) / (fractions(12) + 1)
    begun = time.monotonic()
    result = rssn.simplify(e, budget=rssn.Budget(seconds=0.3))
    assert time.monotonic() - begun < 5
    assert isinstance(result, Expr)


def test_simplify_and_optimize_leave_alone_what_is_too_large_to_expand():
    """They never raise for it, and never start it."""
    for text in ("(x + y)^100000", "x + (a + b + c + d + x)^200", "x^1000000000 - 1", "x^9710.0 - y + x^3"):
        e = parse(text)
        begun = time.monotonic()
        assert rssn.simplify(e).free_symbols == e.free_symbols
        assert rssn.optimize(e).free_symbols == e.free_symbols
        assert time.monotonic() - begun < 5


def test_exact_algebra_runs_in_any_thread():
    """Results are the same as in the main one."""
    wanted = factor(expand((x + y) ** 20 - 1))
    found: list[Expr] = []
    threads = [threading.Thread(target=lambda: found.append(factor(expand((x + y) ** 20 - 1)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 3
