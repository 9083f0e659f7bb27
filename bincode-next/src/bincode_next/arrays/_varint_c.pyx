"""Rows to bytes and back, natively; `_varint_py.py` is the readable twin and says what programs are.

A varint is written and read without a branch on its length: eight bytes are always moved, and a table says how many
of them count. That is what the slack behind the output is for, and why the last bytes of the input go another way.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, Py_buffer, PyBuffer_Release, PyObject_GetBuffer
from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

cdef extern from *:
    """
    #if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    #define ROWS_LITTLE(x) __builtin_bswap64(x)
    #else
    #define ROWS_LITTLE(x) (x)
    #endif
    static const int rows_sizes[6] = {0, 2, 4, 8, 255, 255};
    static const int rows_shifts[4] = {0, 48, 32, 0};
    static const unsigned long long rows_masks[4] = {0, 0xffffull, 0xffffffffull, ~0ull};
    static const unsigned long long rows_shortest[4] = {0, 251, 0x10000ull, 0x100000000ull};
    """
    uint64_t ROWS_LITTLE(uint64_t) nogil
    const int *rows_sizes
    const int *rows_shifts
    const uint64_t *rows_masks
    const uint64_t *rows_shortest
    uint16_t __builtin_bswap16(uint16_t) nogil
    uint32_t __builtin_bswap32(uint32_t) nogil
    uint64_t __builtin_bswap64(uint64_t) nogil

cdef extern from "Python.h":
    PyObject *PyBytes_FromStringAndSize(const char *, Py_ssize_t) except NULL
    char *PyBytes_AS_STRING(PyObject *)
    int _PyBytes_Resize(PyObject **, Py_ssize_t) except -1
    void Py_DECREF(PyObject *)

cdef enum Kind:
    COPY
    SWAP2
    SWAP4
    SWAP8
    U8
    U16
    U32
    U64
    I16
    I32
    I64
    BOOL
    OPTION

cdef enum Status:
    OK
    END
    TAG
    NOT_BOOL
    ZERO
    LONG
    NOT_OPTION
    WIDE

cdef struct Step:
    int64_t kind
    int64_t offset
    int64_t repeat
    int64_t nonzero

cdef struct Place:
    int status
    int64_t row
    int64_t step
    int64_t item

cdef enum:
    SLACK = 16


cdef inline uint16_t get16(const uint8_t *at) noexcept nogil:
    cdef uint16_t value
    memcpy(&value, at, 2)
    return value


cdef inline uint32_t get32(const uint8_t *at) noexcept nogil:
    cdef uint32_t value
    memcpy(&value, at, 4)
    return value


cdef inline uint64_t get64(const uint8_t *at) noexcept nogil:
    cdef uint64_t value
    memcpy(&value, at, 8)
    return value


cdef inline void store16(uint8_t *to, uint64_t value) noexcept nogil:
    cdef uint16_t low = <uint16_t>value
    memcpy(to, &low, 2)


cdef inline void store32(uint8_t *to, uint64_t value) noexcept nogil:
    cdef uint32_t low = <uint32_t>value
    memcpy(to, &low, 4)


cdef inline void store64(uint8_t *to, uint64_t value) noexcept nogil:
    memcpy(to, &value, 8)


cdef inline uint64_t zigzag(uint64_t value) noexcept nogil:
    return (value << 1) ^ (0 - (value >> 63))


cdef inline uint64_t unzigzag(uint64_t value) noexcept nogil:
    return (value >> 1) ^ (0 - (value & 1))


cdef inline uint64_t widened16(const uint8_t *at) noexcept nogil:
    return <uint64_t>(<int64_t>(<short>get16(at)))


cdef inline uint64_t widened32(const uint8_t *at) noexcept nogil:
    return <uint64_t>(<int64_t>(<int>get32(at)))


cdef inline uint8_t *put(uint8_t *out, uint64_t value, bint big) noexcept nogil:
    """Write a varint and return where the next byte goes; up to nine bytes are touched."""
    cdef int size = (value > 250) + (value > 0xffff) + (value > 0xffffffffu)
    cdef uint64_t payload = ROWS_LITTLE(value)
    if big:
        payload = ROWS_LITTLE(__builtin_bswap64(value) >> rows_shifts[size])
    out[0] = <uint8_t>(250 + size) if size else <uint8_t>value
    memcpy(out + 1, &payload, 8)
    return out + 1 + rows_sizes[size]


cdef inline void copy(uint8_t *out, const uint8_t *at, int64_t size) noexcept nogil:
    if size == 8:
        memcpy(out, at, 8)
    elif size == 16:
        memcpy(out, at, 16)
    else:
        memcpy(out, at, <size_t>size)


cdef void swap(uint8_t *out, const uint8_t *at, int64_t kind, int64_t repeat) noexcept nogil:
    cdef int64_t i
    cdef uint16_t two
    cdef uint32_t four
    cdef uint64_t eight
    if kind == SWAP2:
        for i in range(repeat):
            two = __builtin_bswap16(get16(at + 2 * i))
            memcpy(out + 2 * i, &two, 2)
    elif kind == SWAP4:
        for i in range(repeat):
            four = __builtin_bswap32(get32(at + 4 * i))
            memcpy(out + 4 * i, &four, 4)
    else:
        for i in range(repeat):
            eight = __builtin_bswap64(get64(at + 8 * i))
            memcpy(out + 8 * i, &eight, 8)


cdef inline bint is_zero(const uint8_t *at, int64_t width) noexcept nogil:
    cdef int64_t i
    for i in range(width):
        if at[i]:
            return False
    return True


cdef inline int64_t most(int64_t kind) noexcept nogil:
    """How many bytes an item of a step takes at most on the wire."""
    if kind == SWAP2:
        return 2
    if kind == SWAP4:
        return 4
    if kind == SWAP8:
        return 8
    if kind == U16 or kind == I16:
        return 3
    if kind == U32 or kind == I32:
        return 5
    if kind == U64 or kind == I64:
        return 9
    return 1


cdef inline int64_t wide(int64_t kind) noexcept nogil:
    """How many bytes an item of a step takes in memory."""
    if kind == SWAP2 or kind == U16 or kind == I16:
        return 2
    if kind == SWAP4 or kind == U32 or kind == I32:
        return 4
    if kind == SWAP8 or kind == U64 or kind == I64:
        return 8
    return 1


cdef uint8_t *put_rows(
    uint8_t *out, const uint8_t *row, int64_t row_bytes, int64_t rows, const Step *steps, int count, bint big
) noexcept nogil:
    cdef int64_t number, i, repeat, kind
    cdef int s
    cdef const uint8_t *at
    for number in range(rows):
        s = 0
        while s < count:
            kind, repeat, at = steps[s].kind, steps[s].repeat, row + steps[s].offset
            if kind == COPY:
                copy(out, at, repeat)
                out += repeat
            elif kind == U64:
                for i in range(repeat):
                    out = put(out, get64(at + 8 * i), big)
            elif kind == I64:
                for i in range(repeat):
                    out = put(out, zigzag(get64(at + 8 * i)), big)
            elif kind == U32:
                for i in range(repeat):
                    out = put(out, get32(at + 4 * i), big)
            elif kind == I32:
                for i in range(repeat):
                    out = put(out, zigzag(widened32(at + 4 * i)), big)
            elif kind == U16:
                for i in range(repeat):
                    out = put(out, get16(at + 2 * i), big)
            elif kind == I16:
                for i in range(repeat):
                    out = put(out, zigzag(widened16(at + 2 * i)), big)
            elif kind == U8:
                copy(out, at, repeat)
                out += repeat
            elif kind == BOOL:
                for i in range(repeat):
                    out[i] = at[i] != 0
                out += repeat
            elif kind == OPTION:
                out[0] = at[0] != 0
                out += 1
                if at[0] == 0:
                    s += <int>repeat
            else:
                swap(out, at, kind, repeat)
                out += repeat * most(kind)
            s += 1
        row += row_bytes
    return out


cdef inline int take(
    const uint8_t **cursor, const uint8_t *end, int largest, bint big, bint strict, uint64_t *result
) noexcept nogil:
    """Read a varint of at most the size `largest`; the cursor moves only past a good one."""
    cdef const uint8_t *at = cursor[0]
    cdef int64_t left = end - at
    cdef uint64_t payload = 0
    cdef int size
    if left <= 0:
        return END
    size = at[0] - 250 if at[0] > 250 else 0
    if size > largest:
        return TAG
    if left >= 9:
        payload = get64(at + 1)
    elif left < 1 + rows_sizes[size]:
        return END
    else:
        memcpy(&payload, at + 1, <size_t>(left - 1))
    payload = ROWS_LITTLE(payload)
    payload = __builtin_bswap64(payload) >> rows_shifts[size] if big else payload & rows_masks[size]
    if strict and size and payload < rows_shortest[size]:
        return LONG
    result[0] = payload if size else at[0]
    cursor[0] = at + 1 + rows_sizes[size]
    return OK


cdef int take_items(
    const uint8_t **cursor, const uint8_t *end, uint8_t *to, const Step *step, bint big, bint strict, bint any_width,
    int64_t *item,
) noexcept nogil:
    """Read the varints of a step into memory; on failure `item` is the number of the one that is wrong."""
    cdef int64_t kind = step.kind, i
    cdef int status = OK, largest = 3 if kind == U64 or kind == I64 else 2 if kind == U32 or kind == I32 else 1
    cdef bint nonzero = step.nonzero != 0
    cdef const uint8_t *at = cursor[0]
    cdef uint64_t value = 0, top = rows_masks[largest]
    if any_width:
        largest = 3
    for i in range(step.repeat):
        cursor[0] = at
        status = take(&at, end, largest, big, strict, &value)
        if status == OK and value > top:
            status = WIDE
        if status == OK and nonzero and value == 0:
            status = ZERO
        if status != OK:
            item[0] = i
            return status
        if kind == U64:
            store64(to + 8 * i, value)
        elif kind == I64:
            store64(to + 8 * i, unzigzag(value))
        elif kind == U32:
            store32(to + 4 * i, value)
        elif kind == I32:
            store32(to + 4 * i, unzigzag(value))
        elif kind == U16:
            store16(to + 2 * i, value)
        else:
            store16(to + 2 * i, unzigzag(value))
    cursor[0] = at
    return OK


cdef int take_bytes(
    const uint8_t **cursor, const uint8_t *end, uint8_t *to, const Step *step, int64_t *item
) noexcept nogil:
    """Read the items of a step of one byte each, of which some values may be refused."""
    cdef const uint8_t *at = cursor[0]
    cdef int64_t i
    for i in range(1 if step.kind == OPTION else step.repeat):
        item[0] = i
        cursor[0] = at + i
        if at + i >= end:
            return END
        if step.kind == U8:
            if step.nonzero and at[i] == 0:
                return ZERO
        elif at[i] > 1:
            return NOT_BOOL if step.kind == BOOL else NOT_OPTION
        to[i] = at[i]
    cursor[0] = at + (1 if step.kind == OPTION else step.repeat)
    return OK


cdef int take_fixed(
    const uint8_t **cursor, const uint8_t *end, uint8_t *to, const Step *step, int64_t *item
) noexcept nogil:
    """Read the items of a step that only moves bytes."""
    cdef int64_t width = wide(step.kind), left = end - cursor[0], whole, i
    cdef const uint8_t *at = cursor[0]
    cdef bint is_copy = step.kind == COPY
    cdef int64_t size = step.repeat if is_copy else step.repeat * width
    if step.nonzero:
        width = step.nonzero if is_copy else width
        whole = (size if size < left else left) // width
        for i in range(whole):
            if is_zero(at + i * width, width):
                item[0] = i
                cursor[0] = at + i * width
                return ZERO
    if left < size:
        item[0] = 0 if is_copy else left // width
        cursor[0] += width * item[0]
        return END
    if is_copy:
        copy(to, at, size)
    else:
        swap(to, at, step.kind, step.repeat)
    cursor[0] += size
    return OK


cdef const uint8_t *take_rows(
    const uint8_t *at, const uint8_t *end, uint8_t *row, int64_t row_bytes, int64_t rows,
    const Step *steps, int count, bint big, bint strict, bint any_width, Place *place,
) noexcept nogil:
    cdef int64_t number, item = 0
    cdef int s, status
    cdef uint8_t *to
    cdef const Step *step
    for number in range(rows):
        s = 0
        while s < count:
            step = steps + s
            to = row + step.offset
            if step.kind == COPY or step.kind <= SWAP8:
                status = take_fixed(&at, end, to, step, &item)
            elif U16 <= step.kind <= I64:
                status = take_items(&at, end, to, step, big, strict, any_width, &item)
            else:
                status = take_bytes(&at, end, to, step, &item)
            if status != OK:
                place.status, place.row, place.step, place.item = status, number, s, item
                return at
            if step.kind == OPTION and to[0] == 0:
                s += <int>step.repeat
            s += 1
        row += row_bytes
    place.status, place.row, place.step, place.item = OK, rows, 0, 0
    return at


cdef inline bint is_dense(const Step *steps, int count, int64_t row_bytes) noexcept nogil:
    """Whether rows are one run of items of one kind: then they are one row of many items."""
    cdef int64_t kind = steps[0].kind
    return count == 1 and kind != COPY and kind != OPTION and steps[0].repeat * wide(kind) == row_bytes != 0


cdef int check(bytes program, int64_t row_bytes, int64_t rows, Py_ssize_t memory) except -1:
    """Refuse a program that would leave its rows, and rows that would leave their memory; return its steps."""
    cdef const Step *steps = <const Step *><const char *>program
    cdef Py_ssize_t count = len(program) // <Py_ssize_t>sizeof(Step)
    cdef Py_ssize_t s
    cdef int64_t used
    if count > 1 << 20 or row_bytes < 0 or rows < 0 or (row_bytes and rows > memory // row_bytes):
        raise ValueError("rows outside of their memory")
    for s in range(count):
        used = 1 if steps[s].kind == OPTION else steps[s].repeat
        if not (0 <= steps[s].kind <= OPTION and 0 <= steps[s].offset <= row_bytes and steps[s].repeat >= 0):
            raise ValueError("no program")
        if used > (row_bytes - steps[s].offset) // wide(steps[s].kind):
            raise ValueError("a step outside of its row")
    return <int>count


def encode_rows(bytes prefix not None, source, int64_t row_bytes, int64_t rows, bytes program not None, bint big):
    """Return the prefix and the rows of `source`, contiguous bytes. `big`: the payload of varints, high byte first."""
    cdef Py_buffer memory
    cdef PyObject *out = NULL
    cdef const Step *steps = <const Step *><const char *>program
    cdef Step dense
    cdef int64_t row_most = 0
    cdef int count, s
    cdef Py_ssize_t start = len(prefix)
    cdef uint8_t *at
    PyObject_GetBuffer(source, &memory, PyBUF_SIMPLE)
    try:
        count = check(program, row_bytes, rows, memory.len)
        for s in range(count):
            row_most += most(steps[s].kind) * (1 if steps[s].kind == OPTION else steps[s].repeat)
        if row_most and rows > ((<int64_t>1 << 62) - start) // row_most:
            raise MemoryError
        out = PyBytes_FromStringAndSize(NULL, start + rows * row_most + SLACK)
        at = <uint8_t *>PyBytes_AS_STRING(out)
        memcpy(at, <const char *>prefix, <size_t>start)
        if count and is_dense(steps, count, row_bytes):
            dense = steps[0]
            dense.repeat *= rows
            steps, rows = &dense, 1
        with nogil:
            at = put_rows(at + start, <const uint8_t *>memory.buf, row_bytes, rows, steps, count, big)
        _PyBytes_Resize(&out, at - <uint8_t *>PyBytes_AS_STRING(out))
        return <object>out
    finally:
        if out != NULL:
            Py_DECREF(out)
        PyBuffer_Release(&memory)


def decode_rows(
    source, int64_t offset, int64_t end, target, int64_t row_bytes, int64_t rows, bytes program not None,
    bint big, bint strict, bint any_width,
):
    """Fill the rows of `target`, writable bytes, from `source[offset:end]`.

    Returns how it ended, the offset after the rows or of the item that is wrong, and that item: row, step,
    number within the step. `strict` refuses varints longer than need be; `any_width` takes wide ones whose value fits.
    """
    cdef Py_buffer data, memory
    cdef Place place
    cdef Step dense
    cdef int64_t per_row = 0
    cdef const Step *steps = <const Step *><const char *>program
    cdef const uint8_t *base
    cdef const uint8_t *at
    cdef int count
    PyObject_GetBuffer(source, &data, PyBUF_SIMPLE)
    try:
        if not 0 <= offset <= end <= data.len:
            raise ValueError("an offset outside of the bytes")
        PyObject_GetBuffer(target, &memory, PyBUF_WRITABLE)
        try:
            count = check(program, row_bytes, rows, memory.len)
            base = <const uint8_t *>data.buf
            if count and is_dense(steps, count, row_bytes):
                dense, per_row = steps[0], steps[0].repeat
                dense.repeat *= rows
                steps, rows = &dense, 1
            with nogil:
                at = take_rows(
                    base + offset, base + end, <uint8_t *>memory.buf, row_bytes, rows,
                    steps, count, big, strict, any_width, &place,
                )
            if per_row and place.status != OK:
                place.row, place.item = place.item // per_row, place.item % per_row
            elif per_row:
                place.row = dense.repeat // per_row
            return place.status, at - base, place.row, place.step, place.item
        finally:
            PyBuffer_Release(&memory)
    finally:
        PyBuffer_Release(&data)
