"""Calls of elementary functions as they ship with the package, already compiled: what first machine code is quick by.

A loop of theirs takes rows in memory. Here it gets one vector: operands and result lie in rooms of the frame of the
function that calls. The instructions inside were made from the source text that would be written here instead, so
the bits are the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..vectormath import Emitter, Value


def emit_shipped(e: Emitter, symbol: str, values: Sequence[Value]) -> Value:
    """Write the call of the loop `symbol` for one vector, and return what it gives."""
    e.module.declare(symbol, "i32", ["i64", "ptr"])
    table, *places = _rooms(e, len(values) + 1)
    for place, value in zip(places, values, strict=False):
        e.raw(f"  store {e.real_type} {value.text}, ptr {place}, align 64")
    e.effect(f"call i32 @{symbol}(i64 {e.width}, ptr {table})", "")
    return e.effect(f"load {e.real_type}, ptr {places[-1]}, align 64", "real")


def _rooms(e: Emitter, count: int) -> tuple[str, ...]:
    """Return the table of the addresses of `count` rooms, and the rooms; made where the function begins."""
    found = e.function.rooms.get(count)
    if found is None:
        table, *places = found = tuple(e.new_name("room") for _ in range(count + 1))
        lines = [f"  {table} = alloca [{count} x ptr], align 16"]
        for number, place in enumerate(places):
            slot = e.new_name("slot")
            lines += [
                f"  {place} = alloca {e.real_type}, align 64",
                f"  {slot} = getelementptr inbounds ptr, ptr {table}, i64 {number}",
                f"  store ptr {place}, ptr {slot}, align 8",
            ]
        e.function.lines[:0] = lines
        e.function.rooms[count] = found
    return found
