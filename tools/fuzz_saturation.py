"""Fuzz saturation: random expressions under the shipped rules, in both engines, against values at random points.

Every form extracted (tree, shared, exact) has the value of the input wherever
that has one, in mpmath with many digits, and has none where it has none. The
explanation of each, if one is found, replays. No limit is exceeded.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from fractions import Fraction
from typing import Any

import mpmath

from rssn.egraph import Report, SaturationLimits, StopReason, check_explanation, saturate
from rssn.errors import RuleError
from rssn.expr import Expr, apply, constant, symbol, walk
from rssn.testing import real_value, same_real

NAMES = ("x", "y", "z")
UNARY = ("neg", "sqrt", "abs", "exp", "log", "sin", "cos", "tan", "atan", "cbrt")
BINARY = ("add", "add", "sub", "mul", "mul", "div", "min", "max")
NUMBERS = (0, 1, 2, 3, -1, -2, Fraction(1, 2), Fraction(-2, 3), 5)
EXPONENTS = (0, 1, 2, 3, -1, -2, Fraction(1, 2), Fraction(-1, 2), Fraction(3, 2))
COORDINATES = (0, 1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 3), Fraction(7, 3), Fraction(22, 7), -5)
ASSUMED = ((), ("x > 0",), ("x > 0", "y != 1"))
POINTS = 12


def expression(draw: random.Random, size: int) -> Expr:
    """Return a random expression of about `size` operations, parts of which are used again."""
    pool: list[Expr] = [symbol(name) for name in NAMES]

    def part() -> Expr:
        if draw.random() < 0.15:
            return constant(draw.choice(NUMBERS))
        return draw.choice(pool[-4:]) if draw.random() < 0.7 else draw.choice(pool)

    for _ in range(size):
        kind = draw.random()
        if kind < 0.25:
            pool.append(apply(draw.choice(UNARY), part()))
        elif kind < 0.4:
            pool.append(apply("pow", part(), constant(draw.choice(EXPONENTS))))
        elif kind < 0.45:
            # What jumps stands on symbols: computed values that are nearly equal would jump either way.
            x, y = (symbol(draw.choice(NAMES)) for _ in "xy")
            pool.append(
                draw.choice((apply("sign", x), apply("floor", x), apply("where", apply("lt", x, y), part(), part())))
            )
        else:
            pool.append(apply(draw.choice(BINARY), part(), part()))
    return pool[-1]


def points(draw: random.Random, assumed: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return points that keep the assumptions."""
    found = []
    while len(found) < POINTS:
        point = {name: Fraction(draw.choice(COORDINATES)) for name in NAMES}
        if ("x > 0" in assumed and point["x"] <= 0) or ("y != 1" in assumed and point["y"] == 1):
            continue
        found.append({name: mpmath.mpf(v.numerator) / v.denominator for name, v in point.items()})
    return found


def is_same(before: Expr, after: Expr, where: list[dict[str, Any]]) -> str:
    """Return "" or the first point at which two expressions differ."""
    for values in where:
        try:
            first, second = real_value(before, values), real_value(after, values)
            if any(node.operator == "pow" and not real_value(node.operands[1], values) for node in walk(before)):
                continue  # u^0 is 1 even where u has no value, and what becomes of u is not looked at
        except OverflowError:
            continue
        if not same_real(first, second, 20):
            return f"{before} is {first}, {after} is {second} at {values}"
    return ""


def check(draw: random.Random, counts: Counter[str]) -> str:
    """Try one case; return "" or what is wrong."""
    start, assumed = expression(draw, draw.randrange(1, 14)), draw.choice(ASSUMED)
    ac, nodes = draw.choice(("nary", "rules")), draw.choice((30, 300, 2000))
    scheduler = draw.choice(("backoff", "simple"))
    promises = [symbol("x") > 0][: len(assumed)] + [apply("ne", symbol("y"), constant(1))][: max(0, len(assumed) - 1)]
    report = saturate(
        start,
        ac=ac,  # type: ignore[arg-type]
        scheduler=scheduler,  # type: ignore[arg-type]
        assume=promises,
        limits=SaturationLimits(nodes=nodes, iterations=8, seconds=5),
    )
    counts[report.stop_reason.name] += 1
    if report.stop_reason is StopReason.INCONSISTENT:
        return f"{start} under {assumed} ({ac}): {report.blame}"
    if report.iterations and report.core.peak > nodes:
        return f"{start} under {assumed} ({ac}): {report.core.peak} nodes, {nodes} allowed"
    where = points(draw, assumed)
    for options in ({}, {"shared": True}, {"exact": True, "seconds": 0.05}):
        found = report.extract(**options)
        wrong = is_same(start, found, where) or explained(report, start, found, counts)
        if wrong:
            return f"{wrong}, under {assumed} ({ac}, {nodes} nodes)"
    return ""


def explained(report: Report, start: Expr, found: Expr, counts: Counter[str]) -> str:
    """Replay the explanation of a form of n-ary rows, if there is one; those that are given up are counted."""
    if report.rules.patterns is None:
        return ""
    try:
        explanation = report.explain(start, found)
    except RuleError:
        counts["unexplained"] += 1
        return ""
    try:
        check_explanation(explanation)
    except RuleError as error:
        return f"an explanation of {start} = {found} does not replay: {error}"
    counts["steps"] += len(explanation)
    return ""


def run(seconds: float, seed: int) -> dict[str, Any]:
    """Try random cases for a while. Returns counts, and what was found: "" or the case and its difference."""
    stop, count, counts = time.monotonic() + seconds, 0, Counter[str]()
    while time.monotonic() < stop:
        case = f"{seed}:{count}"
        wrong = check(random.Random(case), counts)
        if wrong:
            return {"cases": count, **counts, "found": f"case {case}: {wrong}"}
        count += 1
    return {"cases": count, **counts, "found": ""}


def main() -> int:
    """Run from the shell; return 1 if something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    report = run(options.seconds, options.seed)
    found = report.pop("found")
    print(", ".join(f"{name} {count}" for name, count in report.items()), found)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
