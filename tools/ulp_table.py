"""Measure every function of vectormath against mpmath and write docs/accuracy.md.

    tools/ulp_table.py [--points N] [function ...]

N points of each kind (random bit patterns, ranges, neighbours of edges, hostile
arguments): 20000, the default, takes some ten minutes, `make accuracy` hours: a million arguments a function. The
table says how many arguments each figure rests on. A row is written when it is there, others stay as they are.
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


def ruler_of(name: str = "accuracy") -> ModuleType:
    """Return the module of the tests that knows arguments and true values."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"rssn/tests/vectormath/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measure(name: str, points: int, seed: int = 1) -> tuple[float, str, int]:
    """Return the largest error of a function, where it is, and over how many arguments."""
    ruler, rng, arity = ruler_of(), np.random.default_rng(seed), FUNCTIONS[name][0]
    args = ruler.pairs(name, points, rng) if arity == 2 else (ruler.arguments(name, points, rng),)
    got = Probe(lambda e, *v: emit(e, name, *v), arity)(*args)
    apart = ruler.errors(name, got, *ruler.true_values(name, *args))
    worst = int(np.argmax(apart))
    return float(apart[worst]), ", ".join(float(a[worst]).hex() for a in args), len(got)


@click.command()
@click.option("--points", default=20000, show_default=True, help="arguments of each kind")
@click.argument("names", nargs=-1)
def main(points: int, names: tuple[str, ...]) -> None:
    """Measure the functions NAMES (or all of them) and write their rows into the table."""
    for name in names or functions():
        begin = time.monotonic()
        error, where, count = measure(name, points)
        row = f"| {name} | {accuracy()[name]:g} | {error:.3f} | {where} | {count:,} |"
        click.echo(f"{row}  {time.monotonic() - begin:.0f} s")
        sys.stdout.flush()
        write(row)


def write(row: str) -> None:
    """Put the row of a function in its place in the table. What follows, the table of f32 above all, stays as it is."""
    text = TARGET.read_text()
    table, mark, rest = text.partition("\n" + FOOT)
    rows = {line.split()[1]: line for line in table.removeprefix(HEAD).splitlines() if line.startswith("| ")}
    rows |= {row.split()[1]: row}
    known = [rows[name] for name in functions() if name in rows]
    TARGET.write_text(HEAD + "\n".join(known) + mark + rest)


if __name__ == "__main__":
    main()
