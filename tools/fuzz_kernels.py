"""Build random expressions and compare their kernels with the block interpreter, bit for bit.

All must agree exactly, in `strict` and in `contract`, at every width and for
every layout: the interpreter borrows the kernels' elementary functions.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from typing import Any

import numpy as np

from rssn.expr import Expr, apply, constant, symbol
from rssn.jit import compile
from rssn.testing import assert_same_bits
from rssn.vectormath import host_features

NAMES = ("x", "y", "z")
UNARY = ("neg", "abs", "sqrt", "floor", "ceil", "round", "trunc", "sign", "frac", "isnan", "isfinite", "isinf", "not")
BINARY = (
    *("add", "sub", "mul", "div", "add", "sub", "mul", "mod", "floordiv", "min", "max", "copysign"),
    *("lt", "le", "gt", "ge", "eq", "ne", "and", "or"),
)
TERNARY = ("where", "clamp", "fma")
FUNCTIONS = ("exp", "log", "sin", "cos", "atan", "asin", "tanh", "expm1", "log1p", "cbrt", "sigmoid", "softplus")
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 2.2e-308, 1.7e308, -1.7e308, 3.0)
DTYPES = ("f8", "f8", "f8", "f4", "f2", "?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")
HOST = host_features().name
TARGETS = (None, None, None, *{"avx512": ("avx2", "sse2"), "avx2": ("sse2",)}.get(HOST, ()))
SIZES = (0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 100, 1000, 1003)


def expression(draw: random.Random, size: int, functions: float = 0.0) -> Expr:
    """Return an expression of about `size` operations; parts are used again as often as in real formulas.

    `functions` is the share of elementary functions.
    """
    pool: list[Expr] = [symbol(name) for name in NAMES]
    for _ in range(size):
        if draw.random() < functions:
            pool.append(apply(draw.choice(FUNCTIONS), draw.choice(pool[-4:])))
        pool.append(_operation(draw, pool))
    return pool[-1]


def _operation(draw: random.Random, pool: list[Expr]) -> Expr:
    def part() -> Expr:
        if draw.random() < 0.2:
            return constant(draw.choice((0, 1, 2, 3, -1, 10, 0.5, -0.25, 0.1, 1e300, 1e-300)))
        return draw.choice(pool[-6:]) if draw.random() < 0.7 else draw.choice(pool)

    kind = draw.random()
    if kind < 0.2:
        return apply(draw.choice(UNARY), part())
    if kind < 0.3:
        return apply("pow", part(), constant(draw.choice((0, 1, 2, 3, 4, 5, 7, 16, -1, -2, -3, 0.5))))
    if kind < 0.85:
        operator, left, right = draw.choice(BINARY), part(), part()
        if operator == "copysign":
            # The sign of a computed NaN is nobody's promise: IEEE 754 leaves it open, and machines differ.
            right = apply("where", apply("isnan", right), left, right)
            right = apply("where", apply("isnan", right), constant(1), right)
        return apply(operator, left, right)
    if kind < 0.95:
        return apply(draw.choice(TERNARY), part(), part(), part())
    return apply("piecewise", part(), part(), part(), part(), part())


def array(draw: random.Random, shape: tuple[int, ...], dtype: str = "") -> np.ndarray[Any, Any]:
    """Return an array of a random (or the given) type and layout with special values strewn in."""
    dtype = dtype or draw.choice(DTYPES)
    numbers = np.random.default_rng(draw.getrandbits(32))
    step = draw.choice((1, 1, 1, 2, -1, -3))
    base = (*shape[:-1], shape[-1] * abs(step)) if shape else shape
    if np.dtype(dtype).kind != "f":
        high = 2 if dtype == "?" else min(np.iinfo(dtype).max, 1 << 53)
        low = 0 if dtype[0] in "?u" else -high
        found = numbers.integers(low, high, base, dtype="i8").astype(dtype)
    else:
        found = numbers.normal(0, draw.choice((1.0, 100.0)), base)
        odd = numbers.random(base) < 0.1
        found = np.where(odd, numbers.choice(SPECIAL, base), found)
        with np.errstate(over="ignore"):
            found = found.astype(dtype)
    return found[..., ::step] if shape else found


def shapes(draw: random.Random) -> list[tuple[int, ...]]:
    """Return one shape per name; together they broadcast."""
    size = draw.choice(SIZES)
    full = draw.choice(((size,), (size,), (3, size), (2, 3, size), (size, 2)))
    found = []
    for _ in NAMES:
        kept = tuple(1 if draw.random() < 0.15 else n for n in full)
        found.append(kept[draw.randrange(len(kept)) :] if draw.random() < 0.2 else kept)
    return found


def check(draw: random.Random) -> None:
    """Compare one random case; AssertionError shows the difference."""
    expr = expression(draw, draw.randrange(1, 30), functions=draw.choice((0.0, 0.0, 0.0, 0.15)))
    dtype = draw.choice(("f64", "f64", "f64", "f32"))
    width = draw.choice((None, None, 1, 2, 4, 8, 16))
    math, target = draw.choice(("strict", "contract")), draw.choice(TARGETS)
    kernel = compile(expr, NAMES, dtype=dtype, math=math, width=width, target=target)
    arrays = [array(draw, shape) for shape in shapes(draw)]
    wanted = kernel.interpret(tuple(arrays))
    found = kernel(*arrays, threads=draw.choice((None, 1, 2)))
    assert_same_bits(found, wanted)


def run(seconds: float, seed: int) -> dict[str, Any]:
    """Try random cases for a while. Returns how many, and what was found: "" or the case and its difference."""
    stop, count = time.monotonic() + seconds, 0
    while time.monotonic() < stop:
        case = f"{seed}:{count}"
        try:
            check(random.Random(case))
        except AssertionError as error:
            return {"cases": count, "found": f"case {case}: {error}"}
        count += 1
    return {"cases": count, "found": ""}


def main() -> int:
    """Run from the shell; return 1 if something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    report = run(options.seconds, options.seed)
    print(f"{report['cases']} cases", report["found"])
    return bool(report["found"])


if __name__ == "__main__":
    sys.exit(main())
