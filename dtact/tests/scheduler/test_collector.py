"""The policy for Python's cycle collector."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import subprocess
import sys
import textwrap

import pytest

import dtact

SOAK = """
    import dtact, resource

    class Node:
        def __init__(self, payload):
            self.me, self.payload = self, payload

    async def leave_garbage(size):
        for _ in range(10):
            Node(bytes(size))
            await dtact.yield_now()

    async def main(rounds, size):
        for _ in range(rounds):
            tasks = [dtact.spawn(leave_garbage(size)) for _ in range(100)]
            for task in tasks:
                await task

    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    dtact.run(main(10, 10))
    before = peak()
    dtact.run(main({rounds}, {size}))
    print(peak() - before)
"""


def growth(rounds: int, size: int) -> float:
    """Megabytes that the process grew by while it left rounds × 1,000 cycles with so many bytes each."""
    code = textwrap.dedent(SOAK.format(rounds=rounds, size=size))
    return float(subprocess.check_output([sys.executable, "-c", code], text=True))


def test_small_cyclic_garbage_stays_bounded():
    assert growth(500, 10) < 100  # 500,000 cycles, 180 MB if they stayed


def test_large_cyclic_garbage_stays_bounded():
    assert growth(10, 200_000) < 400  # 10,000 cycles, 2 GB if they stayed


def test_the_thresholds_follow_the_tasks_and_are_restored():
    before = gc.get_threshold()

    async def wait(event):
        await event.wait()

    async def main():
        assert gc.get_threshold()[0] >= 50_000
        event = asyncio.Event()
        tasks = [dtact.spawn(wait(event)) for _ in range(50_000)]
        assert gc.get_threshold()[0] > 100_000
        event.set()
        for task in tasks:
            await task
        del tasks
        await asyncio.sleep(0.001)
        assert gc.get_threshold()[0] < 100_000

    dtact.run(main())
    assert gc.get_threshold() == before


def test_a_choice_of_the_user_is_left_alone():
    before = gc.get_threshold()

    async def main():
        gc.set_threshold(1234, 5, 5)
        for task in [dtact.spawn(asyncio.sleep(0)) for _ in range(30_000)]:
            await task
        assert gc.get_threshold() == (1234, 5, 5)

    try:
        dtact.run(main())
        assert gc.get_threshold() == (1234, 5, 5)
    finally:
        gc.set_threshold(*before)


def test_the_default_policy_changes_nothing():
    async def main():
        return gc.get_threshold()

    assert dtact.run(main(), gc_policy="default") == gc.get_threshold()


HEAP = """
    import asyncio, ctypes, dtact

    class Figures(ctypes.Structure):
        _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd".split()]
        _fields_ += [(name, ctypes.c_size_t) for name in "usmblks fsmblks uordblks fordblks keepcost".split()]

    ask = ctypes.CDLL(None).mallinfo2
    ask.restype = Figures

    async def main():
        before = ask().hblks
        body = bytearray(1 << 20)
        print(ask().hblks - before)

    dtact.run(main(), gc_policy="{policy}")
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="glibc 2.33 or newer tells where blocks lie")
@pytest.mark.parametrize(("policy", "blocks_of_their_own"), [("runtime", 0), ("default", 1)])
def test_large_buffers_come_from_the_heap_and_stay_there(policy, blocks_of_their_own):
    """Otherwise each is mapped anew, or the heap's top is given back and faulted in, once a request."""
    code = textwrap.dedent(HEAP.format(policy=policy))
    assert int(subprocess.check_output([sys.executable, "-c", code], text=True)) == blocks_of_their_own
