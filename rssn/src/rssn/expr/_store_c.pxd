"""The store for other native modules: make nodes by C calls, hold raw ids while pinned, hand out an Expr at the end.

    pin()
    try:
        a = intern_symbol(b"x", 1); b = intern_int(2)
        result = handle(intern2(operator_id("mul"), a, b))
    finally:
        unpin()
    settle()            # collects if it is due; no raw id is valid after it

Every function that returns an Id raises by returning `absent()`. Ids are valid
until the next collection, which only `settle()`, a Python operator or
`collect()` may start, and none starts between `pin()` and `unpin()`.
"""

from libc.stdint cimport int64_t, uint16_t, uint32_t

from rssn.expr._arena_c cimport Id

cdef class Expr:
    cdef uint32_t slot

# Leaves.
cdef Id intern_int(int64_t value) except 0xFFFFFFFFu
cdef Id intern_long(object value) except 0xFFFFFFFFu
cdef Id intern_rational(object numerator, object denominator) except 0xFFFFFFFFu
cdef Id intern_float(double value) except 0xFFFFFFFFu
cdef Id intern_symbol(const char *utf8, Py_ssize_t length) except 0xFFFFFFFFu

# Applications; the two operands of a commutative operator are put in order here. `operands` is memory of the caller's.
cdef uint16_t operator_id(object name) except 0
cdef Id intern1(uint16_t op, Id a) except 0xFFFFFFFFu
cdef Id intern2(uint16_t op, Id a, Id b) except 0xFFFFFFFFu
cdef Id intern_n(uint16_t op, const Id *operands, uint32_t count) except 0xFFFFFFFFu

# Any Python number or Expr; absent() without an exception where it is neither. May run Python code: read ids after it.
cdef Id as_node(object value) except? 0xFFFFFFFFu
# The same, but anything else is an OptionError.
cdef Id need_node(object value) except 0xFFFFFFFFu

# The Python value of a leaf: int, Fraction, float, bool, 1j or None. Making a Fraction runs Python code: pin.
cdef object leaf_value(Id id)

cdef void pin() noexcept
cdef void unpin() noexcept
cdef Expr handle(Id id)
cdef Id node_of(Expr e) noexcept
cdef void settle() noexcept
