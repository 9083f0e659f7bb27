"""The channel without processes: two ends of one memory, in one process."""

from __future__ import annotations

import os
import random
import threading

import pytest

from dtact import errors
from dtact.processes import _ring_c as ring


@pytest.fixture
def ends():
    memory = os.memfd_create("test")
    os.ftruncate(memory, ring.CHANNEL_BYTES)
    yield ring.Link(memory, True), ring.Link(memory, False)
    os.close(memory)


@pytest.fixture
def bell():
    page, event = os.memfd_create("test"), os.eventfd(0, os.EFD_NONBLOCK)
    os.ftruncate(page, ring.BELL_BYTES)
    yield ring.Doorbell(page, event, True)
    os.close(page)
    os.close(event)


def test_frames_come_out_as_they_went_in(ends, bell):
    parent, worker = ends
    chance = random.Random(3)
    sent = []
    for number in range(3000):
        payload = chance.randbytes(chance.choice([0, 1, 7, 8, 100, 50_000]))
        while not parent.write(ring.JOB, number % ring.SLOTS, number, function=b"f" * (number % 9), payload=payload):
            kind, slot, generation, _, _, _, function, got, _ = worker.take()
            number_, payload_ = sent.pop(0)
            assert (kind, slot, generation) == (ring.JOB, number_ % ring.SLOTS, number_)
            assert (function, got) == (b"f" * (number_ % 9), payload_)
        sent.append((number, payload))
    while sent:
        assert worker.take()[7] == sent.pop(0)[1]
    assert worker.take() is None
    worker.answer(bell, ring.VALUE, 3, 9, 0, b"answer", 1, 77, 5)
    assert parent.take() == (ring.VALUE, 3, 9, 0, 1, 77, b"", b"answer", 5)


def test_a_frame_too_large_or_a_slot_too_high_is_refused(ends):
    parent, _ = ends
    with pytest.raises(errors.ChannelError, match="too large"):
        parent.write(ring.JOB, 0, 0, payload=bytes(ring.MOST_FRAME))
    with pytest.raises(errors.ChannelError, match="no such slot"):
        parent.write(ring.JOB, ring.SLOTS, 0)


def test_memory_of_another_layout_is_refused():
    memory = os.memfd_create("test")
    os.ftruncate(memory, ring.CHANNEL_BYTES)
    with pytest.raises(OSError, match=r"[Pp]rotocol"):
        ring.Link(memory, False)
    os.close(memory)
    with pytest.raises(OSError, match="descriptor"):
        ring.Link(-1, True)


def test_damaged_memory_is_found_out(ends):
    parent, worker = ends
    parent.write(ring.JOB, 0, 0)
    memory = os.memfd_create("other")
    os.ftruncate(memory, ring.CHANNEL_BYTES)
    other, reader = ring.Link(memory, True), ring.Link(memory, False)
    assert other.write(ring.JOB, 0, 0, payload=b"12345678")
    os.pwrite(memory, b"\xff" * 8, 8192)  # the first frame's length
    with pytest.raises(errors.ChannelError, match="damaged"):
        reader.take()
    os.close(memory)
    assert worker.take() is not None


def test_a_job_is_started_or_withdrawn_once(ends):
    parent, worker = ends
    parent.post(5, 1)
    assert worker.start(5, 1)
    assert not parent.withdraw(5, 1)
    parent.post(5, 2)
    assert not worker.start(5, 1)
    assert parent.withdraw(5, 2)
    assert not worker.start(5, 2)


def test_a_sleeping_worker_wakes_for_a_frame_and_for_room(ends, bell):
    parent, worker = ends
    got = []

    def work():
        for _ in range(100):
            frame = worker.wait(1000)
            got.append(frame[2])
            worker.answer(bell, ring.VALUE, 0, frame[2], 0, bytes(40_000), 0, 0)  # the ring takes six of them

    thread = threading.Thread(target=work)
    thread.start()
    answered = 0
    for number in range(100):
        assert parent.write(ring.JOB, 0, number)
    while answered < 100:
        frame = parent.take()
        if frame is not None:
            assert frame[2] == answered
            answered += 1
            parent.nudge()
    thread.join()
    assert got == list(range(100))


def test_owners_are_written_down(ends):
    parent, worker = ends
    assert worker.owners() == ((0, 0), (0, 0))
    parent.sign(True, 10, 20)
    worker.sign(False, 30, 40)
    assert worker.owners() == ((10, 20), (30, 40))
