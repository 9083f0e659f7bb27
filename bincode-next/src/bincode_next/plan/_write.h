/* What the encoder is made of: where bytes go, and how each scalar is written. `BIG` is the order of bytes. */
#ifndef BINCODE_NEXT_WRITE_H
#define BINCODE_NEXT_WRITE_H

#include "_calls.h"
#include "_entries.h"
#include "_sort.h"
#include "_text.h"
#include "_time.h"

#include <math.h>

/* Where bytes go: the plan's scratch first, then one bytes object that grows. */
typedef struct {
    char *start, *p, *limit;
    PyObject *grown;
    const Frame *outer; /* the outermost sequence: how far it is says how much will come */
} Out;

#define SLACK 8 /* bytes behind `limit` that a varint may touch */

#define MOST_FORESEEN (1 << 28) /* bytes that are taken on the word of the items so far */

/* Bytes that the rest of the outermost sequence will take if its items are like those so far. */
static size_t foreseen(const Out *out, size_t used) {
    const Frame *outer = out->outer;
    Py_ssize_t done = outer == NULL ? 0 : outer->position - outer->left;
    if (done < 16) {
        return 0;
    }
    double rest = (double)(used - outer->before_size) / (double)done * (double)outer->left * 1.06;
    return rest < MOST_FORESEEN ? (size_t)rest : 0;
}

/* Make room for `more` bytes behind p: where p is then, NULL with an exception. p is never handed out by address, so
 * that it may stay in a register. */
static char *out_grow(Out *out, char *p, size_t more) {
    size_t used = (size_t)(p - out->start), size = used + more + foreseen(out, used) + SLACK;
    size_t half = used + (used >> 1);
    if (more > PY_SSIZE_T_MAX / 4 || used > PY_SSIZE_T_MAX / 4) {
        PyErr_NoMemory();
        return NULL;
    }
    if (used) { /* one large string first is likely all */
        size = (size > half ? size : half) + 256;
    }
    if (out->grown == NULL) {
        out->grown = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
        if (out->grown == NULL) {
            return NULL;
        }
        memcpy(PyBytes_AS_STRING(out->grown), out->start, used);
    } else if (_PyBytes_Resize(&out->grown, (Py_ssize_t)size) < 0) {
        return NULL;
    }
    out->start = PyBytes_AS_STRING(out->grown);
    out->limit = out->start + size - SLACK;
    return out->start + used;
}

#define ROOM(n)                                                        \
    do {                                                               \
        if (UNLIKELY((size_t)(limit - p) < (size_t)(n))) {             \
            if ((p = out_grow(out, p, (size_t)(n))) == NULL) {         \
                goto raised;                                           \
            }                                                          \
            limit = out->limit;                                        \
        }                                                              \
    } while (0)

/* The bytes of a memoryview, where they lie side by side; NULL without an exception: they don't, or are gone. */
static const char *flat_view(PyObject *v, Py_ssize_t *size) {
    Py_buffer view;
    const char *from = NULL;
    if (PyObject_GetBuffer(v, &view, PyBUF_SIMPLE) < 0) {
        PyErr_Clear();
        return NULL;
    }
    *size = view.len;
    from = view.itemsize == 1 && view.len ? view.buf : NULL;
    PyBuffer_Release(&view); /* the memoryview keeps its own hold of the bytes */
    return from;
}

/* An int of a derived class that counts as itself (an IntEnum's member), or one of NumPy's as an int, which `*made`
 * keeps; NULL without an exception for anything else. */
static PyObject *other_int(PyObject *v, PyObject **made) {
    if (v == NULL || PyBool_Check(v)) {
        return NULL;
    }
    if (PyLong_Check(v)) {
        return Py_TYPE(v)->tp_as_number->nb_index == PyLong_Type.tp_as_number->nb_index ? v : NULL;
    }
    if (strncmp(Py_TYPE(v)->tp_name, "numpy.int", 9) != 0 && strncmp(Py_TYPE(v)->tp_name, "numpy.uint", 10) != 0) {
        return NULL;
    }
    Py_XSETREF(*made, PyNumber_Index(v));
    if (*made == NULL) {
        PyErr_Clear();
    }
    return *made;
}

/* A float, or a number that becomes one without the user's code; 0 for anything else. */
static int other_float(PyObject *v, double *d) {
    if (v == NULL || PyBool_Check(v)) {
        return 0;
    }
    if (PyLong_CheckExact(v)) {
        *d = PyLong_AsDouble(v);
    } else if (strcmp(Py_TYPE(v)->tp_name, "numpy.float64") == 0 || strcmp(Py_TYPE(v)->tp_name, "numpy.float32") == 0) {
        *d = PyFloat_AsDouble(v);
    } else {
        return 0;
    }
    if (*d == -1.0 && PyErr_Occurred()) {
        PyErr_Clear();
        return 0;
    }
    return 1;
}

/* The int in a cell, as magnitude `u`. */
#define TAKE_INT(v)                                                    \
    if (UNLIKELY((v) == NULL || !PyLong_CheckExact(v)) && ((v) = other_int((v), &number)) == NULL) { \
        goto odd;                                                      \
    }                                                                  \
    if (UNLIKELY(!magnitude((v), &u))) {                               \
        goto wrong;                                                    \
    }

#define TAKE_UNSIGNED(v, most)                                         \
    TAKE_INT(v)                                                        \
    if (UNLIKELY(IS_NEGATIVE(v) || u > (most) || (u == 0 && nonzero))) { \
        goto wrong;                                                    \
    }

/* Two's complement in u. */
#define TAKE_SIGNED(v, most)                                           \
    TAKE_INT(v)                                                        \
    if (UNLIKELY(u == 0 && nonzero)) {                                 \
        goto wrong;                                                    \
    }                                                                  \
    if (IS_NEGATIVE(v)) {                                              \
        if (UNLIKELY(u > (uint64_t)(most) + 1)) {                      \
            goto wrong;                                                \
        }                                                              \
        u = 0 - u;                                                     \
    } else if (UNLIKELY(u > (uint64_t)(most))) {                       \
        goto wrong;                                                    \
    }

#define ZIGZAG(u) ((u) << 1 ^ (0 - ((u) >> 63)))

/* Most integers have one digit, whose forms are a few: the rest of the case is for the others. */
#define SMALL_UNSIGNED                                                 \
    if (LIKELY(v != NULL && PyLong_CheckExact(v) && IS_ONE_DIGIT(v) && !IS_NEGATIVE(v))) { \
        u = ONE_DIGIT(v);                                              \
        if (UNLIKELY(u == 0 && nonzero)) {                             \
            goto wrong;                                                \
        }                                                              \
        p = put_varint_of_4(p, u, BIG);                                \
        NEXT;                                                          \
    }
#define SMALL_SIGNED                                                   \
    if (LIKELY(v != NULL && PyLong_CheckExact(v) && IS_ONE_DIGIT(v))) { \
        u = ONE_DIGIT(v);                                              \
        if (UNLIKELY(u == 0 && nonzero)) {                             \
            goto wrong;                                                \
        }                                                              \
        p = put_varint_of_4(p, (u << 1) - (uint64_t)IS_NEGATIVE(v), BIG); \
        NEXT;                                                          \
    }

/* A scalar operation on the value `v`, by its code. Room is there. Jumps to odd, wrong, raised. */
#define SCALAR_CASES                                                   \
    case OP_BOOL:                                                      \
        LOAD                                                           \
        if (v == Py_True) {                                            \
            *p++ = 1;                                                  \
        } else if (LIKELY(v == Py_False)) {                            \
            *p++ = 0;                                                  \
        } else {                                                       \
            goto odd;                                                  \
        }                                                              \
        NEXT;                                                          \
    case OP_U8: LOAD TAKE_UNSIGNED(v, 0xff) *p++ = (char)u; NEXT;           \
    case OP_I8: LOAD TAKE_SIGNED(v, 0x7f) *p++ = (char)u; NEXT;             \
    case OP_U16: LOAD TAKE_UNSIGNED(v, 0xffff) put16(p, (uint16_t)u, BIG); p += 2; NEXT;      \
    case OP_I16: LOAD TAKE_SIGNED(v, 0x7fff) put16(p, (uint16_t)u, BIG); p += 2; NEXT;        \
    case OP_U32: LOAD TAKE_UNSIGNED(v, 0xffffffffu) put32(p, (uint32_t)u, BIG); p += 4; NEXT; \
    case OP_I32: LOAD TAKE_SIGNED(v, 0x7fffffff) put32(p, (uint32_t)u, BIG); p += 4; NEXT;    \
    case OP_U64: LOAD TAKE_UNSIGNED(v, UINT64_MAX) put64(p, u, BIG); p += 8; NEXT;            \
    case OP_I64: LOAD TAKE_SIGNED(v, INT64_MAX) put64(p, u, BIG); p += 8; NEXT;               \
    case OP_VU16: LOAD TAKE_UNSIGNED(v, 0xffff) p = put_varint(p, u, BIG); NEXT;              \
    case OP_VI16: LOAD TAKE_SIGNED(v, 0x7fff) p = put_varint(p, ZIGZAG(u), BIG); NEXT;        \
    case OP_VU32: LOAD SMALL_UNSIGNED TAKE_UNSIGNED(v, 0xffffffffu) p = put_varint(p, u, BIG); NEXT;         \
    case OP_VI32: LOAD SMALL_SIGNED TAKE_SIGNED(v, 0x7fffffff) p = put_varint(p, ZIGZAG(u), BIG); NEXT;    \
    case OP_VU64: LOAD SMALL_UNSIGNED TAKE_UNSIGNED(v, UINT64_MAX) p = put_varint(p, u, BIG); NEXT;          \
    case OP_VI64: LOAD SMALL_SIGNED TAKE_SIGNED(v, INT64_MAX) p = put_varint(p, ZIGZAG(u), BIG); NEXT;     \
    case OP_F64: {                                                     \
        double d;                                                      \
        uint64_t bits;                                                 \
        LOAD                                                           \
        if (LIKELY(v != NULL && PyFloat_CheckExact(v))) {              \
            d = PyFloat_AS_DOUBLE(v);                                  \
        } else if (!other_float(v, &d)) {                              \
            goto odd;                                                  \
        }                                                              \
        memcpy(&bits, &d, 8);                                          \
        put64(p, bits, BIG);                                           \
        p += 8;                                                        \
        NEXT;                                                          \
    }

#endif
