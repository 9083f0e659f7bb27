"""NumPy ufuncs whose inner loops are machine code of ours; other dtypes get NumPy's own loops of the same name."""

from libc.stdint cimport int32_t, int64_t, uintptr_t
from libc.stdlib cimport calloc, free
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF

cimport numpy as cnp

cdef extern from "_inner_loop.h":
    ctypedef int32_t (*rssn_run)(int64_t rows, char * const *arrays) noexcept nogil
    ctypedef struct rssn_loop:
        rssn_run run
        int32_t inputs, outputs, lanes, size, half, pole, vanishes, silent
    void rssn_inner(char **args, const cnp.npy_intp *dimensions, const cnp.npy_intp *steps, void *data) noexcept nogil
    const char *rssn_instruction_set() nogil

cdef extern from "numpy/ufuncobject.h":
    ctypedef void (*PyUFuncGenericFunction)(char **, const cnp.npy_intp *, const cnp.npy_intp *, void *) noexcept nogil
    ctypedef struct PyUFuncObject:
        int nin, nout, nargs, identity, ntypes
        PyUFuncGenericFunction *functions
        void **data
        const char *types
    object PyUFunc_FromFuncAndData(
        PyUFuncGenericFunction *functions, void **data, const char *types, int ntypes, int nin, int nout, int identity,
        const char *name, const char *doc, int unused,
    )

cnp.import_array()
cnp.import_umath()

cdef enum:
    MOST_LOOPS = 64
    ZERO = 0  # PyUFunc_Zero and so on
    NONE = -1
    REORDERABLE = -2

# A dtype's character in NumPy's tables: our loops.
cdef dict CHARACTERS = {b"f": ("f32", 4, 0), b"e": ("f32", 4, 1), b"d": ("f64", 8, 0)}
cdef dict TYPES = {b"e": 23, b"f": 11, b"d": 12}  # NPY_HALF, NPY_FLOAT, NPY_DOUBLE

POLES = {"none": 0, "always": 1, "at_zero": 2, "up_to_zero": 3}


def instruction_set() -> str:
    """Return the widest instruction set of this processor that libraries are built for."""
    return rssn_instruction_set().decode()


cdef class _Storage:
    """What NumPy keeps pointers to for as long as the process lives: tables of loops, the texts."""

    cdef PyUFuncGenericFunction functions[MOST_LOOPS]
    cdef void *data[MOST_LOOPS]
    cdef char types[8 * MOST_LOOPS]
    cdef rssn_loop loops[3]
    cdef bytes name, doc
    cdef object owner
    cdef int count

    cdef int own(self, dict addresses, dict shape, bytes character) except -1:
        """Add our loop for a dtype, if there is one."""
        cdef rssn_loop *loop
        cdef int k, operands = shape["inputs"] + shape["outputs"], number
        real, size, half = CHARACTERS[character]
        if half and not shape["half"]:
            return 0
        number = (b"efd").index(character)
        address, lanes = addresses[real]
        loop = &self.loops[number]
        loop.run = <rssn_run><uintptr_t>address
        loop.inputs, loop.outputs, loop.lanes = shape["inputs"], shape["outputs"], lanes
        loop.size, loop.half, loop.pole = size, half, POLES[shape["pole"]]
        loop.vanishes, loop.silent = shape["vanishes"], shape["silent"]
        self.functions[self.count], self.data[self.count] = rssn_inner, loop
        for k in range(operands):
            self.types[self.count * operands + k] = TYPES[character]
        self.count += 1
        return 0

    cdef int borrow(self, PyUFuncObject *peer, int number) except -1:
        """Add a loop of NumPy's, for a dtype that we have none for."""
        cdef int k
        if peer.functions[number] == NULL or self.count == MOST_LOOPS:
            return 0
        self.functions[self.count], self.data[self.count] = peer.functions[number], peer.data[number]
        for k in range(peer.nargs):
            self.types[self.count * peer.nargs + k] = peer.types[number * peer.nargs + k]
        self.count += 1
        return 0


def make(str name not None, str doc not None, dict addresses not None, dict shape not None, object peer, object owner):
    """Return a ufunc with our loops at `addresses` (real type -> address, lanes), and the other loops of `peer`.

    `shape` says how many inputs and outputs there are, whether float16 has a loop, and what infinite results mean. The code at
    the addresses is the owner's, which is kept for ever, as the ufunc may be.
    """
    cdef _Storage kept = _Storage()
    cdef PyUFuncObject *theirs = NULL
    cdef int number, identity = NONE
    cdef bytes characters
    cdef set done = set()
    kept.name, kept.doc, kept.owner = name.encode(), doc.encode(), owner
    Py_INCREF(kept)
    if peer is None:
        for character in (b"e", b"f", b"d"):
            kept.own(addresses, shape, character)
    else:
        theirs = <PyUFuncObject *><PyObject *>peer
        # What `reduce` starts from, and whether the order of axes matters.
        identity = ZERO if peer.identity == 0 else REORDERABLE if theirs.identity == REORDERABLE else NONE
        for number, text in enumerate(peer.types):
            characters = text.replace("->", "").encode()
            if characters in done:
                continue
            done.add(characters)
            if characters[:1] in CHARACTERS and characters == characters[:1] * len(characters):
                kept.own(addresses, shape, characters[:1])
            elif number < theirs.ntypes:
                kept.borrow(theirs, number)
    return PyUFunc_FromFuncAndData(
        kept.functions, kept.data, kept.types, kept.count, shape["inputs"], shape["outputs"], identity,
        kept.name, kept.doc, 0,
    )
