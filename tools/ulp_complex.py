"""Measure every complex function against mpmath and write its table into docs/accuracy.md.

    tools/ulp_complex.py [--points N] [function ...]

N points of each of twelve kinds: all sizes, next to the axes, the unit circle, ±1 and ±i, the whole range.
"""

from __future__ import annotations

import time
from pathlib import Path

import click
import numpy as np
from ulp_table import ruler_of

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs/accuracy.md"
TITLE, BEFORE = "\n## Complex functions\n", "\n## f32"
HEAD = """
Largest distance from the true result, in units in the last place of its length: the parts of a complex number share
one unit, as a part may be as small as can be beside the other. Over all sizes, next to the axes, the cuts, the unit
circle, ±1 and ±i, overflow and underflow; references from mpmath. Special values are those of C17's Annex G. complex64
is computed in f64 and rounded once (products apart). A general power keeps the bound while the length of w log z is
at most 30; beyond, its error grows with that length. Written by `tools/ulp_complex.py`.

| function | promised | largest found | at | arguments |
|---|---|---|---|---|
"""


def measure(name: str, points: int, seed: int = 1) -> tuple[float, str, int]:
    """Return the largest error of a function, where it is, and over how many arguments."""
    ruler = ruler_of("complex_accuracy")
    args = ruler.arguments(name, np.random.default_rng(seed), points)
    apart = ruler.errors(name, args, ruler.computed(name, args))
    worst = int(np.argmax(apart))
    where = ", ".join(f"{arg[worst].real.hex()} {arg[worst].imag.hex()}i" for arg in args)
    return float(apart[worst]), where, len(apart)


@click.command()
@click.option("--points", default=2000, show_default=True, help="arguments of each kind")
@click.argument("names", nargs=-1)
def main(points: int, names: tuple[str, ...]) -> None:
    """Measure the functions NAMES (all of them: and write the table)."""
    ruler, rows = ruler_of("complex_accuracy"), []
    for name in names or ruler.NAMES:
        begin = time.monotonic()
        error, where, count = measure(name, points)
        rows.append(f"| {name} | {ruler.PROMISED:g} | {error:.3f} | {where} | {count:,} |")
        click.echo(f"{rows[-1]}  {time.monotonic() - begin:.0f} s")
    if not names:
        text = TARGET.read_text()
        before, _, rest = text.partition(TITLE)
        head, mark, single = (before if TITLE in text else text).partition(BEFORE)
        if TITLE in text:
            mark, single = BEFORE, rest.partition(BEFORE)[2]
        TARGET.write_text(head + TITLE + HEAD + "\n".join(rows) + "\n" + mark + single)


if __name__ == "__main__":
    main()
