"""Terms of a polynomial into the expression store, in bulk. The readable twin is `_build_py.py`, which says what is built.

Two things make this quick. Terms are read where FLINT keeps them: python-flint
offers them as tuples and objects of its own, which takes ten times as long as
the multiplication that made them. And nodes are interned by id, with the store
pinned: which operand comes first in the canonical order is nearly always
plain from what the builder itself has just made.

`readable()` says whether the memory of this python-flint looks as expected; it
is found by experiment, at import, and where it does not, terms come through
python-flint's methods.
"""

cimport cython
from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from rssn.expr._arena_c cimport (
    CONSTANT, FIRST_OPERATOR, INTEGER, SYMBOL, Id, absent, arena, arena_operator_name, arena_reserve, mix, pair_key,
)
from rssn.expr._order_c cimport compare
from rssn.expr._store_c cimport (
    Expr, handle, intern1, intern2, intern_int, intern_long, need_node, node_of, operator_id, pin, settle, unpin,
)

from fractions import Fraction
from math import gcd

import flint

from rssn.errors import OptionError

cdef extern from *:
    void __builtin_prefetch(const void *address) nogil

cdef enum:
    NODES_A_TERM = 4
    BATCH = 64
    MOST_WIDE = 16  # generators of a polynomial whose terms are made in batches
    MOST_RESERVED = 1 << 20
    MOST_CACHED = 512  # powers cached for one generator

cdef uint16_t ADD = operator_id("add"), SUB = operator_id("sub"), MUL = operator_id("mul")
cdef uint16_t DIV = operator_id("div"), POW = operator_id("pow"), NEG = operator_id("neg")


# ---- where operands stand -------------------------------------------------------------------------------------------

cdef uint32_t *ranks = NULL
cdef uint32_t rank_count = 0


cdef int rank_operators() except -1:
    """Number the operators by name, as the canonical order does; done again when one has been declared."""
    global ranks, rank_count
    cdef uint32_t *made
    cdef uint32_t i
    if rank_count == arena.operator_count:
        return 0
    names = sorted([(arena_operator_name(i), i) for i in range(FIRST_OPERATOR, arena.operator_count)])
    made = <uint32_t *>malloc(arena.operator_count * sizeof(uint32_t))
    if made == NULL:
        raise MemoryError("no memory to rank the operators")
    for i in range(FIRST_OPERATOR):
        made[i] = 2 if i == SYMBOL else 1 if i == CONSTANT else 0
    for i, (_, op) in enumerate(names):
        made[<uint32_t>op] = 3 + i
    free(ranks)
    ranks = made
    rank_count = arena.operator_count
    return 0


# ---- nodes, with room made beforehand ---------------------------------------------------------------------------------

ctypedef struct View:
    # The columns of the arena. They stay where they are until more nodes are made than there is room for.
    uint16_t *op
    Id *a
    Id *b
    uint64_t *hash
    Id *table
    uint32_t mask
    int shift
    Id room


cdef int make_room(View *view, Id count) except -1:
    arena_reserve(count)
    view.op, view.a, view.b, view.hash, view.table = arena.op, arena.a, arena.b, arena.hash, arena.table
    view.mask, view.shift = arena.mask, arena.shift
    view.room = min(arena.capacity, arena.mask >> 1)
    return 0


cdef inline Id pair(const View *view, uint16_t op, Id a, Id b) noexcept:
    """Find or make the application of an operator to two operands: `arena_pair`, without a call."""
    return found(view, <uint32_t>(pair_key(op, a, b) >> view.shift), op, a, b)


cdef inline Id found(const View *view, uint32_t cell, uint16_t op, Id a, Id b) noexcept:
    """The node of this content, looked for from a cell of the table on; an integer's content is its value."""
    cdef Id id = view.table[cell]
    while id != absent():
        if view.a[id] == a and view.b[id] == b and view.op[id] == op:
            return id
        cell = (cell + 1) & view.mask
        id = view.table[cell]
    id = arena.count
    view.table[cell] = id
    view.op[id] = op
    view.a[id] = a
    view.b[id] = b
    if op == INTEGER:
        view.hash[id] = mix(op, <uint64_t>b << 32 | a)
    else:
        view.hash[id] = mix(mix(arena.operator_hash[op], view.hash[a]), view.hash[b])
    arena.count = id + 1
    return id


cdef inline Id ordered(const View *view, uint16_t op, Id a, Id b) except 0xFFFFFFFFu:
    """The application of a commutative operator; operands of different kinds are ordered without looking inside."""
    cdef uint32_t left = ranks[view.op[a]], right = ranks[view.op[b]]
    if left < right:
        return pair(view, op, a, b)
    if right < left:
        return pair(view, op, b, a)
    return intern2(op, a, b)


# ---- one sum --------------------------------------------------------------------------------------------------------

@cython.final
cdef class Builder:
    """A sum under construction. Lives only while the store is pinned."""

    cdef Id *bases
    cdef Id **powers
    cdef uint64_t *exponents
    cdef char *inverse
    cdef uint32_t width
    cdef Id total
    cdef bint has_inverse
    cdef View view

    def __cinit__(self, list bases, inverse):
        cdef uint32_t i
        self.width = <uint32_t>len(bases)
        self.bases = <Id *>malloc((self.width + 1) * sizeof(Id))
        self.powers = <Id **>calloc(self.width + 1, sizeof(Id *))
        self.exponents = <uint64_t *>calloc(self.width + 1, sizeof(uint64_t))
        self.inverse = <char *>calloc(self.width + 1, 1)
        if self.bases == NULL or self.powers == NULL or self.exponents == NULL or self.inverse == NULL:
            raise MemoryError("no memory to build a polynomial")
        for i in range(self.width):
            if type(bases[i]) is not Expr:
                raise OptionError("a generator is an expression", found=repr(bases[i])[:80])
            self.bases[i] = node_of(<Expr>bases[i])
        if inverse is not None:
            for i in range(self.width):
                self.inverse[i] = bool(inverse[i])
                self.has_inverse = self.has_inverse or self.inverse[i]
        self.total = absent()
        make_room(&self.view, NODES_A_TERM)

    def __dealloc__(self):
        cdef uint32_t i
        if self.powers != NULL:
            for i in range(self.width):
                free(self.powers[i])
        free(self.bases)
        free(self.powers)
        free(self.exponents)
        free(self.inverse)

    cdef Id power(self, uint32_t place, uint64_t exponent) except 0xFFFFFFFFu:
        cdef Id *row
        if exponent >= MOST_CACHED:
            return intern2(POW, self.bases[place], intern_int(<int64_t>exponent))
        row = self.powers[place]
        if row == NULL:
            row = self.powers[place] = <Id *>malloc(MOST_CACHED * sizeof(Id))
            if row == NULL:
                raise MemoryError("no memory to build a polynomial")
            memset(row, 0xFF, MOST_CACHED * sizeof(Id))
            row[1] = self.bases[place]
        if row[exponent] == absent():
            row[exponent] = intern2(POW, self.bases[place], intern_int(<int64_t>exponent))
        return row[exponent]

    cdef Id product(self, Id start, char inverse) except? 0xFFFFFFFFu:
        """`start`, or nothing, times the powers that stand above the line, or below it."""
        cdef uint32_t i
        cdef uint64_t exponent
        cdef Id factor
        cdef Id *row
        for i in range(self.width):
            exponent = self.exponents[i]
            if exponent == 0 or self.inverse[i] != inverse:
                continue
            row = self.powers[i]
            factor = row[exponent] if row != NULL and exponent < MOST_CACHED else absent()
            if factor == absent():
                factor = self.power(i, exponent)
            start = factor if start == absent() else ordered(&self.view, MUL, start, factor)
        return start

    cdef int put(self, Id number, Id divisor, bint negative) except -1:
        """One more term: `number` (absent for 1) times the powers, by `divisor`. The first takes its minus inside."""
        cdef bint first = self.total == absent()
        cdef Id above
        # Each factor may be a new power with a new exponent, and a product; a few nodes for the rest.
        if self.view.room - arena.count < 3 * self.width + 8 or self.view.room < arena.count:
            make_room(&self.view, 3 * self.width + 8)
        above = self.product(number, 0)
        cdef Id below = self.product(divisor, 1) if self.has_inverse else divisor
        if above == absent():
            above = intern_int(-1 if first and negative else 1)
        elif first and negative and number == absent():
            above = intern1(NEG, above)
        if below != absent():
            above = pair(&self.view, DIV, above, below)
        if first:
            self.total = above
        elif negative:
            self.total = pair(&self.view, SUB, self.total, above)
        else:
            self.total = ordered(&self.view, ADD, self.total, above)
        return 0

    cdef int put_small(self, int64_t coefficient) except -1:
        cdef bint negative = coefficient < 0
        cdef Id number = absent()
        if coefficient != 1 and coefficient != -1:
            number = intern_int(coefficient if not negative or self.total == absent() else -coefficient)
        return self.put(number, absent(), negative)

    cdef int put_number(self, object value) except -1:
        """A term with any coefficient: an int, a Fraction or a float."""
        cdef bint negative = value < 0
        cdef Id number = absent(), divisor = absent()
        cdef uint32_t i
        if type(value) is Fraction and value.denominator == 1:
            value = value.numerator
        if negative and self.total != absent():
            value = -value
        if type(value) is Fraction:
            for i in range(self.width):
                if self.exponents[i]:
                    break
            else:
                return self.put(need_node(value), divisor, negative)
            divisor = intern_long(value.denominator)
            value = value.numerator
        if type(value) is float or (value != 1 and not (value == -1 and self.total == absent())):
            number = need_node(value)
        return self.put(number, divisor, negative)

    cdef object result(self):
        return handle(self.total if self.total != absent() else intern_int(0))


def build_terms(coefficients, monomials, list bases, inverse=None):
    """Return the sum of coefficients times monomials; see `_build_py.py`."""
    cdef Builder builder
    cdef uint32_t i
    rank_operators()
    pin()
    try:
        builder = Builder(bases, inverse)
        for coefficient, monomial in zip(coefficients, monomials, strict=True):
            for i in range(builder.width):
                builder.exponents[i] = monomial[i]
            builder.put_number(coefficient)
        result = builder.result()
    finally:
        unpin()
    settle()
    return result


# ---- terms where FLINT keeps them -----------------------------------------------------------------------------------

ctypedef struct Terms:
    # fmpz_mpoly_struct of FLINT 3: a small coefficient is itself, a large one has bit 62 set;
    # exponents are packed `bits` to a field, the last generator first and the degree on top.
    int64_t *coefficients
    uint64_t *exponents
    int64_t allocated
    int64_t length
    uint64_t bits

cdef Py_ssize_t place_of_terms = 0


cdef inline Terms *terms_of(object polynomial) noexcept:
    return <Terms *>(<char *><PyObject *>polynomial + place_of_terms)


cdef inline bint is_large(int64_t coefficient) noexcept:
    return (<uint64_t>coefficient >> 62) == 1


cdef void unpack(const uint64_t *words, uint64_t bits, uint32_t width, uint64_t *exponents) noexcept:
    """The exponents of one monomial, ordered by degree and then lexically."""
    cdef uint64_t word = words[0], used = 0
    cdef uint64_t mask = <uint64_t>-1 if bits == 64 else (<uint64_t>1 << bits) - 1
    cdef uint32_t i = width
    while i > 0:
        i -= 1
        if used + bits > 64:
            words += 1
            word = words[0]
            used = 0
        exponents[i] = word & mask
        word = 0 if bits == 64 else word >> bits
        used += bits


cdef bint looks_right(object polynomial, list wanted) except -1:
    """Whether the terms at `place_of_terms` are the wanted ones."""
    cdef Terms *terms = terms_of(polynomial)
    cdef uint64_t exponents[8]
    cdef uint64_t words
    cdef uint32_t width = <uint32_t>len(wanted[0][1])
    cdef Py_ssize_t i
    if terms.length != len(wanted) or terms.allocated < terms.length or not 1 <= terms.bits <= 64:
        return False
    words = (width + 64 // terms.bits) // (64 // terms.bits)
    for i in range(len(wanted)):
        unpack(terms.exponents + i * words, terms.bits, width, exponents)
        found = tuple([exponents[k] for k in range(width)])
        if found != wanted[i][1] or (wanted[i][0] is None) != is_large(terms.coefficients[i]):
            return False
        if wanted[i][0] is not None and wanted[i][0] != terms.coefficients[i]:
            return False
    return True


def locate():
    """Find the terms inside a polynomial object by looking for its context, which stands behind them."""
    global place_of_terms
    cdef Py_ssize_t place
    context = flint.fmpz_mpoly_ctx.get(("locate", 6), "deglex")
    wanted = [(-5, (0, 0, 40, 3, 0, 1)), (None, (2, 0, 0, 0, 7, 1)), (1, (1, 0, 0, 0, 0, 0)), (77, (0,) * 6)]
    sample = context.from_dict({exponents: 2**70 if number is None else number for number, exponents in wanted})
    large = context.from_dict({(2**40, 1, 0, 0, 0, 9): 3})
    for place in range(sizeof(PyObject), type(sample).__basicsize__ - sizeof(Terms) - sizeof(PyObject *) + 1, 8):
        place_of_terms = place
        if (<PyObject **>(<char *>terms_of(sample) + sizeof(Terms)))[0] != <PyObject *>context:
            continue
        if looks_right(sample, wanted) and looks_right(large, [(3, (2**40, 1, 0, 0, 0, 9))]):
            return
    place_of_terms = 0


def readable():
    """Whether terms are read where FLINT keeps them."""
    return place_of_terms > 0


# Terms in batches, level by level: all numbers, then all products with a power of the first generator, and so on.
# The cells of one level are fetched together, so that no node waits for the one before.

ctypedef struct Batch:
    uint32_t count
    Id numbers[BATCH]
    Id above[BATCH]
    char negative[BATCH]
    uint64_t exponents[BATCH][MOST_WIDE]
    # One level: which term, and what is looked for where.
    uint32_t size
    uint32_t term[BATCH]
    uint32_t cell[BATCH]
    Id left[BATCH]
    Id right[BATCH]


cdef bint in_plain_order(Builder builder) except -1:
    """Whether factors multiply in the order of the bases: each base before the next, and none a product or a power."""
    cdef uint32_t i
    for i in range(builder.width):
        if arena.op[builder.bases[i]] == MUL or arena.op[builder.bases[i]] == POW:
            return False
        if i and compare(builder.bases[i - 1], builder.bases[i]) >= 0:
            return False
    return True


cdef inline void want(Batch *batch, const View *view, uint32_t term, uint16_t op, Id left, Id right) noexcept:
    cdef uint32_t cell = <uint32_t>(pair_key(op, left, right) >> view.shift)
    __builtin_prefetch(&view.table[cell])
    batch.term[batch.size] = term
    batch.cell[batch.size] = cell
    batch.left[batch.size] = left
    batch.right[batch.size] = right
    batch.size += 1


cdef int put_numbers(Builder builder, Batch *batch, const int64_t *coefficients) except -1:
    """The numbers of some terms without their signs; none for 1."""
    cdef uint32_t t
    cdef int64_t number
    batch.size = 0
    for t in range(batch.count):
        number = coefficients[t]
        batch.negative[t] = number < 0
        number = -number if number < 0 else number
        batch.above[t] = absent()
        if number != 1:
            want(batch, &builder.view, t, INTEGER, <Id>(<uint64_t>number), <Id>(<uint64_t>number >> 32))
    for t in range(batch.size):
        batch.above[batch.term[t]] = found(&builder.view, batch.cell[t], INTEGER, batch.left[t], batch.right[t])
    return 0


cdef int put_batch(Builder builder, Batch *batch, const int64_t *coefficients) except -1:
    """Some terms with small coefficients, none of them the first."""
    cdef View *view = &builder.view
    cdef uint32_t t, i
    cdef uint64_t exponent
    cdef Id factor, above
    cdef Id *row
    cdef uint32_t base_rank, pow_rank = ranks[POW]
    if view.room < arena.count + batch.count * (2 * builder.width + 4):
        make_room(view, batch.count * (2 * builder.width + 4))
    put_numbers(builder, batch, coefficients)
    for i in range(builder.width):
        batch.size = 0
        builder.power(i, 1)
        row = builder.powers[i]
        # A symbol stands before any product, a power behind it.
        base_rank = ranks[view.op[builder.bases[i]]]
        for t in range(batch.count):
            exponent = batch.exponents[t][i]
            if exponent == 0:
                continue
            factor = row[exponent] if exponent < MOST_CACHED else absent()
            if factor == absent():
                factor = builder.power(i, exponent)
            above = batch.above[t]
            if above == absent():
                batch.above[t] = factor
            elif (base_rank if exponent == 1 else pow_rank) < ranks[view.op[above]]:
                want(batch, view, t, MUL, factor, above)
            else:
                want(batch, view, t, MUL, above, factor)
        for t in range(batch.size):
            batch.above[batch.term[t]] = found(view, batch.cell[t], MUL, batch.left[t], batch.right[t])
    for t in range(batch.count):
        above = batch.above[t]
        if above == absent():
            above = intern_int(1)
        if batch.negative[t]:
            builder.total = pair(view, SUB, builder.total, above)
        else:
            builder.total = ordered(view, ADD, builder.total, above)
    return 0


def build_polynomial(polynomial, list bases):
    """Return an fmpz_mpoly, ordered by degree and then lexically, as an expression; see `_build_py.py`."""
    cdef Terms *terms
    cdef Builder builder
    cdef Batch batch
    cdef bint plain
    cdef uint64_t words
    cdef int64_t i
    cdef uint32_t width = <uint32_t>len(bases)
    if not place_of_terms or type(polynomial) is not flint.fmpz_mpoly or width == 0:
        return build_terms([int(value) for value in polynomial.coeffs()], polynomial.monoms(), bases)
    terms = terms_of(polynomial)
    if terms.bits > 64 or polynomial.context().nvars() != width:
        return build_terms([int(value) for value in polynomial.coeffs()], polynomial.monoms(), bases)
    rank_operators()
    pin()
    try:
        builder = Builder(bases, None)
        make_room(&builder.view, <Id>min(terms.length, MOST_RESERVED) * NODES_A_TERM)
        words = (width + 64 // terms.bits) // (64 // terms.bits)
        plain = width <= MOST_WIDE and in_plain_order(builder)
        batch.count = 0
        for i in range(terms.length):
            if plain and i > 0 and not is_large(terms.coefficients[i]):
                unpack(terms.exponents + i * words, terms.bits, width, batch.exponents[batch.count])
                batch.count += 1
                if batch.count == BATCH or i + 1 == terms.length or is_large(terms.coefficients[i + 1]):
                    put_batch(builder, &batch, terms.coefficients + i + 1 - batch.count)
                    batch.count = 0
                continue
            unpack(terms.exponents + i * words, terms.bits, width, builder.exponents)
            if is_large(terms.coefficients[i]):
                builder.put_number(int(polynomial.coefficient(i)))
            else:
                builder.put_small(terms.coefficients[i])
        result = builder.result()
    finally:
        unpin()
    settle()
    return result


def coefficient_bits(polynomial):
    """Return the bits of the largest coefficient, 0 for the zero polynomial; see `_build_py.py`."""
    cdef Terms *terms
    cdef int64_t i
    cdef uint64_t most = 0
    cdef Py_ssize_t bits = 0, large = 0
    if not place_of_terms or type(polynomial) is not flint.fmpz_mpoly:
        return max([int(abs(number)).bit_length() for number in polynomial.coeffs()], default=0)
    terms = terms_of(polynomial)
    for i in range(terms.length):
        if is_large(terms.coefficients[i]):
            large = int(polynomial.coefficient(i)).bit_length()
            bits = max(bits, large)
        else:
            # One bit too many at most: that of -2^k.
            most |= <uint64_t>(terms.coefficients[i] if terms.coefficients[i] >= 0 else -terms.coefficients[i])
    while bits < 64 and most >> bits:
        bits += 1
    return bits


locate()
