"""What a snapshot says of each task."""

from __future__ import annotations

import asyncio
import json
import threading

import dtact
from dtact.monitor import snapshot
from dtact.scheduler import Waiter, current_scheduler


async def rest(waiter):
    await waiter


def stand(waiter):
    dtact.wait(waiter)


def test_every_task_is_there_with_what_it_waits_for_and_where(run):
    async def main():
        waiter = Waiter()
        tasks = [
            dtact.spawn(rest(waiter), name="coroutine", priority="high"),
            dtact.fiber(stand, Waiter(), name="fiber"),
            asyncio.create_task(asyncio.sleep(10), name="asyncio"),
        ]
        tasks.append(dtact.spawn(rest(tasks[0]), name="follower"))
        tasks.append(dtact.spawn(rest(dtact.Channel(1).receive()), name="receiver"))
        await asyncio.sleep(0.001)
        found = snapshot([(current_scheduler(), threading.get_ident())])
        for task in tasks:
            task.cancel()
        return json.loads(json.dumps(found))

    found = run(main())
    (loop,) = found["loops"]
    assert loop["current"] == "Task-1" or loop["current"].startswith("Task-")
    tasks = {task["name"]: task for task in loop["tasks"]}
    assert [tasks[name]["kind"] for name in ("coroutine", "fiber", "asyncio")] == ["task", "fiber", "asyncio"]
    assert tasks["coroutine"]["priority"] == "high"
    assert tasks["coroutine"]["waits_for"] == "a wake"
    assert tasks["follower"]["waits_for"] == "task coroutine"
    assert tasks["follower"]["waits_for_id"] == tasks["coroutine"]["id"]
    assert tasks["receiver"]["waits_for"].startswith("channels: ")
    assert "in stand" in tasks["fiber"]["at"]
    assert "in rest" in tasks["coroutine"]["at"]
    assert "test_snapshot.py" in tasks["fiber"]["spawned_at"]
    assert tasks[loop["current"]]["state"] == "running"
