"""Build the nodes of a derivative. What each constructor drops and merges stands in `_make_py.py`, rule for rule.

Ids are raw: the caller pins. Constants of 64 bits are merged in C; others go
through Python's numbers by the same `merged`.
"""

from libc.math cimport isfinite
from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

from rssn.expr._arena_c cimport FIRST_OPERATOR, FLOAT, INTEGER, RATIONAL, BIG, Id, absent, arena, is_many
from rssn.expr._store_c cimport (
    handle, intern1, intern2, intern_float, intern_int, intern_n, leaf_value, need_node, node_of, operator_id, pin,
    settle, unpin,
)

from rssn.calculus import _make_py

cdef object merged = _make_py.merged
cdef object merged_power = _make_py.merged_power

cdef extern from *:
    """
    #define add_overflows(a, b, out) __builtin_add_overflow(a, b, out)
    #define sub_overflows(a, b, out) __builtin_sub_overflow(a, b, out)
    #define mul_overflows(a, b, out) __builtin_mul_overflow(a, b, out)
    """
    bint add_overflows(int64_t a, int64_t b, int64_t *out) noexcept
    bint sub_overflows(int64_t a, int64_t b, int64_t *out) noexcept
    bint mul_overflows(int64_t a, int64_t b, int64_t *out) noexcept

cdef int64_t HIGHEST_POWER = _make_py.HIGHEST_POWER
cdef int64_t LARGEST_WHOLE = <int64_t>1 << 62
cdef int64_t LARGEST_DENOMINATOR = <int64_t>1 << 31

# A product taken apart: c*u with a literal c.
ctypedef struct Split:
    Id c
    Id u

# The same with a whole literal that fits.
ctypedef struct Whole:
    int64_t c
    Id u

ctypedef struct Power:
    Id base
    int64_t n


# ---- looking at nodes -----------------------------------------------------------------------------------------------

cdef inline uint64_t bits_of(Id id) noexcept:
    return <uint64_t>arena.b[id] << 32 | arena.a[id]


cdef inline int64_t integer_of(Id id) noexcept:
    return <int64_t>bits_of(id)


cdef inline double float_of(Id id) noexcept:
    cdef uint64_t bits = bits_of(id)
    cdef double value
    memcpy(&value, &bits, 8)
    return value


cdef bint is_literal(Id id) noexcept:
    cdef uint16_t op = arena.op[id]
    return op == INTEGER or op == FLOAT or op == RATIONAL or op == BIG


cdef inline bint is_number(Id id, int64_t value) noexcept:
    """Whether this is a literal of that (small) value, as an integer or a float."""
    cdef uint16_t op = arena.op[id]
    if op == INTEGER:
        return integer_of(id) == value
    return op == FLOAT and float_of(id) == value


cdef inline bint is_a(Id id, uint16_t op) noexcept:
    return arena.op[id] == op


cdef inline bint is_pair(Id id, uint16_t op) noexcept:
    return arena.op[id] == op and not is_many(arena.b[id]) and arena.b[id] != absent()


cdef Split split(Id id) except *:
    cdef Split result
    if is_pair(id, MUL) and is_literal(arena.a[id]):
        result.c, result.u = arena.a[id], arena.b[id]
    else:
        result.c, result.u = intern_int(1), id
    return result


cdef Split split_literal(Id id) except *:
    cdef Split result
    if not is_literal(id):
        return split(id)
    result.c, result.u = id, intern_int(1)
    return result


cdef Whole split_whole(Id id) except *:
    cdef Split parts = split_literal(id)
    cdef Whole result
    result.c, result.u = 1, id
    if is_a(parts.c, INTEGER) and -LARGEST_WHOLE < integer_of(parts.c) < LARGEST_WHOLE:
        result.c, result.u = integer_of(parts.c), parts.u
    return result


cdef Power power_of(Id id) noexcept:
    cdef Power result
    cdef int64_t n
    result.base, result.n = id, 1
    if is_pair(id, POW) and is_a(arena.b[id], INTEGER):
        n = integer_of(arena.b[id])
        if 0 < n < HIGHEST_POWER:
            result.base, result.n = arena.a[id], n
    return result


# ---- constants ------------------------------------------------------------------------------------------------------

cdef Id constant_of(uint16_t op, Id a, Id b) except? 0xFFFFFFFFu:
    """The literal that an operator makes of two literals, or ABSENT."""
    cdef int64_t result = 0
    cdef double value
    if not is_literal(a) or not is_literal(b):
        return absent()
    if is_a(a, INTEGER) and is_a(b, INTEGER) and op != DIV:
        if op == ADD and not add_overflows(integer_of(a), integer_of(b), &result):
            return intern_int(result)
        if op == SUB and not sub_overflows(integer_of(a), integer_of(b), &result):
            return intern_int(result)
        if op == MUL and not mul_overflows(integer_of(a), integer_of(b), &result):
            return intern_int(result)
    elif is_a(a, FLOAT) and is_a(b, FLOAT):
        value = float_of(a)
        if op == ADD:
            value = value + float_of(b)
        elif op == SUB:
            value = value - float_of(b)
        elif op == MUL:
            value = value * float_of(b)
        else:
            value = value / float_of(b)
        return intern_float(value) if isfinite(value) else absent()
    name = "add" if op == ADD else "sub" if op == SUB else "mul" if op == MUL else "div"
    found = merged(name, leaf_value(a), leaf_value(b))
    return absent() if found is None else need_node(found)


cdef Id negated(Id literal) except 0xFFFFFFFFu:
    if is_a(literal, INTEGER) and integer_of(literal) != -integer_of(literal):
        return intern_int(-integer_of(literal))
    if is_a(literal, FLOAT):
        return intern_float(-float_of(literal))
    return need_node(-leaf_value(literal))


# ---- constructors ---------------------------------------------------------------------------------------------------

cdef Id times(Id c, Id u) except 0xFFFFFFFFu:
    cdef Id over, under
    if u == intern_int(1):
        return c
    if is_number(c, 1):
        return u
    if is_number(c, -1):
        return intern1(NEG, u)
    if is_a(c, RATIONAL):
        over, under = arena.a[c], arena.b[c]
        if is_a(under, INTEGER) and integer_of(under) < LARGEST_WHOLE:
            if leaf_value(over) > 0:
                return intern2(DIV, times(over, u), under)
            return intern1(NEG, intern2(DIV, times(negated(over), u), under))
    return intern2(MUL, c, u)


cdef Whole denominator(Id id) noexcept:
    """u and n where the node is u/n with a small whole literal n, else the node and 1."""
    cdef Whole result
    cdef int64_t n
    result.c, result.u = 1, id
    if is_pair(id, DIV) and is_a(arena.b[id], INTEGER):
        n = integer_of(arena.b[id])
        if 1 < n < LARGEST_DENOMINATOR:
            result.c, result.u = n, arena.a[id]
    return result


cdef Split split_ratio(Id id) except *:
    cdef Whole below = denominator(id)
    cdef Split result = split(below.u)
    if below.c != 1:
        result.c = constant_of(DIV, result.c, intern_int(below.c))
        if result.c == absent():
            result.c, result.u = intern_int(1), id
    return result


cdef Id multiple(uint16_t op, Id a, Id b) except? 0xFFFFFFFFu:
    cdef Split left = split_ratio(a), right = split_ratio(b)
    cdef Id total
    if left.u != right.u or is_literal(left.u):
        return absent()
    total = constant_of(op, left.c, right.c)
    if total == absent() or is_number(total, 0):
        return absent()
    return times(total, left.u)


cdef Id plain_sum(Id a, Id b) except 0xFFFFFFFFu:
    cdef Id found
    if is_number(a, 0):
        return b
    if is_number(b, 0):
        return a
    found = constant_of(ADD, a, b)
    if found == absent():
        found = multiple(ADD, a, b)
    return intern2(ADD, a, b) if found == absent() else found


cdef Id plain_difference(Id a, Id b) except 0xFFFFFFFFu:
    cdef Id found
    if is_number(b, 0):
        return a
    if is_number(a, 0):
        return make_neg(b)
    found = constant_of(SUB, a, b)
    if found == absent():
        found = multiple(SUB, a, b)
    return intern2(SUB, a, b) if found == absent() else found


cdef Id make_add(Id a, Id b) except 0xFFFFFFFFu:
    if is_a(a, NEG):
        return make_neg(plain_sum(arena.a[a], arena.a[b])) if is_a(b, NEG) else plain_difference(b, arena.a[a])
    return plain_difference(a, arena.a[b]) if is_a(b, NEG) else plain_sum(a, b)


cdef Id make_sub(Id a, Id b) except 0xFFFFFFFFu:
    if is_a(a, NEG):
        return plain_difference(arena.a[b], arena.a[a]) if is_a(b, NEG) else make_neg(plain_sum(arena.a[a], b))
    return plain_sum(a, arena.a[b]) if is_a(b, NEG) else plain_difference(a, b)


cdef Id make_neg(Id a) except 0xFFFFFFFFu:
    cdef Split parts
    if is_literal(a):
        return negated(a)
    if is_a(a, NEG):
        return arena.a[a]
    parts = split(a)
    if parts.u == a:
        return intern1(NEG, a)
    if parts.c == intern_int(1):
        return intern1(NEG, a)
    return times(negated(parts.c), parts.u)


cdef Id product(Id a, Id b) except 0xFFFFFFFFu:
    cdef Power left = power_of(a), right = power_of(b)
    cdef Id one
    if left.base == right.base:
        return intern2(POW, left.base, intern_int(left.n + right.n))
    one = intern_int(1)
    if is_pair(b, DIV) and arena.a[b] == one:
        return intern2(DIV, a, arena.b[b])
    if is_pair(a, DIV) and arena.a[a] == one:
        return intern2(DIV, b, arena.b[a])
    return intern2(MUL, a, b)


cdef Split cancelled(Id c, Id id) except *:
    """c and the node without the common factor of a whole literal c and the one in the denominator of the node."""
    cdef Split result
    cdef Whole below
    cdef int64_t common
    cdef Id one
    result.c, result.u = c, id
    if not is_pair(id, DIV) or not is_a(c, INTEGER) or is_number(c, 1):
        return result
    if not -LARGEST_WHOLE < integer_of(c) < LARGEST_WHOLE:
        return result
    below = split_whole(arena.b[id])
    common = common_divisor(below.c, integer_of(c))
    common = -common if common < 0 else common
    if common == 1 or below.c == 0:
        return result
    one = intern_int(1)
    result.c = intern_int(integer_of(c) // common)
    result.u = arena.a[id]
    id = times(intern_int(below.c // common), below.u)
    if id != one:
        result.u = intern2(DIV, result.u, id)
    return result


cdef Id scaled_product(Id a, Id b) except 0xFFFFFFFFu:
    cdef Split left = split_literal(a), right = split_literal(b)
    cdef Split parts
    cdef Id one = intern_int(1), total
    if left.c == one and right.c == one:
        return b if a == one else a if b == one else product(a, b)
    parts = cancelled(left.c, right.u)
    left.c, right.u = parts.c, parts.u
    parts = cancelled(right.c, left.u)
    right.c, left.u = parts.c, parts.u
    total = constant_of(MUL, left.c, right.c)
    if total == absent():
        return intern2(MUL, a, b)
    if left.u == one:
        return times(total, right.u)
    if right.u == one:
        return times(total, left.u)
    return times(total, product(left.u, right.u))


cdef Id plain_product(Id a, Id b) except 0xFFFFFFFFu:
    cdef Id known
    if is_number(a, 0) or is_number(b, 0):
        return intern_int(0)
    if is_number(a, 1):
        return b
    if is_number(b, 1):
        return a
    known = constant_of(MUL, a, b)
    if known != absent():
        return known
    if is_number(a, -1):
        return make_neg(b)
    if is_number(b, -1):
        return make_neg(a)
    if is_literal(a):
        return scaled_fraction(a, b)
    return scaled_fraction(b, a) if is_literal(b) else scaled_product(a, b)


cdef Id scaled_fraction(Id c, Id id) except 0xFFFFFFFFu:
    cdef Split rest = cancelled(c, id)
    cdef Whole parts = denominator(rest.u)
    if parts.c == 1:
        return scaled_product(rest.c, rest.u)
    return plain_quotient(scaled_product(rest.c, parts.u), intern_int(parts.c))


cdef Id make_mul(Id a, Id b) except 0xFFFFFFFFu:
    cdef bint flips = False
    cdef Id result
    if is_a(a, NEG):
        a, flips = arena.a[a], True
    if is_a(b, NEG):
        b, flips = arena.a[b], not flips
    result = plain_product(a, b)
    return make_neg(result) if flips else result


cdef int64_t common_divisor(int64_t a, int64_t b) noexcept:
    """The greatest common divisor, with the sign of b."""
    cdef int64_t x = -a if a < 0 else a, y = -b if b < 0 else b
    while y:
        x, y = y, x % y
    return -x if b < 0 else x


cdef Id reduced(Id a, Id b) except 0xFFFFFFFFu:
    cdef Whole over = split_whole(a), under = split_whole(b)
    cdef Power left = power_of(over.u), right = power_of(under.u)
    cdef Id one = intern_int(1), top, bottom
    cdef bint cancels = left.base == right.base and right.n > left.n and left.base != one
    cdef int64_t common = common_divisor(over.c, under.c)
    if under.c == 0 or (common == 1 and not cancels and (over.c > 0 or over.u == one)):
        return intern2(DIV, a, b)
    if cancels:
        over.u, under.u = one, make_power(left.base, intern_int(right.n - left.n))
    over.c, under.c = over.c // common, under.c // common
    top = times(intern_int(-over.c if over.c < 0 else over.c), over.u)
    bottom = times(intern_int(under.c), under.u)
    top = top if bottom == one else intern2(DIV, top, bottom)
    return make_neg(top) if over.c < 0 else top


cdef Id plain_quotient(Id a, Id b) except 0xFFFFFFFFu:
    cdef Id known
    cdef Whole parts
    if is_number(a, 0) and not is_number(b, 0):
        return intern_int(0)
    if is_number(b, 1):
        return a
    if is_number(b, -1):
        return make_neg(a)
    known = constant_of(DIV, a, b)
    if known != absent():
        return known
    if is_literal(a):
        parts = denominator(b)
        return reduced(multiplied(parts.c, a), parts.u)
    if not is_literal(b):
        return reduced(a, b)
    parts = denominator(a)
    return reduced(parts.u, multiplied(parts.c, b))


cdef inline Id multiplied(int64_t n, Id id) except 0xFFFFFFFFu:
    return id if n == 1 else scaled_product(intern_int(n), id)


cdef Id make_div(Id a, Id b) except 0xFFFFFFFFu:
    cdef bint flips = False
    cdef Id result
    if is_a(a, NEG):
        a, flips = arena.a[a], True
    if is_a(b, NEG):
        b, flips = arena.a[b], not flips
    result = plain_quotient(a, b)
    return make_neg(result) if flips else result


cdef Id make_power(Id a, Id b) except 0xFFFFFFFFu:
    cdef Power inner
    cdef int64_t exponent
    if is_number(b, 0):
        return intern_int(1)
    if is_number(b, 1):
        return a
    if is_literal(a) and is_literal(b):
        found = merged_power(leaf_value(a), leaf_value(b))
        return intern2(POW, a, b) if found is None else need_node(found)
    inner = power_of(a)
    if inner.n > 1 and is_a(b, INTEGER):
        exponent = integer_of(b)
        if 1 < exponent < HIGHEST_POWER and inner.n * exponent < HIGHEST_POWER:
            return intern2(POW, inner.base, intern_int(inner.n * exponent))
    return intern2(POW, a, b)


cdef Id make_where(Id condition, Id yes, Id no) except 0xFFFFFFFFu:
    cdef Id operands[3]
    if yes == no or condition == need_node(True):
        return yes
    if condition == need_node(False):
        return no
    operands[0], operands[1], operands[2] = condition, yes, no
    return intern_n(WHERE, operands, 3)


cdef Id make_any(uint16_t op, const Id *operands, uint32_t count) except 0xFFFFFFFFu:
    if op == MUL:
        return make_mul(operands[0], operands[1])
    if op == ADD:
        return make_add(operands[0], operands[1])
    if op == SUB:
        return make_sub(operands[0], operands[1])
    if op == NEG:
        return make_neg(operands[0])
    if op == DIV:
        return make_div(operands[0], operands[1])
    if op == POW:
        return make_power(operands[0], operands[1])
    if op == WHERE:
        return make_where(operands[0], operands[1], operands[2])
    return intern_n(op, operands, count)


ADD, SUB, MUL, DIV = operator_id("add"), operator_id("sub"), operator_id("mul"), operator_id("div")
NEG, POW, WHERE = operator_id("neg"), operator_id("pow"), operator_id("where")
AND, OR, NOT = operator_id("and"), operator_id("or"), operator_id("not")


def make(name, operands):
    """Apply an operator; see the twin."""
    cdef Id ids[3]
    cdef uint32_t i, count = len(operands)
    pin()
    try:
        if count > 3:
            raise ValueError("no constructor takes more than three operands")
        for i in range(count):
            ids[i] = need_node(operands[i])
        result = handle(make_any(operator_id(name), ids, count))
    finally:
        unpin()
    settle()
    return result
