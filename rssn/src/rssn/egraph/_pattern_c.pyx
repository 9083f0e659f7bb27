"""Matching sums and products by parts, and building right sides.

The items of a sum pattern take different parts of a row; at the root, what is
left over stays. Coefficients need only be proportional: 3*sin^2 + 3*cos^2 is
3 times the pattern, and of 5*sin^2 + 3*cos^2 the rest 2*sin^2 stays. Products
are the same with whole powers. Below the root a row must match whole, except
that a variable may take what is left.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from rssn.egraph._graph_c cimport (
    FIRST_RULE, Graph, LEAF, NUMBER, PRODUCT, Row, SUM, add, add_number, find, is_hidden, probe, push, tell, unite,
)
from rssn.egraph._match_c cimport guards_hold, tick
from rssn.egraph._nary_c cimport longest_row, make_power, make_product, make_sum, push_item
from rssn.egraph._numbers_c cimport (
    NONE, ONE, ZERO, Numbers, is_whole, number_compare, number_div, number_mul, number_neg, number_sign, number_sub,
)


cdef class Patterns:
    """Compiled laws: arrays of nodes, children, guards; `laws` are (name, left, right, guards, registers, depth, test)."""

    def __cinit__(self, Program program, list nodes, list children, list laws, list roots):
        cdef uint32_t i, k, n = 0, guard_count = sum([len(each[3]) for each in laws])
        cdef Law *law
        self.program, self.law_count, self.op_count = program, len(laws), len(roots)
        self.names = tuple([each[0] for each in laws])
        self.conditions = tuple([each[6] for each in laws])
        self.nodes = <Node *>reserve(len(nodes), sizeof(Node))
        self.children = <Child *>reserve(len(children), sizeof(Child))
        self.laws = <Law *>reserve(len(laws), sizeof(Law))
        self.guards = <Guard *>reserve(guard_count, sizeof(Guard))
        self.by_op = <uint32_t *>reserve(sum([len(each) for each in roots]), 4)
        self.roots = <Span *>reserve(len(roots), sizeof(Span))
        for i, (kind, register, op, payload, first, count) in enumerate(nodes):
            self.nodes[i] = Node(kind, register, op, payload, Span(first, count))
        for i, (node, factor) in enumerate(children):
            self.children[i] = Child(node, factor)
        for i, (_name, left, right, guards, registers, depth, test) in enumerate(laws):
            law = &self.laws[i]
            law.left, law.right, law.registers, law.depth = left, right, registers, depth
            law.guards, law.conditional = Span(n, len(guards)), test is not None
            for kind, x, y, value in guards:
                self.guards[n] = Guard(kind, x, y, value)
                n += 1
        n = 0
        for i, each in enumerate(roots):
            self.roots[i] = Span(n, len(each))
            for k in each:
                self.by_op[n] = k
                n += 1

    def __dealloc__(self):
        free(self.nodes); free(self.children); free(self.laws); free(self.guards); free(self.by_op); free(self.roots)


cdef void *reserve(size_t count, size_t size) except NULL:
    cdef void *block = malloc(count * size + 1)
    if not block:
        raise MemoryError
    return block


# ---- searching ------------------------------------------------------------------------------------------------------

cdef bint hunt(Hunt *h, uint32_t r) noexcept nogil:
    memset(h.registers, 0xFF, sizeof(h.registers))
    h.root_row, h.root_class, h.root_items = r, find(h.g, h.g.rows[r].cls), NULL
    return at_row(h, &h.nodes[h.law.left], r, NULL, True)


cdef bint at_row(Hunt *h, const Node *node, uint32_t r, const Goal *rest, bint is_root) noexcept nogil:
    """Match an operator's node against one row that has that operator."""
    cdef const Row *row = &h.g.rows[r]
    cdef Goal first, second
    cdef uint32_t a = row.a, b = row.b
    if node.kind == A_SUM or node.kind == A_PRODUCT:
        if b < node.children.count:
            return True
        first.node, first.rest, first.is_items, first.is_root, first.row, first.item = node, rest, True, is_root, r, 0
        first.part, first.scale, first.before = NONE, NONE, NULL
        return take_part(h, &first)
    if node.kind == A_POWER and row.op == PRODUCT:
        if b != 1:
            return True
        if h.g.live_rows >= h.node_limit:
            h.full = True
            return False
        b = add_number(h.g, h.g.parts[a].factor)
        a = h.g.parts[a].child
        if b == NONE:
            return False
    first.is_items = second.is_items = False
    first.node, first.cls, first.rest = &h.nodes[h.children[node.children.first].node], a, rest
    if node.children.count == 1:
        return solve(h, &first)
    second.node, second.cls, second.rest = &h.nodes[h.children[node.children.first + 1].node], b, rest
    first.rest = &second
    if not solve(h, &first):
        return False
    if node.kind == A_SWAPPABLE and a != b:
        first.cls, second.cls = b, a
        return solve(h, &first)
    return True


cdef bint solve(Hunt *h, const Goal *goal) noexcept nogil:
    """Match the goals of the list, first to last, in every way; False stops everything."""
    cdef const Node *node
    cdef uint32_t c, r
    if goal == NULL:
        return found(h)
    if goal.is_items:
        return take_part(h, goal)
    node, c = goal.node, find(h.g, goal.cls)
    if node.kind == A_VARIABLE:
        return bind(h, node.register, c, goal.rest)
    if node.kind == A_NUMBER:
        return h.g.constant[c] != node.payload or solve(h, goal.rest)
    if node.kind == A_LEAF:
        r = probe(h.g, LEAF, node.payload, 0)
        return r == NONE or find(h.g, h.g.rows[r].cls) != c or solve(h, goal.rest)
    return members(h, node, c, goal.rest)


cdef bint bind(Hunt *h, uint32_t register, uint32_t c, const Goal *rest) noexcept nogil:
    cdef bint goes_on
    if h.registers[register] != NONE:
        return find(h.g, h.registers[register]) != c or solve(h, rest)
    h.registers[register] = c
    goes_on = solve(h, rest)
    h.registers[register] = NONE
    return goes_on


cdef bint members(Hunt *h, const Node *node, uint32_t c, const Goal *rest) noexcept nogil:
    """Match a node against every row of a class."""
    cdef const Graph *g = h.g
    cdef uint32_t r, last = g.member[c], op
    if not tick(h.clock):
        return False
    if last == NONE or not may_hold(g, node, c):
        return True
    r = g.rows[last].member
    while True:
        op = g.rows[r].op
        if op == node.op or (node.kind == A_POWER and op == PRODUCT):
            if not at_row(h, node, r, rest, False):
                return False
        if r == last:
            return True
        r = g.rows[r].member


cdef inline bint may_hold(const Graph *g, const Node *node, uint32_t c) noexcept nogil:
    return ((g.ops[c] >> (node.op & 63)) & 1) or (node.kind == A_POWER and ((g.ops[c] >> PRODUCT) & 1))


# ---- parts ----------------------------------------------------------------------------------------------------------

cdef bint take_part(Hunt *h, const Goal *items) noexcept nogil:
    """Let the next item of a sum or product pattern take each part that is free."""
    cdef Graph *g = h.g
    cdef Numbers *n = &g.numbers
    cdef const Node *node = items.node
    cdef const Child *child
    cdef uint32_t first = g.rows[items.row].a, count = g.rows[items.row].b, i, wanted = node.children.count
    cdef Goal mine, following
    if items.item == wanted:
        return parts_taken(h, items)
    child = &h.children[node.children.first + items.item]
    mine.node, mine.is_items, mine.rest = &h.nodes[child.node], False, &following
    if not items.is_root and items.item + 1 == wanted and mine.node.kind == A_VARIABLE and count > wanted:
        return take_rest(h, items, child)
    if items.is_root and wanted == 1 and mine.node.kind == A_VARIABLE and count > 1:
        return True
    following = items[0]
    following.item, following.before = items.item + 1, items
    for i in range(first, first + count):
        if is_taken(items, i):
            continue
        following.part = i
        if items.is_root:
            # A whole power is no power of a root: x = cbrt(x)^3 would go on for ever.
            if node.kind == A_PRODUCT and n.den[g.parts[i].factor] != n.den[child.factor]:
                continue
            following.scale = nearer(n, items.scale, number_div(n, g.parts[i].factor, child.factor))
            if following.scale == NONE:
                continue
        elif g.parts[i].factor != child.factor:
            continue
        mine.cls = g.parts[i].child
        if not solve(h, &mine):
            return False
    return True


cdef uint32_t nearer(Numbers *n, uint32_t scale, uint32_t ratio) noexcept nogil:
    """The ratio nearer to 0 of two of one sign; NONE if the signs differ."""
    if ratio == NONE or ratio == ZERO or scale == NONE:
        return NONE if ratio == ZERO else ratio
    if number_sign(n, scale) != number_sign(n, ratio):
        return NONE
    return ratio if (number_compare(n, ratio, scale) < 0) == (number_sign(n, ratio) > 0) else scale


cdef inline bint is_taken(const Goal *items, uint32_t part) noexcept nogil:
    while items != NULL:
        if items.part == part:
            return True
        items = items.before
    return False


cdef bint parts_taken(Hunt *h, const Goal *items) noexcept nogil:
    """All items have their part: below the root none may be left, at the root a product's power must be whole."""
    if not items.is_root:
        return h.g.rows[items.row].b != items.node.children.count or solve(h, items.rest)
    if items.node.kind == A_PRODUCT and not is_whole(&h.g.numbers, items.scale):
        return True
    h.root_items = items
    return solve(h, items.rest)


cdef bint take_rest(Hunt *h, const Goal *items, const Child *child) noexcept nogil:
    """Below the root, the last item is a variable: it takes all that is left of the row."""
    cdef Graph *g = h.g
    cdef uint32_t start = g.top, i, c
    if items.node.kind == A_PRODUCT and child.factor != ONE:
        return True
    if g.live_rows + 4 > h.node_limit:
        h.full = True
        return False
    for i in range(g.rows[items.row].a, g.rows[items.row].a + g.rows[items.row].b):
        if not is_taken(items, i):
            push_item(g, g.parts[i].child, number_div(&g.numbers, g.parts[i].factor, child.factor))
    c = make_sum(g, start) if items.node.kind == A_SUM else make_product(g, start)
    if c == NONE:
        return False
    return bind(h, h.nodes[child.node].register, c, items.rest)


# ---- applying -------------------------------------------------------------------------------------------------------

cdef bint found(Hunt *h) noexcept nogil:
    """A match: if its guards hold, make the right side and unite."""
    cdef Graph *g = h.g
    cdef const Law *law = h.law
    cdef uint32_t c, pair[66]
    cdef uint32_t i
    if law.guards.count and not guards_hold(g, h.guards + law.guards.first, law.guards.count, h.registers):
        return True
    if law.conditional and not holds(h):
        return not h.clock.stopped
    h.found += 1
    if g.live_rows + 24 + (g.rows[h.root_row].b if h.root_items else 0) > h.node_limit:
        h.full = True
        return False
    c = build(h, &h.nodes[law.right])
    if c != NONE and h.root_items != NULL:
        c = with_leftover(h, c)
    if c == NONE:
        return False
    pair[0] = find(g, h.root_class)
    if unite(g, pair[0], c):
        h.unions += 1
        if g.conflict_left != NONE or h.careful:
            h.blamed = h.registers
        if g.traced:
            pair[1] = c
            for i in range(law.registers):
                pair[2 + i] = h.registers[i]
            tell(g, FIRST_RULE + h.number, pair, 2 + law.registers)
            tell_row(h)
    return h.found < h.limit and not g.failed and g.conflict_left == NONE


cdef void tell_row(Hunt *h) noexcept nogil:
    """Write down of what row the match was a part: how often the left side is taken from it, and its parts."""
    cdef Graph *g = h.g
    cdef uint32_t i, first = g.rows[h.root_row].a, count = g.rows[h.root_row].b if h.root_items != NULL else 0
    cdef bint ok = push(&g.story, h.root_items.scale if h.root_items != NULL else ONE) and push(&g.story, count)
    for i in range(first, first + count):
        ok = ok and push(&g.story, g.parts[i].child) and push(&g.story, g.parts[i].factor)
    if not ok:
        g.failed = True


cdef uint32_t with_leftover(Hunt *h, uint32_t c) noexcept nogil:
    """scale * c + (what the match left of the sum), or c^scale * (what it left of the product)."""
    cdef Graph *g = h.g
    cdef Numbers *n = &g.numbers
    cdef const Goal *items = h.root_items
    cdef const Goal *taken
    cdef const Node *node = items.node
    cdef uint32_t start = g.top, i, r, used, first = g.rows[items.row].a, op = node.op
    r = longest_row(g, op, find(g, c))
    # (x^(1/2))^2 is not x: a power of a product is opened by the normal form, which asks what is known.
    if r != NONE and find(g, c) != find(g, h.root_class) and (op == SUM or items.scale == ONE):
        for i in range(g.rows[r].a, g.rows[r].a + g.rows[r].b):
            push_item(g, g.parts[i].child, number_mul(n, g.parts[i].factor, items.scale))
    else:
        push_item(g, c, items.scale)
    for i in range(first, first + g.rows[items.row].b):
        used = ZERO
        taken = items
        while taken.before != NULL:
            if taken.part == i:
                used = number_mul(n, items.scale, h.children[node.children.first + taken.item - 1].factor)
            taken = taken.before
        if used == ZERO:
            push_item(g, g.parts[i].child, g.parts[i].factor)
        elif used != g.parts[i].factor:
            push_item(g, g.parts[i].child, number_sub(n, g.parts[i].factor, used))
    return make_sum(g, start) if op == SUM else make_product(g, start)


cdef uint32_t build(Hunt *h, const Node *node) noexcept nogil:
    """The class of a right side. As deep as the rule is written."""
    cdef Graph *g = h.g
    cdef uint32_t start = g.top, i, c, left
    cdef const Child *child = &h.children[node.children.first]
    if node.kind == A_VARIABLE:
        return h.registers[node.register]
    if node.kind == A_NUMBER:
        return add_number(g, node.payload)
    if node.kind == A_LEAF:
        return add(g, LEAF, node.payload, 0)
    if node.kind == A_SUM or node.kind == A_PRODUCT:
        for i in range(node.children.count):
            c = build(h, &h.nodes[child[i].node])
            if c == NONE or not push_item(g, c, child[i].factor):
                return NONE
        return make_sum(g, start) if node.kind == A_SUM else make_product(g, start)
    left = build(h, &h.nodes[child[0].node])
    c = build(h, &h.nodes[child[1].node]) if node.children.count == 2 else 0
    if left == NONE or c == NONE:
        return NONE
    return make_power(g, left, c) if node.kind == A_POWER else add(g, node.op, left, c)


cdef bint holds(Hunt *h) noexcept with gil:
    """Ask a law's Python condition."""
    return (<object>h.owner).ask_condition(h.number, tuple([h.registers[i] for i in range(h.law.registers)]))
