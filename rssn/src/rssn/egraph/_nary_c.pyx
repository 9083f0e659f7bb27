"""The normal form of sums and products. What is promised stands in the .pxd."""

from libc.math cimport sqrt
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport qsort

from rssn.egraph._graph_c cimport (
    DEAD, DEFINED, Graph, Item, KIND, NONNEGATIVE, NONZERO, NUMBER, PART, PRODUCT, PRUNED, Part, Row,
    SINGLE_PRODUCT, SINGLE_SUM, SUM, add, add_number, bury, find, hide, mix, new_class, new_row, push, put, record,
    take, thread, touch, unite,
)
from rssn.egraph._memory_c cimport stretch
from rssn.egraph._numbers_c cimport (
    NONE, ONE, ZERO, Numbers, number_add, number_div, number_mul, number_power, number_sign,
    small_id,
)

cdef enum:
    RENEWED = 4  # rows that bringing one up to date may make
    MOST_HOPS = 8  # x = 2y and y = x/2 must not run in circles


# ---- the stack ------------------------------------------------------------------------------------------------------

cdef bint push_item(Graph *g, uint32_t child, uint32_t factor) noexcept nogil:
    cdef uint32_t capacity
    if child == NONE or factor == NONE:
        g.failed = True
        return False
    if g.top == g.stack_capacity:
        capacity = 2 * g.stack_capacity if g.stack_capacity else 64
        if not stretch(<void **>&g.stack, capacity, sizeof(Item)):
            g.failed = True
            return False
        g.stack_capacity = capacity
    g.stack[g.top].child, g.stack[g.top].factor = child, factor
    g.top += 1
    return True


cdef int by_child(const void *left, const void *right) noexcept nogil:
    cdef const Item *a = <const Item *>left
    cdef const Item *b = <const Item *>right
    if a.child != b.child:
        return -1 if a.child < b.child else 1
    return (a.factor > b.factor) - (a.factor < b.factor)


cdef void sort_items(Item *items, uint32_t count) noexcept nogil:
    cdef uint32_t i, k
    cdef Item item
    if count > 24:
        qsort(items, count, sizeof(Item), by_child)
        return
    for i in range(1, count):
        item = items[i]
        k = i
        while k and by_child(&items[k - 1], &item) > 0:
            items[k] = items[k - 1]
            k -= 1
        items[k] = item


# ---- rows of parts --------------------------------------------------------------------------------------------------

cdef uint64_t hash_items(uint32_t op, const Item *items, uint32_t count) noexcept nogil:
    cdef uint64_t h = <uint64_t>op * 0xD6E8FEB86659FD93ULL + count
    cdef uint32_t i
    for i in range(count):
        h = mix(h, (<uint64_t>items[i].child << 32) | items[i].factor)
    h = h * 0xD6E8FEB86659FD93ULL
    return (h ^ (h >> 32)) & 0xFFFFFFFF00000000ULL


cdef uint64_t hash_row(const Graph *g, uint32_t r) noexcept nogil:
    cdef const Row *row = &g.rows[r]
    cdef uint64_t h = <uint64_t>(row.op & KIND) * 0xD6E8FEB86659FD93ULL + row.b
    cdef uint32_t i
    for i in range(row.a, row.a + row.b):
        h = mix(h, (<uint64_t>g.parts[i].child << 32) | g.parts[i].factor)
    h = h * 0xD6E8FEB86659FD93ULL
    return (h ^ (h >> 32)) & 0xFFFFFFFF00000000ULL


cdef uint32_t seek_items(const Graph *g, uint64_t h, uint32_t op, const Item *items, uint32_t count) noexcept nogil:
    cdef uint64_t at = (h >> 32) & g.table_mask, cell
    cdef const Row *row
    cdef uint32_t i
    while True:
        cell = g.table[at]
        if cell == 0xFFFFFFFFFFFFFFFFULL:
            return NONE
        if (cell ^ h) >> 32 == 0:
            row = &g.rows[<uint32_t>cell]
            if (row.op & KIND) == op and row.b == count:
                i = 0
                while i < count:
                    if g.parts[row.a + i].child != items[i].child or g.parts[row.a + i].factor != items[i].factor:
                        break
                    i += 1
                if i == count:
                    return <uint32_t>cell
        at = (at + 1) & g.table_mask


cdef uint32_t insert_items(Graph *g, uint64_t h, uint32_t op, uint32_t start, uint32_t cls) noexcept nogil:
    """A new row of the items from `start` on, in a class or, for NONE, in a new one."""
    cdef uint32_t count = g.top - start, first = g.part_count, r, i, capacity, c = cls
    cdef Part *part
    if first + count > g.part_capacity:
        capacity = 2 * (first + count) + 64
        if not stretch(<void **>&g.parts, capacity, sizeof(Part)):
            g.failed = True
            return NONE
        g.part_capacity = capacity
    if c == NONE:
        c = new_class(g)
        if c == NONE or (g.traced and not record_items(g, c, op, start)):
            return NONE
    r = new_row(g, op, first, count, c)
    if r == NONE or not put(g, h, r):
        return NONE
    if count == 1:
        mark_single(g, c, op)
    g.part_count += count
    for i in range(count):
        part = &g.parts[first + i]
        part.child, part.factor, part.row = g.stack[start + i].child, g.stack[start + i].factor, r
        thread(g, part.child, PART | (first + i))
    if g.infer:
        g.infer(g, r)
    return r


cdef void mark_single(Graph *g, uint32_t c, uint32_t op) noexcept nogil:
    """A class has a row of one part: the rows above may be written without it."""
    cdef uint64_t bit = <uint64_t>1 << (SINGLE_SUM if op == SUM else SINGLE_PRODUCT)
    if g.ops[c] & bit:
        return
    g.ops[c] |= bit
    if g.up[c] != NONE and not push(&g.learned, c):
        g.failed = True


cdef void orient(Graph *g, uint32_t r) noexcept nogil:
    """Row r says that its class is a multiple of a younger one: then that one is a multiple of this."""
    cdef uint32_t start = g.top, cls = find(g, g.rows[r].cls), child = find(g, g.parts[g.rows[r].a].child), c
    cdef uint32_t factor = number_div(&g.numbers, ONE, g.parts[g.rows[r].a].factor)
    if factor == NONE or g.born[child] <= g.born[cls] or g.constant[cls] != NONE or g.live_rows + 2 > g.most_rows:
        return
    push_item(g, cls, factor)
    c = make_sum(g, start)
    if c != NONE:
        unite(g, child, c)


cdef bint record_items(Graph *g, uint32_t c, uint32_t op, uint32_t start) noexcept nogil:
    cdef uint32_t count = g.top - start, i
    if g.born_part_count + count > g.born_part_capacity:
        if not stretch(<void **>&g.born_parts, 2 * (g.born_part_count + count) + 64, sizeof(Item)):
            g.failed = True
            return False
        g.born_part_capacity = 2 * (g.born_part_count + count) + 64
    for i in range(count):
        g.born_parts[g.born_part_count + i] = g.stack[start + i]
    g.born_part_count += count
    return record(g, c, op, g.born_part_count - count, count)


cdef uint32_t longest_row(const Graph *g, uint32_t op, uint32_t cls) noexcept nogil:
    cdef uint32_t last, r, best = NONE
    cdef const Row *row
    if not (g.ops[cls] >> op) & 1:
        return NONE
    last = g.member[cls]
    if last == NONE:
        return NONE
    r = last
    while True:
        row = &g.rows[r]
        if row.op == op and (best == NONE or row.b > g.rows[best].b):
            best = r
        r = row.member
        if r == last:
            return best


cdef uint32_t single_row(const Graph *g, uint32_t op, uint32_t cls) noexcept nogil:
    """A visible row of one part in a class, or NONE. The part is older than the class.

    What is written in terms of what follows age: every class keeps a row over
    older ones, so that there always is an expression of it.
    """
    cdef uint32_t last, r
    cdef const Row *row
    if g.literal or not (g.ops[cls] >> (SINGLE_SUM if op == SUM else SINGLE_PRODUCT)) & 1:
        return NONE
    last = g.member[cls]
    if last == NONE:
        return NONE
    r = last
    while True:
        row = &g.rows[r]
        if row.op == op and row.b == 1 and g.born[find(g, g.parts[row.a].child)] < g.born[cls]:
            return r
        r = row.member
        if r == last:
            return NONE


# ---- sums -----------------------------------------------------------------------------------------------------------

cdef uint32_t normal_sum(Graph *g, uint32_t start, bint *fresh) noexcept nogil:
    """Bring the items from `start` on into normal form; a class if the sum is one, NONE if it stays a row."""
    cdef Numbers *n = &g.numbers
    cdef uint32_t constant = ZERO, i, kept = start, child, factor, hops, r
    for i in range(start, g.top):
        child, factor = find(g, g.stack[i].child), g.stack[i].factor
        hops = 0
        while g.constant[child] == NONE and hops < MOST_HOPS:
            r = single_row(g, SUM, child)
            if r == NONE or (factor == ZERO and g.parts[g.rows[r].a].factor == ZERO):
                break
            factor = number_mul(n, factor, g.parts[g.rows[r].a].factor)
            child = find(g, g.parts[g.rows[r].a].child)
            fresh[0] = True
            hops += 1
        if g.constant[child] != NONE:
            constant = number_add(n, constant, number_mul(n, factor, g.constant[child]))
        else:
            g.stack[kept].child, g.stack[kept].factor = child, factor
            kept += 1
    g.top = kept
    if constant != ZERO:
        push_item(g, add_number(g, ONE), constant)
        fresh[0] = True
    if g.failed:
        return NONE
    sort_items(g.stack + start, g.top - start)
    kept = start
    i = start
    while i < g.top:
        child, factor = g.stack[i].child, g.stack[i].factor
        i += 1
        while i < g.top and g.stack[i].child == child:
            factor = number_add(n, factor, g.stack[i].factor)
            i += 1
        if factor == ZERO and g.facts[child] & DEFINED:
            continue
        g.stack[kept].child, g.stack[kept].factor = child, factor
        kept += 1
    g.top = kept
    if kept == start:
        return add_number(g, ZERO)
    if kept == start + 1:
        if g.stack[start].factor == ONE:
            return g.stack[start].child
        if g.constant[g.stack[start].child] == ONE:
            return add_number(g, g.stack[start].factor)
    return NONE


cdef uint32_t make_sum(Graph *g, uint32_t start) noexcept nogil:
    cdef bint fresh = False
    cdef uint32_t c = normal_sum(g, start, &fresh)
    return finish(g, SUM, start, c)


cdef uint32_t finish(Graph *g, uint32_t op, uint32_t start, uint32_t c) noexcept nogil:
    """The class of normal items, or the class they turned out to be."""
    cdef uint64_t h
    cdef uint32_t r
    if c == NONE and not g.failed:
        h = hash_items(op, g.stack + start, g.top - start)
        r = seek_items(g, h, op, g.stack + start, g.top - start)
        if r == NONE:
            r = insert_items(g, h, op, start, NONE)
        c = NONE if r == NONE else find(g, g.rows[r].cls)
    g.top = start
    return c


# ---- products -------------------------------------------------------------------------------------------------------

cdef bint may_add(Graph *g, uint32_t base, uint32_t a, uint32_t b) noexcept nogil:
    """Whether base^a * base^b is base^(a+b) wherever either is defined."""
    cdef Numbers *n = &g.numbers
    cdef uint32_t total = number_add(n, a, b)
    cdef int left = number_sign(n, a), right = number_sign(n, b)
    if total == NONE:
        return False
    if left * right < 0 and not g.facts[base] & NONZERO:
        return False
    if total == ZERO and not g.facts[base] & DEFINED:
        return False
    if n.den[total] == 1 and (n.den[a] != 1 or n.den[b] != 1) and not g.facts[base] & NONNEGATIVE:
        return False
    return True


cdef bint may_multiply(Graph *g, uint32_t base, uint32_t inner, uint32_t outer) noexcept nogil:
    cdef Numbers *n = &g.numbers
    cdef uint32_t total = number_mul(n, inner, outer)
    if total == NONE:
        return False
    if number_sign(n, inner) < 0 and number_sign(n, outer) < 0 and not g.facts[base] & NONZERO:
        return False
    if not g.facts[base] & NONNEGATIVE:
        # ((-1)^2)^(1/2) is 1, and (-1)^(1/2) squared is nothing.
        return n.den[outer] == 1 and (n.den[inner] == 1 or n.den[total] != 1)
    return True


cdef uint32_t exact_root(Graph *g, uint32_t value) noexcept nogil:
    """The square root of a number, if it is rational and small."""
    cdef Numbers *n = &g.numbers
    cdef int64_t over, under
    if n.den[value] == 0 or n.num[value] < 0 or n.num[value] > (<int64_t>1 << 52) or n.den[value] > (<int64_t>1 << 52):
        return NONE
    over, under = <int64_t>sqrt(<double>n.num[value]), <int64_t>sqrt(<double>n.den[value])
    if over * over != n.num[value] or under * under != n.den[value]:
        return NONE
    return small_id(n, over, under)


cdef uint32_t known_power(Graph *g, uint32_t value, uint32_t exponent) noexcept nogil:
    """value^exponent where that is rational, else NONE."""
    cdef Numbers *n = &g.numbers
    cdef uint32_t root
    if n.den[exponent] == 1:
        return number_power(n, value, exponent)
    if value == ONE:
        return ONE
    if n.den[exponent] != 2:
        return NONE
    root = exact_root(g, value)
    return NONE if root == NONE else number_power(n, root, small_id(n, n.num[exponent], 1))


cdef uint32_t take_apart(Graph *g, uint32_t child, uint32_t factor, uint32_t *coefficient, bint *fresh) noexcept nogil:
    """Push what child^factor is made of; numbers go into the coefficient. Whether anything was pushed or taken."""
    cdef Numbers *n = &g.numbers
    cdef uint32_t value, r, inner
    cdef int hops
    cdef bint whole = n.den[factor] == 1
    for hops in range(MOST_HOPS):
        if factor == ZERO:
            fresh[0] = True
            return True
        if g.constant[child] != NONE:
            value = known_power(g, g.constant[child], factor)
            if value != NONE:
                coefficient[0] = number_mul(n, coefficient[0], value)
                fresh[0] = True
                return True
            break
        r = single_row(g, SUM, child) if whole else NONE
        if r != NONE and g.parts[g.rows[r].a].factor != ZERO:
            value = number_power(n, g.parts[g.rows[r].a].factor, factor)
            if value == NONE:
                break
            coefficient[0] = number_mul(n, coefficient[0], value)
            child = find(g, g.parts[g.rows[r].a].child)
            fresh[0] = True
            continue
        r = single_row(g, PRODUCT, child)
        if r == NONE:
            break
        inner = g.parts[g.rows[r].a].factor
        if not may_multiply(g, find(g, g.parts[g.rows[r].a].child), inner, factor):
            break
        child, factor = find(g, g.parts[g.rows[r].a].child), number_mul(n, inner, factor)
        whole = n.den[factor] == 1
        fresh[0] = True
    return push_item(g, child, factor)


cdef uint32_t normal_product(Graph *g, uint32_t start, uint32_t *coefficient, bint *fresh) noexcept nogil:
    """Bring the items from `start` on into normal form, without their numeric coefficient.

    A class if what is left is one, NONE if it stays a row.
    """
    cdef Numbers *n = &g.numbers
    cdef uint32_t end = g.top, i, k, kept, count
    coefficient[0] = ONE
    for i in range(start, end):
        take_apart(g, find(g, g.stack[i].child), g.stack[i].factor, coefficient, fresh)
    if g.failed:
        return NONE
    count = g.top - end
    for i in range(count):
        g.stack[start + i] = g.stack[end + i]
    g.top = start + count
    sort_items(g.stack + start, count)
    kept = start
    for i in range(start, g.top):
        k = kept
        while k > start and g.stack[k - 1].child == g.stack[i].child:
            if may_add(g, g.stack[i].child, g.stack[k - 1].factor, g.stack[i].factor):
                break
            k -= 1
        if k > start and g.stack[k - 1].child == g.stack[i].child:
            g.stack[k - 1].factor = number_add(n, g.stack[k - 1].factor, g.stack[i].factor)
        else:
            g.stack[kept] = g.stack[i]
            kept += 1
    g.top = start
    for i in range(start, kept):
        if g.stack[i].factor != ZERO:
            g.stack[g.top] = g.stack[i]
            g.top += 1
    sort_items(g.stack + start, g.top - start)
    if g.top == start:
        return add_number(g, ONE)
    if g.top == start + 1 and g.stack[start].factor == ONE:
        return g.stack[start].child
    return NONE


cdef uint32_t make_product(Graph *g, uint32_t start) noexcept nogil:
    cdef bint fresh = False
    cdef uint32_t coefficient
    cdef uint32_t c = normal_product(g, start, &coefficient, &fresh)
    return scaled(g, finish(g, PRODUCT, start, c), coefficient)


cdef uint32_t scaled(Graph *g, uint32_t c, uint32_t coefficient) noexcept nogil:
    """coefficient * c."""
    cdef uint32_t start = g.top
    if coefficient == ONE or c == NONE:
        return c
    push_item(g, c, coefficient)
    return make_sum(g, start)


cdef uint32_t make_power(Graph *g, uint32_t base, uint32_t exponent) noexcept nogil:
    cdef uint32_t start = g.top, value = g.constant[find(g, exponent)]
    if value == NONE:
        return add(g, g.power_op, base, exponent)
    push_item(g, base, value)
    return make_product(g, start)


cdef uint32_t normal_row(Graph *g, uint32_t r, uint32_t start, bint *fresh) noexcept nogil:
    """The normal form of a row as it stands, on the stack; or the class that it is."""
    cdef uint32_t i, c, coefficient = ONE, op = g.rows[r].op & KIND
    for i in range(g.rows[r].a, g.rows[r].a + g.rows[r].b):
        push_item(g, g.parts[i].child, g.parts[i].factor)
    if op == SUM:
        return normal_sum(g, start, fresh)
    c = normal_product(g, start, &coefficient, fresh)
    if coefficient != ONE:
        c = scaled(g, finish(g, PRODUCT, start, c), coefficient)
    return c


# ---- after a change -------------------------------------------------------------------------------------------------

cdef void renew(Graph *g, uint32_t r) noexcept nogil:
    """Normalise a row whose children have changed, in place where its children are still its own."""
    cdef Row *row = &g.rows[r]
    cdef uint32_t op = row.op & KIND, start = g.top, i, c, cls = row.cls, other, hidden
    cdef bint fresh = False
    cdef uint64_t h
    if g.live_rows + RENEWED > g.most_rows:
        if not push(&g.stale, r):
            g.failed = True
        return
    if op == g.power_op:
        if g.constant[find(g, row.b)] != NONE:
            c = make_power(g, row.a, row.b)
            hide(g, r, PRUNED)
            if c != NONE:
                unite(g, cls, c)
        return
    take(g, hash_row(g, r), r)
    c = normal_row(g, r, start, &fresh)
    if c != NONE and find(g, c) == find(g, cls):
        # x = 2y and y = x/2 would both become x = x, and what x is would be lost: keep the row's own words.
        g.top, fresh, g.literal = start, False, True
        c = normal_row(g, r, start, &fresh)
        g.literal = False
    if g.failed:
        return
    if c != NONE:
        g.top = start
        bury(g, r)
        unite(g, cls, c)
        return
    h = hash_items(op, g.stack + start, g.top - start)
    other = seek_items(g, h, op, g.stack + start, g.top - start)
    row = &g.rows[r]
    if other != NONE:
        bury(g, r)
        unite(g, cls, g.rows[other].cls)
    elif fresh or g.top - start > row.b:
        hidden = row.op & ~<uint32_t>KIND
        bury(g, r)
        other = insert_items(g, h, op, start, find(g, cls))
        if other != NONE and hidden:
            g.rows[other].op |= hidden
            g.live_rows -= 1
    else:
        for i in range(g.top - start):
            g.parts[row.a + i].child, g.parts[row.a + i].factor = g.stack[start + i].child, g.stack[start + i].factor
        row.b = g.top - start
        if row.b == 1:
            mark_single(g, find(g, cls), op)
        put(g, h, r)
        touch(g, r)
        if g.infer:
            g.infer(g, r)
    g.top = start
