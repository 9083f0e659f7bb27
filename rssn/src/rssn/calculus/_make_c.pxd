"""The constructors of `_make_py.py` over raw ids, for native code that pins the store."""

from libc.stdint cimport int64_t, uint16_t, uint32_t

from rssn.expr._arena_c cimport Id

# The operators that are made by a constructor, and those the derivative itself needs.
cdef uint16_t ADD, SUB, MUL, DIV, NEG, POW, WHERE, AND, OR, NOT

cdef Id make_add(Id a, Id b) except 0xFFFFFFFFu
cdef Id make_where(Id condition, Id yes, Id no) except 0xFFFFFFFFu
# Any operator: by its constructor if it has one, else as `intern_n`.
cdef Id make_any(uint16_t op, const Id *operands, uint32_t count) except 0xFFFFFFFFu
# Whether this is a numeric literal; truth values and pi are none.
cdef bint is_literal(Id id) noexcept
