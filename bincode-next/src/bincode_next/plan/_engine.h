/* The encoder and the decoder, each for both orders of bytes. */
#ifndef BINCODE_NEXT_ENGINE_H
#define BINCODE_NEXT_ENGINE_H

#include "_read.h"
#include "_write.h"

#define BIG 0
#define NAME(x) x##_little
#include "_encode.h"
#include "_decode.h"
#undef BIG
#undef NAME
#define BIG 1
#define NAME(x) x##_big
#include "_encode.h"
#include "_decode.h"
#undef BIG
#undef NAME

/* The bytes of a value, or NULL and what it came to (DONE: an exception is set). `scratch` is free for use. */
static inline PyObject *encode_whole(const Program *program, PyObject *value, char *scratch, size_t size, Outcome *outcome) {
    Out out = {scratch, scratch, scratch + size, NULL};
    *outcome = program->big ? encode_run_big(program, value, &out) : encode_run_little(program, value, &out);
    if (UNLIKELY(*outcome != DONE)) {
        Py_CLEAR(out.grown);
        return NULL;
    }
    if (LIKELY(out.grown == NULL)) {
        return PyBytes_FromStringAndSize(scratch, out.p - scratch);
    }
    return _PyBytes_Resize(&out.grown, out.p - out.start) < 0 ? NULL : out.grown;
}

/* A new reference, as Cython takes them. */
static inline PyObject *taken(PyObject *o) { return o; }

/* An exception is set already. */
static inline int reraise(void) { return -1; }

#endif
