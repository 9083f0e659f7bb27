"""Locks and meetings for tasks, fibers and threads. Start reading at `_lock_c.pyx`, then `_permits_c.pyx`."""

from ._lock_c import Condition as Condition
from ._lock_c import Lock as Lock
from ._permits_c import Barrier as Barrier
from ._permits_c import Event as Event
from ._permits_c import RWLock as RWLock
from ._permits_c import Semaphore as Semaphore

__all__ = ("Barrier", "Condition", "Event", "Lock", "RWLock", "Semaphore")
