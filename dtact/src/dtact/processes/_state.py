"""What is true of this process: whether it is a worker, and how processes are told apart."""

from __future__ import annotations

from pathlib import Path

worker_serial: int | None = None  # set in a worker


def start_time(pid: int) -> int:
    """When a process started, in clock ticks after boot: with its number it names one process. 0 if there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return int(text.rpartition(")")[2].split()[19])
