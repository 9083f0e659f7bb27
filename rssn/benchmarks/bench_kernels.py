"""Kernels at a million rows: ns per row and GB/s beside NumPy, then what a call and a compilation cost.

    python rssn/benchmarks/bench_kernels.py [--rows N] [--threads N ...]

Answers are checked first; times are the best of many calls, ours and NumPy's
alternately. The other peers are compared in `benchmarks/`.
"""

from __future__ import annotations

import argparse
import random
import timeit
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

import rssn
from rssn.jit import Kernel, compile

FORMULAS = {
    "trivial": "x + y + 10.0",
    "poly4": "x^4 - 4*x^3*y + 6*x^2*y^2 - 4*x*y^3 + y^4",
    "cubic": "x^3 + y^3 + z^3 - 3*x*y*z + x^2*y - x*y^2 + y^2*z - y*z^2 + z^2*x - z*x^2",
    "rational": "(x^2 + y^2) / (x^2 + y^2 + 1.0) + x*y*(x^2 - y^2) / (x^2 + y^2 + 1.0)^2",
    "transc": "sin(x)*exp(-y^2/2) + log(1+x^2)*cos(y) + sqrt(x^2+y^2)",
}


def best(*calls: Callable[[], Any], rounds: int = 21) -> list[float]:
    """Return the best time of each call in seconds, the calls taking turns."""
    for call in calls:
        call()
    times = [[timeit.timeit(call, number=1) for call in calls] for _ in range(rounds)]
    return [min(column) for column in zip(*times, strict=True)]


def numpy_function(text: str) -> Callable[..., Any]:
    """Return the formula as a Python function of NumPy's."""
    space = {name: getattr(np, name) for name in ("sin", "cos", "exp", "log", "sqrt")}
    made: Callable[..., Any] = eval(f"lambda x, y, z: {text.replace('^', '**')}", space)
    return made


def throughput(rows: int, threads: list[int]) -> None:
    """Print the table of formulas."""
    columns = np.random.default_rng(1).uniform(0.5, 2, (3, rows))
    room = np.empty(rows)
    print(f"{rows} rows of f64, ms (ns a row, GB/s)")
    for name, text in FORMULAS.items():
        kernel, peer = compile(rssn.parse(text)), numpy_function(text)
        arguments = columns[: len(kernel.arguments)]
        if not np.allclose(kernel(*arguments), peer(*columns), rtol=1e-11, atol=1e-11):
            raise SystemExit(f"{name}: wrong answer")
        calls = [lambda n=n, k=kernel, a=arguments: k(*a, out=room, threads=n) for n in threads]
        *ours, theirs = best(*calls, lambda f=peer: f(*columns))
        moved = 8 * (len(arguments) + 1)
        shown = "   ".join(
            f"{n} threads {t * 1e3:6.3f} ({t / rows * 1e9:5.2f}, {moved * rows / t / 1e9:5.1f})"
            for n, t in zip(threads, ours, strict=True)
        )
        print(f"  {name:9} {shown}   numpy {theirs * 1e3:7.2f} ({theirs / min(ours):.1f}x)")


def small_calls() -> None:
    """Print what one call costs."""
    kernel = compile(rssn.parse(FORMULAS["poly4"]))
    print("one call of poly4, µs")
    for rows in (0, 100, 1_000, 10_000):
        arguments = (1.5, 2.5) if rows == 0 else tuple(np.random.default_rng(1).uniform(0.5, 2, (2, rows)))
        kernel(*arguments)
        number = 20_000 if rows <= 100 else 2_000
        took = min(timeit.repeat(lambda a=arguments: kernel(*a), number=number, repeat=9)) / number
        print(f"  {f'{rows} rows' if rows else 'scalars':12} {took * 1e6:7.2f}")


def first_call(kernel: Callable[[], Kernel]) -> tuple[float, float]:
    """Return the seconds until the tape is there, and from there to the first answer."""
    started = perf_counter()
    made = kernel()
    lowered = perf_counter()
    made(*[1.5] * len(made.arguments))
    return lowered - started, perf_counter() - lowered


def compilation() -> None:
    """Print what compiling costs."""
    x, y = rssn.symbols("x y")
    squared = x
    for _ in range(26):
        squared = squared * squared
    draw = random.Random(1)
    total = rssn.constant(0)
    for _ in range(5000):
        total = total + draw.random() * x ** draw.randint(1, 16) * y ** draw.randint(1, 16)
    cases = {name: rssn.parse(text) for name, text in FORMULAS.items()}
    cases |= {"26 squarings": squared, "5000 terms": total}
    first_call(lambda: compile(x + y))
    print("compiling, ms: tape + machine code")
    for name, expr in cases.items():
        # In the mode that nothing before used, so that no code is found in the cache.
        tape, code = first_call(lambda e=expr: compile(e, math="strict"))
        print(f"  {name:13} {tape * 1e3:7.1f} + {code * 1e3:7.1f}")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    options = parser.parse_args()
    throughput(options.rows, options.threads)
    small_calls()
    compilation()


if __name__ == "__main__":
    main()
