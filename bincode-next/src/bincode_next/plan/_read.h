/* What the decoder is made of: what is made of bytes, and how each scalar is read. `BIG` is the order of bytes. */
#ifndef BINCODE_NEXT_READ_H
#define BINCODE_NEXT_READ_H

#include "_calls.h"
#include "_sort.h"
#include "_text.h"
#include "_time.h"

/* The collector rests once this many containers were made in one call: each would only be looked at again. */
#define PAUSE_AFTER 200

#define STORE(o)                                                       \
    do {                                                               \
        PyObject *o_ = (o);                                            \
        if (UNLIKELY(o_ == NULL)) {                                    \
            goto raised;                                               \
        }                                                              \
        CELL = o_;                                                     \
    } while (0)

#define MADE()                                                         \
    do {                                                               \
        if (UNLIKELY(++made == PAUSE_AFTER)) {                         \
            paused = PyGC_Disable();                                   \
        }                                                              \
    } while (0)

#define CHECKED_INT(make)                                              \
    if (UNLIKELY(u == 0 && nonzero)) {                                 \
        goto wrong;                                                    \
    }                                                                  \
    PUT(make);

/* A NaN keeps its payload, and a signalling one stays it. */
static double widened(uint32_t bits) {
    uint64_t wide = (uint64_t)(bits >> 31) << 63 | 0x7ff0000000000000ull | (uint64_t)(bits & 0x7fffffu) << 29;
    double d;
    memcpy(&d, &wide, 8);
    return d;
}

/* What holds the items of a list: a set, a frozenset, or what calling `kind` with it makes. */
static PyObject *converted(PyObject *list, int small, PyObject *kind) {
    switch (small) {
    case SEQ_SET:
        return PySet_New(list);
    case SEQ_FROZENSET:
        return PyFrozenSet_New(list);
    default:
        return PyObject_CallOneArg(kind, list);
    }
}

/* Bytes at `p`: copied, or a read-only view of the data itself, which starts at `origin`. */
static PyObject *bytes_of(int small, PyObject *data, const char *origin, const char *p, Py_ssize_t n) {
    if (small < 2) {
        return small ? PyByteArray_FromStringAndSize(p, n) : PyBytes_FromStringAndSize(p, n);
    }
    PyObject *whole = PyMemoryView_FromObject(data), *part, *made;
    part = whole == NULL ? NULL : PySequence_GetSlice(whole, p - origin, p - origin + n);
    made = part == NULL ? NULL : PyObject_CallMethod(part, "toreadonly", NULL);
    Py_XDECREF(whole);
    Py_XDECREF(part);
    return made;
}

/* An object whose values are set by name, or a dict of them. The values stay the caller's. */
static PyObject *new_named(const Shape *shape, PyObject **values) {
    PyObject *made = shape->as_dict ? new_dict(shape->count) : new_plain(shape);
    for (Py_ssize_t i = 0; made != NULL && i < shape->count; i++) {
        int failed = shape->as_dict ? PyDict_SetItem(made, shape->names[i], values[i])
                                    : PyObject_GenericSetAttr(made, shape->names[i], values[i]);
        if (failed) {
            Py_CLEAR(made);
        }
    }
    return made;
}

#define UNZIGZAG(u) ((int64_t)((u) >> 1 ^ (0 - ((u) & 1))))
#define FROM_U64(u) ((u) <= INT64_MAX ? PyLong_FromLongLong((long long)(u)) : PyLong_FromUnsignedLongLong(u))

/* A longer one may use up what the run was found to have: AFTER looks whether the rest is there. */
#define VARINT(width)                                                  \
    if (LIKELY((uint8_t)*p < 251)) {                                   \
        u = (uint8_t)*p++;                                             \
    } else {                                                           \
        p = get_varint(p, end, &u, width, strict, BIG);                \
        if (UNLIKELY(p == NULL)) {                                     \
            goto wrong;                                                \
        }                                                              \
        AFTER                                                          \
    }
/* A scalar operation by its code: its value is PUT. Jumps to wrong, raised. */
#define SCALAR_READS                                                   \
    case OP_BOOL: {                                                    \
        uint8_t c = (uint8_t)*p++;                                     \
        if (UNLIKELY(c > 1)) {                                         \
            goto wrong;                                                \
        }                                                              \
        PUT(Py_NewRef(c ? Py_True : Py_False));                        \
        NEXT;                                                          \
    }                                                                  \
    case OP_U8: u = (uint8_t)*p++; CHECKED_INT(PyLong_FromLong((long)u)) NEXT;                                  \
    case OP_I8: u = (uint64_t)(int8_t)*p++; CHECKED_INT(PyLong_FromLong((long)(int64_t)u)) NEXT;                \
    case OP_U16: u = get16(p, BIG); p += 2; CHECKED_INT(PyLong_FromLong((long)u)) NEXT;                         \
    case OP_I16: u = (uint64_t)(int16_t)get16(p, BIG); p += 2; CHECKED_INT(PyLong_FromLong((long)(int64_t)u)) NEXT; \
    case OP_U32: u = get32(p, BIG); p += 4; CHECKED_INT(PyLong_FromLong((long)u)) NEXT;                         \
    case OP_I32: u = (uint64_t)(int32_t)get32(p, BIG); p += 4; CHECKED_INT(PyLong_FromLong((long)(int64_t)u)) NEXT; \
    case OP_U64: u = get64(p, BIG); p += 8; CHECKED_INT(FROM_U64(u)) NEXT;                                      \
    case OP_I64: u = get64(p, BIG); p += 8; CHECKED_INT(PyLong_FromLongLong((long long)u)) NEXT;                \
    case OP_VU16: VARINT(2) CHECKED_INT(PyLong_FromLong((long)u)) NEXT;                                         \
    case OP_VI16: VARINT(2) CHECKED_INT(PyLong_FromLong((long)UNZIGZAG(u))) NEXT;                               \
    case OP_VU32: VARINT(4) CHECKED_INT(PyLong_FromLong((long)u)) NEXT;                                         \
    case OP_VI32: VARINT(4) CHECKED_INT(PyLong_FromLong((long)UNZIGZAG(u))) NEXT;                               \
    case OP_VU64: VARINT(8) CHECKED_INT(FROM_U64(u)) NEXT;                                                      \
    case OP_VI64: VARINT(8) CHECKED_INT(PyLong_FromLongLong((long long)UNZIGZAG(u))) NEXT;                      \
    case OP_F64: {                                                     \
        double d;                                                      \
        u = get64(p, BIG);                                             \
        p += 8;                                                        \
        memcpy(&d, &u, 8);                                             \
        PUT(PyFloat_FromDouble(d));                                    \
        NEXT;                                                          \
    }                                                                  \
    case OP_F32: {                                                     \
        float f;                                                       \
        uint32_t bits = get32(p, BIG);                                 \
        p += 4;                                                        \
        memcpy(&f, &bits, 4);                                          \
        PUT(PyFloat_FromDouble(LIKELY(f == f) ? (double)f : widened(bits))); \
        NEXT;                                                          \
    }

#endif
