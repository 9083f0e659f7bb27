"""Binding workers to CPUs, for who asks for it."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from pathlib import Path

from dtact.errors import CountError
from dtact.mesh import _pool_c

_TASKS = Path("/proc/self/task")


def pin_workers(groups: Sequence[Collection[int]] | None) -> dict[int, frozenset[int]]:
    """Start all workers and bind worker n to the CPUs of ``groups[n % len(groups)]``; None lets them run anywhere.

    `dtact.topology` has groups to choose from: ``read().cores``, ``.cache_groups``, ``.nodes``. Then the hint
    ``submit(worker=n)`` names a place. Returns worker -> its CPUs. Workers that start later, after `set_thread_count`,
    are not bound: call this again.

    Unbound workers wake faster: a job that its submitter is about to wait for runs on the submitter's own CPU.
    Raises CountError for no groups, or a group without a CPU that this process may use.
    """
    allowed = os.sched_getaffinity(0)
    wanted = [frozenset(allowed)] if groups is None else [frozenset(group) & allowed for group in groups]
    if not wanted or not all(wanted):
        raise CountError(
            "no CPU to bind a worker to",
            wanted="groups of CPUs that this process may use",
            found=repr(groups),
            hint=f"it may use {sorted(allowed)}",
        )
    _pool_c.start_workers()
    _pool_c.set_pinned(groups is not None)
    bound = {}
    for worker, thread in sorted(_workers().items()):
        bound[worker] = wanted[worker % len(wanted)]
        os.sched_setaffinity(thread, bound[worker])
    return bound


def _workers() -> dict[int, int]:
    """Worker -> the number of its thread. A thread that has just been made may not have its name yet: look again."""
    started = _pool_c.start_workers()
    for _ in range(1000):
        found = {}
        for folder in _TASKS.iterdir():
            name = (folder / "comm").read_text().strip()
            if name.startswith("dtact-") and name[6:].isdigit():
                found[int(name[6:])] = int(folder.name)
        if len(found) >= started:
            break
    return found
