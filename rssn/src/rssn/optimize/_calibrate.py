"""Measure what operators cost on this machine: what `rssn calibrate` runs.

An operator's cost is the slope of time over copies: kernels that sum few and
many copies of it, each of an operand of its own, are timed in turn, and what
the sum itself takes is taken away. Data stay in the second-level cache, one
thread, the best of many short runs, so that a busy machine matters little.
"""

from __future__ import annotations

import platform
import re
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np

from ..errors import OptionError
from ..expr import Expr, apply, constant, symbol
from ..jit import Kernel, compile
from ..ops import operators
from ._model import host_vectors
from ._table import CostTable

Progress = Callable[[float, str], None]

ROWS: Final = 2048
_STEP: Final = 1 / 1024  # copies differ by this much
_RUN_S: Final = 4e-5  # short runs fit between two interruptions
_ROUNDS: Final = 12
_LEAST_NS: Final = 0.005

# Where the functions that are not everywhere defined are measured; the others between 0.3 and 0.6.
_FROM: Final = {"acosh": 1.2, "mod": 3.0, "floordiv": 3.0, "fmod": 3.0, "gamma": 1.2, "lgamma": 1.2}
_EXPENSIVE: Final = frozenset({"gamma", "lgamma", "polygamma", "erf", "erfc", "pow", "asinh", "acosh", "atanh"})
_DIVIDING: Final = ("div", "sqrt")
# Steps that are an operator of another name, or a part of one.
_STEP_OF: Final = {"rint": "round", "fms": "fma", "fnma": "fma"}
_COMPARING: Final = ("lt", "le", "gt", "ge", "eq", "ne")
_LOGICAL: Final = ("and", "or", "not")
_ROUNDING: Final = ("floor", "ceil", "trunc", "round", "frac", "min", "max", "clamp", "sign")
# One instruction each that every vector unit runs: as an addition.
_SINGLE: Final = ("add", "sub", "mul", "fma", "neg", "abs", "copysign", "degrees", "radians")
_PRIMITIVE: Final = frozenset((*_COMPARING, *_LOGICAL, *_ROUNDING, "where", "piecewise"))
_FAMILIES: Final = (
    ("cos", "sin", "tan"),
    ("cospi", "sinpi"),
    ("cosh", "exp", "expm1", "sinh", "tanh"),
    ("log", "log10", "log1p", "log2"),
    ("acos", "asin"),
)


def calibrate(progress: Progress | None = None) -> CostTable:
    """Measure every operator of the registry here and return the table; `save` keeps it.

    Takes some seconds. `progress` is called with the share done and what is being measured.
    Raises OptionError where kernels are not compiled.
    """
    tell = progress or (lambda _share, _name: None)
    measurable = [record.name for record in operators() if _is_compiled(record.name)]
    if not measurable:
        raise OptionError("there is nothing to measure: kernels are interpreted here", wanted="llvmlite")
    families = [pair for family in _FAMILIES for pair in combinations(family, 2)]
    total = len(measurable) + len(families) + 2
    byte_ns, loop_ns = _memory()
    base = _slope(lambda x, _y: x, 16, 64)
    costs: dict[str, float] = {}
    for done, name in enumerate(measurable):
        tell((done + 2) / total, name)
        costs[name] = base / 2 if name in _SINGLE else _operator(name, base)
    pairs: dict[str, float] = {}
    for done, (first, second) in enumerate(families):
        tell((done + 2 + len(measurable)) / total, f"{first} and {second}")
        both = _slope(lambda x, _y, a=first, b=second: apply("add", apply(a, x), apply(b, x)), *_copies(first)) - base
        if both < 0.97 * (costs[first] + costs[second]):
            pairs[f"{first}|{second}"] = max(both, costs[first], costs[second])
    target, width = host_vectors()
    divider = {name: costs[name] for name in _DIVIDING}
    steps = _steps(costs, base)
    for name in measurable:
        inside = _divisions(name) if name in steps and name not in _DIVIDING else (0, 0)
        if any(inside):
            divider[name] = min(costs[name], inside[0] * costs["div"] + inside[1] * costs["sqrt"])
    tell(1.0, "done")
    return CostTable(steps, divider, pairs, costs, byte_ns, loop_ns, width, target, _processor())


def _is_compiled(name: str) -> bool:
    return compile(_applied(name, symbol("x"), symbol("y")), ["x", "y"]).engine == "llvm"


def _applied(name: str, x: Expr, y: Expr) -> Expr:
    """Return one operator with what stands for its operands."""
    record = next(each for each in operators() if each.name == name)
    fewest, most = record.arity
    if name == "pow":
        return apply("pow", x, y)
    if name in ("where", "piecewise"):
        return apply(name, apply("lt", x, y), x, y)
    if name == "clamp":
        return apply("clamp", x, y, constant(0.55))
    if name in _LOGICAL:
        masks = [apply("lt", x, y), apply("lt", y, constant(0.4))]
        return apply(name, *masks[: 1 if name == "not" else 2])
    count = max(fewest, 2 if most is None or most >= 2 else 1)
    return apply(name, *[x, y, y][:count])


def _operator(name: str, base: float) -> float:
    """Return what one more operator takes; what the divider does hides the sums beside it."""
    slope = _slope(lambda x, y: _applied(name, x, y), *_copies(name), start=_FROM.get(name, 0.3))
    return max(slope if name in _DIVIDING else slope - base, _LEAST_NS)


def _copies(name: str) -> tuple[int, int]:
    if name in _PRIMITIVE:
        return 16, 48
    return (1, 4) if name in _EXPENSIVE else (2, 8)


def _slope(make: Callable[..., Expr], few: int, many: int, *, start: float = 0.3) -> float:
    """Return the nanoseconds per row that one more copy takes."""
    kernels = [_sum_of(make, count) for count in (few, many)]
    x = np.linspace(start, start + 0.3, ROWS)
    y = np.linspace(0.45, 0.5, ROWS)
    times = _best(kernels, (x, y))
    return (times[1] - times[0]) / (many - few)


def _sum_of(make: Callable[..., Expr], count: int) -> Kernel:
    x, y = symbol("x"), symbol("y")
    parts = [make(x + constant((copy + 1) * _STEP), y) for copy in range(count)]
    while len(parts) > 1:  # in pairs: a chain of sums would wait for itself
        pairs = [a + b for a, b in zip(parts[::2], parts[1::2], strict=False)]
        parts = pairs + parts[2 * len(pairs) :]
    return compile(parts[0], ["x", "y"], threads=1)


def _best(kernels: Sequence[Kernel], arrays: tuple[Any, ...]) -> list[float]:
    """Return the best nanoseconds per row of each kernel, timed in turn."""
    rows = len(arrays[0])
    outs = [kernel(*arrays, threads=1) for kernel in kernels]
    best = [float("inf")] * len(kernels)
    for _ in range(_ROUNDS):
        for at, (kernel, out) in enumerate(zip(kernels, outs, strict=True)):
            calls, started = 0, time.perf_counter_ns()
            while True:
                kernel(*arrays, out=out, threads=1)
                calls += 1
                taken = time.perf_counter_ns() - started
                if taken > _RUN_S * 1e9:
                    break
            best[at] = min(best[at], taken / (calls * rows))
    return best


def _memory() -> tuple[float, float]:
    """Return what a byte costs, and what a row costs that computes nothing."""
    few, many = ["v0"], [f"v{n}" for n in range(6)]
    rows = 8 * ROWS
    arrays = tuple(np.linspace(0.3, 0.6, rows) for _ in many)
    one = _best([compile(symbol("v0"), few, threads=1)], arrays[:1])[0]
    total = symbol("v0")
    for name in many[1:]:
        total = total + symbol(name)
    all_six = _best([compile(total, many, threads=1)], arrays)[0]
    byte_ns = max((all_six - one) / (8 * (len(many) - 1)), 1e-4)
    return byte_ns, max(one - 16 * byte_ns, 0.0)


def _steps(costs: dict[str, float], base: float) -> dict[str, float]:
    """Return what the primitive steps and functions take of the arithmetic."""
    half = base / 2  # an addition
    steps = {name: cost for name, cost in costs.items() if name not in ("where", "piecewise", "clamp", *_LOGICAL)}
    for step, name in _STEP_OF.items():
        steps[step] = costs[name]
    compared = min(costs[name] for name in _COMPARING) / 2
    steps |= {name: max(costs[name] - compared, _LEAST_NS) for name in _COMPARING}
    steps["number"] = compared
    steps["select"] = max(costs["where"] - compared, _LEAST_NS)
    steps |= dict.fromkeys((*_LOGICAL, "choose"), max(min(costs["and"] - 3 * compared, half), _LEAST_NS))
    around = 2 * steps["lt"] + steps["ne"] + steps["choose"] + steps["not"] + 2 * steps["select"] + half
    steps["fmod"] = max(costs["mod"] - around - steps["copysign"], half)
    for name in _DIVIDING:
        steps[name] = half  # to start it
    return {name: cost for name, cost in steps.items() if name not in ("mod", "floordiv", "sign", "frac")}


def _divisions(name: str) -> tuple[int, int]:
    """Count the divisions and roots in the code of one operator."""
    text = compile(_applied(name, symbol("x"), symbol("y")), ["x", "y"]).llvm_ir
    body = text[text.find("@run(") :].partition("\n}")[0]
    return len(re.findall(r"= fdiv ", body)), len(re.findall(r"@llvm\.sqrt", body))


def _processor() -> str:
    found = ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            found = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    except OSError:
        pass
    return found or platform.processor() or platform.machine()
