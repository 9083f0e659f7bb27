"""A `numpy.ufunc` whose inner loop calls a kernel. `_ufunc_py.py` is the twin, to read.

NumPy does the broadcasting, the casting, `out=` and `where=`, and hands over runs of rows as pointers and
strides. The loop wraps them as arrays, without a copy, and calls the kernel, which runs without the GIL.
"""

cimport numpy as cnp
from cpython.mem cimport PyMem_Free, PyMem_Malloc
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF, Py_XDECREF

import numpy as np

cnp.import_array()
cnp.import_ufunc()

cdef extern from "fenv.h" nogil:
    int FE_ALL_EXCEPT
    int feclearexcept(int)

cdef extern from "numpy/arrayobject.h":
    object PyArray_New(type, int, cnp.npy_intp *, int, cnp.npy_intp *, void *, int, int, object)
    int NPY_ARRAY_WRITEABLE

cdef extern from "numpy/ufuncobject.h":
    ctypedef struct PyUFuncObject:
        PyObject *obj


cdef class _Loop:
    """What a ufunc keeps alive: the kernel, and the C arrays that NumPy only borrows."""

    cdef object kernel
    cdef int inputs, count
    cdef char *types
    cdef cnp.PyUFuncGenericFunction function
    cdef void *data
    cdef bytes name, doc

    def __cinit__(self, kernel, bytes types, int inputs, bytes name, bytes doc):
        cdef int k
        self.kernel, self.inputs, self.count, self.name, self.doc = kernel, inputs, len(types), name, doc
        self.types = <char *>PyMem_Malloc(self.count)
        if self.types == NULL:
            raise MemoryError
        for k in range(self.count):
            self.types[k] = types[k]
        self.function = <cnp.PyUFuncGenericFunction><void *>_rows
        self.data = <void *>self

    def __dealloc__(self):
        PyMem_Free(self.types)

    cdef bint in_order(self, char **pointers, cnp.npy_intp rows, const cnp.npy_intp *steps) noexcept:
        """Whether a row may read what an earlier one wrote, as in `reduce` and `accumulate`."""
        cdef int k, other
        cdef size_t low, high, other_low, other_high
        for k in range(self.inputs, self.count):
            extent(pointers[k], rows, steps[k], &low, &high)
            if steps[k] == 0:
                return True
            for other in range(self.inputs):
                if pointers[other] == pointers[k] and steps[other] == steps[k]:
                    continue
                extent(pointers[other], rows, steps[other], &other_low, &other_high)
                if low <= other_high and other_low <= high:
                    return True
        return False

    cdef int run(self, char **pointers, cnp.npy_intp rows, const cnp.npy_intp *steps) except -1:
        cdef char *moved[64]
        cdef cnp.npy_intp row
        cdef int k
        if rows < 2 or not self.in_order(pointers, rows, steps):
            return self.call(pointers, rows, steps)
        for row in range(rows):
            for k in range(self.count):
                moved[k] = pointers[k] + row * steps[k]
            self.call(moved, 1, steps)
        return 0

    cdef int call(self, char **pointers, cnp.npy_intp rows, const cnp.npy_intp *steps) except -1:
        cdef list arrays = []
        cdef cnp.npy_intp step
        cdef int k
        for k in range(self.count):
            step = steps[k]
            arrays.append(PyArray_New(np.ndarray, 1, &rows, self.types[k], &step, pointers[k], 0,
                                      NPY_ARRAY_WRITEABLE, None))
        self.kernel(*arrays[:self.inputs], out=tuple(arrays[self.inputs:]))
        return 0


cdef void extent(char *start, cnp.npy_intp rows, cnp.npy_intp step, size_t *low, size_t *high) noexcept:
    cdef size_t first = <size_t>start, last = <size_t>(start + (rows - 1) * step)
    low[0], high[0] = min(first, last), max(first, last)


cdef void _rows(char **pointers, const cnp.npy_intp *dimensions, const cnp.npy_intp *steps, void *data) except * with gil:
    # An error stays set, and NumPy raises it when its loop is done.
    try:
        (<_Loop>data).run(pointers, dimensions[0], steps)
    finally:
        # Kernels are silent: what the processor noted on the way is nothing to warn about.
        feclearexcept(FE_ALL_EXCEPT)


def make(kernel, str letters, int inputs, str name, str doc):
    """Return a `numpy.ufunc`; `letters` are NumPy's type characters, inputs first."""
    cdef bytes types = bytes(np.dtype(letter).num for letter in letters)
    cdef _Loop loop = _Loop(kernel, types, inputs, name.encode(), doc.encode())
    ufunc = cnp.PyUFunc_FromFuncAndData(
        &loop.function, &loop.data, loop.types, 1, inputs, len(letters) - inputs, cnp.PyUFunc_None,
        loop.name, loop.doc, 0,
    )
    # NumPy drops this reference when the ufunc goes.
    Py_INCREF(loop)
    (<PyUFuncObject *>ufunc).obj = <PyObject *>loop
    return ufunc
