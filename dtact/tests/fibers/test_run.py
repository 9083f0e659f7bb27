"""From coroutines into functions that wait."""

from __future__ import annotations

import asyncio

import pytest

import dtact


def test_a_whole_program_of_functions_runs_in_a_fiber():
    def main(first, second):
        tasks = [dtact.fiber(lambda n=n: dtact.wait(asyncio.sleep(0.001, n))) for n in (first, second)]
        return sum(dtact.wait(task) for task in tasks)

    assert dtact.run(dtact.run_sync(main, 3, 4)) == 7


def test_its_exception_is_the_functions():
    with pytest.raises(ZeroDivisionError):
        dtact.run(dtact.run_sync(lambda: 1 // 0))
