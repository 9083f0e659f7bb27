# cython: binding=False
"""The native engine: what `_plan_py.py` does, by an array of operations and one switch.

Read in this order: `_ops.h` (the operations), `_compile.pxi` (nodes to operations), `_choices.pxi` and `_library.pxi`
(more of them), `_shapes.pxi` and `_layout.h` (where CPython keeps what), `_numbers.h`, `_text.h`, `_write.h` and
`_encode.h`, `_read.h` and `_decode.h`; `_time.h`, `_sort.h`, `_calls.h` are what those two call. When anything is
unusual or wrong the twin does the same work again: its answer counts, and its errors, with their paths and offsets,
are the only ones there are. Functions of users may so be called twice with a value that is wrong.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_GET_SIZE
from cpython.mem cimport PyMem_Calloc, PyMem_Free, PyMem_Malloc, PyMem_Realloc
from cpython.object cimport PyObject, PyTypeObject
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t, uintptr_t
from libc.string cimport memcpy, memset

import os
import sys
from collections import deque

from bincode_next.config import Config
from bincode_next.errors import BincodeError
from bincode_next.plan._buffers import put_into, readable
from bincode_next.plan._costs import Costs, element_memory
from bincode_next.plan._layout import Layouts
from bincode_next.plan._values import REFUSALS as _REFUSALS
from bincode_next.plan._values import is_wrapped
from bincode_next.schema import Schema
from bincode_next.schema import _nodes as n
from bincode_next.types import UNBOUNDED, Err, Excluded, Included, Ok, Range, RangeInclusive, Some, Unbounded

include "_native.pxi"
include "_compile.pxi"
include "_shapes.pxi"
include "_choices.pxi"
include "_library.pxi"

cdef enum:
    SCRATCH = 4096

no_arguments = <PyObject *>()
_kept_refusals = (BincodeError, *_REFUSALS)
refusals = <PyObject *>_kept_refusals
knows_keys = keys_are_known()
U8, U16, U32, U64 = n.Int(8, False), n.Int(16, False), n.Int(32, False), n.Int(64, False)


@cython.final
cdef class Plan:
    """How values of one schema are written and read under one configuration, without its fingerprint.

    `encodes_natively` and `decodes_natively` say which engine it is; `reason` why not, if not.
    """

    cdef readonly object schema, config
    cdef readonly str reason
    cdef readonly bint encodes_natively, decodes_natively
    cdef Code code
    cdef object _twin
    cdef bint busy
    cdef char *scratch
    cdef uint64_t most_bytes, most_tried, most_written

    def __cinit__(self):
        self.scratch = <char *>PyMem_Malloc(SCRATCH)
        if self.scratch == NULL:
            raise MemoryError

    def __dealloc__(self):
        PyMem_Free(self.scratch)

    def __init__(self, schema, config):
        self.schema, self.config, self.reason = schema, config, ""
        self.most_bytes = min(limit_of(config.safety.bytes), limit_of(config.safety.memory))
        # Of longer data no more than half of the memory allowed is read, so that the other half is left for objects.
        self.most_tried = min(limit_of(config.safety.bytes), limit_of(config.safety.memory) // 2)
        try:
            self.code = Code(schema, config)
        except NotNative as error:
            self.reason = f"{error} are done by the twin"
            self.twin()
            return
        self.encodes_natively, self.decodes_natively = True, self.code.decodes
        self.most_written = limit_of(config.limit if config.crate == 1 else None)
        if not self.decodes_natively:
            self.reason = "what arrays claim of the configuration's limit is counted by the twin"

    # ------------------------------------------------------------ encode

    def encode(self, value, /):
        """Return the bytes of a value; EncodeError if it is not of the type."""
        cdef PyObject *data
        cdef Outcome outcome
        if not self.encodes_natively or self.busy:  # another thread's call, or one inside this one, has the scratch
            return self.twin().encode(value)
        self.busy = True
        data = encode_whole(&self.code.program, <PyObject *>value, self.scratch, SCRATCH, &outcome)
        self.busy = False
        if data != NULL:
            written = taken(data)
            if <uint64_t>PyBytes_GET_SIZE(written) <= self.most_written:
                return written
            outcome = ODD
        return self.twin_encode(value, outcome)

    def encode_into(self, value, buffer, Py_ssize_t offset=0):
        """Write the bytes of a value from `offset` on and return where they end; nothing is written when that fails."""
        return put_into(self.encode(value), buffer, offset)

    def size(self, value, /):
        """Return how many bytes a value takes."""
        return len(self.encode(value))

    cdef object twin_encode(self, value, Outcome outcome):
        if outcome == RAISED or outcome == DONE:
            reraise()
        data = self.twin().encode(value)
        if outcome == WRONG:
            raise SystemError(f"the native engine refused a value that its twin encodes: {self.schema!r:.200}")
        return data

    # ------------------------------------------------------------ decode

    def decode_value(self, data, /):
        """Return the value that starts the data, without a word on where it ends."""
        cdef const char *used
        if PyBytes_CheckExact(data) and self.decodes_natively:
            return self.decode_span(data, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data), &used)
        return self.decode_buffer(data, 0, None)[0]

    def decode(self, data, Py_ssize_t offset=0, end=None):
        """Return the value that starts at `offset`, and where it ends; DecodeError if there is none before `end`."""
        cdef Py_ssize_t size, stop
        cdef const char *start
        cdef const char *used
        if not PyBytes_CheckExact(data) or not self.decodes_natively:
            return self.decode_buffer(data, offset, end)
        start, size = PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data)
        stop = size if end is None else end
        if not 0 <= offset <= stop <= size:
            return self.twin().decode(data, offset, end)
        used = start + offset
        value = self.decode_span(data, start + offset, stop - offset, &used, offset, end)
        return value, used - start

    cdef decode_buffer(self, data, Py_ssize_t offset, end):
        cdef Py_buffer view
        cdef Py_ssize_t stop
        cdef const char *used
        if not self.decodes_natively:
            return self.twin().decode(data, offset, end)
        data = readable(data)
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        try:
            stop = view.len if end is None else end
            if not 0 <= offset <= stop <= view.len:
                return self.twin().decode(data, offset, end)
            value = self.decode_span(data, <const char *>view.buf + offset, stop - offset, &used, offset, end)
            return value, used - <const char *>view.buf
        finally:
            PyBuffer_Release(&view)

    cdef object decode_span(self, data, const char *start, Py_ssize_t size, const char **used,
                            Py_ssize_t offset=0, end=None):
        """Decode natively, else by the twin: `start` is at `offset` in `data`."""
        cdef PyObject *result = NULL
        cdef Outcome outcome
        cdef Program *program = &self.code.program
        cdef bint is_cut = <uint64_t>size > self.most_bytes
        if is_cut:
            size = <Py_ssize_t>self.most_tried
        if program.big:
            outcome = decode_run_big(program, <PyObject *>data, start - offset, start, start + size, &result, used)
        else:
            outcome = decode_run_little(program, <PyObject *>data, start - offset, start, start + size, &result, used)
        if outcome == DONE:
            return taken(result)
        if outcome == RAISED:
            reraise()
        decoded, stop = self.twin().decode(data, offset, end)
        if outcome == WRONG and not is_cut:
            raise SystemError(f"the native engine refused bytes that its twin decodes: {self.schema!r:.200}")
        used[0] = start - offset + <Py_ssize_t>stop
        return decoded

    def end_of(self, data, Py_ssize_t offset=0, /):
        """Return where the value at `offset` ends, without a word on why it doesn't: -1 then, None if only `decode` can tell.

        An error costs its making, by the twin; whoever waits for more bytes asks here, and pays nothing for it.
        """
        cdef Py_buffer view
        cdef const char *used
        cdef const char *start
        cdef const char *stop
        cdef PyObject *result = NULL
        cdef Outcome outcome
        cdef Program *program = &self.code.program
        if not self.decodes_natively:
            return None
        data = readable(data)
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        try:
            if not 0 <= offset <= view.len:
                return None
            start = <const char *>view.buf
            stop = start + view.len
            if <uint64_t>(view.len - offset) > self.most_bytes:
                stop = start + offset + self.most_tried
            if program.big:
                outcome = decode_run_big(program, <PyObject *>data, start, start + offset, stop, &result, &used)
            else:
                outcome = decode_run_little(program, <PyObject *>data, start, start + offset, stop, &result, &used)
            if outcome == DONE:
                taken(result)
                return used - start
            if outcome == RAISED:
                reraise()
            return -1 if stop == start + view.len else None
        finally:
            PyBuffer_Release(&view)

    cdef object twin(self):
        if self._twin is None:
            from bincode_next.plan._plan_py import Plan as Twin  # a fifth of the time until a first value, and rarely asked

            self._twin = Twin(self.schema, self.config)
        return self._twin
