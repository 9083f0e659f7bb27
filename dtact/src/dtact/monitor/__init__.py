"""Seeing what the runtime does: counters, a watchdog, traces, a socket for `dtact ps`. Start at `_snapshot.py`."""

from ._ask import ask as ask
from ._ask import socket_path as socket_path
from ._inspect import Inspector as Inspector
from ._picture import picture as picture
from ._record import Recorder as Recorder
from ._record import trace as trace
from ._snapshot import snapshot as snapshot
from ._statistics import statistics as statistics
from ._watchdog import Watchdog as Watchdog
from ._watchdog import watchdog as watchdog

__all__ = (
    "Inspector",
    "Recorder",
    "Watchdog",
    "ask",
    "picture",
    "snapshot",
    "socket_path",
    "statistics",
    "trace",
    "watchdog",
)
