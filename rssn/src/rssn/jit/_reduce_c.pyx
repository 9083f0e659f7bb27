"""Calling a kernel that reduces: arguments in, a `Plan` for `_fold_c` out, and from its states the answers."""

cimport cython
cimport numpy as cnp
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport int32_t, int64_t, uintptr_t
from libc.stdlib cimport free, malloc

from rssn.jit._call_c cimport Caller, read_arguments
from rssn.jit._fold_c cimport Plan, fold_chunks, free_plan, lay_out, make_room, new_plan, run_plan
from rssn.jit._layout_c cimport broadcast, can_merge, signature_letter, useful_threads
from rssn.jit._run_c cimport Job, Program, new_job, prepare, run_rows

import numpy as np

from . import _arguments, _refuse
from ._axes import as_axes, given_outputs, handed_out, without_rows

cnp.import_array()

cdef enum:
    MAX_DIMS = 64
    PROGRAMS = 64            # remembered for each reduction
    KEEP_GIL_NS = 3000
    ITEM_NS = 25_000         # of work at a time, so that a late helper finds some left


@cython.final
cdef class Reducer:
    """The native half of a reduction. `program(part, signature)` of its owner gives machine code."""

    cdef Caller caller
    cdef object owner           # the same
    cdef tuple reductions
    cdef bytes states           # NumPy's type characters of the states, of those that are combined, of the answers
    cdef bytes folded
    cdef bytes answers
    cdef bint settles, has_index
    cdef int32_t stops_at       # a truth value after which no row matters, -1 where there is none
    cdef dict programs          # `step` by signature
    cdef Program combine_program, settle_program, finish_program
    cdef Job *combine
    cdef Job *settle
    cdef Job *finish
    cdef double *starts
    cdef char *sources

    def __cinit__(self):
        self.combine = self.settle = self.finish = NULL
        self.starts = NULL

    def __dealloc__(self):
        free(self.combine)
        free(self.settle)
        free(self.finish)
        free(self.starts)

    def __init__(self, Caller owner, tuple reductions, tuple letters, bint settles):
        cdef int32_t k
        self.caller, self.owner, self.reductions, self.settles = owner, owner, reductions, settles
        self.states, self.folded, self.answers = [text.encode() for text in letters]
        self.has_index = any([reduction.is_index for reduction in reductions])
        self.stops_at = -1
        if len(reductions) == 1 and reductions[0].stops_at is not None:
            self.stops_at = reductions[0].stops_at
        self.programs = {}
        states = [state for reduction in reductions for state in reduction.states]
        self.starts = <double *>malloc(9 * len(states))
        if self.starts == NULL:
            raise MemoryError()
        self.sources = <char *>(self.starts + len(states))
        for k, state in enumerate(states):
            self.starts[k] = state.start
            self.sources[k] = ord({"constant": "c", "chunk": "q", "lane": "l"}[state.source])

    cdef int make_ready(self) except -1:
        """Find the programs that know nothing of the arrays, before the first call."""
        cdef int32_t n = len(self.folded), states = len(self.states), answers = len(self.answers), k
        cdef Job *job
        combine = self.owner.program("combine", layouts(3 * self.folded, c"c") + b"p")
        settle = self.owner.program("settle", layouts(self.states + self.folded, c"c") + b"p") if self.settles else None
        finish = self.owner.program("finish", layouts(self.folded, c"c") + b"dsds" + layouts(self.answers, c"c") + b"p")
        if self.combine != NULL:
            return 0  # another thread was faster
        self.combine_program, self.settle_program, self.finish_program = combine, settle, finish
        self.combine = job = new_job(2 * n, 3 * n, 0)
        set_operands(job, 0, 3 * self.folded)
        prepare(job, self.combine_program, 1)
        if self.settles:
            self.settle = job = new_job(states, states + n, 0)
            set_operands(job, 0, self.states + self.folded)
            prepare(job, self.settle_program, 1)
        self.finish = job = new_job(n + 2, n + 2 + answers, 0)
        set_operands(job, 0, self.folded + b"dd" + self.answers)
        for k in range(n, n + 2):
            job.layouts[k] = c"s"
            job.strides[k] = 0
        prepare(job, self.finish_program, 1)
        return 0

    cdef Program step_program(self, bytes text):
        cdef object found = self.programs.get(text)
        if found is None:
            found = self.owner.program("step", text)
            if len(self.programs) >= PROGRAMS:
                self.programs = {}
            self.programs[text] = found
        return <Program>found

    def call(self, tuple args, object out, object axis, bint keepdims, double ddof, object threads):
        """Reduce. See `Reduced`."""
        cdef Caller caller = self.caller
        cdef int32_t wanted = caller.threads
        if len(args) != caller.inputs:
            _refuse.wrong_count(caller.arguments, len(args))
        if threads is not None:
            if type(threads) is not int or threads < 1:
                _refuse.wrong_threads(threads)
            wanted = min(threads, 1 << 20)
        if caller.interpreted:
            return self.owner.interpret(args, out, axis=axis, keepdims=keepdims)
        cdef bint foreign = False
        cdef list arrays = read_arguments(caller, args, &foreign)
        found = _Reduction(self, arrays).run(out, axis, keepdims, ddof, wanted)
        return _arguments.handed_back(args, found, single=caller.single) if foreign and out is None else found


@cython.final
@cython.freelist(8)
cdef class _Reduction:
    """One call. Owns the Plan and keeps the arrays alive."""

    cdef Reducer reducer
    cdef Plan *plan
    cdef list arrays
    cdef Program program        # of the step
    cdef int32_t inputs, dims
    cdef int64_t shape[MAX_DIMS]
    cdef bint reduced[MAX_DIMS]

    def __cinit__(self, Reducer reducer, list arrays):
        self.plan = NULL
        self.reducer, self.arrays, self.inputs = reducer, arrays, len(arrays)

    def __dealloc__(self):
        free_plan(self.plan)

    cdef object run(self, object out, object axis, bint keepdims, double ddof, int32_t threads):
        cdef Reducer reducer = self.reducer
        cdef int32_t d
        cdef object shape, outs
        self.dims = broadcast(self.arrays, self.shape)
        if self.dims < 0:
            _refuse.wrong_shapes(reducer.caller.arguments, [(<object>a).shape for a in self.arrays])
        axes = None if axis is None else as_axes(axis, self.dims)
        for d in range(self.dims):
            self.reduced[d] = axes is None or d in axes
        if keepdims:
            shape = tuple([1 if self.reduced[d] else self.shape[d] for d in range(self.dims)])
        elif axes is None:
            shape = ()
        else:
            shape = tuple([self.shape[d] for d in range(self.dims) if not self.reduced[d]])
        outs = None if out is None else given_outputs(out, shape, reducer.reductions)
        self._set_up()
        if self.plan.rows == 0 or self.plan.outputs == 0:
            results = without_rows(reducer.reductions, reducer.answers.decode(), self.plan.outputs)
        else:
            if reducer.combine == NULL:
                reducer.make_ready()
            self._describe_step()
            self._execute(threads)
            results = self._finish(ddof)
            if outs is None and not shape and not reducer.has_index:
                results = [array.item() for array in results]
                return results[0] if reducer.caller.single else tuple(results)
        return handed_out(results, reducer.reductions, shape, outs, reducer.caller.single)

    cdef int _set_up(self) except -1:
        """Make the plan: rows, outputs, and for every input the strides of both kinds of dimensions, merged."""
        cdef Plan *plan
        cdef cnp.ndarray array
        cdef int32_t d, k, axis
        cdef int64_t strides[32]
        self.plan = plan = new_plan(
            self.inputs, len(self.reducer.states), len(self.reducer.folded), self.dims if self.dims > 0 else 1)
        plan.rows = plan.outputs = 1
        for k in range(self.inputs):
            plan.base[k] = <char *>cnp.PyArray_DATA(<cnp.ndarray>self.arrays[k])
        for d in range(self.dims):
            if self.reduced[d]:
                plan.rows *= self.shape[d]
            else:
                plan.outputs *= self.shape[d]
            if self.shape[d] == 1:
                continue
            if self.reduced[d]:
                plan.dims = self._add(plan.shape, plan.strides, plan.dims, d)
            else:
                plan.kept_dims = self._add(plan.kept_shape, plan.kept_strides, plan.kept_dims, d)
        if plan.dims == 0:
            plan.dims, plan.shape[0] = 1, 1
        return 0

    cdef int32_t _add(self, int64_t *shape, int64_t *strides, int32_t dims, int32_t d):
        """Append dimension d, or merge it with the last one. Returns how many there are now."""
        cdef int32_t k, axis
        cdef cnp.ndarray array
        cdef int64_t *here = strides + dims * self.inputs
        for k in range(self.inputs):
            array = self.arrays[k]
            axis = d - (self.dims - array.ndim)
            here[k] = array.strides[axis] if axis >= 0 and array.shape[axis] != 1 else 0
        if dims > 0 and can_merge(here - self.inputs, here, self.shape[d], self.inputs):
            for k in range(self.inputs):
                (here - self.inputs)[k] = here[k]
            shape[dims - 1] *= self.shape[d]
            return dims
        shape[dims] = self.shape[d]
        return dims + 1

    cdef int _describe_step(self) except -1:
        """Describe the inputs, decide which way vectors lie, and find the machine code for that."""
        cdef Reducer reducer = self.reducer
        cdef Plan *plan = self.plan
        cdef Job *job
        cdef int32_t k, n = self.inputs
        cdef int64_t stride
        cdef char letter
        plan.combine, plan.settle, plan.starts, plan.sources = (
            reducer.combine, reducer.settle, reducer.starts, reducer.sources)
        plan.step = job = new_job(n + plan.states, n + 2 * plan.states, 0)
        set_operands(job, n, reducer.states + reducer.states)
        for k in range(n):
            job.sizes[k] = cnp.PyArray_ITEMSIZE(<cnp.ndarray>self.arrays[k])
        lay_out(plan)
        cdef bytearray text = bytearray(2 * n)
        cdef char *place = text
        for k in range(n):
            letter = signature_letter(self.arrays[k], reducer.caller.lossy)
            if plan.across:
                stride = plan.kept_strides[(plan.kept_dims - 1) * n + k]
            else:
                stride = 0 if plan.ways[k] == c"s" else job.sizes[k]
            job.strides[k] = stride
            job.layouts[k] = c"c" if stride == job.sizes[k] else (c"s" if stride == 0 else c"x")
            place[2 * k], place[2 * k + 1] = letter, job.layouts[k]
        if plan.outputs == 1:
            plan.stops_at = reducer.stops_at
        states = layouts(reducer.states + reducer.states, c"c" if plan.across else c"r")
        self.program = reducer.step_program(PyBytes_FromStringAndSize(place, 2 * n) + states + b"p")
        prepare(job, self.program, 1)
        return make_room(plan)

    cdef int _execute(self, int32_t threads) except -1:
        cdef Plan *plan = self.plan
        cdef double work_ns = self.reducer.caller.row_ns * plan.rows * plan.outputs
        cdef int64_t at_a_time
        cdef int status
        threads = useful_threads(work_ns, threads)
        at_a_time = max(<int64_t>1, <int64_t>(ITEM_NS * plan.items / work_ns))
        at_a_time = max(<int64_t>1, min(at_a_time, plan.items // (4 * threads)))
        if work_ns < KEEP_GIL_NS:
            status = run_plan(plan, work_ns, plan.items, 1)
        else:
            with nogil:
                status = run_plan(plan, work_ns, at_a_time, threads)
        if status > 0:
            self.reducer.caller.refuse_lost(self.arrays)
        if status != 0 or fold_chunks(plan) != 0:
            raise MemoryError()
        return 0

    cdef list _finish(self, double ddof):
        """Return the answers as one-dimensional arrays, one or two for each reduction."""
        cdef Reducer reducer = self.reducer
        cdef Plan *plan = self.plan
        cdef Job *job = reducer.finish
        cdef int32_t k, n = plan.folded
        cdef double numbers[2]
        cdef list results = []
        cdef cnp.npy_intp size = plan.outputs
        cdef char *memory = <char *>malloc(8 * job.operands + 64 + job.frame_bytes)
        cdef char **data = <char **>memory
        if memory == NULL:
            raise MemoryError()
        numbers[0], numbers[1] = plan.rows, max(plan.rows - ddof, 0.0)
        for k in range(n):
            data[k] = plan.partials[k]
        data[n], data[n + 1] = <char *>&numbers[0], <char *>&numbers[1]
        for k in range(len(reducer.answers)):
            array = cnp.PyArray_EMPTY(1, &size, number_of(reducer.answers[k]), 0)
            results.append(array)
            data[n + 2 + k] = <char *>cnp.PyArray_DATA(<cnp.ndarray>array)
        # The frame is aligned as a vector.
        run_rows(job, data, plan.outputs, <char *>((<uintptr_t>(data + job.operands) + 63) & ~<uintptr_t>63))
        free(memory)
        return results


cdef inline int32_t number_of(char letter) noexcept:
    return cnp.NPY_DOUBLE if letter == c"d" else (cnp.NPY_FLOAT if letter == c"f" else cnp.NPY_BOOL)


cdef void set_operands(Job *job, int32_t first, bytes letters):
    """Describe contiguous operands by the characters of their types."""
    cdef int32_t k
    cdef char letter
    for k in range(len(letters)):
        letter = letters[k]
        job.sizes[first + k] = 8 if letter == c"d" else (4 if letter == c"f" else 1)
        job.strides[first + k] = job.sizes[first + k]
        job.layouts[first + k] = c"c"


cdef bytes layouts(bytes letters, char layout):
    """Return the part of a signature that says that operands of these types have one layout."""
    cdef int32_t k
    cdef bytearray text = bytearray(2 * len(letters))
    cdef char *place = text
    for k in range(len(letters)):
        place[2 * k], place[2 * k + 1] = letters[k], layout
    return bytes(text)
