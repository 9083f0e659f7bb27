"""Derivatives: one from text, the tenth of nested sines, a gradient of 100,000 operations, value + gradient + Hessian.

Peers are compared where they are installed: SymEngine and Alkahest on the
first two, JAX (jitted, f64) on the last. Series are timed beside SymPy.
"""

from __future__ import annotations

import importlib
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from measure import Report, once_each, race

import rssn
from rssn import Expr, Kernel, count_nodes, diff, gradient, parse, series, symbols

TRANSC = "sin(x)*exp(-y^2/2) + log(1+x^2)*cos(y) + sqrt(x^2+y^2)"
VARIABLES = 10
ROWS = 4_000


def peer(name: str) -> Any:
    """The module of a peer, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


# ---- one derivative -------------------------------------------------------------------------------------------------


def from_text(report: Report) -> None:
    """Parse and differentiate, beside those who can do both."""
    point = {"x": 0.7, "y": -1.2}
    step = 1e-6
    near = [parse(TRANSC).evaluate(point | {"x": 0.7 + s * step}) for s in (-1, 1)]
    if abs(diff(parse(TRANSC), "x").evaluate(point) - (near[1] - near[0]) / (2 * step)) > 1e-8:
        raise SystemExit("diff is wrong")
    contenders: dict[str, Callable[[], object]] = {"rssn": lambda: diff(parse(TRANSC), "x")}
    if (symengine := peer("symengine")) is not None:
        text = TRANSC.replace("^", "**")
        contenders["symengine"] = lambda: symengine.sympify(text).diff("x")
    times = race(contenders, rounds=report.rounds())
    report.absolute("transc from text: parse and diff", times["rssn"], times.get("symengine"), peer="symengine",
                    at_most=0.1e-3)  # fmt: skip


# ---- the tenth of seven sines ---------------------------------------------------------------------------------------


def nested(depth: int) -> Expr:
    """Return sin(sin(...(x)))."""
    e: Expr = rssn.symbol("x")
    for _ in range(depth):
        e = rssn.sin(e)
    return e


def tenth(report: Report) -> None:
    """Differentiate, compile and call."""
    depth, order = (7, 10) if not report.quick else (3, 4)
    took: list[float] = []
    compiled: list[float] = []
    for _ in range(report.rounds(5)):
        rssn.expr.collect()
        start = time.perf_counter()
        e = diff(nested(depth), "x", order)
        took.append(time.perf_counter() - start)
        start = time.perf_counter()
        kernel = rssn.compile(e, ["x"])
        value = kernel(0.7)
        compiled.append(time.perf_counter() - start)
        del e
    if not report.quick and abs(value / -815485.2770554632 - 1) > 1e-9:
        raise SystemExit("the tenth derivative is wrong")
    theirs = symengine_tenth(depth, order)
    report.absolute("10th derivative of 7 sines: diff", min(took), theirs, peer="symengine", at_most=0.2)
    report.absolute("... compile to the first call", compiled[0], at_most=0.4)
    report.absolute("... call", race({"rssn": lambda: kernel(0.7)}, rounds=report.rounds())["rssn"], at_most=2.5e-6)
    report.absolute("... steps", len(kernel.schedule), unit="steps")


def symengine_tenth(depth: int, order: int) -> float | None:
    """The seconds SymEngine takes for the same derivative."""
    if (symengine := peer("symengine")) is None:
        return None
    e = x = symengine.Symbol("x")
    for _ in range(depth):
        e = symengine.sin(e)
    start = time.perf_counter()
    for _ in range(order):
        e = e.diff(x)
    return time.perf_counter() - start


# ---- a large graph --------------------------------------------------------------------------------------------------


def random_graph(count: int, seed: int) -> tuple[Expr, list[Expr], float]:
    """A graph of so many operations on eight symbols, its symbols, and the seconds it took to build."""
    rng = random.Random(seed)
    unary = (rssn.sin, rssn.exp, rssn.log, rssn.sqrt, rssn.tanh)
    picks = [(rng.randrange(9), rng.random(), rng.random()) for _ in range(count)]
    variables = list(symbols(" ".join(f"v{seed}_{number}" for number in range(8))))
    nodes = list(variables)
    start = time.perf_counter()
    for kind, p, q in picks:
        near = min(len(nodes), 50)
        a, b = nodes[-1 - int(p * near)], nodes[-1 - int(q * near)]
        nodes.append(
            a + b if kind == 0 else a - b if kind == 1 else a * b if kind == 2 else a / b if kind == 3
            else unary[kind - 4](a + b)
        )  # fmt: skip
    return nodes[-1], variables, time.perf_counter() - start


def large_gradient(report: Report) -> None:
    """Reverse mode: time and nodes as multiples of the graph's own."""
    best, nodes = float("inf"), 0.0
    for seed in range(report.rounds(5)):
        e, variables, built = random_graph(1_000 if report.quick else 100_000, seed)
        start = time.perf_counter()
        slopes = gradient(e, variables)
        best = min(best, (time.perf_counter() - start) / built)
        nodes = max(nodes, count_nodes(e, *slopes) / count_nodes(e))
    report.absolute("gradient of a random 100k graph, time", best, at_most=5.0, unit="× building it")
    report.absolute("gradient of a random 100k graph, nodes", nodes, at_most=5.0, unit="× its nodes")


# ---- value, gradient, Hessian ---------------------------------------------------------------------------------------


def pair_energy(x: Any, sqrt: Any, erfc: Any) -> Any:
    """The test function: ten screened charges on parallel lines, as in the near part of Ewald's sum."""
    total = 0.0
    for i in range(VARIABLES):
        for j in range(i):
            r = sqrt(1 + (x[i] - x[j]) ** 2)
            total = total + erfc(r) / r
    return total


def triple(report: Report) -> None:
    """One kernel of 1 + 10 + 100 outputs, three kernels, and JAX."""
    variables = symbols(" ".join(f"x{number}" for number in range(VARIABLES)))
    value = rssn.compile(pair_energy(variables, rssn.sqrt, rssn.erfc), variables)
    apart, together = [value, value.gradient(), value.hessian()], value.hessian(value=True)
    columns = np.random.default_rng(3).uniform(-1, 1, (VARIABLES, 50 if report.quick else ROWS))
    rooms = [tuple(np.empty(columns.shape[1]) for _ in range(n)) for n in (1, VARIABLES, VARIABLES**2)]
    room = tuple(column for block in rooms for column in block)

    def run(kernel: Kernel, out: Any) -> object:
        return kernel(*columns, out=out, threads=1)

    def separately() -> None:
        run(apart[0], rooms[0][0])
        run(apart[1], rooms[1])
        run(apart[2], rooms[2])

    contenders: dict[str, Callable[[], object]] = {"one": lambda: run(together, room), "three": separately}
    jitted = jax_triple(columns)
    if jitted is not None:
        together(*columns, out=room)
        found = np.asarray(jitted()[2]).reshape(columns.shape[1], -1).T
        if not np.allclose(found, np.array(room[1 + VARIABLES :]), rtol=1e-9, atol=1e-12):
            raise SystemExit("the Hessians differ")
        contenders["jax"] = jitted
    times = race(contenders, rounds=report.rounds())
    work = f"value + gradient + Hessian, {ROWS} rows"
    report.ratio(work, times["one"], times["three"], peer="three kernels", at_most=0.5)
    report.ratio(work, times["one"], times.get("jax"), peer="jax", at_most=1.0)


def jax_triple(columns: Any) -> Callable[[], Any] | None:
    """JAX's value, gradient and Hessian of the same function, jitted together over the same rows; f64."""
    if (jax := peer("jax")) is None:
        return None
    importlib.import_module("jax.scipy.special")
    jax.config.update("jax_enable_x64", True)

    def function(x: Any) -> Any:
        return pair_energy(x, jax.numpy.sqrt, jax.scipy.special.erfc)

    run = jax.jit(jax.vmap(lambda x: (function(x), jax.grad(function)(x), jax.hessian(function)(x))))
    rows = jax.numpy.asarray(columns.T)
    return lambda: jax.block_until_ready(run(rows))


# ---- series ---------------------------------------------------------------------------------------------------------


def expansions(report: Report) -> None:
    """Order 12, new symbols each time so that nothing is remembered."""
    sympy = peer("sympy")
    for text in ("exp(sin(x))", "tan(x)/x^2", "log(1 + x + x^2)*sqrt(1 + x)"):
        e = parse(text)
        ours = once_each(lambda _, e=e: series(e, "x", 0, 12), range(report.rounds()))
        theirs = None
        if sympy is not None and not report.quick:
            start = time.perf_counter()
            sympy.series(sympy.sympify(text.replace("^", "**")), sympy.Symbol("x"), 0, 12)
            theirs = time.perf_counter() - start
        report.ratio(f"series of {text}, order 12", ours, theirs, peer="sympy")


def main() -> None:
    """From one formula to a large graph."""
    report = Report("calculus")
    from_text(report)
    tenth(report)
    large_gradient(report)
    triple(report)
    expansions(report)
    report.finish()


if __name__ == "__main__":
    main()
