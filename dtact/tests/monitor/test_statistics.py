"""Counters of the whole runtime."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import dtact
from dtact import errors
from dtact.scheduler import Waiter


def test_it_counts_tasks_and_fibers(run):
    async def main():
        task, fiber = dtact.spawn(wait()), dtact.fiber(lambda: dtact.wait(Waiter()))
        await dtact.yield_now()
        found = dtact.statistics()
        task.cancel(), fiber.cancel()
        return found

    async def wait():
        await Waiter()

    found = run(main())
    assert found["tasks"]["live"] == 2
    assert found["fibers"] == {"live": 1, "idle_stacks": 0}
    json.dumps(found)


def test_rooms_that_the_program_does_not_use_are_not_loaded():
    code = (
        "import sys, dtact\nasync def main(): return dtact.statistics()\nfound = dtact.run(main())\n"
        "print(found['mesh'], found['processes'], 'dtact.mesh' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "None [] False\n"


def test_the_mesh_and_pools_are_counted_when_they_are_there(run):
    with dtact.processes.Pool(1) as pool:
        assert pool.submit(abs, -1).result() == 1

        async def main():
            return dtact.statistics()

        dtact.mesh.statistics()
        found = run(main())
    assert found["mesh"]["workers"]
    assert any(entry["completed"] == 1 for entry in found["processes"])


def test_outside_a_runtime_it_says_so():
    with pytest.raises(errors.NoRuntimeError):
        dtact.statistics()
