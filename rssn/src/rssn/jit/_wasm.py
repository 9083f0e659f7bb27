"""A WebAssembly object file as a module that stands alone.

LLVM writes an object for a linker: what it calls is imported, its memory and the pointer of its stack too. An object
that calls nothing outside has all numbers of functions and all addresses right as they stand, so making a module of it
is giving it a memory, a stack above its constants, and exports.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ..errors import CompileError

_TYPE, _IMPORT, _FUNCTION, _MEMORY, _GLOBAL, _EXPORT, _CODE, _DATA, _COUNT = 1, 2, 3, 5, 6, 7, 10, 11, 12
_KEPT: Final = (_TYPE, _FUNCTION, _COUNT, _CODE, _DATA)
_PAGE = 65536
_MAGIC: Final = b"\0asm\1\0\0\0"
_DEFINED_SYMBOL, _UNDEFINED = 0, 0x10


class _Reader:
    """Reads numbers and texts of a section one after the other."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """Return an unsigned number of seven bits a byte."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def bytes(self) -> bytes:
        size = self.number()
        self.at += size
        return self.data[self.at - size : self.at]

    def text(self) -> str:
        return self.bytes().decode()


class Symbol(NamedTuple):
    """A function of an object: its name, its number, and whether another file is to define it."""

    name: str
    number: int
    is_outside: bool


def module(data: bytes, exports: Sequence[str], stack_bytes: int) -> bytes:
    """Return an object file as a module that exports these functions, `memory` and `heap`, where free memory begins.

    Raises CompileError if it calls a function that is not in it.
    """
    sections = dict(_sections(data))
    functions = {symbol.name: symbol for symbol in _functions(sections)}
    outside = sorted(symbol.name for symbol in functions.values() if symbol.is_outside)
    if outside:
        raise CompileError("the module calls a function that it lacks", found=", ".join(outside))
    constants = _constant_bytes(sections.get(_DATA, b"\0"))
    heap = -(-(constants + stack_bytes) // 64) * 64
    made = {number: sections[number] for number in _KEPT if number in sections}
    made[_MEMORY] = b"\1\0" + _number(-(-heap // _PAGE))
    # The pointer of the stack, which grows downwards from the heap, and the address of the heap.
    made[_GLOBAL] = b"\2" + b"\x7f\1\x41" + _signed(heap) + b"\x0b" + b"\x7f\0\x41" + _signed(heap) + b"\x0b"
    listed = [_export("memory", 2, 0), _export("heap", 3, 1)]
    listed += [_export(name, 0, functions[name].number) for name in exports]
    made[_EXPORT] = _number(len(listed)) + b"".join(listed)
    # The count of data stands between exports and code.
    order = (_TYPE, _FUNCTION, _MEMORY, _GLOBAL, _EXPORT, _COUNT, _CODE, _DATA)
    return _MAGIC + b"".join(bytes([each]) + _number(len(made[each])) + made[each] for each in order if each in made)


def _sections(data: bytes) -> Iterator[tuple[int | str, bytes]]:
    """Yield what each section holds by its number, or by its name if it is a custom one."""
    if data[:8] != _MAGIC:
        raise CompileError("not a WebAssembly object", found=repr(data[:8]))
    reader = _Reader(data, 8)
    while reader.at < len(data):
        number = reader.byte()
        content = reader.bytes()
        if number:
            yield number, content
        else:
            inside = _Reader(content)
            yield inside.text(), content[inside.at :]


def _functions(sections: dict[int | str, bytes]) -> Iterator[Symbol]:
    """Yield the functions in the table of symbols; those of the imports lend their name."""
    imported = list(_imported_functions(sections.get(_IMPORT, b"\0")))
    reader = _Reader(sections["linking"])
    reader.number()
    while reader.at < len(reader.data):
        kind, content = reader.byte(), reader.bytes()
        if kind != 8:
            continue
        table = _Reader(content)
        for _ in range(table.number()):
            symbol, flags = table.byte(), table.number()
            if symbol == _DEFINED_SYMBOL:
                number = table.number()
                is_outside = bool(flags & _UNDEFINED)
                name = imported[number] if is_outside and not flags & 0x40 else table.text()
                yield Symbol(name, number, is_outside)
            else:
                _skip(table, symbol, flags)


def _skip(table: _Reader, symbol: int, flags: int) -> None:
    """Pass over a symbol that is no function: constants, the stack's pointer, sections."""
    if symbol == 1:
        table.text()
        if not flags & _UNDEFINED:
            for _ in range(3):
                table.number()
        return
    table.number()
    if symbol != 3 and (not flags & _UNDEFINED or flags & 0x40):
        table.text()


def _imported_functions(content: bytes) -> Iterator[str]:
    reader = _Reader(content)
    for _ in range(reader.number()):
        reader.text()
        name, kind = reader.text(), reader.byte()
        if kind == 0:
            reader.number()
            yield name
        elif kind == 3:
            reader.at += 2
        else:
            if kind == 1:
                reader.byte()
            limited = reader.number() & 1
            reader.number()
            if limited:
                reader.number()


def _constant_bytes(content: bytes) -> int:
    """Return where the last constant ends. Segments say where they lie by one instruction each."""
    reader, end = _Reader(content), 0
    for _ in range(reader.number()):
        if reader.number() != 0 or reader.byte() != 0x41:
            raise CompileError("the module has constants of an unknown kind")
        start = reader.number()
        if reader.byte() != 0x0B:
            raise CompileError("the module has constants of an unknown kind")
        end = max(end, start + len(reader.bytes()))
    return end


def _number(value: int) -> bytes:
    """Return an unsigned number in seven bits a byte."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _signed(value: int) -> bytes:
    """Return a positive number as a signed one: the last byte's second highest bit must be clear."""
    text = _number(value)
    return text if text[-1] < 64 else text[:-1] + bytes([text[-1] | 128, 0])


def _export(name: str, kind: int, number: int) -> bytes:
    return _number(len(name)) + name.encode() + bytes([kind]) + _number(number)
