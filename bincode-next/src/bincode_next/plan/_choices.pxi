"""Operations of tags and of what follows them."""


cdef int enum(Code code, node, Py_ssize_t off) except -1:
    if code.packing and node.packed:
        raise NotNative("packed enums")
    keys = [variant.key for variant in node.variants]
    if not keys:
        raise NotNative("enums without variants")
    if node.style != "union":
        if not all(type(variant.payload) is n.Unit for variant in node.variants):
            raise NotNative("enums of constants that have payloads")
        return members(code, node, keys, off)
    if not all(isinstance(key, type) for key in keys):
        raise NotNative("unions of values and classes")
    bodies = []
    for variant in node.variants:
        payload = variant.payload
        bodies.append((payload.items[0], None, None) if variant.single else (payload, None, None))
    return variants(code, keys, bodies, off, False)


cdef int members(Code code, node, list keys, Py_ssize_t off) except -1:
    cdef Choice *choice = new_choice(code, keys, keys, False, False)
    choice.compared = node.style == "literal"
    code.claim(claim_of(code.config, U32))
    code.bounded(OP_MEMBERS, off, 5, 1 if code.varint else 4, 0, code.varint, choice)
    return 0


cdef int variants(Code code, list keys, list bodies, Py_ssize_t off, bint byte) except -1:
    """A tag, then one of the bodies: (node, class, name of its one field) or (node, None, None)."""
    cdef Choice *choice = new_choice(code, keys, None, True, byte)
    cdef list jumps = []
    cdef Py_ssize_t i, start
    cdef Op *op
    code.claim(1 if byte else claim_of(code.config, U32))
    code.bounded(OP_ENUM, off, 5, 1 if code.varint or byte else 4, 0, code.varint and not byte, choice)
    start = code.program.count - 1
    code.close()
    for i, (node, cls, name) in enumerate(bodies):
        choice.targets[i] = code.program.count
        if cls is not None:
            code.product(cls, (name,), (node,), off)
        elif type(node) is n.Unit:
            code.keep.append(node.value)
            code.emit(OP_CONST, off, 0).kind = <void *>node.value
        else:
            code.node(node, off)
        code.close()
        code.emit(OP_JUMP, 0, 0)
        jumps.append(code.program.count - 1)
    for i in jumps:
        code.program.ops[i].next = code.program.count
    for i in range(choice.count):
        choice.inside[i] = choice.targets[i]
        op = code.program.ops + choice.targets[i]
        if op.code == OP_RESERVE:
            choice.inside[i] += 1
            code.program.ops[start].reserve = max(code.program.ops[start].reserve, op.reserve)
    code.carrier = -1
    return 0


cdef int result(Code code, node, Py_ssize_t off) except -1:
    return variants(code, [Ok, Err], [(node.ok, Ok, "value"), (node.err, Err, "error")], off, code.byte_results)


cdef int bound(Code code, node, Py_ssize_t off) except -1:
    bodies = [(n.Unit(value=UNBOUNDED), None, None), (node.inner, Included, "value"), (node.inner, Excluded, "value")]
    return variants(code, [Unbounded, Included, Excluded], bodies, off, False)



cdef Choice *new_choice(Code code, list keys, list values, bint by_type, bint byte) except NULL:
    cdef Choice *choice = make_choice(len(keys))
    code.shapes.append((<uintptr_t>choice, 1))
    cdef Py_ssize_t i
    cdef uint32_t at
    code.keep.append(keys)
    choice.by_type, choice.byte = by_type, byte
    for i, key in enumerate(keys):
        choice.keys[i] = <PyObject *>key
        choice.values[i] = <PyObject *>key
        if values is None:
            choice.values[i] = NULL
        at = spread(<void *>key) & choice.mask
        while choice.at[at] != NULL and choice.at[at] != <PyObject *>key:
            at = (at + 1) & choice.mask
        if choice.at[at] == NULL:
            choice.at[at], choice.table[at] = <PyObject *>key, i
    return choice
