"""For Cython callers: `from dtact.mesh.capi cimport dtact_import_pool, dtact_pool_api`."""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t


cdef extern from *:
    """
    #include <Python.h>
    #include <dtact/pool.h>
    """
    ctypedef void (*dtact_body)(void *context, int64_t begin, int64_t end) noexcept nogil

    ctypedef void (*dtact_job)(void *argument) noexcept nogil

    enum:
        DTACT_OK
        DTACT_FULL
        DTACT_CLOSED
        DTACT_NO_WORKERS
        DTACT_NO_MEMORY
        DTACT_WAIT
        DTACT_REJECT
        DTACT_SHED
        DTACT_NO_HELP
        DTACT_THEN_WAIT
        DTACT_PENDING
        DTACT_DONE
        DTACT_SHED_JOB
        DTACT_LOST_BY_FORK
    uint32_t DTACT_ON_WORKER(uint32_t number) noexcept nogil

    ctypedef struct dtact_ticket:
        pass
    ctypedef struct dtact_port:
        pass
    ctypedef struct dtact_worker_statistics:
        uint64_t submitted, ran, stolen, shared, deflected, wakes, sleeps

    ctypedef struct dtact_pool_api:
        uint32_t version
        uint32_t size_bytes
        int32_t (*thread_count)() noexcept nogil
        int32_t (*set_thread_count)(int32_t count) noexcept nogil
        void (*parallel_for)(
            dtact_body body, void *context, int64_t count, int64_t grain, int32_t max_threads) noexcept nogil
        int32_t (*submit)(dtact_job job, void *argument, uint32_t options) noexcept nogil
        int64_t (*submit_many)(
            dtact_job job, void *base, int64_t stride, int64_t count, uint32_t options) noexcept nogil
        dtact_ticket *(*ticket_submit)(
            dtact_job job, void *base, int64_t stride, int64_t count, int32_t is_table, uint32_t options,
            int32_t *error) noexcept nogil
        int32_t (*ticket_state)(dtact_ticket *ticket) noexcept nogil
        int32_t (*ticket_wait)(dtact_ticket *ticket, int64_t timeout_ns) noexcept nogil
        void (*ticket_free)(dtact_ticket *ticket) noexcept nogil
        dtact_port *(*port_new)() noexcept nogil
        int32_t (*port_fd)(dtact_port *port) noexcept nogil
        int32_t (*port_watch)(dtact_port *port, dtact_ticket *ticket, void *tag) noexcept nogil
        int64_t (*port_take)(dtact_port *port, void **tags, int64_t most) noexcept nogil
        void (*port_free)(dtact_port *port) noexcept nogil
        uint64_t (*pending_jobs)() noexcept nogil
        void (*close_jobs)(int32_t close) noexcept nogil
        int32_t (*worker_count)() noexcept nogil
        void (*worker_statistics)(int32_t worker, dtact_worker_statistics *into) noexcept nogil
        uint64_t (*shed_jobs)() noexcept nogil
        void (*name_job)(const void *function) noexcept nogil

    const char *DTACT_POOL_CAPSULE_NAME
    const dtact_pool_api *dtact_import_pool() except NULL
