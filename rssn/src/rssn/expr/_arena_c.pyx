"""Columns, intern table and mark-and-slide collection. The fields are explained in the .pxd.

The readable twin is `_store_py.py`, where a dictionary of weak references does
all of this.
"""

from cpython.object cimport PyObject, PyObject_RichCompareBool, Py_EQ
from cpython.ref cimport Py_DECREF, Py_INCREF
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcmp, memcpy, memmove, memset

from rssn.errors import OperatorError

cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL

cdef extern from *:
    """
    #if defined(__GLIBC__)
    #include <malloc.h>
    static void return_free_pages(void) { malloc_trim(0); }
    #else
    static void return_free_pages(void) {}
    #endif
    """
    void return_free_pages() noexcept

cdef enum:
    SMALLEST_TABLE_BITS = 12
    COLLECTION_FLOOR = 65536
    MOST_OPERATORS = 65536
    # A collection that frees less leaves the pages to malloc, which needs them again soon.
    WORTH_RETURNING = 4000000

cdef list operator_names = []
cdef dict operator_ids = {}


# ---- hashes ---------------------------------------------------------------------------------------------------------

cdef uint64_t text_hash(uint64_t seed, const char *text, Py_ssize_t length) noexcept:
    """Hash bytes, eight at a time in little-endian order: the same in every process."""
    cdef uint64_t word
    cdef Py_ssize_t i, k
    seed = mix(seed, <uint64_t>length)
    for i in range(0, length, 8):
        word = 0
        for k in range(min(8, length - i)):
            word |= <uint64_t><uint8_t>text[i + k] << (8 * k)
        seed = mix(seed, word)
    return seed


cdef uint64_t pair_hash(uint16_t op, Id a, Id b) noexcept:
    """The structural hash of a node that is not a symbol, a big integer or n-ary."""
    if op >= FIRST_OPERATOR:
        if b == absent():
            return mix(arena.operator_hash[op], arena.hash[a])
        return mix(mix(arena.operator_hash[op], arena.hash[a]), arena.hash[b])
    if op == RATIONAL:
        return mix(mix(RATIONAL, arena.hash[a]), arena.hash[b])
    return mix(op, <uint64_t>b << 32 | a)


cdef uint64_t many_key(uint16_t op, const Id *operands, uint32_t count) noexcept:
    cdef uint64_t key = op
    cdef uint32_t i
    for i in range(count):
        key = mix(key, operands[i])
    return spread(key)


cdef uint64_t key_of(Id id) noexcept:
    cdef uint16_t op = arena.op[id]
    if op == SYMBOL or op == BIG:
        return spread(arena.hash[id])
    if op >= FIRST_OPERATOR and is_many(arena.b[id]):
        return many_key(op, arena.pool + arena.a[id], arena.b[id] - free_bit())
    return pair_key(op, arena.a[id], arena.b[id])


# ---- growth ---------------------------------------------------------------------------------------------------------

cdef void *resized(void *memory, size_t count, size_t size) except NULL:
    cdef void *result = realloc(memory, count * size)
    if result == NULL:
        raise MemoryError("no memory for more expression nodes")
    return result


cdef uint32_t more(uint32_t capacity) except 0:
    """The next capacity of a column: a quarter more, so that at most a fifth stands empty."""
    if capacity >= 0x60000000u:
        raise MemoryError("the expression store is full: 2^31 nodes")
    return capacity + capacity // 4 + 1024


cdef int resize_columns(Id capacity) except -1:
    # The smaller of the two capacities is true at every step, should one of the four fail.
    arena.capacity = min(arena.capacity, capacity)
    arena.op = <uint16_t *>resized(arena.op, capacity, sizeof(uint16_t))
    arena.a = <Id *>resized(arena.a, capacity, sizeof(Id))
    arena.b = <Id *>resized(arena.b, capacity, sizeof(Id))
    arena.hash = <uint64_t *>resized(arena.hash, capacity, sizeof(uint64_t))
    arena.capacity = capacity
    return 0


cdef void fill_table() noexcept:
    cdef Id id
    cdef uint32_t cell
    memset(arena.table, 0xFF, (<size_t>arena.mask + 1) * sizeof(Id))
    for id in range(arena.count):
        cell = <uint32_t>(key_of(id) >> arena.shift)
        while arena.table[cell] != absent():
            cell = (cell + 1) & arena.mask
        arena.table[cell] = id


cdef int resize_table(int bits) except -1:
    arena.table = <Id *>resized(arena.table, <size_t>1 << bits, sizeof(Id))
    arena.mask = <uint32_t>((<uint64_t>1 << bits) - 1)
    arena.shift = 64 - bits
    fill_table()
    return 0


cdef int reserve_node() except -1:
    """Make room for one node more in the columns and in the table."""
    if arena.count == arena.capacity:
        resize_columns(more(arena.capacity))
    if arena.count >= (arena.mask >> 1):
        resize_table(64 - arena.shift + 1)
    return 0


cdef int arena_reserve(Id count) except -1:
    """Make room for so many nodes at once, as growing step by step would, without filling the table in between."""
    cdef int bits = 64 - arena.shift
    if count > 0x60000000u - arena.count:
        raise MemoryError("the expression store is full: 2^31 nodes")
    if arena.count + count > arena.capacity:
        resize_columns(more(arena.count + count))
    while arena.count + count >= <uint64_t>1 << (bits - 1):
        bits += 1
    if bits > 64 - arena.shift:
        resize_table(bits)
    return 0


cdef Id append(uint16_t op, Id a, Id b, uint64_t hash, uint64_t key) noexcept:
    """Write a node that is known to be new, into room that is known to be there."""
    cdef Id id = arena.count
    cdef uint32_t cell = <uint32_t>(key >> arena.shift)
    while arena.table[cell] != absent():
        cell = (cell + 1) & arena.mask
    arena.table[cell] = id
    arena.op[id] = op
    arena.a[id] = a
    arena.b[id] = b
    arena.hash[id] = hash
    arena.count = id + 1
    return id


# ---- find or make ---------------------------------------------------------------------------------------------------

cdef Id arena_pair(uint16_t op, Id a, Id b) except 0xFFFFFFFFu:
    cdef uint64_t key = pair_key(op, a, b)
    cdef uint32_t cell = <uint32_t>(key >> arena.shift)
    cdef Id id = arena.table[cell]
    while id != absent():
        if arena.a[id] == a and arena.b[id] == b and arena.op[id] == op:
            return id
        cell = (cell + 1) & arena.mask
        id = arena.table[cell]
    if arena.count == arena.capacity or arena.count >= (arena.mask >> 1):
        reserve_node()
    return append(op, a, b, pair_hash(op, a, b), key)


cdef Id arena_many(uint16_t op, const Id *operands, uint32_t count) except 0xFFFFFFFFu:
    cdef uint64_t key, hash
    cdef uint32_t cell, i
    cdef Id id
    if count == 1:
        return arena_pair(op, operands[0], absent())
    if count == 2:
        return arena_pair(op, operands[0], operands[1])
    key = many_key(op, operands, count)
    cell = <uint32_t>(key >> arena.shift)
    id = arena.table[cell]
    while id != absent():
        if (
            arena.op[id] == op
            and arena.b[id] == free_bit() + count
            and memcmp(arena.pool + arena.a[id], operands, count * sizeof(Id)) == 0
        ):
            return id
        cell = (cell + 1) & arena.mask
        id = arena.table[cell]
    reserve_node()
    reserve_pool(count)
    hash = mix(arena.operator_hash[op], count)
    for i in range(count):
        hash = mix(hash, arena.hash[operands[i]])
    memcpy(arena.pool + arena.pool_count, operands, count * sizeof(Id))
    id = append(op, arena.pool_count, free_bit() + count, hash, key)
    arena.pool_count += count
    return id


cdef int reserve_pool(uint32_t count) except -1:
    cdef uint64_t wanted = <uint64_t>arena.pool_count + count
    if wanted <= arena.pool_capacity:
        return 0
    if wanted >= 0xC0000000u:
        raise MemoryError("the expression store is full: too many operands")
    wanted += wanted // 4 + 1024
    arena.pool = <Id *>resized(arena.pool, <size_t>wanted, sizeof(Id))
    arena.pool_capacity = <uint32_t>wanted
    return 0


cdef Id arena_symbol(const char *utf8, Py_ssize_t length) except 0xFFFFFFFFu:
    cdef uint64_t hash = text_hash(SYMBOL, utf8, length)
    cdef uint64_t key = spread(hash)
    cdef uint32_t cell = <uint32_t>(key >> arena.shift)
    cdef Id id = arena.table[cell]
    cdef Py_ssize_t size
    cdef const char *text
    while id != absent():
        if arena.op[id] == SYMBOL and arena.hash[id] == hash:
            text = PyUnicode_AsUTF8AndSize(<object>arena.objects[arena.a[id]], &size)
            if size == length and memcmp(text, utf8, length) == 0:
                return id
        cell = (cell + 1) & arena.mask
        id = arena.table[cell]
    # A copy of our own: AsUTF8 keeps its bytes inside the string, and the caller's should not grow.
    return append_object(SYMBOL, PyUnicode_DecodeUTF8(utf8, length, NULL), hash, key)


cdef Id arena_big(object value) except 0xFFFFFFFFu:
    """An integer that does not fit in 64 bits."""
    cdef uint64_t structural = mix(BIG, <uint64_t><int64_t>hash(value))
    cdef uint64_t key = spread(structural)
    cdef uint32_t cell = <uint32_t>(key >> arena.shift)
    cdef Id id = arena.table[cell]
    while id != absent():
        if arena.op[id] == BIG and arena.hash[id] == structural:
            if PyObject_RichCompareBool(<object>arena.objects[arena.a[id]], value, Py_EQ):
                return id
        cell = (cell + 1) & arena.mask
        id = arena.table[cell]
    return append_object(BIG, value, structural, key)


cdef Id append_object(uint16_t op, object value, uint64_t hash, uint64_t key) except 0xFFFFFFFFu:
    cdef Id id
    cdef uint32_t capacity
    reserve_node()
    if arena.object_count == arena.object_capacity:
        capacity = more(arena.object_capacity)
        arena.objects = <PyObject **>resized(arena.objects, capacity, sizeof(PyObject *))
        arena.object_capacity = capacity
    Py_INCREF(value)
    arena.objects[arena.object_count] = <PyObject *>value
    id = append(op, arena.object_count, 0, hash, key)
    arena.object_count += 1
    return id


# ---- operators ------------------------------------------------------------------------------------------------------

cdef uint16_t arena_operator(object name, bint commutative) except 0:
    cdef Py_ssize_t size
    cdef const char *text
    cdef uint32_t op, capacity
    known = operator_ids.get(name)
    if known is not None:
        op = known
        if arena.commutative[op] != commutative:
            raise OperatorError(f"operator {name!r} is already declared with commutative={not commutative}")
        return op
    op = arena.operator_count
    if op >= MOST_OPERATORS:
        raise OperatorError(f"no more than {MOST_OPERATORS - FIRST_OPERATOR} operators can be declared", found=name)
    text = PyUnicode_AsUTF8AndSize(name, &size)
    if op >= arena.operator_capacity:
        capacity = op + op // 2 + 64
        arena.operator_hash = <uint64_t *>resized(arena.operator_hash, capacity, sizeof(uint64_t))
        arena.commutative = <uint8_t *>resized(arena.commutative, capacity, 1)
        arena.operator_capacity = capacity
    arena.operator_hash[op] = text_hash(FIRST_OPERATOR, text, size)
    arena.commutative[op] = commutative
    operator_names.append(name)
    operator_ids[name] = op
    arena.operator_count = op + 1
    return op


cdef object arena_operator_name(uint16_t op):
    return operator_names[op]


# ---- handles and collection -----------------------------------------------------------------------------------------

cdef int arena_grow_handles() except -1:
    cdef uint32_t old = arena.handle_capacity, i
    cdef uint32_t capacity = more(old)
    arena.handles = <Id *>resized(arena.handles, capacity, sizeof(Id))
    arena.handle_capacity = capacity
    for i in range(old, capacity - 1):
        arena.handles[i] = free_bit() | (i + 1)
    arena.handles[capacity - 1] = free_bit() | arena.free_handle
    arena.free_handle = old
    return 0


cdef Id mark(Id *keep) noexcept:
    """Set keep[id] to 0 for every node that a handle reaches, to ABSENT for the others; return how many are kept."""
    cdef Id id, a, b, live = 0
    cdef uint32_t i
    memset(keep, 0xFF, arena.count * sizeof(Id))
    for id in range(FIXED_COUNT):
        keep[id] = 0
    for i in range(arena.handle_capacity):
        if not arena.handles[i] & free_bit():
            keep[arena.handles[i]] = 0
    # Operands have smaller ids than their users, so one pass downwards is enough.
    id = arena.count
    while id > 0:
        id -= 1
        if keep[id] == absent():
            continue
        live += 1
        if arena.op[id] < FIRST_OPERATOR and arena.op[id] != RATIONAL:
            continue
        a, b = arena.a[id], arena.b[id]
        if is_many(b):
            for i in range(b - free_bit()):
                keep[arena.pool[a + i]] = 0
        else:
            keep[a] = 0
            if b != absent():
                keep[b] = 0
    return live


cdef void slide(Id *moved) noexcept:
    """Move the marked nodes together and write each one's new id into `moved`."""
    cdef Id id, a, b, new = 0
    cdef uint32_t i, operands = 0, objects = 0
    cdef uint16_t op
    for id in range(arena.count):
        op, a, b = arena.op[id], arena.a[id], arena.b[id]
        if moved[id] == absent():
            if op == SYMBOL or op == BIG:
                Py_DECREF(<object>arena.objects[a])
            continue
        if op == SYMBOL or op == BIG:
            arena.objects[objects] = arena.objects[a]
            a = objects
            objects += 1
        elif op >= FIRST_OPERATOR and is_many(b):
            for i in range(b - free_bit()):
                arena.pool[operands + i] = moved[arena.pool[a + i]]
            a = operands
            operands += b - free_bit()
        elif op >= FIRST_OPERATOR or op == RATIONAL:
            a = moved[a]
            b = b if b == absent() else moved[b]
        arena.op[new], arena.a[new], arena.b[new], arena.hash[new] = op, a, b, arena.hash[id]
        moved[id] = new
        new += 1
    arena.count, arena.pool_count, arena.object_count = new, operands, objects


cdef void renumber_handles(const Id *moved) noexcept:
    """Point the handles to the new ids, and thread the free cells again, lowest first."""
    cdef uint32_t i = arena.handle_capacity
    arena.free_handle = no_handle()
    while i > 0:
        i -= 1
        if arena.handles[i] & free_bit():
            arena.handles[i] = free_bit() | arena.free_handle
            arena.free_handle = i
        else:
            arena.handles[i] = moved[arena.handles[i]]


cdef void give_back() noexcept:
    """Return memory to the allocator. Shrinking may fail; then the larger block simply stays."""
    cdef uint32_t capacity = arena.count + arena.count // 4 + 1024
    cdef int bits = SMALLEST_TABLE_BITS
    cdef void *shrunk
    try:
        if capacity < arena.capacity:
            resize_columns(capacity)
        capacity = arena.pool_count + arena.pool_count // 4 + 1024
        if capacity < arena.pool_capacity:
            arena.pool = <Id *>resized(arena.pool, capacity, sizeof(Id))
            arena.pool_capacity = capacity
        capacity = arena.object_count + arena.object_count // 4 + 1024
        if capacity < arena.object_capacity:
            arena.objects = <PyObject **>resized(arena.objects, capacity, sizeof(PyObject *))
            arena.object_capacity = capacity
    except MemoryError:
        pass
    while arena.count >= (<uint64_t>1 << (bits - 1)) - 1:
        bits += 1
    if bits < 64 - arena.shift:
        arena.mask = <uint32_t>((<uint64_t>1 << bits) - 1)
        arena.shift = 64 - bits
        shrunk = realloc(arena.table, (<size_t>1 << bits) * sizeof(Id))
        if shrunk != NULL:
            arena.table = <Id *>shrunk


cdef void trim_handles() noexcept:
    """Cut the handle table behind its last handle in use, when that halves it."""
    cdef uint32_t used = arena.handle_capacity
    cdef void *shrunk
    while used > 0 and arena.handles[used - 1] & free_bit():
        used -= 1
    used += 1024
    if used >= arena.handle_capacity // 2:
        return
    shrunk = realloc(arena.handles, used * sizeof(Id))
    if shrunk != NULL:
        arena.handles = <Id *>shrunk
        arena.handle_capacity = used


cdef void arena_collect() noexcept:
    """Give back every node that no handle reaches. Does nothing while somebody holds raw ids.

    It needs no memory: the intern table, which has room for twice the nodes and
    is filled anew anyway, holds the new ids meanwhile. And no Python code runs
    here: the objects that die are exact strings and integers.
    """
    cdef size_t before = arena_bytes()
    if arena.pins:
        return
    mark(arena.table)
    slide(arena.table)
    trim_handles()
    renumber_handles(arena.table)
    give_back()
    fill_table()
    if before > arena_bytes() + WORTH_RETURNING:
        return_free_pages()
    arena.threshold = 2 * arena.count + COLLECTION_FLOOR
    arena.collections += 1


cdef Id arena_live() except 0xFFFFFFFFu:
    """How many nodes the handles reach now."""
    cdef Id *keep = <Id *>malloc((<size_t>arena.count + 1) * sizeof(Id))
    cdef Id live
    if keep == NULL:
        raise MemoryError("no memory to count live nodes")
    live = mark(keep)
    free(keep)
    return live


cdef size_t arena_bytes() noexcept:
    """Everything the store has allocated, spare capacity included; strings and big integers apart."""
    return (
        <size_t>arena.capacity * (sizeof(uint16_t) + 2 * sizeof(Id) + sizeof(uint64_t))
        + (<size_t>arena.mask + 1) * sizeof(Id)
        + <size_t>arena.pool_capacity * sizeof(Id)
        + <size_t>arena.object_capacity * sizeof(PyObject *)
        + <size_t>arena.handle_capacity * sizeof(Id)
    )


cdef int open_arena() except -1:
    cdef Id which
    memset(&arena, 0, sizeof(Arena))
    arena.free_handle = no_handle()
    arena.threshold = COLLECTION_FLOOR
    resize_columns(1024)
    resize_table(SMALLEST_TABLE_BITS)
    # Operator ids share the column with the kinds of leaves, so the first few names are taken by those.
    operator_names.extend(("integer", "integer", "rational", "float", "constant", "symbol", "", ""))
    arena.operator_count = FIRST_OPERATOR
    for which in range(FIXED_COUNT):
        arena_pair(CONSTANT, which, 0)
    return 0


open_arena()
