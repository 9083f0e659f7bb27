"""Rules as programs over raw ids, for native code that pins the store."""

from libc.stdint cimport uint16_t, uint32_t

from rssn.expr._arena_c cimport Id

cdef class Program:
    cdef list constants
    cdef uint32_t constant_count, step_count, answer_count, register_count, answers_at
    cdef uint16_t *ops
    cdef uint32_t *starts
    cdef uint32_t *places
    cdef object source

cdef class Plan:
    cdef list terms
    cdef Program conditions
    cdef list chosen
    cdef uint32_t count

cdef class Machine:
    cdef Id *values
    cdef Id *operands
    cdef uint32_t value_capacity, operand_capacity
    cdef int run(self, Program program, Id node, Id seed) except -1
    cdef Id answer(self, Program program, uint32_t number) noexcept
    # The share of one operand; DerivativeError where the term is a reason why there is none.
    cdef Id run_term(self, object term, Id node, Id seed) except 0xFFFFFFFFu

# The plan of an operator with so many operands, None where the derivative is 0.
cdef object need_plan(uint16_t op, uint32_t count)
