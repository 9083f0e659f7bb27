"""Arrays cross without being copied, and are freed with the last of them."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy
import processes_jobs as jobs
import pytest

from dtact import errors, processes
from dtact.processes import _block_c


def test_a_shared_array_is_the_same_memory_everywhere(pool):
    array = processes.shared_array((4, 100), "f8")
    assert not array.any()
    part = pool.submit(jobs.fill, array[1:], 7.0).result(20)
    assert array[0].sum() == 0
    assert array[1:].sum() == 2100
    array[2] = 1
    assert part.shape == (2, 100)
    assert part[0].sum() == 100


def test_a_read_only_view_stays_read_only(pool):
    array = processes.shared_array(10)
    view = array[:]
    view.flags.writeable = False
    assert not pool.submit(jobs.is_writable, view).result(20)
    assert pool.submit(jobs.is_writable, array).result(20)


def test_other_large_arrays_are_copied_once_and_belong_to_the_receiver(pool):
    array = numpy.ones(100_000)
    job = pool.submit(jobs.total, array)
    array[:] = 5  # too late: arguments are fixed at submit
    assert job.result(20) == 100_000
    result = pool.submit(jobs.make, 100_000).result(20)
    result += 1
    assert result.sum() == 100_000 * 100_001 / 2
    fortran = numpy.asfortranarray(numpy.arange(200_000.0).reshape(400, 500))
    assert (pool.submit(numpy.negative, fortran).result(20) == -fortran).all()
    assert (pool.submit(numpy.negative, fortran[::2]).result(20) == -fortran[::2]).all()


def test_large_payloads_of_any_kind_cross(pool):
    text = "x" * 3_000_000
    assert pool.submit(str.upper, text).result(20) == text.upper()
    arrays = [numpy.full(10_000, i, "f8") for i in range(300)]
    assert pool.submit(len, arrays).result(20) == 300
    shared = [processes.shared_array(10) for _ in range(250)]  # more than descriptors fit into one message
    assert pool.submit(len, shared).result(20) == 250


def test_memory_shows_no_copy_of_100_mb(pool):
    base = max(pool.submit(jobs.private_kb, numpy.zeros(1)).result(20) for _ in range(4))
    array = processes.shared_array(12_500_000)
    array[:] = 1
    ours = rss_anon_kb()
    assert pool.submit(jobs.private_kb, array).result(60) < base + 10_000
    assert rss_anon_kb() < ours + 10_000


def rss_anon_kb() -> int:
    return int(Path("/proc/self/status").read_text().split("RssAnon:")[1].split()[0])


@pytest.mark.usefixtures("nothing_left")
def test_memory_is_freed_with_the_last_array(pool):
    count = _block_c.shared_count()
    arrays = [processes.shared_array(1000) for _ in range(10)]
    parts = [pool.submit(jobs.fill, array, 1.0).result(20) for array in arrays]
    results = [pool.submit(jobs.make, 20_000).result(20) for _ in range(10)]
    assert _block_c.shared_count() == count + 20
    del arrays
    gc.collect()
    assert sum(part.sum() for part in parts) == 20
    assert results[0][1] == 1
    del parts, results
    gc.collect()
    assert _block_c.shared_count() == count


def test_what_cannot_be_shared_is_refused():
    with pytest.raises(errors.TransferError):
        processes.shared_array(3, object)
    with pytest.raises(ValueError, match="negative"):
        processes.shared_array((3, -1))
    assert processes.shared_array((0, 3)).shape == (0, 3)
