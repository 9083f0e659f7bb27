/* The worker pool of dtact for C, C++ and Cython callers: parallel loops, and jobs that run on worker threads.
 *
 * Include this after <Python.h>, call dtact_import_pool() once (with the GIL, for example in your
 * module's exec function), keep the pointer: it stays valid until the process ends, also in a
 * child made by fork(). Every function of the table may be called from any thread and needs no GIL.
 *
 * Without <Python.h> you get the types only, and the pointer has to be handed to you.
 */
#ifndef DTACT_POOL_H
#define DTACT_POOL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DTACT_POOL_API_VERSION 3u
#define DTACT_POOL_MODULE_NAME "dtact.mesh._pool_c"
#define DTACT_POOL_CAPSULE_NAME "dtact.mesh._pool_c.pool_api"

/* Work on the rows begin <= row < end. Must not throw, longjmp or end its thread. */
typedef void (*dtact_body)(void *context, int64_t begin, int64_t end);

/* One job. Must not throw, longjmp or end its thread; may submit other jobs. */
typedef void (*dtact_job)(void *argument);

/* What became of a submission. */
enum {
    DTACT_OK = 0,
    DTACT_FULL = 1,       /* no room, and DTACT_REJECT was asked for */
    DTACT_CLOSED = 2,     /* close_jobs() was called */
    DTACT_NO_WORKERS = 3, /* the system gives no threads */
    DTACT_NO_MEMORY = 4
};

/* Options of a submission: at most one of the first three, and any of the others. */
#define DTACT_WAIT 0u     /* no room: run some of this thread's own jobs meanwhile, or wait */
#define DTACT_REJECT 1u   /* no room: return DTACT_FULL */
#define DTACT_SHED 2u     /* no room: drop the oldest job of the queue that all threads share */
#define DTACT_NO_HELP 4u  /* never run jobs in this thread meanwhile: it holds a lock that they take */
#define DTACT_THEN_WAIT 8u /* this thread is about to block, so a worker may take over its CPU */
#define DTACT_ON_WORKER(number) ((uint32_t)((number) + 1) << 16) /* a hint, modulo the workers there are */

/* State of a ticket. */
enum { DTACT_PENDING = 0, DTACT_DONE = 1, DTACT_SHED_JOB = 2, DTACT_LOST_BY_FORK = 3 };

/* A submission that can be waited for. Yours until you call ticket_free, which may be before it is done. */
typedef struct dtact_ticket dtact_ticket;

/* Where tickets are handed to an event loop: an eventfd that becomes readable. Yours until port_free. */
typedef struct dtact_port dtact_port;

/* Numbers that only grow. */
typedef struct dtact_worker_statistics {
    uint64_t submitted, ran, stolen, shared, deflected, wakes, sleeps;
} dtact_worker_statistics;

/* Later versions only append members: check `version` before using one that is not in version 1. */
typedef struct dtact_pool_api {
    uint32_t version;
    uint32_t size_bytes;

    /* Participants of a parallel_for, the caller included; at least 1. */
    int32_t (*thread_count)(void);

    /* Set that number for all later calls; values below 1 mean: what the machine allows. Returns the number set. */
    int32_t (*set_thread_count)(int32_t count);

    /* Run body over the rows 0 <= row < count, and return when all are done; what the body wrote is then visible.
     *
     * The rows are cut at the multiples of `grain` and each call of body gets one piece, so the cut
     * depends on count and grain only, never on the number of threads; grain < 1 means count/128, rounded up.
     * (Where that would make more than 2^32 - 1 pieces, grain is first multiplied by the least whole number that fits.)
     * The caller works along. At most max_threads threads take part, the caller included; values below 1 mean: all.
     * Called from inside a body it runs serially, on the calling thread. count < 1 does nothing. */
    void (*parallel_for)(dtact_body body, void *context, int64_t count, int64_t grain, int32_t max_threads);

    /* --- Since version 2: jobs. They run once each, on thread_count() workers, in no promised order; a job is 16 bytes
     * and owns nothing: what `argument` points to stays yours and must live until the job has run. What the submitting
     * thread wrote before is visible to the job. In a child made by fork() the jobs of the parent do not run. */

    /* Submit job(argument). Returns DTACT_OK or why not; after DTACT_OK nothing tells you when it has run. */
    int32_t (*submit)(dtact_job job, void *argument, uint32_t options);

    /* Submit job(base + i * stride) for 0 <= i < count, each as a job of its own. Returns how many were taken: all
     * except under DTACT_REJECT, or when no jobs are taken at all. */
    int64_t (*submit_many)(dtact_job job, void *base, int64_t stride, int64_t count, uint32_t options);

    /* The same calls, to be waited for together. Workers share them out as they go, so a million cost no queue space.
     * `is_table` != 0: what lies at base + i * stride is a pointer to the argument, not the argument itself.
     * NULL with the reason in *error (if not NULL). count < 1 is a ticket that is done. */
    dtact_ticket *(*ticket_submit)(dtact_job job, void *base, int64_t stride, int64_t count, int32_t is_table,
                                   uint32_t options, int32_t *error);

    /* DTACT_PENDING, DTACT_DONE and so on; unless pending, what the jobs wrote is visible. */
    int32_t (*ticket_state)(dtact_ticket *ticket);

    /* Wait until the ticket is not pending, at most timeout_ns; negative: as long as it takes, working along where the
     * ticket has many jobs. Returns the state. */
    int32_t (*ticket_wait)(dtact_ticket *ticket, int64_t timeout_ns);

    void (*ticket_free)(dtact_ticket *ticket);

    /* NULL if the system gives no eventfd. A port is for one thread. */
    dtact_port *(*port_new)(void);

    /* The eventfd: wait until it is readable, then call port_take. Not yours to close. */
    int32_t (*port_fd)(dtact_port *port);

    /* Ask for `tag` to come out of the port once the ticket is done. 0: it is done already, nothing will come. Once
     * a ticket. */
    int32_t (*port_watch)(dtact_port *port, dtact_ticket *ticket, void *tag);

    /* Silence the eventfd and write up to `most` tags to `tags`, in the order in which they came. Returns how many; if
     * that is `most`, call again. */
    int64_t (*port_take)(dtact_port *port, void **tags, int64_t most);

    /* Tickets may still be under way. */
    void (*port_free)(dtact_port *port);

    /* Jobs submitted and not yet run, tickets counted by worker. 0: there was a moment without any. */
    uint64_t (*pending_jobs)(void);

    /* Take no more jobs (close != 0), or take them again. */
    void (*close_jobs)(int32_t close);

    /* Figures of one worker, 0 <= worker < worker_count(); -1: of all other threads that have submitted jobs. */
    int32_t (*worker_count)(void);
    void (*worker_statistics)(int32_t worker, dtact_worker_statistics *into);

    /* Jobs dropped under DTACT_SHED. */
    uint64_t (*shed_jobs)(void);

    /* --- Since version 3. In a job or body that only passes on: the function that a trace shows instead of it. */
    void (*name_job)(const void *function);
} dtact_pool_api;

#ifdef Py_PYTHON_H
/* The table, or NULL with a Python exception set. */
static inline const dtact_pool_api *dtact_import_pool(void)
{
    PyObject *module = PyImport_ImportModule(DTACT_POOL_MODULE_NAME);
    if (module == NULL)
        return NULL;
    PyObject *capsule = PyObject_GetAttrString(module, "pool_api");
    Py_DECREF(module);
    if (capsule == NULL)
        return NULL;
    const dtact_pool_api *api = (const dtact_pool_api *)PyCapsule_GetPointer(capsule, DTACT_POOL_CAPSULE_NAME);
    Py_DECREF(capsule); /* the table is static memory of a module that is never unloaded */
    if (api != NULL && (api->version < DTACT_POOL_API_VERSION || api->size_bytes < sizeof(dtact_pool_api))) {
        PyErr_Format(PyExc_ImportError,
                     "this module needs version %u of dtact's pool, the installed dtact has %u; upgrade dtact",
                     DTACT_POOL_API_VERSION, api->version);
        return NULL;
    }
    return api;
}
#endif

#ifdef __cplusplus
}
#endif

#endif
