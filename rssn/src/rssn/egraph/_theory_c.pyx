"""Distribute, factor, content, flatten. Results are built flat from the pieces at hand; nested sums stay nested.

A class that holds m sums, used by a sum of k terms, could be flattened in m^k
ways. So nothing is flattened for its own sake: `flatten` looks at one way
only, and keeps it only where terms meet.
"""

from libc.stdint cimport int64_t, uint32_t
from libc.stdlib cimport qsort

from rssn.egraph._graph_c cimport (
    FIRST_RULE, Graph, Item, KIND, PRODUCT, Row, SUM, find, is_hidden, tell, unite,
)
from rssn.egraph._memory_c cimport stretch
from rssn.egraph._nary_c cimport finish, longest_row, make_product, make_sum, normal_sum, push_item
from rssn.egraph._numbers_c cimport (
    NONE, ONE, ZERO, Numbers, is_whole, number_add, number_compare, number_div, number_mul, number_neg, number_sign,
    number_sub, small_id,
)

cdef enum:
    MOST_DEPTH = 8  # nested sums that `flatten` opens
    MOST_FLAT = 256  # parts that it looks at
    MOST_OPENED = 48  # sums that it opens in one go
    LARGE = 1 << 30  # a coefficient beyond this comes from sums that feed on themselves: there it stops
    MOST_TERMS = 4096  # of a sum that `factor` looks at


cdef bint has_room(Theory *t, uint32_t rows) noexcept nogil:
    if t.g.live_rows + rows > t.node_limit:
        t.full = True
    return not t.full


cdef uint32_t consult(Theory *t, int which, uint32_t r) noexcept nogil:
    cdef uint32_t op = t.g.rows[r].op
    if op == PRODUCT:
        return distribute(t, r) if which == DISTRIBUTE else flatten_product(t, r) if which == FLATTEN else 0
    if op != SUM:
        return 0
    if which == FACTOR:
        return factor(t, r)
    if which == CONTENT:
        return content(t, r)
    return flatten_sum(t, r) if which == FLATTEN else 0


cdef uint32_t conclude(Theory *t, uint32_t r, uint32_t c) noexcept nogil:
    """The class of a row is this one too."""
    cdef uint32_t pair[2]
    if c == NONE:
        return 0
    pair[0], pair[1] = find(t.g, t.g.rows[r].cls), c
    if not unite(t.g, pair[0], c):
        return 0
    if t.g.traced:
        tell(t.g, FIRST_RULE + t.number, pair, 2)
    return 1


# ---- distribute -----------------------------------------------------------------------------------------------------

cdef uint32_t distribute(Theory *t, uint32_t r) noexcept nogil:
    """Multiply every sum among the factors into the whole rest of the product."""
    cdef Graph *g = t.g
    cdef uint32_t i, child, last, s, found = 0, first = g.rows[r].a, count = g.rows[r].b
    for i in range(first, first + count):
        child = find(g, g.parts[i].child)
        if not (g.ops[child] >> SUM) & 1 or not is_whole(&g.numbers, g.parts[i].factor):
            continue
        if g.numbers.num[g.parts[i].factor] < 1 or child == find(g, g.rows[r].cls):
            continue
        last = g.member[child]
        if last == NONE:
            continue
        s = g.rows[last].member
        while True:
            if g.rows[s].op == SUM and g.rows[s].b > 1:
                if not has_room(t, g.rows[s].b + 4):
                    return found
                found += conclude(t, r, multiplied(g, first, count, i, s))
            if s == last or g.failed:
                break
            s = g.rows[s].member
    return found


cdef uint32_t multiplied(Graph *g, uint32_t first, uint32_t count, uint32_t at, uint32_t s) noexcept nogil:
    """The sum of (rest of the product) * term over the terms of row s, which is one factor's sum."""
    cdef uint32_t total = g.top, i, k, start
    for k in range(g.rows[s].a, g.rows[s].a + g.rows[s].b):
        start = g.top
        for i in range(first, first + count):
            if i != at:
                push_item(g, g.parts[i].child, g.parts[i].factor)
            elif g.parts[i].factor != ONE:
                push_item(g, g.parts[i].child, number_sub(&g.numbers, g.parts[i].factor, ONE))
        push_flat(g, g.parts[k].child)
        i = make_product(g, start)
        push_item(g, i, g.parts[k].factor)
    return make_sum(g, total)


cdef void push_flat(Graph *g, uint32_t c) noexcept nogil:
    """Push a factor; one that is a product itself as its parts."""
    cdef uint32_t r = longest_row(g, PRODUCT, find(g, c)), i
    if r == NONE:
        push_item(g, c, ONE)
        return
    for i in range(g.rows[r].a, g.rows[r].a + g.rows[r].b):
        push_item(g, g.parts[i].child, g.parts[i].factor)


# ---- factor ---------------------------------------------------------------------------------------------------------

cdef int by_factor(const void *left, const void *right) noexcept nogil:
    cdef const Candidate *a = <const Candidate *>left
    cdef const Candidate *b = <const Candidate *>right
    if a.child != b.child:
        return -1 if a.child < b.child else 1
    if a.sign != b.sign:
        return -1 if a.sign < b.sign else 1
    if a.term != b.term:
        return -1 if a.term < b.term else 1
    return (a.row > b.row) - (a.row < b.row)


cdef bint propose(Theory *t, uint32_t child, uint32_t term, uint32_t factor, uint32_t row) noexcept nogil:
    cdef Candidate *c
    if t.count == t.capacity:
        if not stretch(<void **>&t.candidates, 2 * t.capacity + 64, sizeof(Candidate)):
            t.g.failed = True
            return False
        t.capacity = 2 * t.capacity + 64
    c = &t.candidates[t.count]
    t.count += 1
    c.child, c.sign, c.term, c.factor, c.row = child, number_sign(&t.g.numbers, factor), term, factor, row
    return True


cdef uint32_t factor(Theory *t, uint32_t r) noexcept nogil:
    """Take each common factor out of all the terms that have it; sub-groups come when the inner sum is looked at."""
    cdef Graph *g = t.g
    cdef uint32_t cls = find(g, g.rows[r].cls), i, k, last, p, child, begin, end, found = 0
    t.count = 0
    if g.rows[r].b < 2 or g.rows[r].b > MOST_TERMS:
        return 0
    for i in range(g.rows[r].a, g.rows[r].a + g.rows[r].b):
        child = find(g, g.parts[i].child)
        if child == cls or g.parts[i].factor == ZERO:
            return 0
        if g.constant[child] != NONE:
            continue
        propose(t, child, i, ONE, NONE)
        last = g.member[child]
        if last == NONE or not (g.ops[child] >> PRODUCT) & 1:
            continue
        p = last
        while True:
            if g.rows[p].op == PRODUCT:
                for k in range(g.rows[p].a, g.rows[p].a + g.rows[p].b):
                    if find(g, g.parts[k].child) != cls and find(g, g.parts[k].child) != child:
                        propose(t, find(g, g.parts[k].child), i, g.parts[k].factor, p)
            p = g.rows[p].member
            if p == last:
                break
    qsort(t.candidates, t.count, sizeof(Candidate), by_factor)
    begin = 0
    while begin < t.count and not g.failed:
        end = begin + 1
        while end < t.count and same_factor(&t.candidates[begin], &t.candidates[end]):
            end += 1
        if t.candidates[end - 1].term != t.candidates[begin].term:
            if not has_room(t, end - begin + 6):
                break
            found += conclude(t, r, factored(t, r, begin, end))
        begin = end
    return found


cdef inline bint same_factor(const Candidate *a, const Candidate *b) noexcept nogil:
    return a.child == b.child and a.sign == b.sign


cdef uint32_t factored(Theory *t, uint32_t r, uint32_t begin, uint32_t end) noexcept nogil:
    """factor * (sum of the terms that have it, each divided by it) + the other terms."""
    cdef Graph *g = t.g
    cdef Numbers *n = &g.numbers
    cdef uint32_t least = NONE, i, at, total = g.top, inner, start, amount
    cdef int sign = t.candidates[begin].sign
    for i in range(begin, end):
        amount = t.candidates[i].factor if sign > 0 else number_neg(n, t.candidates[i].factor)
        if least == NONE or number_compare(n, amount, least) < 0:
            least = amount
    if sign < 0:
        least = number_neg(n, least)
    for i in range(begin, end):
        if i == begin or t.candidates[i].term != t.candidates[i - 1].term:
            at = t.candidates[i].term
            push_item(g, divided(g, &t.candidates[i], least), g.parts[at].factor)
    inner = make_sum(g, total)
    start = g.top
    push_item(g, t.candidates[begin].child, least)
    push_item(g, inner, ONE)
    push_item(g, make_product(g, start), ONE)
    i = begin
    for at in range(g.rows[r].a, g.rows[r].a + g.rows[r].b):
        while i < end and t.candidates[i].term < at:
            i += 1
        if i == end or t.candidates[i].term != at:
            push_item(g, g.parts[at].child, g.parts[at].factor)
    return make_sum(g, total)


cdef uint32_t divided(Graph *g, const Candidate *c, uint32_t least) noexcept nogil:
    """The class of a term without factor^least. `c` is copied first: making rows may move things, but not candidates."""
    cdef uint32_t start = g.top, i
    cdef bint done = False
    if c.row == NONE:
        push_item(g, c.child, number_sub(&g.numbers, ONE, least))
        return make_product(g, start)
    for i in range(g.rows[c.row].a, g.rows[c.row].a + g.rows[c.row].b):
        if not done and find(g, g.parts[i].child) == c.child and g.parts[i].factor == c.factor:
            done = True
            push_item(g, g.parts[i].child, number_sub(&g.numbers, g.parts[i].factor, least))
        else:
            push_item(g, g.parts[i].child, g.parts[i].factor)
    return make_product(g, start)


# ---- content --------------------------------------------------------------------------------------------------------

cdef int64_t gcd(int64_t a, int64_t b) noexcept nogil:
    a, b = (a if a >= 0 else -a), (b if b >= 0 else -b)
    while b:
        a, b = b, a % b
    return a


cdef uint32_t content(Theory *t, uint32_t r) noexcept nogil:
    """Take the common numeric factor, and the sign of the first term, out of a sum."""
    cdef Graph *g = t.g
    cdef Numbers *n = &g.numbers
    cdef int64_t over = 0, under = 1, common
    cdef uint32_t i, start, amount, first = g.rows[r].a, count = g.rows[r].b
    if count < 2:
        return 0
    for i in range(first, first + count):
        amount = g.parts[i].factor
        if n.den[amount] == 0 or amount == ZERO:
            return 0
        over = gcd(over, n.num[amount])
        common = n.den[amount] // gcd(under, n.den[amount])
        if under > (<int64_t>1 << 30) or common > (<int64_t>1 << 30):
            return 0
        under *= common
    amount = small_id(n, -over if n.num[g.parts[first].factor] < 0 else over, under)
    if amount == ONE or not has_room(t, 4):
        return 0
    start = g.top
    for i in range(first, first + count):
        push_item(g, g.parts[i].child, number_div(n, g.parts[i].factor, amount))
    push_item(g, make_sum(g, start), amount)
    return conclude(t, r, make_sum(g, start))


# ---- flatten --------------------------------------------------------------------------------------------------------

ctypedef struct Way:
    # The classes that are being opened, innermost first: a sum that contains itself is opened once.
    uint32_t cls
    const Way *back


cdef inline bint is_large(const Numbers *n, uint32_t x) noexcept nogil:
    return n.den[x] == 0 or n.den[x] > LARGE or n.num[x] > LARGE or n.num[x] < -LARGE


cdef void open_sum(
    Graph *g, uint32_t c, uint32_t amount, uint32_t start, uint32_t depth, uint32_t *opened, const Way *back
) noexcept nogil:
    """Push a term; one that is a sum itself as its terms, and so on."""
    cdef uint32_t r = NONE, i
    cdef Way way
    cdef const Way *step = back
    way.cls, way.back = find(g, c), back
    if depth and opened[0] < MOST_OPENED and not is_large(&g.numbers, amount):
        r = longest_row(g, SUM, way.cls)
    while step != NULL and r != NONE:
        if step.cls == way.cls:
            r = NONE
        step = step.back
    if r == NONE or g.top - start + g.rows[r].b > MOST_FLAT:
        push_item(g, c, amount)
        return
    opened[0] += 1
    for i in range(g.rows[r].a, g.rows[r].a + g.rows[r].b):
        open_sum(
            g, g.parts[i].child, number_mul(&g.numbers, amount, g.parts[i].factor), start, depth - 1, opened, &way
        )


cdef uint32_t flatten_sum(Theory *t, uint32_t r) noexcept nogil:
    """Open every term that is a sum; worth keeping only if terms meet."""
    cdef Graph *g = t.g
    cdef uint32_t start = g.top, i, opened = 0, before, c
    cdef bint fresh = False
    cdef Way way
    way.cls, way.back = find(g, g.rows[r].cls), NULL
    for i in range(g.rows[r].a, g.rows[r].a + g.rows[r].b):
        open_sum(g, g.parts[i].child, g.parts[i].factor, start, MOST_DEPTH, &opened, &way)
    before = g.top - start
    for i in range(start, g.top):
        if is_large(&g.numbers, g.stack[i].factor):
            opened = 0
    if not opened or g.failed or not has_room(t, 3):
        g.top = start
        return 0
    c = normal_sum(g, start, &fresh)
    if c == NONE and g.top - start >= before:
        g.top = start
        return 0
    return conclude(t, r, finish(g, SUM, start, c))


cdef uint32_t flatten_product(Theory *t, uint32_t r) noexcept nogil:
    """Open every factor that is a product."""
    cdef Graph *g = t.g
    cdef uint32_t start = g.top, i, k, p, amount
    cdef bint opened = False
    for i in range(g.rows[r].a, g.rows[r].a + g.rows[r].b):
        amount = g.parts[i].factor
        p = longest_row(g, PRODUCT, find(g, g.parts[i].child)) if is_whole(&g.numbers, amount) else NONE
        if p == NONE or g.rows[p].b == 1 or not opens(g, p, amount) or g.top - start > MOST_FLAT:
            push_item(g, g.parts[i].child, amount)
            continue
        opened = True
        for k in range(g.rows[p].a, g.rows[p].a + g.rows[p].b):
            push_item(g, g.parts[k].child, number_mul(&g.numbers, g.parts[k].factor, amount))
    if not opened or g.failed or not has_room(t, 3):
        g.top = start
        return 0
    return conclude(t, r, make_product(g, start))


cdef bint opens(Graph *g, uint32_t p, uint32_t amount) noexcept nogil:
    """Whether (product)^amount is the product of its parts' powers wherever either is defined."""
    cdef uint32_t k
    if amount == ONE:
        return True
    for k in range(g.rows[p].a, g.rows[p].a + g.rows[p].b):
        if not is_whole(&g.numbers, g.parts[k].factor):
            return False
        if number_sign(&g.numbers, g.parts[k].factor) < 0 and number_sign(&g.numbers, amount) < 0:
            return False
    return True
