"""Calling a kernel: arguments in, a Job for `_run_c` out.

The order of events in `Caller.__call__`: look at the arguments, broadcast,
make or check the outputs, sort and merge dimensions, find the machine code for
this signature, decide on threads and streaming, run without the GIL.
"""

cimport cython
cimport numpy as cnp
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
from libc.stdint cimport int32_t, int64_t, uintptr_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from rssn.jit._layout_c cimport (
    KEEP_GIL_NS, PEEL_ROWS, block_rows, broadcast, can_merge, extent, is_complex_letter, is_outer, is_readable, is_same,
    is_time, note_ns, signature_letter, size_class, type_letter, useful_threads,
)
from rssn.jit._run_c cimport Job, Program, free_job, new_job, now_ns, prepare, run_head, run_in_slices, run_items

import numpy as np

from . import _arguments, _refuse

cnp.import_array()

cdef extern from "Python.h":
    double PyLong_AsDouble(object) except? -1.0
    long long PyLong_AsLongLongAndOverflow(object, int *) except? -1

cdef enum:
    MAX_DIMS = 64
    SMALL_INNER = 16         # rows; below it another dimension may make the better inner one
    SIGNATURES = 64          # programs remembered per kernel

cdef int64_t EXACT = 1 << 53


cdef class Caller:
    """The native half of a kernel. `specialise(signature)` is called, once each, for new signatures."""

    def __init__(self, tuple arguments, bytes masks, str real_type, *, bint interpreted, bint lossy,
                 bint single, int threads, int width, double row_ns, int64_t streaming_bytes,
                 bint is_complex=False):
        self.arguments = arguments
        self.inputs, self.outputs, self.width = len(arguments), len(masks), width
        self.real_letter, self.real_size = (c"d", 8) if real_type == "f64" else (c"f", 4)
        self.masks, self.single, self.is_complex = masks, single, is_complex
        self.interpreted, self.lossy, self.threads = interpreted, lossy, threads
        self.row_ns, self.streaming_bytes = row_ns, streaming_bytes
        self.programs = {}
        letter = chr(self.real_letter)
        outs = "".join([(letter, "?", letter.upper())[mask] + "c" for mask in masks])
        self.contiguous = (f"{letter.upper() if is_complex else letter}c" * self.inputs + outs + "p").encode()

    def specialise(self, signature: bytes) -> Program:
        """Return machine code for a signature. The Python half overrides this."""
        raise NotImplementedError

    def interpret(self, args: tuple, out: object) -> object:
        """Answer by the block interpreter. The Python half overrides this."""
        raise NotImplementedError

    def answer(self, args: tuple, out: object, threads: object) -> object:
        """Answer a call of a kernel that is interpreted, for now at least. The Python half overrides this."""
        return self.interpret(args, out)

    def refuse_lost(self, arrays: list) -> None:
        """Raise the error for an integer that would lose bits. The Python half overrides this."""
        raise NotImplementedError

    def run_machine_code(self, int width, double row_ns) -> None:
        """From now on; what is asked of the machine was not, until now."""
        self.width, self.row_ns = width, row_ns
        self.interpreted = False

    def __call__(self, *args, out=None, threads=None, **unknown):
        """Evaluate. Scalars give a float, arrays broadcast; a sequence of formulas gives a tuple. See `Kernel`."""
        if unknown:
            _refuse.wrong_option(self.arguments, next(iter(unknown)))
        if len(args) != self.inputs:
            _refuse.wrong_count(self.arguments, len(args))
        cdef int32_t wanted = self.threads
        if threads is not None:
            if not PyLong_CheckExact(threads) or threads < 1:
                _refuse.wrong_threads(threads)
            wanted = min(threads, 1 << 20)
        if self.interpreted:
            return self.answer(args, out, threads)
        if out is None and not self.is_complex and all_python_numbers(args):
            return self._call_scalars(args)
        return _Call(self, args).run(out, wanted)

    cdef Program _program(self, bytes signature):
        cdef object found = self.programs.get(signature)
        if found is None:
            found = self.specialise(signature)
            if len(self.programs) >= SIGNATURES:
                self.programs = {}
            self.programs[signature] = found
        return <Program>found

    cdef object _call_scalars(self, tuple args):
        """One row, through the code for contiguous arrays: the same bits as anywhere in an array."""
        cdef Job *job = new_job(self.inputs, self.inputs + self.outputs, 0)
        cdef double space[32]
        cdef double[::1] more
        cdef double *values = space
        cdef int32_t k, count = self.inputs + self.outputs
        cdef Program program
        try:
            program = self._program(self.contiguous)
            if count > 32:
                more = np.empty(count)
                values = &more[0]
            for k in range(count):
                job.base[k] = <char *>(values + k)
                job.layouts[k] = c"c"
                job.sizes[k] = self.real_size
                job.strides[k] = self.real_size
                if k < self.inputs:
                    store_real(values + k, self.real_size, self._number(args[k], k))
                elif self.masks[k - self.inputs]:
                    job.sizes[k] = job.strides[k] = 1
            job.inner = 1
            prepare(job, program, 1)
            if run_items(job, 0, 1) != 0:
                raise MemoryError()
            if self.single:
                return self._result(values + self.inputs, 0)
            return tuple([self._result(values + self.inputs + k, k) for k in range(self.outputs)])
        finally:
            free_job(job)

    cdef object _result(self, void *value, int32_t k):
        if self.masks[k]:
            return (<char *>value)[0] != 0
        return (<double *>value)[0] if self.real_size == 8 else <double>(<float *>value)[0]

    cdef double _number(self, object value, int32_t k) except? -1.0:
        cdef int overflow = 0
        cdef long long small
        if PyFloat_CheckExact(value):
            return PyFloat_AS_DOUBLE(value)
        if PyLong_CheckExact(value):
            if not self.lossy:
                small = PyLong_AsLongLongAndOverflow(value, &overflow)
                if overflow or small > EXACT or small < -EXACT:
                    _refuse.lost_bits(self.arguments[k], (), value)
                return <double>small
            try:
                return PyLong_AsDouble(value)
            except OverflowError:
                return float("inf") if value > 0 else float("-inf")
        return <double>value  # bool


cdef inline void store_real(void *to, int32_t size, double value) noexcept:
    if size == 8:
        (<double *>to)[0] = value
    else:
        (<float *>to)[0] = <float>value


cdef inline bint is_python_number(object value):
    return PyFloat_CheckExact(value) or PyLong_CheckExact(value) or value is True or value is False


cdef bint all_python_numbers(tuple args):
    for value in args:
        if not is_python_number(value):
            return False
    return True


cdef list read_arguments(Caller caller, tuple args, bint *foreign):
    """Return the arguments as arrays that machine code can read; `foreign` says that some come from elsewhere."""
    cdef list arrays = []
    cdef bint times = False
    cdef cnp.ndarray array
    cdef int32_t k
    for k in range(caller.inputs):
        value = args[k]
        if cnp.PyArray_CheckExact(value):
            array = value
        elif is_python_number(value):
            array = np.asarray(caller._number(value, k))
        elif cnp.PyArray_CheckScalar(value):
            array = np.asarray(value)
        else:
            foreign[0] = True
            array = _arguments.as_array(caller.arguments[k], value, is_complex=caller.is_complex)
        if not is_readable(type_letter(array)):
            if is_time(type_letter(array)):
                times = True
            elif not (caller.is_complex and is_complex_letter(type_letter(array))):
                _refuse.wrong_type(caller.arguments[k], array, value)
        if not (cnp.PyArray_ISNOTSWAPPED(array) and cnp.PyArray_ISALIGNED(array)):
            # Machine code wants whole native elements.
            array = array.astype(array.dtype.newbyteorder("="))
        arrays.append(array)
    return _arguments.in_one_unit(caller.arguments, arrays) if times else arrays


@cython.final
@cython.freelist(8)
cdef class _Call:
    """One call with arrays. Owns the Job and keeps the arrays alive."""

    cdef Caller caller
    cdef Job *job
    cdef tuple args
    cdef list arrays            # inputs as arrays, then outputs
    cdef int32_t dims, inputs, operands
    cdef bint foreign           # an argument is of another library
    cdef int64_t shape[MAX_DIMS]
    cdef int32_t order[MAX_DIMS]  # dimensions of the job, outermost first, as axes of the result

    def __cinit__(self, Caller caller, tuple args):
        self.caller, self.args = caller, args
        self.job = NULL
        self.inputs, self.operands = caller.inputs, caller.inputs + caller.outputs
        self.foreign = False
        self.arrays = read_arguments(caller, args, &self.foreign)

    def __dealloc__(self):
        free_job(self.job)

    cdef object run(self, object out, int32_t threads):
        cdef object outs = self._broadcast(out)
        cdef bint scalar = outs is None and self.dims == 0
        cdef int32_t k
        self.job = new_job(self.inputs, self.operands, self.dims)
        if outs is None:
            self._set_strides(self.inputs)
            self._sort_dimensions(self.inputs)
            self._make_outputs()
        else:
            self._accept_outputs(outs)
            if self._overlaps():
                return self._by_way_of_copies(threads)
            self._set_strides(self.operands)
            self._sort_dimensions(self.operands)
        self._merge_dimensions()
        if self.job.inner > 0:
            self._execute(threads)
        results = self.arrays[self.inputs:]
        if scalar:
            results = [array.item() for array in results]
        if self.foreign and outs is not None:
            results = list(out) if isinstance(out, tuple) else [out]
        elif self.foreign:
            results = _arguments.handed_back(self.args, results, single=False)
        return results[0] if self.caller.single else tuple(results)

    # Shapes

    cdef object _broadcast(self, object out):
        """Set `shape` to the broadcast shape; return the given outputs as a tuple, or None."""
        cdef object outs = None
        if out is not None:
            outs = (out,) if self.caller.outputs == 1 and not isinstance(out, tuple) else out
            if not isinstance(outs, tuple) or len(outs) != self.caller.outputs:
                _refuse.wrong_out_count(self.caller.outputs, out)
            outs = tuple([
                value if cnp.PyArray_CheckExact(value) else _arguments.writable(number, value)
                for number, value in enumerate(outs)
            ])
            if not all([isinstance(array, np.ndarray) for array in outs]):
                _refuse.wrong_out_count(self.caller.outputs, out)
        self.dims = broadcast(self.arrays, self.shape)
        if self.dims < 0:
            _refuse.wrong_shapes(self.caller.arguments, [(<object>a).shape for a in self.arrays])
        if outs is not None:
            self._stretch(outs[0])
        return outs

    cdef int _stretch(self, cnp.ndarray out) except -1:
        """Let the arguments broadcast to a larger output."""
        cdef int32_t d, shift = out.ndim - self.dims
        cdef bint fits = shift >= 0
        cdef int64_t[MAX_DIMS] larger
        for d in range(out.ndim):
            larger[d] = out.shape[d]
            fits = fits and (d < shift or self.shape[d - shift] == 1 or self.shape[d - shift] == out.shape[d])
        if not fits:
            _refuse.wrong_out_shape(0, tuple([self.shape[d] for d in range(self.dims)]), (<object>out).shape)
        self.dims = out.ndim
        for d in range(out.ndim):
            self.shape[d] = larger[d]
        return 0

    cdef void _set_strides(self, int32_t operands):
        """Write base addresses and strides, 0 where an operand is broadcast, for dimensions in axis order."""
        cdef cnp.ndarray array
        cdef int32_t k, axis, shift
        cdef Job *job = self.job
        for k in range(operands):
            array = self.arrays[k]
            job.base[k] = <char *>cnp.PyArray_DATA(array)
            shift = self.dims - array.ndim
            for axis in range(array.ndim):
                if array.shape[axis] != 1:
                    job.outer_strides[(axis + shift) * self.operands + k] = array.strides[axis]

    cdef void _sort_dimensions(self, int32_t operands):
        """Drop dimensions of one row and sort the rest, outermost first, by the strides the operands have."""
        cdef int32_t d, kept = 0, at
        cdef int64_t *strides = self.job.outer_strides
        for d in range(self.dims):
            if self.shape[d] == 1:
                continue
            at = kept
            while at > 0 and is_outer(strides, self.operands, operands, d, self.order[at - 1], self.inputs):
                self.order[at] = self.order[at - 1]
                at -= 1
            self.order[at] = d
            kept += 1
        self.job.outer_dims = kept

    # Outputs

    cdef void _make_outputs(self):
        """Allocate outputs whose memory order follows the inputs', and set their strides."""
        cdef cnp.npy_intp shape[MAX_DIMS]
        cdef int32_t d, k, kept = self.job.outer_dims, letter
        cdef int64_t step
        cdef cnp.ndarray array
        cdef bint ordered = True
        for d in range(1, kept):
            ordered = ordered and self.order[d - 1] < self.order[d]
        for k in range(self.inputs, self.operands):
            letter = cnp.NPY_DOUBLE if self.caller.real_size == 8 else cnp.NPY_FLOAT
            if self.caller.masks[k - self.inputs] == 1:
                letter = cnp.NPY_BOOL
            elif self.caller.masks[k - self.inputs] == 2:
                letter = cnp.NPY_CDOUBLE if self.caller.real_size == 8 else cnp.NPY_CFLOAT
            if ordered:
                for d in range(self.dims):
                    shape[d] = self.shape[d]
                array = cnp.PyArray_EMPTY(self.dims, shape, letter, 0)
            else:
                array = self._transposed(letter)
            self.arrays.append(array)
            self.job.base[k] = <char *>cnp.PyArray_DATA(array)
            step = cnp.PyArray_ITEMSIZE(array)
            for d in range(kept - 1, -1, -1):
                self.job.outer_strides[self.order[d] * self.operands + k] = step
                step *= self.shape[self.order[d]]

    cdef cnp.ndarray _transposed(self, int32_t letter):
        """Return an empty array of the result's shape that lies in memory in the order of the job."""
        cdef int32_t d
        axes = [self.order[d] for d in range(self.job.outer_dims)]
        axes += [d for d in range(self.dims) if d not in axes]
        base = np.empty([self.shape[d] for d in axes], cnp.PyArray_DescrFromType(letter))
        return base.transpose(np.argsort(axes))

    cdef void _accept_outputs(self, tuple outs):
        cdef int32_t d, number
        cdef cnp.ndarray array
        cdef char letter
        cdef bint fits
        for number, value in enumerate(outs):
            array = value
            fits = array.ndim == self.dims
            for d in range(self.dims):
                fits = fits and array.shape[d] == self.shape[d]
            if not fits:
                _refuse.wrong_out_shape(number, tuple([self.shape[d] for d in range(self.dims)]), value.shape)
            letter = type_letter(array)
            if self.caller.masks[number] == 2:
                fits = is_complex_letter(letter)
            else:
                fits = letter == c"d" or letter == c"f" or (letter == c"?" and self.caller.masks[number] == 1)
            if not (fits and cnp.PyArray_ISNOTSWAPPED(array) and cnp.PyArray_ISALIGNED(array)):
                _refuse.wrong_out_type(number, array, self.caller.masks[number])
            if not cnp.PyArray_ISWRITEABLE(array):
                _refuse.bad_out(number, "it is read-only")
            for d in range(self.dims):
                if array.shape[d] > 1 and array.strides[d] == 0 and array.size:
                    _refuse.bad_out(number, "several of its elements are one")
            self.arrays.append(array)

    cdef bint _overlaps(self):
        """Say whether an output shares memory with an input other than element for element, or with another output."""
        cdef int32_t k, other
        if self._lie_apart():
            return False
        for k in range(self.inputs, self.operands):
            for other in range(k):
                if shares_memory(self.arrays[k], self.arrays[other]):
                    if other >= self.inputs:
                        _refuse.bad_out(k - self.inputs, f"it overlaps output {other - self.inputs}")
                    elif not is_same(self.arrays[k], self.arrays[other]):
                        return True
        return False

    cdef bint _lie_apart(self) except -1:
        """Say whether no two operands touch the same stretch of memory, inputs among themselves included.

        Sorted by insertion: arrays that were made one after another mostly come in order. Comparing
        all pairs as arrays would take longer than computing thousands of rows of a Hessian.
        """
        cdef uintptr_t low, high
        cdef int32_t k, place
        cdef uintptr_t *ends = <uintptr_t *>malloc(2 * self.operands * sizeof(uintptr_t))
        if ends == NULL:
            raise MemoryError()
        try:
            for k in range(self.operands):
                extent(self.arrays[k], &low, &high)
                place = k
                while place > 0 and ends[2 * place - 2] > low:
                    ends[2 * place], ends[2 * place + 1] = ends[2 * place - 2], ends[2 * place - 1]
                    place -= 1
                ends[2 * place], ends[2 * place + 1] = low, high
            for k in range(1, self.operands):
                if ends[2 * k] < ends[2 * k - 1]:
                    return False
            return True
        finally:
            free(ends)

    cdef object _by_way_of_copies(self, int32_t threads):
        outs = self.arrays[self.inputs:]
        results = _Call(self.caller, tuple(self.arrays[:self.inputs])).run(None, threads)
        if self.caller.single:
            results = (results,)
        for array, result in zip(outs, results):
            array[...] = result
        return outs[0] if self.caller.single else tuple(outs)

    # Layout

    cdef void _merge_dimensions(self):
        """Merge neighbouring dimensions where every operand allows it; the last one becomes the job's inner one."""
        cdef Job *job = self.job
        cdef int64_t shape[MAX_DIMS]
        cdef int64_t *strides
        cdef int64_t *merged
        cdef int32_t d, k, kept = 0, inner, n = self.operands
        if job.outer_dims < 2:
            job.inner = self.shape[self.order[0]] if job.outer_dims else 1
            for k in range(n):
                job.strides[k] = (
                    job.outer_strides[self.order[0] * n + k]
                    if job.outer_dims
                    else cnp.PyArray_ITEMSIZE(<cnp.ndarray>self.arrays[k])
                )
            job.outer_dims = 0
            return
        merged = <int64_t *>malloc(job.outer_dims * n * sizeof(int64_t))
        if merged == NULL:
            raise MemoryError()
        for d in range(job.outer_dims):
            strides = job.outer_strides + self.order[d] * n
            if kept and can_merge(merged + (kept - 1) * n, strides, self.shape[self.order[d]], n):
                kept -= 1
                shape[kept] *= self.shape[self.order[d]]
            else:
                shape[kept] = self.shape[self.order[d]]
            memcpy(merged + kept * n, strides, n * sizeof(int64_t))
            kept += 1
        inner = kept - 1
        if shape[inner] < SMALL_INNER:
            for d in range(kept):
                if shape[d] > shape[inner]:
                    inner = d
        job.inner = shape[inner]
        job.outer_dims = 0
        memcpy(job.strides, merged + inner * n, n * sizeof(int64_t))
        for d in range(kept):
            if d != inner:
                job.outer_shape[job.outer_dims] = shape[d]
                memcpy(job.outer_strides + job.outer_dims * n, merged + d * n, n * sizeof(int64_t))
                job.outer_dims += 1
        free(merged)

    # Running

    cdef bytes _signature(self, int64_t rows, bint *streaming):
        """Name the element type and layout of every operand; fill in what the job needs of them."""
        cdef char[2 * 64 + 1] small
        cdef bytearray large
        cdef char *text = small
        cdef Job *job = self.job
        cdef cnp.ndarray array
        cdef int32_t k, size
        cdef char letter
        cdef int64_t row_bytes = 0
        # One padded vector can be read by the code for contiguous arrays, however the rows lie.
        cdef bint single = rows == job.inner and rows < self.caller.width
        if self.operands > 64:
            large = bytearray(2 * self.operands + 1)
            text = large
        for k in range(self.operands):
            array = self.arrays[k]
            letter = type_letter(array) if k >= self.inputs else signature_letter(array, self.caller.lossy)
            size = cnp.PyArray_ITEMSIZE(array)
            job.sizes[k] = size
            if job.strides[k] == size:
                job.layouts[k] = c"c"
            else:
                job.layouts[k] = c"s" if job.strides[k] == 0 and k < self.inputs and not single else c"x"
            text[2 * k] = letter
            text[2 * k + 1] = c"c" if single else job.layouts[k]
            row_bytes += 0 if job.layouts[k] == c"s" else size
        streaming[0] = rows * row_bytes > self.caller.streaming_bytes
        text[2 * self.operands] = c"p"
        return PyBytes_FromStringAndSize(text, 2 * self.operands + 1)

    cdef int64_t _head(self):
        """Return how many rows come before every output is aligned to a whole vector, or -1 if that never happens."""
        cdef Job *job = self.job
        cdef int64_t head = -1, vector, off, rows
        cdef int32_t k
        if job.outer_dims:
            return -1
        for k in range(self.inputs, self.operands):
            vector = self.caller.width * job.sizes[k]
            off = <int64_t>(<uintptr_t>job.base[k] % <uintptr_t>vector)
            rows = ((vector - off) % vector) // job.sizes[k]
            if job.layouts[k] != c"c" or off % job.sizes[k] or (head >= 0 and head != rows):
                return -1
            head = rows
        return head

    cdef int _execute(self, int32_t threads) except -1:
        cdef Job *job = self.job
        cdef int64_t rows = job.inner, head
        cdef int32_t d
        cdef bint streaming = False
        for d in range(job.outer_dims):
            rows *= job.outer_shape[d]
        if rows == 0:
            return 0
        cdef bytes signature = self._signature(rows, &streaming)
        head = self._head() if rows >= PEEL_ROWS else 0
        if streaming and head >= 0:
            signature = signature[:2 * self.operands] + b"n"
        if not execute(self.caller, job, self.caller._program(signature), rows, head, threads):
            self.caller.refuse_lost(self.arrays[:self.inputs])
        return 0


cdef int execute(Caller caller, Job *job, Program program, int64_t rows, int64_t head, int32_t threads) except -1:
    """Run a job by a program, the first `head` rows apart; without the GIL and on threads where that pays.

    Returns 1, or 0 where an integer would have lost bits.
    """
    cdef double *seen = &caller.seen_ns[size_class(rows)]
    cdef double row_ns = seen[0] if seen[0] > 0 else caller.row_ns
    cdef double work_ns = rows * row_ns, started = 0.0
    cdef int64_t block, at_a_time
    cdef int32_t status = 0
    # What was measured needs half the margin of what is guessed.
    threads = useful_threads(2 * work_ns if seen[0] > 0 else work_ns, threads)
    if rows * caller.row_ns >= KEEP_GIL_NS:
        started = now_ns()
    if head > 0:
        prepare(job, program, rows)
        status = run_head(job, head)
    if status == 0 and work_ns < KEEP_GIL_NS:
        prepare(job, program, rows)
        status = run_items(job, 0, job.items)
    elif status == 0:
        block = block_rows(row_ns, rows, threads)
        at_a_time = block // job.inner if job.inner < block else 1
        prepare(job, program, block)
        with nogil:
            status = run_in_slices(job, work_ns, at_a_time, threads)
    if started > 0 and status == 0:
        note_ns(seen, (now_ns() - started) * threads / rows)
    if status == -2:
        return 0
    if status != 0:
        raise MemoryError()
    return 1


cdef bint shares_memory(cnp.ndarray a, cnp.ndarray b):
    """Say whether two arrays have a byte in common; where that is hard to tell, yes."""
    cdef uintptr_t a_low, a_high, b_low, b_high
    extent(a, &a_low, &a_high)
    extent(b, &b_low, &b_high)
    if a_low >= b_high or b_low >= a_high:
        return False
    if is_same(a, b):
        return True
    try:
        return np.shares_memory(a, b, max_work=10_000)
    except np.exceptions.TooHardError:
        return True
