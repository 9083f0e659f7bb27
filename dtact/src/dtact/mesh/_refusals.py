"""From the numbers of dtact/pool.h to errors."""

from __future__ import annotations

from dtact.errors import JobDroppedError, JobLostError, JobStateError, MeshClosedError, NoWorkersError, QueueFullError

_PENDING, _DONE, _DROPPED, _LOST = range(4)


def refuse_submission(reason: int) -> None:
    """Raise why a job was not taken."""
    if reason == 1:
        raise QueueFullError("no room for another job", hint="wait for some first, or submit with when_full='wait'")
    if reason == 2:
        raise MeshClosedError("the mesh takes no more jobs", hint="mesh.reopen() lets it take jobs again")
    if reason == 3:
        raise NoWorkersError("no worker thread can be started", hint="look at the limits of processes and memory")
    raise MemoryError


def refuse_state(state: int, *, must_be_done: bool = False) -> None:
    """Raise what keeps a job from having a result."""
    if state == _DROPPED:
        raise JobDroppedError("the job was dropped from a full queue to make room for a later one")
    if state == _LOST:
        raise JobLostError("the job was submitted before fork(): it runs in the parent process only")
    if state == _PENDING and must_be_done:
        raise JobStateError("the job is not done", hint="await it, or call wait() first")
