"""`Kernel.cost`: what a row costs by the tables and by the clock, and what limits it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What one row of a kernel costs on one thread of this machine; `str()` is a table.

    Predicted is what the loop over vectors takes by published tables (`rssn.jit._ports` says which), data in the first
    cache; measured is there what one more row takes, and over arguments that were given a call's time by its rows.
    """

    rows: int
    """rows of the calls that were measured"""
    width: int
    """rows per vector"""
    vector_bits: int
    """of the registers the loop uses"""
    unroll: float
    """registers per vector: how many times the loop does the same thing side by side"""
    operations: Mapping[str, int]
    """steps per row by kind: add, mul, fma, div, ..., and functions by their names"""
    flops: int
    """floating-point operations per row; a fused step is two, a function none"""
    bytes_read: int
    """per row"""
    bytes_written: int
    """per row"""
    instructions: float
    """of the processor, per row"""
    spills: int
    """values written to the stack in a turn of the loop for want of registers"""
    reloads: int
    """values read back from there in a turn"""
    code_bytes: int
    """machine code for contiguous arrays of the kernel's own type, constants and slow paths included"""
    predicted_cycles: float | None
    """per row; None where there are no tables: another architecture, or a loop that calls functions"""
    predicted_limit: str | None
    """the unit of the processor that is busiest: arithmetic, shuffles, shifts, divider, loads, stores, instructions"""
    measured_ns: float
    """per row"""
    measured_cycles: float
    """per row"""
    clock_ghz: float
    """measured"""
    bandwidth: float
    """bytes per ns (GB/s) that one thread copies in memory, measured"""

    @property
    def intensity(self) -> float:
        """Floating-point operations per byte read or written."""
        return self.flops / max(self.bytes_read + self.bytes_written, 1)

    @property
    def memory_ns(self) -> float:
        """What reading and writing a row takes where its columns lie in memory, in ns: the roofline's slope."""
        return (self.bytes_read + self.bytes_written) / self.bandwidth

    @property
    def roofline_ns(self) -> float:
        """The least a row can take where its columns lie in memory, in ns."""
        return max(self.memory_ns, self.measured_ns)

    @property
    def limit(self) -> str:
        """What decides beyond the caches: "memory" or "computing"."""
        return "memory" if self.memory_ns > self.measured_ns else "computing"

    def __str__(self) -> str:
        operations = ", ".join(f"{count} {name}" for name, count in sorted(self.operations.items()))
        predicted = "no tables for this loop"
        if self.predicted_cycles is not None:
            predicted = f"{self.predicted_cycles:.2f} cycles a row, limited by {self.predicted_limit}"
        lines = {
            "operations": f"{operations or 'none'} ({self.flops} flops)",
            "code": f"{self.code_bytes} bytes, {self.instructions:.2f} instructions a row, {self.width} rows a vector, "
            f"{self.vector_bits} bits × {self.unroll:g}",
            "registers": f"{self.spills} spilled, {self.reloads} reloaded a turn",
            "predicted": predicted,
            "measured": f"{self.measured_cycles:.2f} cycles a row, {self.measured_ns:.3f} ns at {self.clock_ghz:.2f} "
            f"GHz ({self.rows} rows a call)",
            "memory": f"{self.bytes_read} bytes read, {self.bytes_written} written a row: {self.memory_ns:.3f} ns at "
            f"{self.bandwidth:.1f} GB/s",
            "roofline": f"{self.roofline_ns:.3f} ns a row, limited by {self.limit}; {self.intensity:.2f} flops a byte",
        }
        return "\n".join(f"{name:10} {text}" for name, text in lines.items())
