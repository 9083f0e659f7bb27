"""f32 beside f64: elementary functions alone on one thread, and what sin and cos of one argument share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from measure import Report, race

from rssn.vectormath import Emitter, Value, emit, functions
from rssn.vectormath._functions import BY_F64, FUNCTIONS
from rssn.vectormath._lanes import by_f64
from rssn.vectormath._probe import Probe

ROWS = 9984  # whole vectors of any width, in the first-level cache or next to it
POSITIVE = ("acosh", "gamma", "lgamma", "log", "log10", "log2", "pow", "sqrt")
INNER = ("acos", "asin", "atanh")
AT_MOST = 0.5  # of the time by way of f64: twice the lanes
DETOUR = {name: by_f64(body) for name, (_, body) in FUNCTIONS.items()}


def aligned(dtype: Any) -> Any:
    """Return an uninitialised array that begins at a cache line."""
    size = ROWS * np.dtype(dtype).itemsize
    raw = np.empty(size + 64, np.uint8)
    return raw[-raw.ctypes.data % 64 :][:size].view(dtype)


def arguments(name: str, dtype: Any) -> list[Any]:
    """Return arguments in the middle of a function's domain."""
    low, high = (1.01, 20.0) if name in POSITIVE else (0.01, 0.99) if name in INNER else (-10.0, 10.0)
    rng, found = np.random.default_rng(0), []
    for _ in range(FUNCTIONS[name][0]):
        found.append(aligned(dtype))
        found[-1][:] = rng.uniform(low, high, ROWS)
    return found


def loop(probe: Probe, args: list[Any]) -> Callable[[], None]:
    """Return a call of the compiled loop, the addresses fetched before."""
    out = aligned(args[0].dtype)
    pointers = [out.ctypes.data, *(a.ctypes.data for a in args)]

    def call() -> None:
        probe.call(ROWS, *pointers)

    call.keeps = (out, args, probe)  # type: ignore[attr-defined] # what the addresses point at lives as long as the call
    return call


def function_rows(report: Report) -> None:
    """Compare each f32 function with its detour by f64, and with the f64 function."""
    for name in functions():
        if name in BY_F64 or name == "sqrt":
            continue
        arity = FUNCTIONS[name][0]
        single, double = arguments(name, np.float32), arguments(name, np.float64)
        own = Probe(lambda e, *v, name=name: emit(e, name, *v), arity, real="f32")
        detour = Probe(lambda e, *v, name=name: DETOUR[name](e, *v), arity, real="f32")
        wide = Probe(lambda e, *v, name=name: emit(e, name, *v), arity)
        found, wanted = own(*single), detour(*single)
        assert np.nanmax(np.abs(found - wanted) / np.spacing(np.abs(wanted))) <= 2, name
        times = race(
            {"own": loop(own, single), "detour": loop(detour, single), "f64": loop(wide, double)},
            rounds=report.rounds(),
        )
        each = {key: seconds / ROWS for key, seconds in times.items()}
        report.ratio(f"{name}, f32", each["own"], each["detour"], peer="by f64", at_most=AT_MOST)
        report.table("f32", name, each)


def both(e: Emitter, x: Value) -> Value:
    """Write sin(x) + cos(x)."""
    return e.add(emit(e, "sin", x), emit(e, "cos", x))


def sincos_rows(report: Report) -> None:
    """Compare sin and cos of one argument in one loop with the two alone."""
    for real, dtype in (("f64", np.float64), ("f32", np.float32)):
        args = arguments("sin", dtype)
        probes = {name: Probe(lambda e, x, name=name: emit(e, name, x), real=real) for name in ("sin", "cos")}
        probes["both"] = Probe(both, real=real)
        assert np.array_equal(probes["both"](*args), probes["sin"](*args) + probes["cos"](*args))
        times = race({name: loop(probe, args) for name, probe in probes.items()}, rounds=report.rounds())
        alone = (times["sin"] + times["cos"]) / ROWS
        report.ratio(f"sin(x) + cos(x), {real}", times["both"] / ROWS, alone, peer="sin, then cos", at_most=0.7)


def main() -> None:
    """Print the tables."""
    report = Report("f32")
    sincos_rows(report)
    function_rows(report)
    report.finish()


if __name__ == "__main__":
    main()
