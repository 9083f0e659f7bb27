"""Blocks of shared memory: mapped, found by address, gone with their last user."""

from __future__ import annotations

import gc
import os

import pytest

from dtact.processes import _block_c as blocks


def make(length, is_shared=True):
    descriptor = os.memfd_create("test")
    os.ftruncate(descriptor, length)
    return blocks.Block(descriptor, length, is_shared), descriptor


def test_a_block_is_memory_that_is_found_by_any_address_in_it():
    block, _ = make(10_000)
    view = memoryview(block)
    view[5000] = 7
    assert blocks.find_shared(view[5000:5001]) == (block, 5000)
    assert blocks.find_shared(view) == (block, 0)
    assert blocks.find_shared(memoryview(bytes(10))) is None
    private, descriptor = make(100, is_shared=False)
    assert blocks.find_shared(memoryview(private)) is None
    assert private.descriptor == -1
    os.close(descriptor)


def test_a_block_is_unmapped_and_closed_with_its_last_view():
    count = blocks.shared_count()
    block, descriptor = make(4096)
    view = memoryview(block)[10:20]
    del block
    gc.collect()
    assert blocks.shared_count() == count + 1
    view[0] = 1
    view.release()
    del view
    gc.collect()
    assert blocks.shared_count() == count
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(descriptor)


def test_what_cannot_be_mapped_is_an_error():
    with pytest.raises(OSError, match="descriptor"):
        blocks.Block(-1, 100, False)


def test_the_budget_is_at_least_one_cpu():
    assert 1 <= blocks.cpu_budget() <= len(os.sched_getaffinity(0))
