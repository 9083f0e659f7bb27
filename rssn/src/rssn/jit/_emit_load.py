"""Integers of 64 bits and times on their way into registers: too large ones are noticed, "not a time" becomes NaN.

Where the signature has a checked argument, one more address follows those of
the operands: of a 32-bit integer that becomes 1 if any row held an integer
beyond 2**53. The loop only collects, in a register; which argument and row it
was, the caller finds out when it matters.
"""

from __future__ import annotations

from collections.abc import Callable

from ..vectormath import Emitter, Value
from ._signature import Operand

_EXACT = 1 << 53
_NOT_A_TIME = -(1 << 63)


def load_integer(e: Emitter, operand: Operand, raw: str) -> tuple[Value, str | None]:
    """Return an integer or time, as it lies in memory, as reals; and which lanes (all bits set) lose some."""
    kind, flags = e.vector_of("i64"), e.vector_of("i1")

    def splat(number: int) -> str:
        return f"splat (i64 {number})" if e.vector else str(number)

    lost = None
    if operand.is_checked:
        least, range_size = (0, _EXACT) if operand.dtype == "u64" else (-_EXACT, 2 * _EXACT)
        above = e.scalar(f"sub {kind} {raw}, {splat(least)}") if least else raw
        beyond = e.scalar(f"icmp ugt {kind} {above}, {splat(range_size)}")
        if operand.dtype == "time":
            known = e.scalar(f"icmp ne {kind} {raw}, {splat(_NOT_A_TIME)}")
            beyond = e.scalar(f"and {flags} {beyond}, {known}")
        lost = e.scalar(f"sext {flags} {beyond} to {kind}")
    if operand.dtype != "time":
        return e.widen(raw, operand.dtype), lost
    missing = Value(e.scalar(f"icmp eq {kind} {raw}, {splat(_NOT_A_TIME)}"), "mask")
    return e.select(missing, e.constant(float("nan")), e.widen(raw, "i64")), lost


class Watch:
    """Which lanes lost bits, from the masks that loads leave in `found`: before the loop, and through it."""

    def __init__(self, e: Emitter, flag_number: int, found: list[str]) -> None:
        """Take what was read before the loop; `flag_number` is the place of the flag's address."""
        self.e, self.flag_number, self.found = e, flag_number, found
        self.kind = e.vector_of("i64")
        self.before = self._joined("zeroinitializer" if e.vector else "0")

    def _joined(self, text: str) -> str:
        for mask in self.found:
            text = self.e.scalar(f"or {self.kind} {text}, {mask}")
        self.found.clear()
        return text

    def open_loop(self, entry: str, latch: str) -> None:
        """Write the register, at the head of the loop."""
        self.e.raw(f"  %lost = phi {self.kind} [ {self.before}, %{entry} ], [ %lost.next, %{latch} ]")

    def close_row(self) -> None:
        """Collect what the loads of one row left."""
        last = self.found.pop() if self.found else "%lost"
        self.e.raw(f"  %lost.next = or {self.kind} {self._joined('%lost')}, {last}")

    def close_loop(self, finish: Callable[[], None]) -> None:
        """Set the flag if need be, then end the function by `finish`."""
        e = self.e
        if e.vector:
            e.module.declare(f"llvm.vector.reduce.or.v{e.width}i64", "i64", [self.kind])
            any_lost = e.scalar(f"call i64 @llvm.vector.reduce.or.v{e.width}i64({self.kind} %lost.next)")
        else:
            any_lost = "%lost.next"
        condition = e.scalar(f"icmp ne i64 {any_lost}, 0")
        e.branch(condition, "say", "end", cold=True)
        e.begin("say")
        slot = e.address("%data", str(self.flag_number), "ptr")
        flag = e.effect(f"load ptr, ptr {slot}, align 8", "").text
        e.raw(f"  store i32 1, ptr {flag}, align 4")
        e.jump("end")
        e.begin("end")
        finish()
