"""Measure every function of vectormath against mpmath and write docs/accuracy.md.

    tools/ulp_table.py [--points N] [function ...]

N points of each kind (random bit patterns, ranges, neighbours of edges, hostile
arguments): 20000, the default, takes some ten minutes; the table says how many
arguments each figure rests on.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

import click
import numpy as np

from rssn.vectormath import accuracy, emit, functions
from rssn.vectormath._functions import FUNCTIONS
from rssn.vectormath._probe import Probe

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs/accuracy.md"
HEAD = """# Accuracy of the elementary functions

Largest error found, in units in the last place of the true result (0.5 is a correctly rounded result), over the whole
domain: random bit patterns, uniform ranges, neighbours of every place where a function or its method changes,
subnormals, for sin, cos and tan the doubles nearest to multiples of π/2 of every size, and arguments on which other
libraries leave their bound. References: mpmath at 160 bits or more. Every machine gives the same bits, so there is one
table. f32 has one of its own below. Written by `tools/ulp_table.py`.

| function | promised | largest found | at | arguments |
|---|---|---|---|---|
"""
FOOT = """
lgamma's figure counts against 1 where the result is smaller (its zeros at negative x are no doubles);
special values (zeros, infinities, NaN, poles) follow C11 Annex F exactly and are not part of the count.
"""


def _ruler() -> ModuleType:
    spec = importlib.util.spec_from_file_location("accuracy", ROOT / "rssn/tests/vectormath/accuracy.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measure(name: str, points: int, seed: int = 1) -> tuple[float, str, int]:
    """Return the largest error of a function, where it is, and over how many arguments."""
    ruler, rng, arity = _ruler(), np.random.default_rng(seed), FUNCTIONS[name][0]
    args = ruler.pairs(name, points, rng) if arity == 2 else (ruler.arguments(name, points, rng),)
    got = Probe(lambda e, *v: emit(e, name, *v), arity)(*args)
    apart = ruler.errors(name, got, *ruler.true_values(name, *args))
    worst = int(np.argmax(apart))
    return float(apart[worst]), ", ".join(float(a[worst]).hex() for a in args), len(got)


@click.command()
@click.option("--points", default=20000, show_default=True, help="arguments of each kind")
@click.argument("names", nargs=-1)
def main(points: int, names: tuple[str, ...]) -> None:
    """Measure the functions NAMES (all of them: and write the table)."""
    rows = []
    for name in names or functions():
        begin = time.monotonic()
        error, where, count = measure(name, points)
        rows.append(f"| {name} | {accuracy()[name]:g} | {error:.3f} | {where} | {count:,} |")
        click.echo(f"{rows[-1]}  {time.monotonic() - begin:.0f} s")
        sys.stdout.flush()
    if not names:
        TARGET.parent.mkdir(exist_ok=True)
        # The table of f32, from all_f32.py, stays as it is.
        _, mark, single = TARGET.read_text().partition("\n## f32")
        TARGET.write_text(HEAD + "\n".join(rows) + "\n" + FOOT + mark + single)


if __name__ == "__main__":
    main()
