"""The short way of a call: numbers, or contiguous arrays of one shape and of the kernel's own type.

Most calls are of that kind, and below a thousand rows what they cost is how they
are made: no tuple, no dict, no memory but the result's. Whatever is less plain goes on to
`Caller.__call__`, which knows everything and decides the same; so do all
mistakes, and all words about them.
"""

cimport cython
cimport numpy as cnp
from cpython.dict cimport PyDict_SetItem
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_Check
from cpython.long cimport PyLong_AsLongAndOverflow, PyLong_CheckExact
from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_GET_ITEM, PyTuple_GET_SIZE
from libc.stdint cimport int32_t, int64_t, uint32_t, uintptr_t
from libc.string cimport memcmp, memset

from rssn.jit._call_c cimport Caller, execute
from rssn.jit._layout_c cimport KEEP_GIL_NS, PEEL_ROWS, type_letter
from rssn.jit._run_c cimport LANE_BYTES, Job, Program, run_padded, run_rows

cnp.import_array()

cdef extern from *:
    """
    static inline Py_ssize_t count_of(size_t flagged) { return PyVectorcall_NARGS(flagged); }
    static inline PyTypeObject *type_of(PyObject *o) { return Py_TYPE(o); }
    static inline int is_array(PyObject *o) { return PyArray_CheckExact(o); }
    static inline ternaryfunc usual_call(PyTypeObject *type) { return type->tp_call; }
    static inline PyObject *usual_way(PyObject *o, PyObject *args, PyObject *named) {
        return Py_TYPE(o)->tp_call(o, args, named);
    }
    static inline void take_vectorcalls(PyTypeObject *type, Py_ssize_t offset) {
        type->tp_vectorcall_offset = offset;
        type->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
    }
    """
    ctypedef struct PyTypeObject
    ctypedef PyObject *(*ternaryfunc)(PyObject *, PyObject *, PyObject *)
    Py_ssize_t count_of(size_t flagged) noexcept
    PyTypeObject *type_of(PyObject *o) noexcept
    bint is_array(PyObject *o) noexcept
    ternaryfunc usual_call(PyTypeObject *type) noexcept
    object usual_way(object callable, tuple args, PyObject *named)
    void take_vectorcalls(PyTypeObject *type, Py_ssize_t offset) noexcept

ctypedef object (*entry_function)(object callable, PyObject **given, size_t flagged, PyObject *names)

cdef enum:
    MOST = 16                # operands
    READABLE = cnp.NPY_ARRAY_C_CONTIGUOUS | cnp.NPY_ARRAY_ALIGNED
    WRITEABLE = READABLE | cnp.NPY_ARRAY_WRITEABLE

cdef str OUT = "out"
cdef str THREADS = "threads"


cdef struct Operands:        # of one call: inputs, then outputs
    char *base[MOST]
    int64_t strides[MOST]
    int32_t sizes[MOST]
    char layouts[MOST]
    double numbers[MOST]     # where arguments that are numbers lie
    uint32_t are_numbers     # a bit per input
    PyObject *like           # the first array


cdef class DirectCaller(Caller):
    """A `Caller` whose calls arrive without tuples, and whose plain ones are short."""

    cdef entry_function entry
    cdef Program plain          # for contiguous arrays
    cdef Program streamed       # the same with streaming stores
    cdef Program mixed          # for the arguments of `mixed_numbers` as numbers, the others as arrays
    cdef uint32_t mixed_numbers
    cdef int64_t row_bytes
    cdef bint is_short

    def __cinit__(self, *args, **options):
        self.entry = entry
        # Before 3.12 a class does not inherit this.
        if usual_call(type_of(<PyObject *>self)) == usual_call(<PyTypeObject *>DirectCaller):
            take_vectorcalls(type_of(<PyObject *>self), offset_of(self))

    def __init__(self, tuple arguments, bytes masks, str real_type, **options):
        Caller.__init__(self, arguments, masks, real_type, **options)
        self.row_bytes = self.inputs * self.real_size + sum([1 if mask else self.real_size for mask in masks])
        self.is_short = 0 < self.inputs and self.inputs + self.outputs <= MOST and not self.is_complex

    cdef bint _read(self, PyObject **given, Operands *operands) except -1:
        """Sort the arguments into numbers and plain arrays of one shape. False if one is neither."""
        cdef int32_t k
        operands.like = NULL
        operands.are_numbers = 0
        for k in range(self.inputs):
            if is_array(given[k]):
                if not is_plain(given[k], self.real_letter, READABLE):
                    return False
                if operands.like == NULL:
                    if cnp.PyArray_NDIM(<cnp.ndarray>given[k]) == 0:
                        return False
                    operands.like = given[k]
                elif not is_like(given[k], operands.like):
                    return False
                operands.base[k] = <char *>cnp.PyArray_DATA(<cnp.ndarray>given[k])
                continue
            if PyFloat_Check(<object>given[k]):
                operands.numbers[k] = PyFloat_AS_DOUBLE(<object>given[k])
            elif PyLong_CheckExact(<object>given[k]):
                operands.numbers[k] = self._number(<object>given[k], k)
            else:
                return False
            operands.are_numbers |= <uint32_t>1 << k
        return True

    cdef object _number_row(self, Operands *operands):
        """One row of numbers. None where the code needs a frame."""
        cdef char space[MOST * LANE_BYTES + 64]
        cdef char *room = <char *>((<uintptr_t>space + 63) & ~<uintptr_t>63)
        cdef int32_t k, lane
        cdef Program program = self._plain()
        if program.frame_bytes:
            return None
        for k in range(self.inputs):
            operands.base[k] = room
            for lane in range(program.width):
                if self.real_size == 8:
                    (<double *>room)[lane] = operands.numbers[k]
                else:
                    (<float *>room)[lane] = <float>operands.numbers[k]
            room += LANE_BYTES
        for k in range(self.inputs, self.inputs + self.outputs):
            operands.base[k] = room
            room += LANE_BYTES
        program.run(operands.base, operands.strides, program.width, NULL)
        if self.single:
            return self._result(operands.base[self.inputs], 0)
        return tuple([self._result(operands.base[self.inputs + k], k) for k in range(self.outputs)])

    cdef object _arrays(self, Operands *operands, PyObject *out, int32_t threads):
        """Arrays of one shape, and numbers. None for what is not that plain."""
        cdef cnp.ndarray like = <cnp.ndarray>operands.like
        cdef int64_t rows = 1, head = 0
        cdef int32_t d, k
        cdef Job job
        cdef Program program
        cdef object outs
        for d in range(cnp.PyArray_NDIM(like)):
            rows *= cnp.PyArray_DIM(like, d)
        if operands.are_numbers and self.real_size != 8:
            return None
        program = self._plain() if rows < self.width or not operands.are_numbers else self._mixed(operands.are_numbers)
        if program.frame_bytes:
            return None
        self._lay_out(operands, rows < program.width)
        outs = self._new_outputs(like, operands) if out == NULL else self._given_outputs(<object>out, operands, rows)
        if outs is None or rows == 0:
            return outs
        memset(&job, 0, sizeof(Job))
        job.run, job.width, job.inputs, job.operands = program.run, program.width, self.inputs, self.inputs + self.outputs
        job.inner, job.base, job.strides = rows, operands.base, operands.strides
        job.sizes, job.layouts = operands.sizes, operands.layouts
        if rows >= PEEL_ROWS:
            head = self._rows_before_aligned(operands)
            if head >= 0 and rows * self.row_bytes > self.streaming_bytes and not operands.are_numbers:
                program = self._streamed()
        if rows * self.row_ns < KEEP_GIL_NS:
            if (head > 0 and run_start(&job, head) != 0) or run_rows(&job, operands.base, job.inner, NULL) != 0:
                raise MemoryError()
            return outs
        execute(self, &job, program, rows, head, threads)
        return outs

    cdef void _lay_out(self, Operands *operands, bint single) noexcept:
        """Describe the operands. Fewer rows than a vector are padded, and numbers repeated like rows."""
        cdef int32_t k
        for k in range(self.inputs + self.outputs):
            operands.strides[k] = operands.sizes[k] = self.real_size
            operands.layouts[k] = c"c"
            if k < self.inputs and operands.are_numbers >> k & 1:
                operands.base[k] = <char *>(operands.numbers + k)
                operands.strides[k] = 0
                operands.layouts[k] = c"x" if single else c"s"
            elif k >= self.inputs and self.masks[k - self.inputs]:
                operands.strides[k] = operands.sizes[k] = 1

    cdef object _new_outputs(self, cnp.ndarray like, Operands *operands):
        cdef int32_t k, letter
        cdef cnp.ndarray array
        cdef list made = None if self.single else []
        for k in range(self.inputs, self.inputs + self.outputs):
            letter = cnp.NPY_DOUBLE if self.real_size == 8 else cnp.NPY_FLOAT
            if operands.sizes[k] == 1:
                letter = cnp.NPY_BOOL
            array = cnp.PyArray_EMPTY(cnp.PyArray_NDIM(like), cnp.PyArray_DIMS(like), letter, 0)
            operands.base[k] = <char *>cnp.PyArray_DATA(array)
            if made is None:
                return array
            made.append(array)
        return tuple(made)

    cdef object _given_outputs(self, object out, Operands *operands, int64_t rows):
        """Return the outputs given if they are plain, and lie apart or exactly where an input does."""
        cdef int32_t k, other
        cdef char letter
        cdef PyObject *array
        cdef char *ours
        cdef char *theirs
        cdef tuple outs = out if type(out) is tuple else (out,)
        if len(outs) != self.outputs:
            return None
        for k in range(self.inputs, self.inputs + self.outputs):
            array = PyTuple_GET_ITEM(outs, k - self.inputs)
            letter = c"?" if operands.sizes[k] == 1 else self.real_letter
            if not (is_array(array) and is_plain(array, letter, WRITEABLE) and is_like(array, operands.like)):
                return None
            ours = operands.base[k] = <char *>cnp.PyArray_DATA(<cnp.ndarray>array)
            for other in range(k):
                theirs = operands.base[other]
                if ours < theirs + rows * operands.sizes[other] and theirs < ours + rows * operands.sizes[k]:
                    if other >= self.inputs or ours != theirs or operands.sizes[other] != operands.sizes[k]:
                        return None
        return outs[0] if self.single else outs

    cdef int64_t _rows_before_aligned(self, Operands *operands) noexcept:
        """Return how many rows come before every output is aligned to a whole vector, or -1 if that never happens."""
        cdef int64_t head = -1, vector, rows
        cdef int32_t k
        for k in range(self.inputs, self.inputs + self.outputs):
            vector = self.width * operands.sizes[k]
            rows = (-<int64_t>operands.base[k] & (vector - 1)) // operands.sizes[k]
            if head >= 0 and head != rows:
                return -1
            head = rows
        return head

    cdef Program _plain(self):
        if self.plain is None:
            self.plain = self._program(self.contiguous)
        return self.plain

    cdef Program _streamed(self):
        if self.streamed is None:
            self.streamed = self._program(self.contiguous[:2 * (self.inputs + self.outputs)] + b"n")
        return self.streamed

    cdef Program _mixed(self, uint32_t numbers):
        cdef bytearray text
        cdef int32_t k
        if self.mixed is None or self.mixed_numbers != numbers:
            text = bytearray(self.contiguous)
            for k in range(self.inputs):
                if numbers >> k & 1:
                    text[2 * k + 1] = c"s"
            self.mixed = self._program(bytes(text))
            self.mixed_numbers = numbers
        return self.mixed


cdef Py_ssize_t offset_of(DirectCaller caller) noexcept:
    return <char *>&caller.entry - <char *><PyObject *>caller


take_vectorcalls(<PyTypeObject *>DirectCaller, offset_of(DirectCaller.__new__(DirectCaller)))


cdef object entry(object callable, PyObject **given, size_t flagged, PyObject *names):
    """What Python calls: arguments in a row, those by name last."""
    cdef DirectCaller self = <DirectCaller>callable
    cdef Py_ssize_t count = count_of(flagged)
    cdef PyObject *out = NULL
    cdef int32_t threads = self.threads
    cdef Operands operands
    cdef object found = None
    if self.is_short and not self.interpreted and count == self.inputs:
        if (names == NULL or read_names(given + count, <tuple>names, &out, &threads)) and self._read(given, &operands):
            if operands.like != NULL:
                found = self._arrays(&operands, out, threads)
            elif out == NULL:
                found = self._number_row(&operands)
    return found if found is not None else the_long_way(callable, given, count, names)


cdef bint read_names(PyObject **given, tuple names, PyObject **out, int32_t *threads) except -1:
    """Read `out` and `threads`. False for anything that wants a closer look."""
    cdef Py_ssize_t k
    cdef int overflow = 0
    cdef long wanted
    for k in range(PyTuple_GET_SIZE(names)):
        if PyTuple_GET_ITEM(names, k) == <PyObject *>OUT:
            out[0] = given[k] if given[k] != <PyObject *>None else NULL
        elif PyTuple_GET_ITEM(names, k) == <PyObject *>THREADS and given[k] == <PyObject *>None:
            continue
        elif PyTuple_GET_ITEM(names, k) == <PyObject *>THREADS and PyLong_CheckExact(<object>given[k]):
            wanted = PyLong_AsLongAndOverflow(<object>given[k], &overflow)
            if overflow or not 0 < wanted < 1 << 20:
                return False
            threads[0] = <int32_t>wanted
        else:
            return False
    return True


cdef inline int run_start(Job *job, int64_t rows) noexcept nogil:
    """Run the first rows, fewer than a vector, and drop them from the job. Returns -1 without memory."""
    cdef int32_t k
    if run_padded(job, job.base, rows, NULL) != 0:
        return -1
    for k in range(job.operands):
        job.base[k] += rows * job.strides[k]
    job.inner -= rows
    return 0


cdef inline bint is_plain(PyObject *array, char letter, int flags) noexcept:
    """Say whether machine code for contiguous arrays of this type can take it."""
    cdef cnp.ndarray given = <cnp.ndarray>array
    return (
        type_letter(given) == letter
        and (cnp.PyArray_FLAGS(given) & flags) == flags
        and cnp.PyArray_ISNOTSWAPPED(given)
    )


cdef inline bint is_like(PyObject *array, PyObject *other) noexcept:
    """Say whether two arrays have one shape."""
    cdef int dims = cnp.PyArray_NDIM(<cnp.ndarray>array)
    return dims == cnp.PyArray_NDIM(<cnp.ndarray>other) and memcmp(
        cnp.PyArray_DIMS(<cnp.ndarray>array), cnp.PyArray_DIMS(<cnp.ndarray>other), dims * sizeof(cnp.npy_intp)
    ) == 0


cdef object the_long_way(object callable, PyObject **given, Py_ssize_t count, PyObject *names):
    """Call as Python calls what takes a tuple and a dict: a subclass may have a `__call__` of its own."""
    cdef tuple args = tuple([<object>given[k] for k in range(count)])
    cdef dict named = None
    cdef Py_ssize_t k
    if names != NULL:
        named = {}
        for k in range(PyTuple_GET_SIZE(<tuple>names)):
            PyDict_SetItem(named, <object>PyTuple_GET_ITEM(<tuple>names, k), <object>given[count + k])
    return usual_way(callable, args, <PyObject *>named if names != NULL else NULL)
