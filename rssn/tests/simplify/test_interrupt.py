"""A real Ctrl-C, in a process of its own: it comes through promptly, and the store is whole afterwards."""

import subprocess
import sys
import textwrap

import pytest

SLACK_S = 0.3

SCRIPT = """
    import os, signal, sys, threading, time
    from rssn import count_nodes, parse, sin, symbols
    from rssn.expr import collect, statistics
    from rssn.optimize import optimize
    from rssn.rules import Assumptions, Facts
    from rssn.simplify import Budget, Simplifier, simplify

    x, y = symbols("x y")
    chain = x
    for _ in range({levels}):
        chain = sin(chain) + y
    kept = hash(chain), count_nodes(chain)
    hard = parse("(a + b)*(c + d)*(a - b) + sin(x)*cos(y) + cos(x)*sin(y) + (a + b)^3 + exp(a)*exp(b*c)")
    free = Budget(None, None, None, None)
    work = {work}
    for delay in (0.05, 0.2):
        timer = threading.Timer(delay, os.kill, [os.getpid(), signal.SIGINT])
        started = time.monotonic()
        try:
            timer.start()
            while True:
                work()
        except KeyboardInterrupt:
            print(time.monotonic() - started - delay)
        timer.join()
    assert (hash(chain), count_nodes(chain)) == kept
    before = statistics().live
    collect()
    assert statistics().live <= before
    assert simplify(parse("sin(x)^2 + cos(x)^2 + 2*x - x")) == parse("x + 1")
    assert simplify(x + x) == 2 * x
    again = x
    for _ in range({levels}):
        again = sin(again) + y
    assert again == chain
"""

WORK = {
    "greedy": "lambda: simplify(chain, budget=free)",
    "greedy-with-assumptions": "lambda: simplify(chain, assume=x > 0, budget=free)",
    "ieee": "lambda: simplify(chain, ieee=True, budget=free)",
    "beam": "lambda: Simplifier(strategy='beam', width=50, budget=free).run(hard, trace=True)",
    "restart": "lambda: Simplifier(strategy='restart', restarts=10**9, budget=free).run(hard)",
    "beam-of-a-long-one": "lambda: Simplifier(strategy='beam', budget=free).run(chain)",
    "facts": "lambda: Facts(Assumptions(x > 0)).of(chain)",
    "assumptions": "lambda: Assumptions(chain > 0)",
    "optimize": "lambda: optimize(hard, budget=100.0)",
    "text": "lambda: str(chain)",
    "latex": "lambda: chain.latex()",
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_control_c_is_prompt_and_leaves_the_store_whole(work: str) -> None:
    """At two moments; what was built before is there, and what is built afterwards is right."""
    script = textwrap.dedent(SCRIPT.format(work=work, levels=50_000))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    late = [float(line) for line in done.stdout.split()]
    assert len(late) == 2
    assert max(late) <= SLACK_S


def test_control_c_in_the_shell_ends_it_with_130() -> None:
    """One word, no traceback."""
    script = textwrap.dedent("""
        import os, signal, sys, threading
        from rssn.cli import main
        threading.Timer(1.0, os.kill, [os.getpid(), signal.SIGINT]).start()
        formula = "*".join(f"(a{n} + b{n})" for n in range(40))
        sys.exit(main(["simplify", "--strategy", "beam", formula]))
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (130, "")
    assert "Traceback" not in done.stderr
