"""Derivatives: one from text, the tenth of nested sines, a gradient of 100,000 operations, value + gradient + Hessian.

Peers are compared where they are installed: SymEngine and Alkahest on the
first two, JAX (jitted, f64) on the last. Series are timed beside SymPy.
The last runs over `ROWS` rows, a block that lies in the second-level cache
with all 111 outputs of a row: beyond it the stores of 100 entries cost the
same in one kernel as in three, and what is computed hardly counts.
"""

from __future__ import annotations

import importlib
import math
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
OUTPUTS = 1 + VARIABLES + VARIABLES**2
ROWS = 1_000
TENTH = -815485.2770554632  # of seven nested sines, at 0.7


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
    if (alkahest := peer("alkahest")) is not None:
        contenders["alkahest"] = lambda: alkahest_diff(alkahest)
    times = race(contenders, rounds=report.rounds())
    report.ratio("transc from text: parse and diff", times["rssn"], times.get("alkahest"), peer="alkahest")
    report.absolute("transc from text: parse and diff", times["rssn"], times.get("symengine"), peer="symengine",
                    at_most=0.1e-3)  # fmt: skip


def alkahest_diff(alkahest: Any) -> object:
    """Alkahest's parse and diff, in a new pool."""
    pool = alkahest.ExprPool()
    x, y = pool.symbol("x"), pool.symbol("y")
    return alkahest.diff(alkahest.parse(TRANSC, pool, {"x": x, "y": y}), x)


# ---- the tenth of seven sines ---------------------------------------------------------------------------------------


def nested(depth: int) -> Expr:
    """Return sin(sin(...(x)))."""
    e: Expr = rssn.symbol("x")
    for _ in range(depth):
        e = rssn.sin(e)
    return e


def tenth(report: Report) -> None:
    """Differentiate, compile and call, the peers once each: they take up to a minute."""
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
    check_tenth(report, "rssn", value)
    called = race({"rssn": lambda: kernel(0.7)}, rounds=report.rounds())["rssn"]
    name = "10th derivative of 7 sines"
    report.absolute(f"{name}: diff", min(took), at_most=0.2)
    report.absolute("... compile to the first call", compiled[0], at_most=0.4)
    report.absolute("... call", called, at_most=2.5e-6)
    report.absolute("... steps", len(kernel.schedule), unit="steps")
    for other, work in (("symengine", symengine_tenth), ("alkahest", alkahest_tenth)):
        theirs = work(report, depth, order)
        for part, ours in (("diff", min(took)), ("compile", compiled[0]), ("call", called)):
            report.ratio(f"... {part}", ours, theirs.get(part), peer=other)


def check_tenth(report: Report, name: str, value: float) -> None:
    """Refuse a wrong value; a peer may have lost some digits."""
    if not report.quick and abs(value / TENTH - 1) > 1e-7:
        raise SystemExit(f"the tenth derivative of {name} is wrong: {value}")


def symengine_tenth(report: Report, depth: int, order: int) -> dict[str, float]:
    """The seconds SymEngine takes for the same derivative, its LLVM backend and a call."""
    if (symengine := peer("symengine")) is None:
        return {}
    e = x = symengine.Symbol("x")
    for _ in range(depth):
        e = symengine.sin(e)
    start = time.perf_counter()
    for _ in range(order):
        e = e.diff(x)
    took = {"diff": time.perf_counter() - start}
    try:
        start = time.perf_counter()
        function = symengine.Lambdify([x], [e], cse=True, backend="llvm")
    except ValueError:  # built without LLVM
        return took
    took["compile"] = time.perf_counter() - start
    at = np.array([0.7])
    check_tenth(report, "symengine", float(function(at)[0]))
    return took | {"call": race({"symengine": lambda: function(at)}, rounds=report.rounds())["symengine"]}


def alkahest_tenth(report: Report, depth: int, order: int) -> dict[str, float]:
    """The seconds Alkahest takes for the same derivative, its compiler and a call."""
    if (alkahest := peer("alkahest")) is None:
        return {}
    x = alkahest.ExprPool().symbol("x")
    e = x
    for _ in range(depth):
        e = alkahest.sin(e)
    start = time.perf_counter()
    for _ in range(order):
        e = alkahest.diff(e, x).value
    took = {"diff": time.perf_counter() - start}
    start = time.perf_counter()
    function = alkahest.compile_expr(e, [x])
    took["compile"] = time.perf_counter() - start
    check_tenth(report, "alkahest", float(function([0.7])))
    return took | {"call": race({"alkahest": lambda: function([0.7])}, rounds=report.rounds())["alkahest"]}


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

Function = Callable[[Any, Any, Any], Any]


def total(terms: Any) -> Any:
    """The sum of terms, without a 0 before them."""
    first, *rest = terms
    for term in rest:
        first = first + term
    return first


def michalewicz(x: Any, m: Any, _: Any) -> Any:
    """Michalewicz's function with m = 10, of the first international contest on evolutionary optimisation."""
    return -total(m.sin(v) * m.sin((i + 1) * v**2 / math.pi) ** 20 for i, v in enumerate(x))


def ackley(x: Any, m: Any, _: Any) -> Any:
    """Ackley's function."""
    slow = -20.0 * m.exp(-0.2 * m.sqrt(total(v**2 for v in x) / VARIABLES))
    return slow - m.exp(total(m.cos(2 * math.pi * v) for v in x) / VARIABLES) + (20 + math.e)


def griewank(x: Any, m: Any, _: Any) -> Any:
    """Griewank's function."""
    product = m.cos(x[0])
    for i in range(1, VARIABLES):
        product = product * m.cos(x[i] / math.sqrt(i + 1))
    return total(v**2 for v in x) / 4000 - product + 1


def levy(x: Any, m: Any, _: Any) -> Any:
    """Levy's function."""
    w = [1 + (v - 1) / 4 for v in x]
    inner = total((v - 1) ** 2 * (1 + 10 * m.sin(math.pi * v + 1) ** 2) for v in w[:-1])
    return m.sin(math.pi * w[0]) ** 2 + inner + (w[-1] - 1) ** 2 * (1 + m.sin(2 * math.pi * w[-1]) ** 2)


def rosenbrock(x: Any, _m: Any, _: Any) -> Any:
    """Rosenbrock's function."""
    return total(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(VARIABLES - 1))


def pair_energy(x: Any, m: Any, erfc: Any) -> Any:
    """Ten screened charges on parallel lines, as in the near part of Ewald's sum."""
    pairs = [(i, j) for i in range(VARIABLES) for j in range(i)]
    distances = [m.sqrt(1 + (x[i] - x[j]) ** 2) for i, j in pairs]
    return total(erfc(r) / r for r in distances)


# The bar against three kernels is judged on the first: in the others 111 stores cost more than what is computed.
FUNCTIONS: tuple[tuple[Function, float | None], ...] = (
    (michalewicz, 0.5), (pair_energy, None), (ackley, None), (griewank, None), (levy, None), (rosenbrock, None),
)  # fmt: skip


def triple(report: Report) -> None:
    """One kernel of 1 + 10 + 100 outputs, three kernels, and JAX, over the same rows of functions everybody knows."""
    rows = 50 if report.quick else ROWS
    report.note(f"value + gradient + Hessian: {rows} rows a call, 10 variables, one thread, outputs given")
    columns = np.random.default_rng(3).uniform(-1, 1, (VARIABLES, rows))
    for function, bar in FUNCTIONS:
        one_triple(report, function, columns, bar)


def one_triple(report: Report, function: Function, columns: Any, bar: float | None) -> None:
    """Race one function."""
    variables = symbols(" ".join(f"x{number}" for number in range(VARIABLES)))
    value = rssn.compile(function(variables, rssn, rssn.erfc), variables)
    apart, together = [value, value.gradient(), value.hessian()], value.hessian(value=True)
    # All write into one block, large enough for huge pages: else luck with pages decides, not the kernels.
    block = np.zeros((1024, columns.shape[1]))
    rooms = [tuple(block[:1]), tuple(block[1 : 1 + VARIABLES]), tuple(block[1 + VARIABLES : OUTPUTS])]
    room = tuple(block[512 : 512 + OUTPUTS])

    def run(kernel: Kernel, out: Any) -> object:
        return kernel(*columns, out=out, threads=1)

    def separately() -> None:
        run(apart[0], rooms[0][0])
        run(apart[1], rooms[1])
        run(apart[2], rooms[2])

    separately()
    run(together, room)
    if not all(np.allclose(a, b, rtol=1e-9, atol=1e-9) for a, b in zip(room, sum(rooms, ()), strict=True)):
        raise SystemExit("one kernel and three differ")
    contenders: dict[str, Callable[[], object]] = {"one": lambda: run(together, room), "three": separately}
    jitted = jax_triple(function, columns)
    if jitted is not None:
        found = np.asarray(jitted()[2]).reshape(columns.shape[1], -1).T
        if not np.allclose(found, np.array(room[1 + VARIABLES :]), rtol=1e-9, atol=1e-9):
            raise SystemExit("the Hessians differ")
        contenders["jax"] = jitted
    times = race(contenders, rounds=report.rounds())
    work = f"{function.__name__}: value, gradient, Hessian"
    report.ratio(work, times["one"], times["three"], peer="three kernels", at_most=bar)
    report.ratio(work, times["one"], times.get("jax"), peer="jax", at_most=1.0)


def jax_triple(function: Function, columns: Any) -> Callable[[], Any] | None:
    """JAX's value, gradient and Hessian of the same function, jitted together over the same rows; f64."""
    if (jax := peer("jax")) is None:
        return None
    special = importlib.import_module("jax.scipy.special")
    jax.config.update("jax_enable_x64", True)

    def one(x: Any) -> Any:
        return function(x, jax.numpy, special.erfc)

    run = jax.jit(jax.vmap(lambda x: (one(x), jax.grad(one)(x), jax.hessian(one)(x))))
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
