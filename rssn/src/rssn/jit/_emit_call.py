"""Calls of functions outside, by name: a user's C functions. The names become imports, filled when code is loaded."""

from __future__ import annotations

from collections.abc import Sequence

from ..vectormath import Emitter, Value


def import_name(number: int) -> str:
    """Return what machine code calls the function of the tape's `own_calls[number]`."""
    return f"call.{number}"


def emit_call(e: Emitter, symbol: str, values: Sequence[Value]) -> Value:
    """Write the call of an external function of doubles for every lane, and return what it gives."""
    e.module.declare(symbol, "double", ["double"] * len(values))
    if not e.vector:
        return Value(_called(e, symbol, [value.text for value in values]), "real")
    return e.call_shared(symbol, lambda inner, *args: _lane_by_lane(inner, symbol, args), *values)


def _called(e: Emitter, symbol: str, lanes: Sequence[str]) -> str:
    """Write one call; f32 goes through double and rounds."""
    if e.real == "f32":
        lanes = [e.scalar(f"fpext float {lane} to double") for lane in lanes]
    result = e.scalar(f"call double @{symbol}({', '.join(f'double {lane}' for lane in lanes)})")
    return e.scalar(f"fptrunc double {result} to float") if e.real == "f32" else result


def _lane_by_lane(e: Emitter, symbol: str, args: Sequence[Value]) -> Value:
    """Write a loop over the lanes by way of memory: no vector register outlives a call anyhow.

    A lane with the operands of the first one takes its result, so that the spare lanes of a padded vector call nothing.
    """
    real, bits, size = e.scalar_real, e.scalar_int, e.width * (8 if e.real == "f64" else 4)

    def room() -> str:
        return e.effect(f"alloca {e.real_type}, align {size}", "").text

    def load(kind: str, place: str, align: int) -> str:
        return e.effect(f"load {kind}, ptr {place}, align {align}", "").text

    places, results = [room() for _ in args], room()
    for place, value in zip(places, args, strict=True):
        e.raw(f"  store {e.real_type} {value.text}, ptr {place}, align {size}")
    before = e.block
    e.jump("lanes")
    e.begin("lanes")
    e.raw(f"  %lane = phi i64 [ 0, %{before} ], [ %next, %latch ]")
    e.raw(f"  %first = phi {real} [ 0.0, %{before} ], [ %kept, %latch ]")
    e.raw("  %other = icmp ne i64 %lane, 0")
    lanes, same = [e.address(place, "%lane", real) for place in places], "%other"
    for place, lane in zip(places, lanes, strict=True):
        equal = e.scalar(f"icmp eq {bits} {load(bits, place, 4)}, {load(bits, lane, 4)}")
        same = e.scalar(f"and i1 {same}, {equal}")
    e.branch(same, "latch", "call")
    e.begin("call")
    result = _called(e, symbol, [load(real, lane, 4) for lane in lanes])
    e.jump("latch")
    e.begin("latch")
    e.raw(f"  %value = phi {real} [ %first, %lanes ], [ {result}, %call ]")
    e.raw(f"  %kept = select i1 %other, {real} %first, {real} %value")
    e.raw(f"  store {real} %value, ptr {e.address(results, '%lane', real)}, align 4")
    e.raw("  %next = add nuw i64 %lane, 1")
    e.raw(f"  %more = icmp ult i64 %next, {e.width}")
    e.branch("%more", "lanes", "done")
    e.begin("done")
    return Value(load(e.real_type, results, size), "real")
