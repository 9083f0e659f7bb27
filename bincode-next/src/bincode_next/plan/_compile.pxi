"""From the nodes of a schema to operations. What has no operation makes the whole plan the twin's."""

cdef enum:
    MOST_OPS = 1 << 20  # beyond, the twin
    MOST_INLINE = 4096  # operations; later structs and enums that are met again are called
    MOST_LEAST = 0x3fffffff


class NotNative(Exception):
    """A schema that the native engine has no operations for; the message says what in it."""


class _NeedsCare(Exception):
    """Python code runs while values are written: they must be held, from the first operation on."""


cdef dict INT_CODES = {
    (8, False): OP_U8, (8, True): OP_I8,
    (16, False): OP_U16, (16, True): OP_I16, (32, False): OP_U32, (32, True): OP_I32,
    (64, False): OP_U64, (64, True): OP_I64, (128, False): OP_U128, (128, True): OP_I128,
}
cdef dict BYTES = {"bytes": 0, "bytearray": 1, "memoryview": 2}
cdef dict SEQUENCES = {list: SEQ_LIST, tuple: SEQ_TUPLE, set: SEQ_SET, frozenset: SEQ_FROZENSET, deque: SEQ_DEQUE}


@cython.final
cdef class Code:
    """A program, everything it points to, and what makes it."""

    cdef Program program
    cdef Py_ssize_t capacity, enc_open, dec_open, carrier, claiming
    cdef list keep, run, calls
    cdef list shapes  # addresses of Shapes and Choices, freed with this
    cdef dict definitions, starts, seen
    cdef object config, costs, layouts
    cdef bint varint, byte_results, packing, limits, silent
    cdef bint decodes

    def __cinit__(self):
        self.program.ops = NULL
        self.program.count = 0
        self.shapes = []

    def __dealloc__(self):
        PyMem_Free(self.program.ops)
        for address, kind in self.shapes:
            if kind == 0:
                PyMem_Free((<Shape *><uintptr_t>address).names)
            elif kind == 1:
                free_choice(<Choice *><uintptr_t>address)
            PyMem_Free(<void *><uintptr_t>address)

    def __init__(self, schema, config):
        self.config = config
        self.costs = Costs(schema, config)
        self.limits = config.limit is not None and config.crate > 1
        self.layouts = Layouts(schema) if self.limits else None
        self.varint = config.ints == "varint"
        self.byte_results = config.crate == 3
        self.packing = config.bit_packing
        self.set_program()
        try:
            self.compile(schema)
        except _NeedsCare:
            self.program.careful = True
            self.compile(schema)

    cdef int set_program(self) except -1:
        config, safety = self.config, self.config.safety
        deterministic = config.format == "bincode-deterministic"
        self.program.big = config.endian == "big"
        self.program.varint = self.varint
        self.program.strict = config.strict
        self.program.unique = config.strict or deterministic
        self.program.ordered = config.strict and deterministic
        self.program.lenient = self.varint and config.crate == 1
        self.program.limit = limit_of(config.limit)
        self.program.most_elements = limit_of(safety.elements)
        self.program.most_depth = limit_of(safety.depth)
        self.program.most_memory = limit_of(safety.memory)
        return 0

    cdef int compile(self, schema) except -1:
        cdef Py_ssize_t i
        cdef Op *op
        self.program.count = 0
        self.program.most_empty = limit_of(self.config.safety.empty)
        self.decodes = True
        self.definitions = dict(schema.definitions)
        self.keep, self.run, self.calls, self.starts, self.seen = [], [], [], {}, {}
        self.enc_open = self.dec_open = self.carrier = self.claiming = -1
        self.node(schema.root, 0)
        self.close()
        self.emit(OP_HALT, 0, 0)
        while self.calls:
            i, key = self.calls.pop()
            if key not in self.starts:
                self.starts[key] = self.program.count
                self.close()
                self.node(self.definitions[key], 0)
                self.close()
                self.emit(OP_RETURN, 0, 0)
            self.program.ops[i].next = self.starts[key]
        for i in range(self.program.count):  # a jump to the end of a loop is the end of the loop
            op = self.program.ops + i
            if op.code == OP_JUMP and self.program.ops[op.next].code == OP_LOOP:
                op[0] = self.program.ops[op.next]
        return 0

    # ------------------------------------------------------------ operations and runs

    cdef Op *emit(self, int code, Py_ssize_t off, int small) except NULL:
        cdef Op *ops
        if self.program.count == self.capacity:
            if self.capacity >= MOST_OPS:
                raise NotNative("a type of too many parts")
            self.capacity = self.capacity * 2 or 64
            ops = <Op *>PyMem_Realloc(self.program.ops, self.capacity * sizeof(Op))
            if ops == NULL:
                raise MemoryError
            self.program.ops = ops
        cdef Op *op = self.program.ops + self.program.count
        memset(op, 0, sizeof(Op))
        op.code, op.small, op.off = code, small, off
        self.program.count += 1
        if not OP_SLOTS <= code <= OP_END_NAMED:  # those take no bytes: the run may still be hung before them
            self.carrier = -1
        return op

    cdef Py_ssize_t carry(self, int code, Py_ssize_t off, int small) except -1:
        """Emit an operation that can look after the run behind it."""
        self.emit(code, off, small)
        self.carrier = self.program.count - 1
        return self.carrier

    cdef int bounded(self, int code, Py_ssize_t off, Py_ssize_t most, Py_ssize_t least, int small=0,
                     bint varies=False, void *kind=NULL) except -1:
        """Emit an operation of at most and at least so many bytes into the run at hand, or a new one."""
        cdef Py_ssize_t host
        if self.enc_open < 0 or self.dec_open < 0:
            host = self.carrier
            if host < 0:
                self.emit(OP_RESERVE, 0, 0)
                host = self.program.count - 1
            if self.enc_open < 0:
                self.enc_open = host
            if self.dec_open < 0:
                self.dec_open = host
        self.emit(code, off, small).kind = kind
        self.program.ops[self.enc_open].reserve += most
        self.run.append((self.program.count - 1, least, varies))
        return 0

    cdef int close_decode(self) except -1:
        """End the run of decoding: everything before is there, so what varies says what must be there after it."""
        cdef Py_ssize_t total = 0, i, least
        for i, least, varies in reversed(self.run):
            if varies:
                self.program.ops[i].least = total
            total += least
        if self.dec_open >= 0:
            self.program.ops[self.dec_open].least = total
        self.dec_open = self.claiming = -1
        self.run.clear()
        return 0

    cdef int close(self) except -1:
        self.close_decode()
        self.enc_open = self.carrier = -1
        return 0

    cdef int claim(self, uint64_t count) except -1:
        """Count bytes against the crate's limit, with those of the operations before that are always done with this."""
        if self.limits and count and not self.silent:
            if self.claiming < 0:
                self.emit(OP_CLAIM, 0, 0)
                self.claiming = self.program.count - 1
            self.program.ops[self.claiming].kind = <void *><uintptr_t>(
                <uintptr_t>self.program.ops[self.claiming].kind + count
            )
        return 0

    cdef int careful(self) except -1:
        """Say that Python code runs here when values are written."""
        if not self.program.careful:
            raise _NeedsCare
        return 0

    # ------------------------------------------------------------ nodes

    cdef int node(self, object node, Py_ssize_t off) except -1:
        kind = type(node)
        if kind is n.Int:
            self.integer(node, off)
        elif kind is n.Float:
            self.claim(claim_of(self.config, node))
            self.bounded(OP_F64 if node.bits == 64 else OP_F32, off, node.bits // 8, node.bits // 8)
        elif kind is n.Bool:
            self.claim(claim_of(self.config, node))
            self.bounded(OP_BOOL, off, 1, 1)
        elif kind is n.Char:
            self.bounded(OP_CHAR, off, 4, 1, 0, True)
            if self.limits:
                self.emit(OP_CLAIM_LENGTH, 0, 0)
        elif kind is n.Str:
            self.text(node, off)
        elif kind is n.Bytes:
            self.bytes(node, off)
        elif kind is n.Unit:
            self.keep.append(node.value)
            self.emit(OP_UNIT, off, 0).kind = <void *>node.value
        elif kind is n.Option:
            self.option(node, off)
        elif kind is n.Struct:
            self.struct(node, off)
        elif kind is n.Tuple:
            self.tuple(node.items, off)
        elif kind is n.Seq or kind is n.Set:
            self.sequence(node, off)
        elif kind is n.Array:
            self.array(node, off)
        elif kind is n.Map:
            self.map(node, off)
        elif kind is n.Enum:
            enum(self, node, off)
        elif kind is n.Result:
            result(self, node, off)
        elif kind is n.NdArray:
            block_of(self, node, off)
        elif kind is n.Ref:
            self.call(node.key, off)
        elif kind is n.Range:
            cls = RangeInclusive if node.inclusive else Range
            self.product(cls, ("start", "end"), (node.inner, node.inner), off)
        elif kind is n.Bound:
            bound(self, node, off)
        elif kind is n.Custom:
            custom(self, node.inner, node.encode, node.decode, off)
        elif kind is n.Duration or kind is n.SystemTime:
            time_parts(self, node, off)
        elif kind is n.Ip:
            address(self, node, off)
        elif kind is n.Socket:
            socket(self, node, off)
        elif kind is _Net:
            self.bounded(OP_NET32 if node.bits == 32 else OP_NET128, off, node.bits // 8, node.bits // 8)
        elif kind is _Ignored:
            self.keep.append(node.value)
            self.emit(OP_CONST, off, 0).kind = <void *>node.value
        else:
            raise NotNative(kind.__name__)
        return 0

    cdef int integer(self, node, Py_ssize_t off) except -1:
        cdef int code = INT_CODES[node.bits, node.signed], width = node.bits // 8
        self.claim(claim_of(self.config, node))
        if self.varint and width > 1:
            self.bounded(code + (OP_VU16 - OP_U16), off, width + 1, 1, node.nonzero, True)
        else:
            self.bounded(code, off, width, width, node.nonzero)
        return 0

    cdef int text(self, node, Py_ssize_t off) except -1:
        if node.kind == "path":
            return custom(self, n.Str(capacity=node.capacity), _text_of_path, path_of_text(), off)
        return self.block(OP_STR, off, 0, node.capacity)

    cdef int block(self, int code, Py_ssize_t off, int small, capacity) except -1:
        """A length, then as many bytes."""
        cdef Op *op
        self.close()
        self.claim(8)
        op = self.program.ops + self.carry(code, off, small)
        if capacity is not None:
            op.extra = min(capacity, MOST_LEAST) + 1
        if self.limits:
            self.emit(OP_CLAIM_LENGTH, 0, 0)
        return 0

    cdef int bytes(self, node, Py_ssize_t off) except -1:
        cdef int small = BYTES[node.python]
        if node.cstring:
            small |= NO_NUL
        if node.length is None:
            return self.block(OP_BYTES, off, small, node.capacity)
        if node.length > MOST_LEAST:
            raise NotNative("arrays of a gigabyte")
        self.close()
        self.claim(node.length)
        self.program.ops[self.carry(OP_BYTES_FIXED, off, small)].extra = node.length
        return 0

    cdef int option(self, node, Py_ssize_t off) except -1:
        cdef bint is_bounded = has_bound(node.inner)
        cdef Py_ssize_t i
        self.claim(claim_of(self.config, U8))
        self.bounded(OP_OPTION, off, 1, 1)
        i = self.program.count - 1
        self.close_decode()
        if not is_bounded:
            self.enc_open = -1
        self.carrier = i
        if is_wrapped(node):
            self.product(Some, ("value",), (node.inner,), off)
        else:
            self.node(node.inner, off)
        self.close_decode()
        if not is_bounded or self.enc_open > i:  # a run begun inside is not passed by None
            self.enc_open = -1
        self.carrier = -1
        self.program.ops[i].next = self.program.count
        return 0

    cdef int struct(self, node, Py_ssize_t off) except -1:
        if self.packing and node.packed:
            raise NotNative("packed structs")
        nodes = [field.node for field in node.fields]
        if self.program.count > MOST_INLINE and nodes:
            self.keep.append(node)
            if id(node) not in self.definitions:
                self.definitions[id(node)] = node
            elif id(node) in self.starts and self.starts[id(node)] == self.program.count:
                return self.struct_body(node, nodes, off)
            return self.call(id(node), off)
        return self.struct_body(node, nodes, off)

    cdef int struct_body(self, node, list nodes, Py_ssize_t off) except -1:
        self.struct_fields(node, nodes, off)
        if node.after is not None:
            self.keep.append(node.after)
            self.emit(OP_AFTER, off, 0).kind = <void *>node.after
        return 0

    cdef int struct_fields(self, node, list nodes, Py_ssize_t off) except -1:
        if node.style == "tuple":
            return self.tuple(nodes, off)
        if node.style == "namedtuple":
            return self.named_tuple(node.python, nodes, off)
        names = tuple(field.attribute for field in node.fields)
        if node.style == "typeddict":
            return self.fields(OP_NAMED, self.dict_shape(names), range(len(names)), nodes, off)
        return self.product(node.python, names, nodes, off)

    cdef int named_tuple(self, cls, list nodes, Py_ssize_t off) except -1:
        if not issubclass(cls, tuple) or cls.__dictoffset__ or not allocates_plainly(<PyTypeObject *>cls):
            raise NotNative("named tuples that are more than that")
        return self.fields(OP_TUPLE, self.new_shape(cls, len(nodes)), range(len(nodes)), nodes, off)

    cdef int product(self, cls, names, nodes, Py_ssize_t off) except -1:
        """A class with fields, wherever it keeps them."""
        layout = self.seen.get((cls, names))
        if layout is None:
            layout = self.seen[cls, names] = layout_of(self, cls, names)
        code, address, places = layout
        return self.fields(code, <Shape *><uintptr_t>address, places, nodes, off)

    cdef int fields(self, int code, Shape *shape, places, nodes, Py_ssize_t off) except -1:
        cdef Py_ssize_t place
        cdef Op *end
        if code == OP_NAMED and shape.by_attribute:
            self.careful()
        self.emit(code, off, 0).kind = shape
        if self.program.careful:
            self.emit(OP_HOLD, 0, 0)
        for place, node in zip(places, nodes, strict=True):
            self.node(node, place if code == OP_SLOTS else place * <Py_ssize_t>sizeof(void *))
        if self.program.careful and (code == OP_SLOTS or code == OP_TUPLE):
            self.emit(OP_LET_GO, 0, 0)
        if code == OP_SLOTS:
            is_tracked = shape.tracked == 1 or (shape.tracked == 2 and not all(map(is_atomic, nodes)))
            self.emit(OP_END_SLOTS if is_tracked else OP_END, off, 0)
        elif code == OP_TUPLE:
            self.emit(OP_END, off, 0)
        else:
            end = self.emit(OP_END_NAMED, off, 0)
            end.kind = shape if code == OP_NAMED else NULL
        return 0

    cdef int tuple(self, items, Py_ssize_t off) except -1:
        return self.fields(OP_TUPLE, self.new_shape(tuple, len(items)), range(len(items)), items, off)

    cdef int loop(self, Py_ssize_t start, int code, Py_ssize_t off) except -1:
        """End what started at `start` and is done for each item."""
        self.close()
        cdef Op *end = self.emit(code, off, 0)
        cdef Op *first = self.program.ops + start
        end.next, end.reserve, end.least = start + 1, first.reserve, first.least
        end.small = self.config.format == "bincode-deterministic" and self.program.ops[start + 1].code == OP_MARK
        first.next = end.extra = self.program.count
        self.fuse(start, self.program.count - 1)
        return 0

    cdef int fuse(self, Py_ssize_t start, Py_ssize_t stop) except -1:
        """Make one operation of a loop and what stands at its ends, where items are of one kind."""
        cdef Op *first = self.program.ops + start
        cdef Op *end = self.program.ops + stop
        cdef Py_ssize_t i
        if first.code == OP_DICT:
            if stop == start + 3 and first[1].code == OP_STR and first[1].extra == 0 and is_scalar(first[2].code):
                first.small |= 1
        elif first.code != OP_SEQ:
            return 0
        elif stop == start + 2 and is_scalar(first[1].code):
            first.code = OP_SCALARS
        elif stop == start + 3 and first[1].code == OP_OPTION and is_scalar(first[2].code):
            first.code = OP_SCALARS
        elif self.program.careful:
            return 0
        elif (first[1].code == OP_SLOTS or first[1].code == OP_VALUES) and self.is_whole(start + 1, stop - 1):
            first.code = OP_OBJECTS
            i = stop - 1  # what leaves the object goes on to the next one, which is entered where the first was
            end.small = self.program.ops[i].code == OP_END_SLOTS
            end.code = OP_LOOP_OBJECTS
            self.program.ops[i] = end[0]
        return 0

    cdef bint is_whole(self, Py_ssize_t first, Py_ssize_t last) except -1:
        """Whether what is entered by one operation is left by the other."""
        cdef Py_ssize_t i, deep = 0
        for i in range(first, last + 1):
            if OP_SLOTS <= self.program.ops[i].code <= OP_TUPLE:
                deep += 1
            elif OP_END <= self.program.ops[i].code <= OP_END_NAMED:
                deep -= 1
                if deep == 0:
                    return i == last
        return False

    cdef int sequence(self, node, Py_ssize_t off) except -1:
        cdef Py_ssize_t start
        cdef int kind = SEQUENCES.get(node.python, -1)
        cdef bint is_set = type(node) is n.Set
        cdef bint is_sorted = is_set and self.config.format == "bincode-deterministic"
        if kind < 0 or is_set != (SEQ_SET <= kind <= SEQ_FROZENSET):
            raise NotNative(f"{type(node).__name__} as {node.python.__name__}")
        self.close()
        released = 0 if not self.limits else self.layouts.size(node.item) if is_set else self.released(node.item)
        capacity = None if is_set else node.capacity
        is_silent = self.before(off, (node.item,), capacity, released)
        start = self.carry(OP_SEQ, off, kind)
        self.program.ops[start].kind = <void *>node.python
        self.count(start, (node.item,))
        self.item(node.item, 0, 0 if is_silent else released, is_silent, is_sorted)
        self.loop(start, OP_LOOP, off)
        if kind > SEQ_TUPLE:
            self.emit(OP_CONVERT, off, kind).kind = <void *>node.python
        return 0

    cdef int item(self, node, Py_ssize_t off, uint64_t released, bint is_silent, bint is_sorted) except -1:
        """What is done for each item of a sequence."""
        cdef bint was_silent = self.silent
        if is_sorted:
            self.emit(OP_MARK, 0, 0)
        if released:
            self.emit(OP_RELEASE, 0, 0).kind = <void *><uintptr_t>released
        self.silent = is_silent
        self.node(node, off)
        self.silent = was_silent
        if is_sorted:
            self.close()
            self.emit(OP_ORDER, 0, 0)
        return 0

    cdef bint before(self, Py_ssize_t off, items, capacity, released) except -1:
        """Say what a sequence claims and how long it may be; whether its items need not claim, because they give back
        more than they take."""
        cdef Op *op
        cdef bint is_silent = False
        self.claim(8)
        size = self.layouts.size(*items) if self.limits else 0
        if size or capacity is not None:
            if size >= 1 << 31:
                raise NotNative("elements of two gigabytes")
            op = self.emit(OP_BEFORE, off, 0)
            op.kind = <void *><uintptr_t>size
            op.extra = 0 if capacity is None else min(capacity, MOST_LEAST) + 1
            if len(items) == 1 and type(items[0]) in (n.Int, n.Float, n.Bool):
                claimed = claim_of(self.config, items[0])
                if released >= claimed:
                    op.reserve, is_silent = released - claimed, True
        self.claiming = -1
        return is_silent

    cdef object released(self, item):
        """What an item gives back of what its sequence claimed: bincode-next claims bytes as a block."""
        return 0 if item == U8 and self.config.crate == 3 else self.layouts.size(item)

    cdef int count(self, Py_ssize_t start, items) except -1:
        """Say what an element takes at least, in bytes and in memory."""
        least = sum(map(self.costs.least, items))
        weight = (element_memory(*items) + 7) // 8
        if weight >= 1 << 13:
            raise NotNative("elements of 64 KiB and more")
        self.program.ops[start].small |= weight << 3
        self.program.ops[start].extra = min(least, MOST_LEAST)
        if least == 0:
            values = sum(map(self.costs.values, items))
            self.program.most_empty = min(self.program.most_empty, limit_of(self.config.safety.empty) // values)
        return 0

    cdef int array(self, node, Py_ssize_t off) except -1:
        cdef Py_ssize_t start
        cdef int kind = SEQUENCES.get(node.python, -1)
        if kind not in (SEQ_LIST, SEQ_TUPLE) or node.length > MOST_LEAST:
            raise NotNative("arrays that are no lists")
        self.close()
        released = 0
        if self.limits and (node.item == U8 or self.config.crate == 2):
            released = self.released(node.item)
            self.claim(self.layouts.size(node))
        self.claiming = -1
        start = self.carry(OP_ARRAY, off, kind)
        self.program.ops[start].extra = node.length
        self.item(node.item, 0, released, False, False)
        self.loop(start, OP_LOOP, off)
        return 0

    cdef int map(self, node, Py_ssize_t off) except -1:
        cdef Py_ssize_t start
        if node.python is not dict:
            raise NotNative(f"maps as {node.python}")
        self.close()
        self.before(off, (node.key, node.value), None, 0)
        start = self.carry(OP_DICT, off, 0)
        self.count(start, (node.key, node.value))
        self.program.ops[start].small &= ~7
        released = self.layouts.size(node.key, node.value) if self.limits else 0
        self.item(node.key, 0, released, False, self.config.format == "bincode-deterministic")
        self.node(node.value, sizeof(void *))
        self.loop(start, OP_LOOP_DICT, off)
        return 0

    # ------------------------------------------------------------ what is made once

    cdef int call(self, key, Py_ssize_t off) except -1:
        self.close()
        self.emit(OP_CALL, off, 0)
        self.calls.append((self.program.count - 1, key))
        return 0

    cdef Shape *new_shape(self, cls, Py_ssize_t count, names=()) except NULL:
        cdef Py_ssize_t i
        cdef Shape *shape = <Shape *>PyMem_Calloc(1, sizeof(Shape))
        if shape == NULL:
            raise MemoryError
        self.shapes.append((<uintptr_t>shape, 0))
        self.keep.append(cls)
        shape.type, shape.count = <PyTypeObject *>cls, count
        shape.body = shape.type.tp_basicsize - <Py_ssize_t>sizeof(PyObject)
        if names:
            shape.names = <PyObject **>PyMem_Calloc(count, sizeof(PyObject *))
            if shape.names == NULL:
                raise MemoryError
            names = tuple(sys.intern(name) for name in names)
            self.keep.append(names)
            for i in range(count):
                shape.names[i] = <PyObject *>names[i]
        return shape

    cdef Shape *dict_shape(self, names) except NULL:
        cdef Shape *shape = self.new_shape(dict, len(names), names)
        shape.as_dict = True
        return shape


cdef bint is_atomic(node):
    return type(node) in (n.Int, n.Float, n.Bool, n.Char, n.Str) or (type(node) is n.Option and is_atomic(node.inner))


cdef object claim_of(config, node):
    """What one number claims of the crate's limit: bincode 2 counts all, bincode-next only usize and isize."""
    if type(node) is n.Bool:
        return 1 if config.crate == 2 else 0
    return node.bits // 8 if config.crate == 2 or (type(node) is n.Int and node.pointer) else 0


cdef uint64_t limit_of(limit) except? 0:
    return <uint64_t>-1 if limit is None else min(max(limit, 0), (1 << 62))


cdef bint is_scalar(int code) noexcept:
    return OP_BOOL <= code <= OP_I64 or OP_VU16 <= code <= OP_VI64 or code == OP_F64


cdef bint has_bound(object node) except -1:
    """Whether every value takes at most a few bytes, with no operation inside that makes room for itself."""
    kind = type(node)
    if kind is n.Option:
        return has_bound(node.inner)
    if kind is n.Tuple:
        return all(has_bound(item) for item in node.items)
    if kind is n.Struct:
        return all(has_bound(item.node) for item in node.fields)
    if kind is n.Enum:
        return node.style != "union"
    return kind in (n.Int, n.Float, n.Bool, n.Char, n.Unit)
