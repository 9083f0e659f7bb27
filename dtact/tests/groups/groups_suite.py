"""Run CPython's own tests of task groups with ours in the place of asyncio's: `python groups_suite.py BACKEND`.

Before 3.13 asyncio leaves a coroutine open that `create_task` refuses, and its tests await it; ours closes it, as
asyncio does from then on. The tests that look at that are named here.
"""

from __future__ import annotations

import asyncio
import sys
import unittest
from asyncio import taskgroups

from test.test_asyncio import test_taskgroups  # type: ignore[import-untyped]

import dtact

CLOSED = (
    "test_taskgroup_finished",
    "test_taskgroup_no_create_task_after_failure",
    "test_taskgroup_not_entered",
    "test_taskgroup_without_parent_task",
)


class Policy(asyncio.DefaultEventLoopPolicy):
    """Makes our loops."""

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """A loop on the backend that was asked for."""
        return dtact.new_event_loop(sys.argv[1])


def main() -> None:
    asyncio.set_event_loop_policy(Policy())
    test_taskgroups.tearDownModule = lambda: None
    taskgroups.TaskGroup = asyncio.TaskGroup = dtact.TaskGroup  # type: ignore[assignment,misc]
    if sys.version_info < (3, 13):
        for name in CLOSED:
            case = next(case for case in vars(test_taskgroups).values() if hasattr(case, name))
            setattr(case, name, unittest.expectedFailure(getattr(case, name)))
    unittest.main(test_taskgroups, argv=[sys.argv[0], "-q"])


main()
