"""Native jobs leave spans while somebody records: names, threads, times."""

from __future__ import annotations

import ctypes
import time

from dtact import mesh


def test_a_job_is_a_span_with_its_name_while_recording_only():
    libc = ctypes.CDLL(None)
    mesh.submit(libc.usleep, 1).wait()
    mesh.source.take()
    mesh.source.record(True)
    began = time.perf_counter_ns()
    mesh.submit(libc.usleep, 1000).wait()
    mesh.submit(ctypes.cast(libc.usleep, ctypes.c_void_p).value, 1000).wait()  # a name from its library
    mesh.source.record(False)
    mesh.submit(libc.usleep, 1).wait()
    spans, lost = mesh.source.take()
    assert [(category, name) for category, name, *_ in spans] == [("mesh", "usleep")] * 2
    assert lost == 0
    assert all(at >= began and took >= 1_000_000 for *_, at, took in spans)
    assert mesh.source.take() == ([], 0)
