"""For Cython callers: `from dtact.mesh.capi cimport dtact_import_pool, dtact_pool_api`."""

from libc.stdint cimport int32_t, int64_t, uint32_t


cdef extern from *:
    """
    #include <Python.h>
    #include <dtact/pool.h>
    """
    ctypedef void (*dtact_body)(void *context, int64_t begin, int64_t end) noexcept nogil

    ctypedef struct dtact_pool_api:
        uint32_t version
        uint32_t size_bytes
        int32_t (*thread_count)() noexcept nogil
        int32_t (*set_thread_count)(int32_t count) noexcept nogil
        void (*parallel_for)(
            dtact_body body, void *context, int64_t count, int64_t grain, int32_t max_threads) noexcept nogil

    const char *DTACT_POOL_CAPSULE_NAME
    const dtact_pool_api *dtact_import_pool() except NULL
