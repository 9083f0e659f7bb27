"""What this machine does: the clock of a core at work, how fast memory is copied, and what a row of a kernel takes.

Start at `cost`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from time import perf_counter
from typing import Any, Final

import numpy as np

from ..expr import symbol
from ..vectormath import Emitter, Module, host_features
from ._code import load
from ._compiler import Compiler
from ._cost import row_flops
from ._costs import Cost
from ._kernel import Kernel, compile
from ._machine import machine_code
from ._ports import hot_loop, predict
from ._steps import LEAVES

_ADDITIONS: Final = 256
_TURNS: Final = 2_000  # a fifth of a millisecond
_COPIED_BYTES: Final = 1 << 26
_SAMPLE_S: Final = 1e-3
_ROUNDS: Final = 9
_IN_CACHE_BYTES: Final = 1 << 15  # the first level's, nearly everywhere
_MOST_ROWS, _FEWEST_ROWS = 4096, 64


def cost(kernel: Kernel, compiler: Compiler, signature: bytes, args: Sequence[Any]) -> Cost:
    """Measure and predict. See `Kernel.cost`."""
    tape, real = compiler.tape, np.dtype(np.float32 if compiler.recipe.real_type == "f32" else np.float64)
    read = len([argument for argument in tape.loaded if argument < len(kernel.arguments)]) * real.itemsize
    moved = int(compiler.work()["bytes_per_row"])
    rows, ns = _over(kernel, args) if args else _in_cache(kernel, real, moved)
    loop = hot_loop(compiler.assembly(signature))
    predicted, clock = predict(loop), clock_ghz()
    lane_bits = 8 * real.itemsize * compiler.width
    return Cost(
        rows=rows,
        width=compiler.width,
        vector_bits=loop.vector_bits,
        unroll=lane_bits / loop.vector_bits if loop.vector_bits else 1,
        operations=_operations(tape.counts),
        flops=row_flops(tape),
        bytes_read=read,
        bytes_written=moved - read,
        instructions=len(loop.instructions) / compiler.width,
        spills=loop.spills,
        reloads=loop.reloads,
        code_bytes=len(compiler.compile(signature).code),
        predicted_cycles=None if predicted is None else predicted.cycles / compiler.width,
        predicted_limit=None if predicted is None else predicted.unit,
        measured_ns=ns,
        measured_cycles=ns * clock,
        clock_ghz=clock,
        bandwidth=bandwidth(),
    )


def _over(kernel: Kernel, args: Sequence[Any]) -> tuple[int, float]:
    """Return how many rows the user's arguments have, and what one of them takes in ns."""
    first = kernel(*args)
    out = {"out": first} if isinstance(first, np.ndarray) else {}
    rows = max(1, int(np.prod(np.broadcast_shapes(*map(np.shape, args)))))
    (took,) = seconds(lambda: kernel(*args, threads=1, **out))
    return rows, took / rows * 1e9


def _in_cache(kernel: Kernel, real: np.dtype[Any], moved: int) -> tuple[int, float]:
    """Return a number of rows that fits, and what one more of them takes in ns."""
    rows = max(_FEWEST_ROWS, min(_MOST_ROWS, _IN_CACHE_BYTES // max(moved, 1) // 64 * 64))
    columns = [_column(number, rows, real) for number in range(len(kernel.arguments))]
    half = [column[: rows // 2] for column in columns]
    outs = [_column(len(columns) + number, rows, dtype) for number, dtype in enumerate(kernel.dtypes)]
    given: dict[str, Any] = {} if hasattr(kernel, "reduce") else {"out": tuple(outs)}
    given_half = {name: tuple(each[: rows // 2] for each in outs) for name in given}
    whole, part = seconds(lambda: kernel(*columns, threads=1, **given), lambda: kernel(*half, threads=1, **given_half))
    return rows, max(whole - part, 0.0) / (rows - rows // 2) * 1e9


def _column(number: int, rows: int, dtype: np.dtype[Any]) -> Any:
    """Return a column aligned to a vector; each at a place of its own in a page: stores delay loads from the same."""
    place = 320 * number % 4096
    room = np.zeros(rows * dtype.itemsize + 8192, np.uint8)
    first = -room.ctypes.data % 4096 + place
    column = room[first : first + rows * dtype.itemsize].view(dtype)
    column[:] = np.random.default_rng(number).uniform(0.5, 2.0, rows)
    return column


def _operations(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the steps that do something."""
    return {name: count for name, count in counts.items() if name not in LEAVES}


@cache
def _additions() -> tuple[Any, Any]:
    """Return a C function of two numbers and a count of turns, each of additions that wait for one another."""
    module = Module(host_features())
    parameters = [("i64", "x"), ("i64", "step"), ("i64", "turns")]
    e = Emitter(module.function("spin", "i64", parameters), 1)
    e.jump("loop")
    e.begin("loop")
    e.raw("  %turn = phi i64 [ 0, %entry ], [ %next, %loop ]")
    e.raw(f"  %sum0 = phi i64 [ %x, %entry ], [ %sum{_ADDITIONS}, %loop ]")
    for n in range(_ADDITIONS):
        e.raw(f"  %sum{n + 1} = add i64 %sum{n}, %step")
    e.raw("  %next = add i64 %turn, 1")
    e.raw("  %more = icmp ult i64 %next, %turns")
    e.branch("%more", "loop", "done")
    e.begin("done")
    e.raw(f"  ret i64 %sum{_ADDITIONS}")
    # Unoptimised, as the additions shall stay what they are: one cycle each on any processor.
    blob = machine_code([str(module)], "spin", 0, module.features)
    mapping = load(blob)
    return ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 3)(mapping.address + blob.entry), mapping


def clock_ghz() -> float:
    """Return the cycles per nanosecond that a core runs at, by the best of a few tries."""
    function, _ = _additions()
    took = _best(lambda: function(0, 3, _TURNS), 15)
    return _ADDITIONS * _TURNS / took * 1e-9


@cache
def bandwidth() -> float:
    """Return the bytes per ns, read and written, of a kernel that copies 64 MB on one thread; measured once."""
    copy = compile(symbol("x"), threads=1)
    source, target = np.ones(_COPIED_BYTES // 8), np.empty(_COPIED_BYTES // 8)
    return 2 * _COPIED_BYTES / _best(lambda: copy(source, out=target), 7) * 1e-9


def seconds(*calls: Callable[[], Any]) -> list[float]:
    """Return what each call takes, the best of many, in turn."""
    return [best for best, _ in _in_turn(calls)]


def _in_turn(calls: tuple[Callable[[], Any], ...]) -> list[tuple[float, int]]:
    found = []
    for call in calls:
        call()
        started = perf_counter()
        call()
        count = max(1, int(_SAMPLE_S / max(perf_counter() - started, 1e-9)))
        found.append((float("inf"), count))
    for _ in range(_ROUNDS):
        for number, call in enumerate(calls):
            best, count = found[number]
            found[number] = min(best, _sample(call, count)), count
    return found


def _sample(call: Callable[[], Any], count: int) -> float:
    started = perf_counter()
    for _ in range(count):
        call()
    return (perf_counter() - started) / count


def _best(call: Callable[[], Any], rounds: int) -> float:
    return min(_sample(call, 1) for _ in range(rounds))
