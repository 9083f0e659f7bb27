"""Operations of Rust's library types, of arrays, and of what Python code takes apart and puts together."""


class _Ignored:
    """In place of a node: a field that does not travel, and the value that it gets."""

    def __init__(self, value):
        self.value = value


cdef int custom(Code code, inner, encode, decode, Py_ssize_t off) except -1:
    """Write what `encode` makes of a value, and make the value of what was read by `decode`."""
    code.careful()
    code.keep.append((encode, decode))
    code.close()
    code.emit(OP_CUSTOM, off, 0).kind = <void *>encode
    code.node(inner, 0)
    code.close()
    code.emit(OP_END_CUSTOM, off, 0).kind = <void *>decode
    return 0


def _text_of_path(value):
    """Return the text of a path; anything else as it is."""
    return os.fspath(value) if isinstance(value, os.PathLike) else value


cdef object path_of_text():
    """The class Path, which comes with the first type that has one."""
    from pathlib import Path

    return Path


cdef int time_parts(Code code, node, Py_ssize_t off) except -1:
    cdef Clock *clock
    cdef bint is_instant = type(node) is n.SystemTime
    from bincode_next.types import Duration, SystemTime
    from bincode_next.types._time import EPOCH

    cls = SystemTime if is_instant else Duration
    kind, address, (secs, nanos) = layout_of(code, cls, ("secs", "nanos"))
    if kind != OP_SLOTS:
        raise NotNative("times")
    start_clock()
    clock = <Clock *>PyMem_Calloc(1, sizeof(Clock))
    if clock == NULL:
        raise MemoryError
    code.shapes.append((<uintptr_t>clock, 2))
    code.keep.append(EPOCH)
    clock.own, clock.secs, clock.nanos = <Shape *><uintptr_t>address, secs, nanos
    clock.epoch, clock.is_instant, clock.is_own = <PyObject *>EPOCH, is_instant, node.python == "own"
    code.claim(claim_of(code.config, U64))
    code.claim(claim_of(code.config, U32))
    if code.varint:
        code.bounded(OP_TIME, off, 14, 2, 0, True, clock)
    else:
        code.bounded(OP_TIME, off, 12, 12, 0, False, clock)
    return 0


cdef int address(Code code, node, Py_ssize_t off) except -1:
    """An IP address: the library keeps a number in a slot."""
    from ipaddress import IPv4Address, IPv6Address

    if node.version == 0:
        bodies = [(n.Ip(4), None, None), (n.Ip(6), None, None)]
        return variants(code, [IPv4Address, IPv6Address], bodies, off, False)
    if node.version == 4:
        return code.product(IPv4Address, ("_ip",), (_Net(32),), off)
    return code.product(IPv6Address, ("_ip", "_scope_id"), (_Net(128), _Ignored(None)), off)


class _Net:
    """In place of a node: a number of fixed width, high byte first."""

    def __init__(self, bits):
        self.bits = bits


cdef int socket(Code code, node, Py_ssize_t off) except -1:
    from bincode_next.types import SocketAddrV4, SocketAddrV6

    if node.version == 0:
        bodies = [(n.Socket(4), None, None), (n.Socket(6), None, None)]
        return variants(code, [SocketAddrV4, SocketAddrV6], bodies, off, False)
    if node.version == 4:
        return code.product(SocketAddrV4, ("ip", "port"), (n.Ip(4), U16), off)
    names = ("ip", "port", "flowinfo", "scope_id")
    more = (_Ignored(0), _Ignored(0)) if code.config.crate < 3 or code.config.is_legacy else (U32, U32)
    return code.product(SocketAddrV6, names, (n.Ip(6), U16, *more), off)


# ---------------------------------------------------------------- arrays


cdef int block_of(Code code, node, Py_ssize_t off) except -1:
    cdef Block *block
    cdef int i
    shape = () if node.shape is None else node.shape
    if len(shape) > 8:
        raise NotNative("arrays of more than eight dimensions")
    import numpy

    from bincode_next.arrays import decode_array, encode_parts

    if code.limits:
        code.decodes = False
    if node.record is not None:
        code.careful()
    block = <Block *>PyMem_Calloc(1, sizeof(Block))
    if block == NULL:
        raise MemoryError
    code.shapes.append((<uintptr_t>block, 2))
    code.keep.append((numpy.ndarray, decode_array, encode_parts, node, code.config))
    block.type, block.read = <PyObject *>numpy.ndarray, <PyObject *>decode_array
    block.write = <PyObject *>encode_parts
    block.node, block.config = <PyObject *>node, <PyObject *>code.config
    block.sizes = -1 if node.shape is None else len(shape)
    for i in range(len(shape)):
        block.size[i] = shape[i]
    if node.record is None:
        block.kind = ord("?" if node.dtype == "bool" else node.dtype[0])
        block.item = numpy.dtype(node.dtype).itemsize
    code.close()
    i = code.carry(OP_NDARRAY if node.record is None else OP_FOREIGN, off, 0)
    code.program.ops[i].kind = block
    return 0
