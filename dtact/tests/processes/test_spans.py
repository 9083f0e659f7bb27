"""Jobs of workers leave spans while somebody records: names, processes, times."""

from __future__ import annotations

import time

from dtact import processes


def test_a_job_is_a_span_of_its_worker_while_recording_only(pool):
    pool.submit(abs, -1).result(20)
    processes.source.take()
    processes.source.record(True)
    began = time.perf_counter_ns()
    pool.submit(time.sleep, 0.001).result(20)
    processes.source.record(False)
    pool.submit(abs, -1).result(20)
    (span,), lost = processes.source.take()
    assert span[:2] == ("process", "sleep")
    assert span[2] in pool.statistics().workers
    assert span[4] >= began
    assert span[5] >= 1_000_000
    assert lost == 0
