"""What a kernel knows of itself when it is called, and its arguments as arrays: for calls of other kinds."""

from libc.stdint cimport int32_t, int64_t

from rssn.jit._run_c cimport Job, Program


cdef class Caller:
    cdef readonly tuple arguments
    cdef int32_t inputs, outputs, width, real_size
    cdef char real_letter
    cdef bytes masks            # one byte per output: 1 where it is a truth value, 2 where it is complex
    cdef bint lossy, interpreted
    cdef bint is_complex        # arguments may be complex, and are read as such
    cdef bint single            # the result is the one output itself, not a tuple
    cdef int32_t threads        # 0: as many as the pool has
    cdef double row_ns          # guessed
    cdef double seen_ns[64]     # measured: what a row takes of calls of about as many, by `size_class`; 0 if not yet
    cdef int64_t streaming_bytes
    cdef dict programs
    cdef bytes contiguous       # the signature of contiguous arrays of the kernel's own type

    cdef Program _program(self, bytes signature)
    cdef object _call_scalars(self, tuple args)
    cdef object _result(self, void *value, int32_t k)
    cdef double _number(self, object value, int32_t k) except? -1.0


cdef list read_arguments(Caller caller, tuple args, bint *foreign)
cdef int execute(Caller caller, Job *job, Program program, int64_t rows, int64_t head, int32_t threads) except -1
