"""Questions about arrays and their layout that a call asks, and how work is cut. Inline: there is no module behind it."""

cimport numpy as cnp
from libc.stdint cimport int32_t, int64_t, uintptr_t

from rssn.jit._run_c cimport pool_size

cdef enum:
    PEEL_ROWS = 512          # from here on it pays to align the output first
    KEEP_GIL_NS = 10000      # giving the GIL away and back costs about 100, who waits for it far more


cdef extern from "numpy/arrayobject.h":
    ctypedef struct Descr "PyArray_Descr":
        char type
    Descr *array_descr "PyArray_DESCR"(cnp.ndarray)


cdef inline int32_t useful_threads(double work_ns, int32_t threads) except -1:
    """Return how many threads have enough to do to be worth waking."""
    cdef double worth = work_ns / 40_000.0  # about what waking a sleeping thread costs
    cdef int32_t most
    if worth < 2.0 or threads == 1:
        return 1
    most = pool_size()
    if 0 < threads < most:
        most = threads
    return most if worth >= most else <int32_t>worth


cdef inline int32_t size_class(int64_t rows) noexcept nogil:
    """Return a number below 64 for sizes that are alike: the digits of the count of rows in base 2."""
    cdef int32_t digits = 0
    while rows > 0:
        rows >>= 1
        digits += 1
    return digits & 63


cdef inline void note_ns(double *seen, double row_ns) noexcept nogil:
    """Keep what a row took: the least, unless it has become much dearer; then other data came."""
    if seen[0] == 0 or row_ns < seen[0] or row_ns > 2 * seen[0]:
        seen[0] = row_ns
    else:
        seen[0] += (row_ns - seen[0]) / 8


cdef inline int64_t block_rows(double row_ns, int64_t rows, int32_t threads) noexcept:
    """Return how many rows are handed out at a time: a multiple of 64, so that blocks stay aligned."""
    cdef int64_t block = <int64_t>(25_000.0 / row_ns)  # ns of work at a time, so that a late helper finds some left
    if threads == 1:
        block *= 4
    elif block > rows // (4 * threads):
        block = rows // (4 * threads)
    if block > 16384:
        block = 16384
    return (block + 63) & ~<int64_t>63 if block > 64 else 64


cdef inline char type_letter(cnp.ndarray array) noexcept:
    return array_descr(array).type


cdef inline bint is_readable(char letter) noexcept:
    return letter in (c"d", c"f", c"l", c"i", c"?", c"e", c"b", c"h", c"q", c"B", c"H", c"I", c"L", c"Q")


cdef inline bint is_complex_letter(char letter) noexcept:
    return letter == c"D" or letter == c"F"


cdef inline bint is_time(char letter) noexcept:
    return letter == c"M" or letter == c"m"


cdef inline char signature_letter(cnp.ndarray array, bint lossy) noexcept:
    """Return the letter of an argument's type as `_signature.py` has it: others for integers to be checked."""
    cdef char letter = type_letter(array)
    if lossy or letter == c"d" or letter == c"F" or cnp.PyArray_ITEMSIZE(array) != 8:
        return letter
    if is_time(letter):
        return c"t"
    return c"k" if letter == c"l" or letter == c"q" else c"K"


cdef inline int32_t broadcast(list arrays, int64_t *shape) except -2:
    """Set `shape`, of at most 64 dimensions, to what arrays broadcast to, and return how many it has; -1 if nothing."""
    cdef cnp.ndarray array
    cdef int32_t d, shift, axis, dims = 0
    cdef int64_t size
    for value in arrays:
        array = value
        dims = max(dims, array.ndim)
    for d in range(dims):
        shape[d] = 1
    for value in arrays:
        array = value
        shift = dims - array.ndim
        for axis in range(array.ndim):
            size = array.shape[axis]
            if size != 1:
                if shape[axis + shift] != 1 and shape[axis + shift] != size:
                    return -1
                shape[axis + shift] = size
    return dims


cdef inline bint is_outer(int64_t *strides, int32_t width, int32_t operands, int32_t a, int32_t b, int32_t first) noexcept:
    """Say whether dimension a should lie outside b: the first operand that steps along both decides, outputs first."""
    cdef int32_t n, k
    cdef int64_t along_a, along_b
    for n in range(operands):
        k = (n + first) % operands if operands > first else n
        along_a, along_b = abs(strides[a * width + k]), abs(strides[b * width + k])
        if along_a != 0 and along_b != 0 and along_a != along_b:
            return along_a > along_b
    return False


cdef inline bint can_merge(int64_t *outer, int64_t *inner, int64_t inner_size, int32_t operands) noexcept:
    cdef int32_t k
    for k in range(operands):
        if outer[k] != inner[k] * inner_size:
            return False
    return True


cdef inline void extent(cnp.ndarray array, uintptr_t *low, uintptr_t *high) noexcept:
    """Set the first byte of an array's memory and the one past its last."""
    cdef int32_t d
    cdef int64_t reach
    low[0] = high[0] = <uintptr_t>cnp.PyArray_DATA(array)
    for d in range(array.ndim):
        if array.shape[d] == 0:
            return
        reach = (array.shape[d] - 1) * array.strides[d]
        if reach < 0:
            low[0] += reach
        else:
            high[0] += reach
    high[0] += cnp.PyArray_ITEMSIZE(array)


cdef inline bint is_same(cnp.ndarray a, cnp.ndarray b):
    """Say whether two arrays are the same elements at the same places."""
    return (
        cnp.PyArray_DATA(a) == cnp.PyArray_DATA(b)
        and (<object>a).shape == (<object>b).shape
        and (<object>a).strides == (<object>b).strides
        and cnp.PyArray_ITEMSIZE(a) == cnp.PyArray_ITEMSIZE(b)
    )
