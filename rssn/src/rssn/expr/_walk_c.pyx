"""Walks over unique nodes, without recursion: walk, count_nodes, free_symbols, substitute. The twin is `_walk_py.py`."""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from rssn.expr._arena_c cimport FIRST_OPERATOR, SYMBOL, Id, absent, arena, arena_symbol
from rssn.expr._store_c cimport Expr, handle, intern_n, need_node, node_of, pin, settle, unpin

from rssn.errors import OptionError
from rssn.expr import _store_c
from rssn.expr._common import check_symbol_name

ctypedef struct Frame:
    Id id
    uint32_t next

ctypedef struct Stack:
    Frame *frames
    uint32_t count
    uint32_t capacity


cdef int push(Stack *stack, Id id) except -1:
    cdef void *grown
    if stack.count == stack.capacity:
        grown = realloc(stack.frames, (<size_t>2 * stack.capacity + 64) * sizeof(Frame))
        if grown == NULL:
            raise MemoryError("no memory to walk an expression this deep")
        stack.frames = <Frame *>grown
        stack.capacity = 2 * stack.capacity + 64
    stack.frames[stack.count].id = id
    stack.frames[stack.count].next = 0
    stack.count += 1
    return 0


cdef int emit(Order *order, Id id) except -1:
    cdef void *grown
    if order.count == order.capacity:
        grown = realloc(order.ids, (<size_t>2 * order.capacity + 64) * sizeof(Id))
        if grown == NULL:
            raise MemoryError("no memory to walk an expression this large")
        order.ids = <Id *>grown
        order.capacity = 2 * order.capacity + 64
    order.ids[order.count] = id
    order.place[id] = order.count
    order.count += 1
    return 0


cdef int descend(Order *order, Stack *stack, bint backwards) except -1:
    """Walk down from the node on the stack until the stack is empty again."""
    cdef Frame *top
    cdef Id id
    cdef uint32_t count
    while stack.count:
        top = &stack.frames[stack.count - 1]
        count = operand_count(top.id)
        if top.next == count:
            emit(order, top.id)
            stack.count -= 1
            continue
        id = operand(top.id, count - 1 - top.next if backwards else top.next)
        top.next += 1
        if is_in(order, id):
            continue
        if arena.op[id] < FIRST_OPERATOR:
            emit(order, id)
        else:
            push(stack, id)
    return 0


cdef int fill(Order *order, const Id *roots, uint32_t root_count, bint backwards) except -1:
    cdef Stack stack
    cdef Id id, highest = 0
    cdef uint32_t i
    memset(order, 0, sizeof(Order))
    memset(&stack, 0, sizeof(Stack))
    for i in range(root_count):
        highest = max(highest, roots[i])
    # Operands have smaller ids, so the highest root bounds everything below.
    order.place = <uint32_t *>malloc((<size_t>highest + 1) * sizeof(uint32_t))
    if order.place == NULL:
        raise MemoryError("no memory to walk an expression")
    order.place_count = highest + 1
    try:
        for i in range(root_count):
            id = roots[root_count - 1 - i if backwards else i]
            if is_in(order, id):
                continue
            if arena.op[id] < FIRST_OPERATOR:
                emit(order, id)
            else:
                push(&stack, id)
                descend(order, &stack, backwards)
    finally:
        free(stack.frames)
    return 0


cdef void release(Order *order) noexcept:
    free(order.ids)
    free(order.place)
    order.ids = NULL
    order.place = NULL


cdef Id *ids_of(list roots) except NULL:
    cdef Py_ssize_t i, count = len(roots)
    cdef Id *ids
    for root in roots:
        if type(root) is not Expr:
            raise OptionError("this is not an expression", found=repr(root)[:80], wanted="Expr")
    ids = <Id *>malloc((count + 1) * sizeof(Id))
    if ids == NULL:
        raise MemoryError("no memory for the roots of a walk")
    for i in range(count):
        ids[i] = node_of(<Expr>roots[i])
    return ids


cdef int fill_from(Order *order, list roots) except -1:
    cdef Id *ids = ids_of(roots)
    try:
        fill(order, ids, <uint32_t>len(roots), False)
    finally:
        free(ids)
    return 0


def walk(*roots):
    """Return the unique nodes below the roots, operands before their users, as a list of Expr.

    Depth first, operands from left to right: the order depends on structure alone.
    """
    cdef Order order
    cdef uint32_t i
    memset(&order, 0, sizeof(Order))
    pin()
    try:
        fill_from(&order, list(roots))
        return [handle(order.ids[i]) for i in range(order.count)]
    finally:
        release(&order)
        unpin()


def count_nodes(*roots):
    """Return how many unique nodes there are below the roots, these included."""
    cdef Order order
    memset(&order, 0, sizeof(Order))
    pin()
    try:
        fill_from(&order, list(roots))
        return order.count
    finally:
        release(&order)
        unpin()


def free_symbols(*roots):
    """Return the symbols that occur below the roots, as a frozenset of Expr."""
    cdef Order order
    cdef uint32_t i
    memset(&order, 0, sizeof(Order))
    pin()
    try:
        fill_from(&order, list(roots))
        return frozenset([handle(order.ids[i]) for i in range(order.count) if arena.op[order.ids[i]] == SYMBOL])
    finally:
        release(&order)
        unpin()


# ---- substitution ---------------------------------------------------------------------------------------------------

cdef Id key_node(object key) except 0xFFFFFFFFu:
    """The node that a key of a substitution means: an Expr itself, or the symbol of that name."""
    if type(key) is Expr:
        return node_of(<Expr>key)
    utf8 = check_symbol_name(key).encode()
    return arena_symbol(utf8, len(utf8))


cdef int replace_keys(const Order *order, Id *result, list pairs) except -1:
    """Write the replacement of each key that occurs, and ABSENT for every other node."""
    cdef Id key, value
    memset(result, 0xFF, order.count * sizeof(Id))
    for left, right in pairs:
        value = need_node(right)
        key = key_node(left)
        if is_in(order, key):
            result[order.place[key]] = value
    return 0


cdef Id rebuilt(const Order *order, const Id *result, Id id, Id *operands) except 0xFFFFFFFFu:
    """The node with its operands' results; itself where none has changed."""
    cdef uint32_t i, count = operand_count(id)
    cdef bint changed = False
    for i in range(count):
        operands[i] = result[order.place[operand(id, i)]]
        changed = changed or operands[i] != operand(id, i)
    return intern_n(arena.op[id], operands, count) if changed else id


cdef uint32_t widest(const Order *order) noexcept:
    cdef uint32_t i, most = 2
    for i in range(order.count):
        if arena.op[order.ids[i]] >= FIRST_OPERATOR:
            most = max(most, operand_count(order.ids[i]))
    return most


cdef Id substituted(const Order *order, list pairs) except 0xFFFFFFFFu:
    cdef Id *result = <Id *>malloc((<size_t>order.count + widest(order)) * sizeof(Id))
    cdef uint32_t i
    cdef Id id
    if result == NULL:
        raise MemoryError("no memory to substitute in an expression this large")
    try:
        replace_keys(order, result, pairs)
        for i in range(order.count):
            if i & 0xFFFF == 0xFFFF:
                PyErr_CheckSignals()
            if result[i] != absent():
                continue
            id = order.ids[i]
            result[i] = id if arena.op[id] < FIRST_OPERATOR else rebuilt(order, result, id, result + order.count)
        return result[order.count - 1]
    finally:
        free(result)


def substitute(expression, replacements):
    """Return `expression` with parts replaced, all at once.

    `replacements` maps a part (an Expr, or the name of a symbol) to an Expr or
    a number. What is put in is not searched again, and parts that do not occur
    are ignored. Linear in unique nodes.
    """
    cdef Order order
    memset(&order, 0, sizeof(Order))
    pairs = list(replacements.items())
    pin()
    try:
        fill_from(&order, [expression])
        result = handle(substituted(&order, pairs))
    finally:
        release(&order)
        unpin()
    settle()
    return result


_store_c.HOOKS.substitute = substitute
_store_c.HOOKS.free_symbols = free_symbols
