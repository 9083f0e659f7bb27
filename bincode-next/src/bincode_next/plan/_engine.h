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

/* A type that is text alone: straight into bytes, where the text has its UTF-8; NULL without an exception if not. */
static PyObject *encode_text(const Program *program, PyObject *value) {
    char head[9], *p = head;
    const char *text;
    Py_ssize_t n;
    if (PyUnicode_IS_COMPACT_ASCII(value)) {
        n = PyUnicode_GET_LENGTH(value);
        text = (const char *)((PyASCIIObject *)value + 1);
    } else if ((text = kept_utf8(value, &n)) == NULL) {
        return NULL;
    }
    p = put_length(p, (uint64_t)n, program->varint, program->big);
    PyObject *data = PyBytes_FromStringAndSize(NULL, p - head + n);
    if (data != NULL) {
        memcpy(PyBytes_AS_STRING(data), head, (size_t)(p - head));
        put_short(PyBytes_AS_STRING(data) + (p - head), text, (size_t)n);
    } else {
        PyErr_Clear(); /* the general way will say it again */
    }
    return data;
}

/* Large memory that is given back smaller than it was taken is taken from the system anew each time, page by page: the
 * C library keeps what is as large as something it was once given back. So the first of a size goes back whole. */
#define LARGE (1 << 17)
static size_t largest_given_back;

static PyObject *finished(Out *out, const char *p) {
    size_t used = (size_t)(p - out->start), size = (size_t)PyBytes_GET_SIZE(out->grown);
    if (size > LARGE && size > largest_given_back) {
        PyObject *data = PyBytes_FromStringAndSize(out->start, (Py_ssize_t)used);
        largest_given_back = size;
        Py_CLEAR(out->grown);
        return data;
    }
    return _PyBytes_Resize(&out->grown, (Py_ssize_t)used) < 0 ? NULL : out->grown;
}

/* The bytes of a value, or NULL and what it came to (DONE: an exception is set). `scratch` is free for use. */
static inline PyObject *encode_whole(const Program *program, PyObject *value, char *scratch, size_t size, Outcome *outcome) {
    Out out = {scratch, scratch, scratch + size - SLACK, NULL, NULL};
    if (program->ops[0].code == OP_STR && program->ops[1].code == OP_HALT && program->ops[0].extra == 0 &&
        PyUnicode_CheckExact(value)) {
        PyObject *data = encode_text(program, value);
        if (data != NULL) {
            return data;
        }
    }
    *outcome = program->big ? encode_run_big(program, value, &out) : encode_run_little(program, value, &out);
    if (UNLIKELY(*outcome != DONE)) {
        Py_CLEAR(out.grown);
        return NULL;
    }
    if (LIKELY(out.grown == NULL)) {
        return PyBytes_FromStringAndSize(scratch, out.p - scratch);
    }
    return finished(&out, out.p);
}

/* A new reference, as Cython takes them. */
static inline PyObject *taken(PyObject *o) { return o; }

/* An exception is set already. */
static inline int reraise(void) { return -1; }

#endif
