"""Long work on graphs can be stopped at any moment: SIGINT as a terminal sends it, to a process of its own."""

import signal
import subprocess
import sys
import time

import pytest

AT_ONCE_S = 0.3
BEFORE = """
import sys, time
from rssn import parse, sin, symbol
from rssn.egraph import SaturationLimits, TermGraph, TermProgram, saturate, term
from rssn.egraph._samples import DISTRIBUTION, product_of_sums

def product(n):
    found = None
    for i in range(n):
        part = symbol(f"a{i}") + symbol(f"b{i}") + sin(symbol(f"a{(i + 1) % n}"))
        found = part if found is None else found * part
    return found

def chain(n):
    x = e = symbol("x")
    for k in range(n):
        e = sin(e) + x*k
    return e

FAR = SaturationLimits(nodes=5_000_000, seconds=60)
"""
AFTER = """
print("ready", flush=True)
try:
    {work}
    print("done", flush=True)
except KeyboardInterrupt:
    print("interrupted", time.monotonic(), flush=True)
{check}
assert saturate(parse("2*x + 3*x")).extract() == parse("5*x")
print("whole", flush=True)
"""
CASES = {
    "terms": (
        "graph = TermGraph(TermProgram(DISTRIBUTION))\n"
        "start = term(product_of_sums('ab', 'cd', 'ef', 'gh', 'ij')); graph.add(start)",
        "graph.run(FAR)",
        "assert graph.extract(start) is not None and graph.core.peak <= 5_000_000",
    ),
    "rows": ("e = product(14); r = saturate(e, [])", "saturate(e, limits=FAR)", "assert r.extract() == r.extract()"),
    "a deep chain": ("e = chain(200_000)", "[saturate(e, limits=FAR) for _ in range(99)]", "assert str(e)[:9]"),
    "extract": ("r = saturate(product(7))", "[r.extract() for _ in range(9999)]", "r.extract()"),
    "shared": ("r = saturate(product(7))", "[r.extract(shared=True, seconds=60) for _ in range(999)]", "r.extract()"),
    "exact": ("r = saturate(product(7))", "[r.extract(exact=True, seconds=60) for _ in range(99)]", "r.extract()"),
    "explain": (
        "e = parse('x*(sin(y)^2 + cos(y)^2) + log(exp(z*exp(a)*exp(b)))'); r = saturate(e); f = r.extract()",
        "[r.explain(e, f) for _ in range(9999)]",
        "assert len(r.explain(e, f)) > 0",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_ctrl_c_is_raised_at_once_and_leaves_all_whole(case):
    """Wherever it meets the engine. The machine may be busy: one of two may take longer."""
    delays = [interrupted(*CASES[case], after) for after in (0.1, 0.5)]
    assert min(delays) <= AT_ONCE_S, delays
    assert max(delays) <= 4 * AT_ONCE_S, delays


def interrupted(setup, work, check, after):
    """Return how long it took from the signal to the exception."""
    text = BEFORE + setup + AFTER.format(work=work, check=check)
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        time.sleep(after)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        word, *when = process.stdout.readline().split()
        assert word == "interrupted", "the work was done before the signal came"
        assert process.stdout.readline() == "whole\n"
        return float(when[0]) - start
