"""The table of a store: nodes by number and by structure, and extents out of new ones. Its twin is `_nodes_py.py`.

A node has one number for as long as the store is not compacted. Nodes made
since the last extent was written lie in the tail, and look like all others.
"""

from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcmp, memcpy, memmove, memset

from rssn.expr._arena_c cimport (
    BIG, CONSTANT, FIRST_OPERATOR, FIXED_COUNT, FLOAT, INTEGER, RATIONAL, SYMBOL, arena, arena_operator_name, mix, spread,
)
from rssn.storage._pages_c cimport (
    BLOCK, HEADER, NODE, Extent, Pages, crc32c, crc32c_part, rssn_aligned, rssn_extent, rssn_node, rssn_operands_at, rssn_operator,
    rssn_operators_at, rssn_root, rssn_roots_at, rssn_text_at,
)

from rssn.errors import StoreDamageError, StoreReadOnlyError
from rssn.expr import _store_c
from rssn.expr._common import CONSTANT_NAMES, CONSTANT_VALUES

cdef enum:
    CELLS = 8            # of a bucket: one line of the cache
    ENTRANCE = 4         # where a new cell enters a full bucket
    SMALLEST_BITS = 10
    TAIL = 1 << 19       # nodes in memory before an extent is written, at most
    PRIMED = 1 << 20     # stored nodes that a writer knows by structure from the start

cdef uint64_t EMPTY = <uint64_t>-1
cdef tuple constant_values = CONSTANT_VALUES


cdef uint64_t many_key(uint16_t op, const uint32_t *operands, uint32_t count) noexcept:
    cdef uint64_t key = op
    cdef uint32_t i
    for i in range(count):
        key = mix(key, operands[i])
    return spread(key)


cdef uint64_t text_key(uint16_t op, const char *text, uint32_t size) noexcept:
    cdef uint64_t key = mix(op, size), word
    cdef uint32_t i
    for i in range(0, size, 8):
        word = 0
        memcpy(&word, text + i, min(8u, size - i))
        key = mix(key, word)
    return spread(key)


cdef void *grown(void *memory, size_t size) except NULL:
    cdef void *result = realloc(memory, size)
    if result == NULL:
        raise MemoryError("no memory for more stored nodes")
    return result


cdef uint32_t block_sum(const uint8_t *first, uint64_t split, const uint8_t *second, uint64_t at, uint64_t stop) noexcept:
    """The checksum of a block of two pieces of memory that meet at `split`."""
    cdef uint32_t state = 0xFFFFFFFFu
    if at < split:
        state = crc32c_part(state, first + at, min(stop, split) - at)
    if stop > split:
        state = crc32c_part(state, second + (max(at, split) - split), stop - max(at, split))
    return ~state


cdef class Table(Pages):
    """The nodes of one generation of a store, without what expressions need.

    `sink(parts, first, count)` writes an extent, given as buffers in a row, and
    returns the file's number and the place in it; without one nothing can be added. `memory` is in bytes,
    0 for as much as it takes.
    """

    def __init__(self, operators, memory, sink=None):
        cdef uint64_t size = memory, left
        self.sink, self.memory = sink, size
        self.operator_names, self.operator_flags = [], []
        self.tail_limit = TAIL
        self.most_bits = 29
        if size:
            self.limit_pages(size // 8)
            while self.tail_limit > 4096 and self.tail_limit * 40 > size // 8:
                self.tail_limit //= 2
            self.most_bits = SMALLEST_BITS
            left = size - self.limit * BLOCK - self.tail_limit * 40
            while (<uint64_t>CELLS * 8 << (self.most_bits + 1)) <= min(left, size * 11 // 20):
                self.most_bits += 1
        for name, flag in operators:
            self.add_operator(name, flag)

    def __dealloc__(self):
        free(self.tail)
        free(self.pool)
        free(self.text)
        free(self.cells)
        free(self.process_op)
        free(self.stored_op)
        free(self.name_rank)

    # ---- operators ------------------------------------------------------------------------------------------------

    cdef int add_operator(self, name, flag) except -1:
        cdef uint32_t count = len(self.operator_names) + 1, i
        cdef uint16_t known
        if count > 0xFFF0:
            raise StoreDamageError("the store has too many operators")
        self.process_op = <uint16_t *>grown(self.process_op, count * sizeof(uint16_t))
        self.name_rank = <uint16_t *>grown(self.name_rank, count * sizeof(uint16_t))
        known = <uint16_t>_store_c.operator_for(name, flag)
        self.operator_names.append(name)
        self.operator_flags.append(bool(flag))
        self.process_op[count - 1] = known
        if known >= self.stored_op_count:
            self.stored_op = <uint16_t *>grown(self.stored_op, (known + 256) * sizeof(uint16_t))
            memset(self.stored_op + self.stored_op_count, 0, (known + 256 - self.stored_op_count) * sizeof(uint16_t))
            self.stored_op_count = known + 256
        self.stored_op[known] = <uint16_t>(FIRST_OPERATOR + count - 1)
        for rank, place in enumerate(sorted(range(count), key=self.operator_names.__getitem__)):
            self.name_rank[place] = rank
        return 0

    cdef uint16_t code_of(self, uint16_t process_op) except 0:
        """The store's number of an operator of this process."""
        if process_op >= self.stored_op_count or self.stored_op[process_op] == 0:
            self.add_operator(arena_operator_name(process_op), bool(arena.commutative[process_op]))
        return self.stored_op[process_op]

    cdef uint16_t process_code(self, uint16_t op) except 0:
        if op < FIRST_OPERATOR or op - FIRST_OPERATOR >= <uint32_t>len(self.operator_names):
            raise StoreDamageError("a stored node has an operator that nobody named", found=str(op))
        return self.process_op[op - FIRST_OPERATOR]

    @property
    def operators(self):
        """Pairs of name and whether commutative, in the order of their numbers."""
        return list(zip(self.operator_names, self.operator_flags))

    def adopt(self, operators):
        """Add operators by name, as pairs of name and whether commutative."""
        for name, flag in operators:
            self.add_operator(name, flag)

    def sections(self, uint32_t number):
        """Return what an image says beside its nodes: pairs of operator and whether commutative, of name and root."""
        cdef Extent *e = &self.extents[number]
        cdef const rssn_operator *operators
        cdef const rssn_root *roots
        cdef uint64_t payload, i
        if not e.is_open:
            self.open_extent(e)
        payload = e.header.payload
        self.need(e, rssn_operators_at(&e.header) - payload, e.header.bytes - rssn_operators_at(&e.header))
        operators = <const rssn_operator *>(e.base + rssn_operators_at(&e.header))
        roots = <const rssn_root *>(e.base + rssn_roots_at(&e.header))
        return (
            [
                (self.named(e, operators[i].name, operators[i].name_bytes), bool(operators[i].commutative))
                for i in range(e.header.operators)
            ],
            [(self.named(e, roots[i].name, roots[i].name_bytes), roots[i].node) for i in range(e.header.roots)],
        )

    cdef str named(self, Extent *e, uint64_t at, uint64_t size):
        if at + size > e.header.text:
            raise self.damage(e, "a name lies outside its extent", 0)
        return PyUnicode_DecodeUTF8(<const char *>(e.base + rssn_text_at(&e.header) + at), size, NULL)

    # ---- reading nodes --------------------------------------------------------------------------------------------

    def __len__(self):
        return self.stored + self.tail_count

    cdef const rssn_node *at(self, uint32_t id) except NULL:
        cdef Extent *e
        cdef uint32_t place
        if id >= self.stored:
            if id - self.stored >= self.tail_count:
                raise StoreDamageError(f"there is no node {id}", wanted=f"fewer than {len(self)}")
            return &self.tail[id - self.stored]
        e = &self.extents[self.current]
        place = id - e.first
        if place < e.count and <uint64_t>place * NODE // BLOCK == self.last_block and (
            (<uint64_t>place * NODE + NODE - 1) // BLOCK == self.last_block
        ):
            return &e.nodes[place]
        return self.visit(id)

    cdef const uint32_t *operands_at(self, uint32_t id, const rssn_node *node, uint32_t *count) except NULL:
        """The operands of an application: in its own two fields, or in the pool of its extent."""
        cdef Extent *e
        cdef size_t place
        if not is_many(node.b):
            count[0] = 1 if node.b == none() else 2
            return &node.a
        count[0] = node.b - many()
        if id >= self.stored:
            return self.pool + node.a
        e = self.extent_of(id)
        if <uint64_t>node.a + count[0] > e.header.operands:
            raise self.damage(e, f"node {id} names operands outside its extent", 0)
        place = rssn_operands_at(&e.header) + 4 * <size_t>node.a
        self.need(e, place - e.header.payload, 4 * <uint64_t>count[0])
        return <const uint32_t *>(e.base + place)

    cdef const char *text_at(self, uint32_t id, const rssn_node *node) except NULL:
        cdef Extent *e
        cdef size_t place
        if id >= self.stored:
            return self.text + node.a
        e = self.extent_of(id)
        if <uint64_t>node.a + node.b > e.header.text:
            raise self.damage(e, f"node {id} names a text outside its extent", 0)
        place = rssn_text_at(&e.header) + node.a
        self.need(e, place - e.header.payload, node.b)
        return <const char *>(e.base + place)

    cdef object value_of(self, uint32_t id):
        """The Python value of a leaf; the name of a symbol."""
        cdef rssn_node node = self.at(id)[0]
        cdef uint64_t bits = <uint64_t>node.b << 32 | node.a
        cdef double number
        cdef const char *text
        if node.op == INTEGER:
            return <int64_t>bits
        if node.op == FLOAT:
            memcpy(&number, &bits, 8)
            return number
        if node.op == CONSTANT:
            return constant_values[node.a] if node.a < FIXED_COUNT else None
        if node.op == RATIONAL:
            if node.a >= id or node.b >= id:
                raise StoreDamageError(f"node {id} is damaged")
            return _store_c.Fraction(self.value_of(node.a), self.value_of(node.b))
        text = self.text_at(id, &node)
        if node.op == SYMBOL:
            return PyUnicode_DecodeUTF8(text, node.b, NULL)
        return int.from_bytes(text[: node.b], "little", signed=True)

    def describe(self, uint32_t id):
        """Return what a node is: the operator's name or kind of leaf, the operands' numbers, the leaf's value or name."""
        cdef rssn_node node = self.at(id)[0]
        cdef uint32_t count = 0, i
        cdef const uint32_t *operands
        if node.op < FIRST_OPERATOR:
            name = CONSTANT_NAMES[node.a] if node.op == CONSTANT and node.a < FIXED_COUNT else None
            value = self.value_of(id)
            kind = arena_operator_name(node.op)
            return kind, (), None if node.op == SYMBOL else value, value if node.op == SYMBOL else name
        operands = self.operands_at(id, &node, &count)
        found = tuple([operands[i] for i in range(count)])
        return arena_operator_name(self.process_code(node.op)), found, None, None

    # ---- interning ------------------------------------------------------------------------------------------------

    cdef uint64_t key_at(self, uint32_t id) except? 0:
        cdef rssn_node node = self.at(id)[0]
        cdef const uint32_t *operands
        cdef uint32_t count = 0
        if node.op == SYMBOL or node.op == BIG:
            return text_key(node.op, self.text_at(id, &node), node.b)
        if node.op >= FIRST_OPERATOR and is_many(node.b):
            operands = self.operands_at(id, &node, &count)
            return many_key(node.op, operands, count)
        return pair_key(node.op, node.a, node.b)

    cdef int prime(self) except -1:
        """Learn the newest stored nodes by structure, once, before the first new node."""
        cdef uint32_t id = self.stored - min(self.stored, <uint32_t>PRIMED)
        self.is_primed = True
        while id < self.stored:
            self.remember(self.key_at(id), id)
            id += 1
        return 0

    cdef int remember(self, uint64_t key, uint32_t id) except -1:
        cdef uint64_t *bucket
        cdef int place = 0
        if self.known >= (<uint64_t>5 << self.bucket_bits) and self.bucket_bits < self.most_bits or self.cells == NULL:
            self.widen()
        bucket = self.cells + CELLS * (key >> (64 - self.bucket_bits))
        while place < CELLS and bucket[place] != EMPTY:
            place += 1
        if place == CELLS:
            memmove(bucket + ENTRANCE + 1, bucket + ENTRANCE, (CELLS - ENTRANCE - 1) * sizeof(uint64_t))
            place = ENTRANCE
            self.forgotten += 1
        else:
            self.known += 1
        bucket[place] = (key >> 32) << 32 | id
        return 0

    cdef int widen(self) except -1:
        """Twice as many buckets, in place: the next bit of each tag decides which half a cell goes to."""
        cdef int bits = self.bucket_bits + 1 if self.cells != NULL else SMALLEST_BITS
        cdef uint64_t[CELLS] old
        cdef uint64_t *bucket
        cdef size_t i = <size_t>1 << self.bucket_bits
        cdef int k, place
        cdef uint64_t *wider = <uint64_t *>grown(self.cells, <size_t>CELLS * 8 << bits)
        if self.cells == NULL:
            memset(wider, 0xFF, <size_t>CELLS * 8 << bits)
            i = 0
        self.cells, self.bucket_bits = wider, bits
        while i > 0:
            # From the last bucket to the first, so that none is written before it was read.
            i -= 1
            memcpy(old, wider + CELLS * i, sizeof(old))
            memset(wider + CELLS * 2 * i, 0xFF, 2 * sizeof(old))
            for k in range(CELLS):
                if old[k] == EMPTY:
                    break
                bucket = wider + CELLS * (old[k] >> (64 - bits))
                place = 0
                while bucket[place] != EMPTY:
                    place += 1
                bucket[place] = old[k]
        return 0

    cdef inline uint64_t *bucket_of(self, uint64_t key) except NULL:
        if not self.is_primed:
            if self.sink is None:
                raise StoreReadOnlyError("the store was opened for reading, or is closed")
            self.prime()
        if self.cells == NULL:
            self.widen()
        return self.cells + CELLS * (key >> (64 - self.bucket_bits))

    cdef uint32_t intern(self, uint16_t op, uint32_t a, uint32_t b) except 0xFFFFFFFFu:
        cdef uint64_t key = pair_key(op, a, b)
        cdef uint64_t *bucket = self.bucket_of(key)
        cdef const rssn_node *node
        cdef int place
        for place in range(CELLS):
            if bucket[place] == EMPTY:
                break
            if (bucket[place] ^ key) >> 32 == 0:
                node = self.at(<uint32_t>bucket[place])
                if node.op == op and node.a == a and node.b == b:
                    return self.found(bucket, place)
        return self.append(key, op, a, b)

    cdef uint32_t intern_many(self, uint16_t op, const uint32_t *operands, uint32_t count) except 0xFFFFFFFFu:
        cdef uint64_t key = many_key(op, operands, count)
        cdef uint64_t *bucket = self.bucket_of(key)
        cdef const rssn_node *node
        cdef const uint32_t *theirs
        cdef uint32_t others = 0
        cdef int place
        for place in range(CELLS):
            if bucket[place] == EMPTY:
                break
            if (bucket[place] ^ key) >> 32 == 0:
                node = self.at(<uint32_t>bucket[place])
                if node.op == op and node.b == many() + count:
                    theirs = self.operands_at(<uint32_t>bucket[place], node, &others)
                    if memcmp(theirs, operands, 4 * <size_t>count) == 0:
                        return self.found(bucket, place)
        self.make_room(4 * count)
        memcpy(self.pool + self.pool_count, operands, 4 * <size_t>count)
        self.pool_count += count
        return self.append(key, op, self.pool_count - count, many() + count)

    cdef uint32_t intern_text(self, uint16_t op, const char *text, uint32_t size) except 0xFFFFFFFFu:
        cdef uint64_t key = text_key(op, text, size)
        cdef uint64_t *bucket = self.bucket_of(key)
        cdef const rssn_node *node
        cdef int place
        for place in range(CELLS):
            if bucket[place] == EMPTY:
                break
            if (bucket[place] ^ key) >> 32 == 0:
                node = self.at(<uint32_t>bucket[place])
                if node.op == op and node.b == size:
                    if memcmp(self.text_at(<uint32_t>bucket[place], node), text, size) == 0:
                        return self.found(bucket, place)
        self.make_room(size)
        memcpy(self.text + self.text_count, text, size)
        self.text_count += size
        return self.append(key, op, <uint32_t>(self.text_count - size), size)

    cdef inline uint32_t found(self, uint64_t *bucket, int place) noexcept:
        """What is asked for goes a place to the front."""
        cdef uint64_t cell = bucket[place]
        if place:
            bucket[place] = bucket[place - 1]
            bucket[place - 1] = cell
        return <uint32_t>cell

    cdef int make_room(self, uint64_t size) except -1:
        """Room for so many bytes of text or operands in the tail, and for a node; a full tail is written first."""
        if self.tail_count >= self.tail_limit or self.text_count + size > <uint64_t>16 * self.tail_limit + size // 2 + (
            <uint64_t>1 << 20) or <uint64_t>4 * self.pool_count > <uint64_t>16 * self.tail_limit:
            self.flush()
        if self.text_count + size > self.text_capacity:
            self.text_capacity = 2 * self.text_capacity + size + 1024
            self.text = <char *>grown(self.text, self.text_capacity)
        if 4 * <uint64_t>self.pool_count + size > 4 * <uint64_t>self.pool_capacity:
            self.pool_capacity = 2 * self.pool_capacity + <uint32_t>(size // 4) + 1024
            self.pool = <uint32_t *>grown(self.pool, 4 * <size_t>self.pool_capacity)
        return 0

    cdef uint32_t append(self, uint64_t key, uint16_t op, uint32_t a, uint32_t b) except 0xFFFFFFFFu:
        cdef uint32_t id
        cdef rssn_node *node
        if self.tail_count >= self.tail_limit and op != SYMBOL and op != BIG and not is_many(b):
            self.flush()
        if self.tail_count == self.tail_capacity:
            self.tail_capacity = 2 * self.tail_capacity + 256
            self.tail = <rssn_node *>grown(self.tail, self.tail_capacity * sizeof(rssn_node) + 64)
        id = self.stored + self.tail_count
        if id >= 0x7FFFFFF0u:
            raise MemoryError("the store is full: 2^31 nodes")
        node = &self.tail[self.tail_count]
        node.a, node.b, node.op, node.zero = a, b, op, 0
        self.tail_count += 1
        self.remember(key, id)
        return id

    # ---- extents --------------------------------------------------------------------------------------------------

    def flush(self):
        """Write the tail as an extent, if there is anything in it."""
        if self.tail_count == 0:
            return
        if self.sink is None:
            raise StoreReadOnlyError("the store was opened for reading, or is closed")
        parts = self.encode([])
        count, size = self.tail_count, sum([len(part) for part in parts])
        file, offset = self.sink(parts, self.stored, count)
        # Before the extent is attached, so that no number is looked for in both.
        self.tail_count = self.pool_count = 0
        self.text_count = 0
        self.attach(file, offset, size, count)

    def encode(self, roots):
        """Return the tail as an extent, in three parts: its head, its nodes, which are the tail itself, and the rest.

        With roots, as (name, number), it is an image.
        """
        cdef rssn_extent h
        cdef list named = self.operators if roots else []
        cdef bytearray names = bytearray()
        cdef list operators = [], entries = []
        cdef uint64_t base = self.text_count
        for name, flag in named:
            utf8 = name.encode()
            operators.append((base + len(names), len(utf8), flag))
            names += utf8
        for name, number in roots:
            utf8 = name.encode()
            entries.append((number, base + len(names), len(utf8)))
            names += utf8
        memset(&h, 0, sizeof(h))
        memcpy(h.magic, b"rssnext1", 8)
        h.block_bytes, h.first, h.nodes, h.operands = BLOCK, self.stored, self.tail_count, self.pool_count
        h.operators, h.roots, h.text = <uint32_t>len(operators), <uint32_t>len(entries), base + len(names)
        return self.parts_of(&h, operators, entries, names)

    cdef list parts_of(self, rssn_extent *h, list operators, list entries, bytearray names):
        cdef uint64_t size = rssn_aligned(rssn_text_at(h) + h.text), base = self.text_count, split, i
        cdef bytearray head, rest
        cdef unsigned char *out
        cdef uint8_t *nodes = <uint8_t *>self.tail
        h.blocks = <uint32_t>((size + (BLOCK - 1)) // BLOCK)
        h.payload = rssn_aligned(HEADER + 4 * h.blocks)
        h.bytes = h.payload + size
        split = rssn_aligned(self.tail_count * sizeof(rssn_node))  # the tail has room for its padding
        memset(nodes + self.tail_count * sizeof(rssn_node), 0, split - self.tail_count * sizeof(rssn_node))
        rest = bytearray(size - split)
        out = <unsigned char *>rest - h.payload - split
        memcpy(out + rssn_operands_at(h), self.pool, 4 * <size_t>self.pool_count)
        for i in range(h.operators):
            (<rssn_operator *>(out + rssn_operators_at(h)))[i] = rssn_operator(
                operators[i][0], operators[i][1], operators[i][2]
            )
        for i in range(h.roots):
            (<rssn_root *>(out + rssn_roots_at(h)))[i] = rssn_root(entries[i][0], entries[i][1], entries[i][2])
        memcpy(out + rssn_text_at(h), self.text, self.text_count)
        for i in range(<uint64_t>len(names)):
            out[rssn_text_at(h) + base + i] = names[i]
        head = bytearray(h.payload)
        out = head
        for i in range(h.blocks):
            (<uint32_t *>(out + HEADER))[i] = block_sum(nodes, split, rest, i * BLOCK, min((i + 1) * BLOCK, size))
        memcpy(out, h, HEADER)
        h.check = crc32c(out + 12, h.payload - 12)
        memcpy(out, h, HEADER)
        return [head, memoryview(<uint8_t[:split]>nodes), rest] if split else [head, rest]

    def close(self):
        """Take no more nodes; what is stored can still be read."""
        self.sink = None
        self.forget()

    def forget(self):
        """Give the memory of what is known by structure back; it is learned again when nodes are added."""
        self.is_primed = False
        free(self.cells)
        self.cells = NULL
        self.known = 0
        self.bucket_bits = 0

    def whole_tail(self):
        """Keep everything in memory, for an image."""
        self.tail_limit = 0x7FFFFFF0u

    @property
    def unwritten(self):
        """Nodes that are in no extent yet."""
        return self.tail_count

    @property
    def spare(self):
        """Bytes of the memory that nothing else here may take; 0 for no bound."""
        cdef uint64_t taken = self.bytes - self.pages + self.limit * BLOCK
        return 0 if self.memory == 0 else max(self.memory - min(taken, self.memory), self.memory // 16)

    @property
    def bytes(self):
        """Memory held: blocks, the tail and what is known by structure."""
        return (
            self.pages + self.tail_capacity * sizeof(rssn_node) + 4 * <size_t>self.pool_capacity + self.text_capacity
            + (<size_t>CELLS * 8 << self.bucket_bits if self.cells != NULL else 0)
        )
