"""Evaluate what a root of a store reaches, in the order of numbers: nothing is loaded, a value a node is kept.

What is plain IEEE arithmetic is done here; for the rest the operator's own
function is called. Where the values do not fit into the memory of the store
they lie in a file without a name, and its pages are given back as they fill.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.errno cimport errno
from libc.math cimport fabs, sqrt
from libc.stdint cimport uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport strerror
from posix.mman cimport MAP_ANONYMOUS, MAP_FAILED, MAP_PRIVATE, MAP_SHARED, PROT_READ, PROT_WRITE, mmap, munmap

from rssn.expr._arena_c cimport FIRST_OPERATOR, RATIONAL, SYMBOL
from rssn.storage._nodes_c cimport Nodes, Reach
from rssn.storage._pages_c cimport rssn_node

from tempfile import TemporaryFile

import numpy as np

from rssn.errors import StorageError

cdef extern from "<sys/mman.h>" nogil:
    int madvise(void *address, size_t size, int advice)
    int MADV_DONTNEED
    int MAP_NORESERVE

cdef enum Plain:
    OTHER = 0
    ADD = 1
    SUB = 2
    MUL = 3
    DIV = 4
    NEG = 5
    ABS = 6
    SQRT = 7
    LT = 8
    LE = 9
    GT = 10
    GE = 11

cdef dict PLAIN = {
    "add": ADD, "sub": SUB, "mul": MUL, "div": DIV, "neg": NEG, "abs": ABS, "sqrt": SQRT,
    "lt": LT, "le": LE, "gt": GT, "ge": GE,
}
cdef uint32_t NONE = 0xFFFFFFFFu
cdef uint32_t MANY = 0x80000000u


cdef class _Values:
    """A few doubles for each node, in memory, or in a file where they would take more than `memory`."""

    cdef double *data
    cdef size_t size, dropped, allowed
    cdef bint is_file

    def __init__(self, size_t size, size_t memory):
        cdef void *address
        cdef int fd
        self.size, self.is_file = size, memory and size > memory
        self.allowed = memory
        if self.is_file:
            with TemporaryFile() as file:
                fd = file.fileno()
                file.truncate(size)
                address = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
        else:
            address = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        if address == MAP_FAILED:
            raise StorageError("no room for the values of an evaluation", found=strerror(errno).decode())
        self.data = <double *>address

    def __dealloc__(self):
        if self.data != NULL:
            munmap(self.data, self.size)

    cdef int passed(self, size_t at) except -1:
        """Give pages back when a quarter of what is allowed was written since the last time."""
        if self.is_file and at - self.dropped > self.allowed // 4:
            madvise(self.data, self.size, MADV_DONTNEED)
            self.dropped = at
        return 0


cdef inline int compute(int plain, int lanes, double *out, const double *x, const double *y) noexcept:
    cdef int i
    for i in range(lanes):
        if plain == ADD:
            out[i] = x[i] + y[i]
        elif plain == SUB:
            out[i] = x[i] - y[i]
        elif plain == MUL:
            out[i] = x[i] * y[i]
        elif plain == DIV:
            out[i] = x[i] / y[i]
        elif plain == NEG:
            out[i] = -x[i]
        elif plain == ABS:
            out[i] = fabs(x[i])
        elif plain == SQRT:
            out[i] = sqrt(x[i])
        elif plain == LT:
            out[i] = x[i] < y[i]
        elif plain == LE:
            out[i] = x[i] <= y[i]
        elif plain == GT:
            out[i] = x[i] > y[i]
        else:
            out[i] = x[i] >= y[i]
    return 0


def run(Nodes nodes, uint32_t root, int lanes, size_t memory, leaf, call):
    """Return the values of a root in each lane.

    `leaf(kind, value, name)` gives a leaf's: a float, or one for each lane.
    `call(operator, operands, exponent)` computes an operator from arrays; the
    exponent of a power is given where it is a number. `memory` bounds the
    bytes of values kept outside a file; 0 for no bound.
    """
    cdef Reach reach = Reach(nodes, [root])
    cdef _Values values = _Values((<size_t>root + 1) * 8 * lanes, memory)
    cdef double *data = values.data
    cdef rssn_node node
    cdef uint32_t id = reach.following(), steps = 0, b
    cdef list names = [name for name, _ in nodes.operators]
    cdef int *plain = <int *>malloc((len(names) + 1) * sizeof(int))
    if plain == NULL:
        raise MemoryError("no memory to evaluate")
    try:
        for i in range(len(names)):
            plain[i] = PLAIN.get(names[i], OTHER)
        while id != NONE:
            node = nodes.at(id)[0]
            if node.op < FIRST_OPERATOR:
                set_lanes(data + <size_t>id * lanes, lanes, leaf(*nodes.describe(id)[::2], nodes.describe(id)[3]))
            else:
                nodes.process_code(node.op)
                if plain[node.op - FIRST_OPERATOR] != OTHER and (node.b == NONE or node.b < MANY):
                    b = node.a if node.b == NONE else node.b
                    compute(
                        plain[node.op - FIRST_OPERATOR], lanes, data + <size_t>id * lanes,
                        data + <size_t>node.a * lanes, data + <size_t>b * lanes,
                    )
                else:
                    called(nodes, id, lanes, data, call)
            steps += 1
            if steps & 0xFFF == 0:
                values.passed(<size_t>id * 8 * lanes)
                if steps & 0xFFFF == 0:
                    PyErr_CheckSignals()
            id = reach.following()
        return [data[<size_t>root * lanes + i] for i in range(lanes)]
    finally:
        free(plain)


cdef int set_lanes(double *out, int lanes, object value) except -1:
    cdef int i
    if type(value) is float:
        for i in range(lanes):
            out[i] = value
        return 0
    for i in range(lanes):
        out[i] = value[i]
    return 0


cdef int called(Nodes nodes, uint32_t id, int lanes, double *data, object call) except -1:
    """Compute one node by the function of its operator's record."""
    cdef uint32_t number
    cdef list operands = []
    cdef double[::1] view
    cdef int i
    operator, numbers, _, _ = nodes.describe(id)
    for number in numbers:
        array = np.empty(lanes)
        view = array
        for i in range(lanes):
            view[i] = data[<size_t>number * lanes + i]
        operands.append(array)
    exponent = nodes.describe(numbers[1])[2] if operator == "pow" else None
    return set_lanes(data + <size_t>id * lanes, lanes, call(operator, operands, exponent))
