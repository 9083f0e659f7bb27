"""Workers stay on the CPUs that they are bound to, and only there."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Callable

import pytest

from dtact import errors, mesh

RunScript = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two CPUs")
def test_bound_workers_stay_where_they_are(run_script: RunScript) -> None:
    run_script("""
        from dtact import topology
        mesh.set_thread_count(3)
        groups = topology.read().groups("cpu")
        bound = mesh.pin_workers(groups)
        assert bound == {n: frozenset(groups[n % len(groups)]) for n in range(3)}
        threads = {}
        for thread in os.listdir("/proc/self/task"):
            name = open(f"/proc/self/task/{thread}/comm").read().strip()
            if name.startswith("dtact-"):
                threads[int(name[6:])] = int(thread)
        def masks():
            return {worker: os.sched_getaffinity(thread) for worker, thread in threads.items()}
        for _ in range(100):  # workers woken on their caller's CPU would move away
            check()
            cell = ctypes.c_int64()
            mesh.submit(bodies.add_one, ctypes.byref(cell)).wait()
            time.sleep(0.001)
        time.sleep(0.2)
        assert masks() == bound, masks()
        cells = (ctypes.c_int64 * 4)()
        for worker in range(3):
            mesh.submit(bodies.note_thread, ctypes.addressof(cells) + 8 * worker, worker=worker).wait()
        assert set(cells[:3]) <= set(threads.values())
        allowed = os.sched_getaffinity(0)
        assert mesh.pin_workers(None) == {n: frozenset(allowed) for n in range(3)}
        assert all(mask == allowed for mask in masks().values())
        """)


@pytest.mark.parametrize("groups", [[], [[]], [[0], [10**6]]])
def test_groups_without_a_usable_cpu_are_an_error(groups: list[list[int]]) -> None:
    with pytest.raises(errors.CountError, match="no CPU to bind"):
        mesh.pin_workers(groups)


def test_workers_can_be_let_go_that_were_never_bound(bodies: ctypes.CDLL) -> None:
    assert set(mesh.pin_workers(None)) >= set(range(mesh.thread_count()))
    cell = ctypes.c_int64()
    mesh.submit(bodies.add_one, ctypes.byref(cell)).wait()
    assert cell.value == 1
