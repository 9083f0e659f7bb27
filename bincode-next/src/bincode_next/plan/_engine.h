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

/* What was written, as bytes of their own length. */
static PyObject *out_bytes(Out *out) {
    if (_PyBytes_Resize(&out->grown, out->p - out->start) < 0) {
        return NULL;
    }
    return out->grown;
}

static void out_drop(Out *out) { Py_CLEAR(out->grown); }

/* A new reference, as Cython takes them. */
static inline PyObject *taken(PyObject *o) { return o; }

/* An exception is set already. */
static inline int reraise(void) { return -1; }

#endif
