"""The native pool as a Python module; its C table travels in the capsule `pool_api`."""

from cpython.pycapsule cimport PyCapsule_New
from libc.stdint cimport int32_t, int64_t, uintptr_t

from dtact.mesh.capi cimport DTACT_POOL_CAPSULE_NAME, dtact_body, dtact_pool_api


cdef extern from "mesh/capi.hpp" namespace "dtact::mesh" nogil:
    const dtact_pool_api kApi


pool_api = PyCapsule_New(<void *>&kApi, DTACT_POOL_CAPSULE_NAME, NULL)


def thread_count() -> int:
    return kApi.thread_count()


def set_thread_count(int32_t count) -> int:
    return kApi.set_thread_count(count)


def run(uintptr_t function, uintptr_t context, int64_t count, int64_t grain, int32_t max_threads) -> None:
    with nogil:
        kApi.parallel_for(<dtact_body>function, <void *>context, count, grain, max_threads)
