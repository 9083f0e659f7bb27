"""Compare f32 functions of one with the f64 ones at every one of the 2^32 arguments, or at a sample of them.

    tools/all_f32.py [--every N] [function ...]

The error is taken against the f64 result, which is itself right to a billionth of an f32's last place;
signs of zeros, infinities and NaN count as infinitely wrong where they differ.
"""

from __future__ import annotations

import sys
import time

import click
import numpy as np

from rssn.vectormath import Emitter, Value, emit, functions
from rssn.vectormath._emitter import Body
from rssn.vectormath._fast import FAST
from rssn.vectormath._functions import FUNCTIONS
from rssn.vectormath._probe import Probe

CHUNK = 1 << 20


def error_of(name: str, body: Body | None = None) -> Probe:
    """Return the compiled function that gives the error of f32's `name` (or of `body`) at each of its arguments."""

    def write(e: Emitter, x: Value) -> Value:
        got = emit(e, name, x) if body is None else body(e, x)
        width = min(e.width, e.features.width)
        wide, pieces = e.sibling("f64", width), []
        for start in range(0, e.width, width):
            true = emit(wide, name, wide.as_f64(e.slice(x, start, width), "f32"))
            pieces.append(wide.from_f64(_error(wide, wide.as_f64(e.slice(got, start, width), "f32"), true), "f32"))
        return e.joined(pieces, width)

    return Probe(write, real="f32")


def _error(e: Emitter, got: Value, true: Value) -> Value:
    """Return how far `got` is from `true` in units of the last place that f32 has there."""
    limit, infinity, zero = e.constant(2.0**128), e.constant(float("inf")), e.constant(0.0)
    apart = e.abs(e.sub(_cut(e, got, limit), _cut(e, true, limit)))
    power = e.from_bits(e.iand(e.to_bits(_cut(e, e.abs(true), e.constant(2.0**127))), e.integer(0x7FF << 52)))
    unit = e.mul(power, e.constant(2.0**-23))
    unit = e.select(e.lt(unit, e.constant(2.0**-149)), e.constant(2.0**-149), unit)
    error = e.div(apart, unit)
    signs = e.icompare("slt", e.ixor(e.to_bits(got), e.to_bits(true)), e.integer(0))
    error = e.select(signs, infinity, error)
    odd = e.mask_xor(e.isnan(got), e.isnan(true))
    error = e.select(odd, infinity, error)
    return e.select(e.mask_and(e.isnan(got), e.isnan(true)), zero, error)


def _cut(e: Emitter, x: Value, limit: Value) -> Value:
    x = e.select(e.gt(x, limit), limit, x)
    return e.select(e.lt(x, e.neg(limit)), e.neg(limit), x)


def worst(name: str, every: int = 1, start: int = 0, body: Body | None = None) -> tuple[float, float, int]:
    """Return the largest error, where it is, and how many arguments were tried: each `every`-th from `start`."""
    probe, most, where, count = error_of(name, body), -1.0, 0.0, 0
    out = np.empty(CHUNK, np.float32)
    for first in range(start, 1 << 32, CHUNK * every):
        bits = np.arange(first, min(first + CHUNK * every, 1 << 32), every, dtype=np.uint64).astype(np.uint32)
        x = bits.view(np.float32)
        whole = len(x) // probe.width * probe.width
        probe.call(whole, out.ctypes.data, x.ctypes.data)
        at = int(out[:whole].argmax())
        count += whole
        if out[at] > most:
            most, where = float(out[at]), float(x[at])
    return most, where, count


@click.command()
@click.option("--every", default=1, show_default=True, help="take each N-th argument only")
@click.option("--fast", is_flag=True, help='measure what accuracy="fast" computes')
@click.argument("names", nargs=-1)
def main(every: int, fast: bool, names: tuple[str, ...]) -> None:
    """Measure the functions NAMES (all of one argument)."""
    bodies = FAST["f32"] if fast else {}
    for name in names or [n for n in functions() if FUNCTIONS[n][0] == 1]:
        begin = time.monotonic()
        if fast and name not in bodies:
            continue
        error, where, count = worst(name, every, body=bodies.get(name))
        click.echo(f"{name:<9} {error:7.4f}  at {where.hex()}  of {count:,}  {time.monotonic() - begin:.0f} s")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
