/* Tables of variants: made, and freed. They are looked up in `_ops.h`. */
#ifndef BINCODE_NEXT_CHOICE_H
#define BINCODE_NEXT_CHOICE_H

#include "_ops.h"

static void free_choice(Choice *choice) {
    PyMem_Free(choice->keys);
    PyMem_Free(choice->values);
    PyMem_Free(choice->at);
    PyMem_Free(choice->table);
    PyMem_Free(choice->targets);
    PyMem_Free(choice->inside);
}

/* An empty table for as many variants, or NULL with MemoryError. */
static Choice *make_choice(Py_ssize_t count) {
    Choice *choice = PyMem_Calloc(1, sizeof(Choice));
    size_t size = 8;
    while (size < (size_t)count * 2) {
        size *= 2;
    }
    if (choice != NULL) {
        choice->count = (uint32_t)count;
        choice->mask = (uint32_t)(size - 1);
        choice->keys = PyMem_Calloc((size_t)count, sizeof(PyObject *));
        choice->values = PyMem_Calloc((size_t)count, sizeof(PyObject *));
        choice->targets = PyMem_Calloc((size_t)count, sizeof(int32_t));
        choice->inside = PyMem_Calloc((size_t)count, sizeof(int32_t));
        choice->at = PyMem_Calloc(size, sizeof(PyObject *));
        choice->table = PyMem_Calloc(size, sizeof(uint32_t));
        if (choice->keys && choice->values && choice->targets && choice->inside && choice->at && choice->table) {
            return choice;
        }
        free_choice(choice);
        PyMem_Free(choice);
    }
    PyErr_NoMemory();
    return NULL;
}

#endif
