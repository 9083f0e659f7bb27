/* Arrays of numbers: one copy from their memory where that is the wire, a loop where it is not. */
#ifndef BINCODE_NEXT_BLOCK_H
#define BINCODE_NEXT_BLOCK_H

#include "_numbers.h"

/* What NumPy's letter for a native format says: the kind of a Block, 0 for others. */
static char kind_of_format(const char *format) {
    if (format == NULL || format[0] == 0 || format[1] != 0) {
        return 0;
    }
    return strchr("bhilqn", *format) ? 'i' : strchr("BHILQN", *format) ? 'u' : strchr("fd", *format) ? 'f' : *format == '?' ? '?' : 0;
}

/* Take hold of an array's memory, if it is of the type exactly; the number of elements or -1, without an exception. */
static Py_ssize_t block_take(const Block *block, PyObject *array, Py_buffer *view) {
    if (array == NULL || (PyObject *)Py_TYPE(array) != block->type) {
        return -1;
    }
    if (PyObject_GetBuffer(array, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT) < 0) {
        PyErr_Clear();
        return -1;
    }
    int fits = kind_of_format(view->format) == block->kind && view->itemsize == block->item;
    if (block->sizes < 0) {
        fits = fits && view->ndim == 1;
    } else {
        fits = fits && view->ndim == block->sizes;
        for (int i = 0; fits && i < view->ndim; i++) {
            fits = view->shape[i] == block->size[i];
        }
    }
    if (fits && block->kind == '?') { /* memory that was something else may hold more than 0 and 1 */
        uint8_t seen = 0;
        for (Py_ssize_t i = 0; i < view->len; i++) {
            seen |= ((const uint8_t *)view->buf)[i];
        }
        fits = seen <= 1;
    }
    if (!fits) {
        PyBuffer_Release(view);
        return -1;
    }
    return view->len / block->item;
}

ALWAYS uint64_t block_item(const char *from, int item, int is_signed) {
    switch (item) {
    case 2:
        return is_signed ? (uint64_t)(int16_t)get16(from, 0) : get16(from, 0);
    case 4:
        return is_signed ? (uint64_t)(int32_t)get32(from, 0) : get32(from, 0);
    default:
        return get64(from, 0);
    }
}

ALWAYS char *block_put_varints(char *p, const char *from, Py_ssize_t n, int item, int is_signed, int big) {
    for (Py_ssize_t i = 0; i < n; i++, from += item) {
        uint64_t u = block_item(from, item, is_signed);
        p = put_varint(p, is_signed ? u << 1 ^ (0 - (u >> 63)) : u, big);
    }
    return p;
}

ALWAYS char *block_put(char *p, const Block *block, const char *from, Py_ssize_t n, int varint, int big) {
    const int item = block->item, is_signed = block->kind == 'i';
    if (varint && item > 1 && (is_signed || block->kind == 'u')) {
        switch (item) {
        case 2:
            return is_signed ? block_put_varints(p, from, n, 2, 1, big) : block_put_varints(p, from, n, 2, 0, big);
        case 4:
            return is_signed ? block_put_varints(p, from, n, 4, 1, big) : block_put_varints(p, from, n, 4, 0, big);
        default:
            return is_signed ? block_put_varints(p, from, n, 8, 1, big) : block_put_varints(p, from, n, 8, 0, big);
        }
    }
    if (!big || item == 1) {
        memcpy(p, from, (size_t)(n * item));
        return p + n * item;
    }
    for (Py_ssize_t i = 0; i < n; i++, from += item, p += item) {
        if (item == 2) {
            put16(p, get16(from, 0), 1);
        } else if (item == 4) {
            put32(p, get32(from, 0), 1);
        } else {
            put64(p, get64(from, 0), 1);
        }
    }
    return p;
}

/* Read an array at `offset` of `data`: the array, and where it ended; NULL with an exception. */
static PyObject *block_read(const Block *block, PyObject *data, Py_ssize_t offset, Py_ssize_t end, Py_ssize_t *stop) {
    PyObject *pair = PyObject_CallFunction(block->read, "OOnnO", block->node, data, offset, end, block->config);
    PyObject *array = NULL;
    if (pair != NULL && PyTuple_CheckExact(pair) && PyTuple_GET_SIZE(pair) == 2) {
        *stop = PyLong_AsSsize_t(PyTuple_GET_ITEM(pair, 1));
        array = *stop < 0 ? NULL : Py_NewRef(PyTuple_GET_ITEM(pair, 0));
    }
    Py_XDECREF(pair);
    return array;
}

/* An attribute that is a number, or -1 with an exception. */
static Py_ssize_t number_of(PyObject *array, const char *name) {
    PyObject *number = PyObject_GetAttrString(array, name);
    Py_ssize_t count = number == NULL ? -1 : PyLong_AsSsize_t(number);
    Py_XDECREF(number);
    return count;
}

#endif
