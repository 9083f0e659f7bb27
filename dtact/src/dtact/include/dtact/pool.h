/* The worker pool of dtact for C, C++ and Cython callers.
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

#define DTACT_POOL_API_VERSION 1u
#define DTACT_POOL_MODULE_NAME "dtact.mesh._pool_c"
#define DTACT_POOL_CAPSULE_NAME "dtact.mesh._pool_c.pool_api"

/* Work on the rows begin <= row < end. Must not throw, longjmp or end its thread. */
typedef void (*dtact_body)(void *context, int64_t begin, int64_t end);

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
