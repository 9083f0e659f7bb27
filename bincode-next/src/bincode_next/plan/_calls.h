/* Python code that a plan calls: codecs of users, classes that look at their values, arrays of records. */
#ifndef BINCODE_NEXT_CALLS_H
#define BINCODE_NEXT_CALLS_H

#include "_block.h"

static PyObject *refusals; /* a tuple: what such code raises when a value is wrong */

/* An exception is set. A refusal is made again by the twin, who says where; anything else goes to the caller. */
static Outcome refused(void) {
    if (PyErr_ExceptionMatches(refusals)) {
        PyErr_Clear();
        return ODD;
    }
    return RAISED;
}

/* Call with a value that the code itself may let go of. */
static PyObject *called(PyObject *function, PyObject *v) {
    Py_INCREF(v);
    PyObject *made = PyObject_CallOneArg(function, v);
    Py_DECREF(v);
    return made;
}

/* The values of an object at `values`, held in scratch memory at the same places; NULL if one is missing. */
static PyObject **held_values(const Shape *shape, PyObject **values) {
    PyObject **scratch = new_scratch(shape);
    for (Py_ssize_t i = 0; scratch != NULL && i < shape->count; i++) {
        PyObject *v = values[shape->place[i]];
        if (v == NULL) {
            while (i--) {
                Py_DECREF(scratch[i]);
            }
            PyMem_Free(scratch);
            return NULL;
        }
        scratch[i] = scratch[shape->count + shape->place[i]] = Py_NewRef(v);
    }
    return scratch;
}

/* The attributes of an object whose class keeps them in a way of its own. */
static PyObject **attributes_of(const Shape *shape, PyObject *o) {
    PyObject **scratch = new_scratch(shape);
    for (Py_ssize_t i = 0; scratch != NULL && i < shape->count; i++) {
        scratch[i] = PyObject_GetAttr(o, shape->names[i]);
        if (scratch[i] == NULL) {
            while (i--) {
                Py_DECREF(scratch[i]);
            }
            PyMem_Free(scratch);
            return NULL;
        }
    }
    return scratch;
}

/* The bytes of an array in parts: a tuple of buffers. */
static PyObject *block_parts(const Block *block, PyObject *array) {
    PyObject *parts = PyObject_CallFunctionObjArgs(block->write, block->node, array, block->config, NULL);
    if (parts != NULL && !PyTuple_CheckExact(parts)) {
        Py_CLEAR(parts);
        PyErr_SetString(PyExc_TypeError, "parts of an array come as a tuple");
    }
    return parts;
}

#endif
