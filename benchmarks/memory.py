"""What the kernel knows about this process's memory."""

from __future__ import annotations

from pathlib import Path

STATUS = Path("/proc/self/status")


def resident_bytes() -> int:
    """Return the bytes resident now."""
    return _field("VmRSS")


def peak_bytes() -> int:
    """Return the most bytes resident since the last `reset_peak`."""
    return _field("VmHWM")


def reset_peak() -> None:
    """Set the high-water mark to what is resident now."""
    Path("/proc/self/clear_refs").write_text("5")


def _field(name: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024
