"""Object file → code that runs wherever it is mapped: a linker's work, done once, when a kernel is compiled.

The functions and, behind them, their constants become one block. With the small
code model every address in it is relative to the place that uses it, so the
block is final: loading it is mapping it (at the start of a page). The few
functions of the C library that code may call are reached through a jump and a
slot at the end of the block, which the loader fills.

Whatever is not on the short lists below is refused: a relocation that we do
not know would be a jump to nowhere.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from ..errors import CompileError
from ._record import AARCH64, X86_64, Blob

LIBRARY: Final = frozenset(
    name + kind
    for name in ("fma", "fmod", "floor", "ceil", "trunc", "rint", "nearbyint", "roundeven")
    for kind in ("", "f")
)
"""The functions that code may call: those LLVM puts for instructions a processor lacks, and fmod."""

_PAGE = 4096
_PROGBITS, _SYMTAB, _RELA, _NOBITS, _REL, _GROUP, _UNWIND = 1, 2, 4, 8, 9, 17, 0x70000001
_WRITE, _ALLOC, _EXECUTE, _TLS = 1, 2, 4, 0x400
_GLOBAL = 1


class _Section(NamedTuple):
    name: str
    kind: int
    flags: int
    offset: int
    size: int
    link: int
    info: int
    align: int


class _Relocation(NamedTuple):
    section: int
    offset: int
    kind: int
    symbol: int
    addend: int


def link(objects: Sequence[bytes], entry: str, allowed: frozenset[str] = frozenset()) -> Blob:
    """Return the block of ELF object files that call each other; the function `entry` is a kernel.

    Raises CompileError for what a kernel can't hold: data that is written to,
    unknown kinds of sections and relocations, functions outside `LIBRARY` that
    are not `allowed` besides.
    """
    parts, size = _laid_out(objects)
    defined = {name: place for part in parts for name, place in part.functions()}
    wanted = {name for part in parts for name in part.outside()}.difference(defined)
    imports = (*sorted(wanted - allowed), *sorted(wanted & allowed))
    unknown = sorted(wanted - LIBRARY - allowed)
    if unknown:
        raise CompileError("the machine code calls a function that kernels may not call", found=", ".join(unknown))
    thunks = _aligned(size, 16)
    slots = thunks + 16 * len(imports)
    block = bytearray(slots + 8 * len(imports))
    for k, name in enumerate(imports):
        _THUNKS[parts[0].elf.machine](block, thunks + 16 * k, slots + 8 * k)
        defined[name] = thunks + 16 * k
    for part in parts:
        part.write(block, defined)
    if entry not in defined:
        raise CompileError("the machine code lacks its entry", found=entry)
    return Blob(bytes(block), defined[entry], slots, imports)


def _laid_out(objects: Sequence[bytes]) -> tuple[list[_Part], int]:
    """Return the object files with their places in the block, and the size of all."""
    parts, end = [], 0
    for data in objects:
        elf = _Elf(data)
        places, end = elf.layout(end)
        parts.append(_Part(elf, places, list(elf.relocations(places))))
    return parts, end


class _Part(NamedTuple):
    """One object file, where each of its sections goes in the block, and what is to be filled in."""

    elf: _Elf
    places: dict[int, int]
    relocations: list[_Relocation]

    def functions(self) -> Iterator[tuple[str, int]]:
        """Yield the names that other files may use, and where they lie."""
        for number, (_, info, *_) in enumerate(self.elf.symbols):
            if info >> 4 == _GLOBAL and not self.elf.is_undefined(number):
                yield self.elf.symbol_name(number), self.elf.symbol_place(number, self.places)

    def outside(self) -> Iterator[str]:
        """Yield the names it wants from elsewhere."""
        for each in self.relocations:
            if self.elf.is_undefined(each.symbol):
                yield self.elf.symbol_name(each.symbol)

    def write(self, block: bytearray, defined: dict[str, int]) -> None:
        """Copy the sections into the block and fill in the addresses."""
        elf, rules = self.elf, _RULES[self.elf.machine]
        for number, start in self.places.items():
            section = elf.sections[number]
            block[start : start + section.size] = elf.data[section.offset : section.offset + section.size]
        for each in self.relocations:
            rule, calls = rules[each.kind]
            if not elf.is_undefined(each.symbol):
                target = elf.symbol_place(each.symbol, self.places)
            elif calls:
                target = defined[elf.symbol_name(each.symbol)]
            else:
                name = elf.symbol_name(each.symbol)
                raise CompileError("the machine code wants the address of a foreign function", found=name)
            rule(block, self.places[each.section] + each.offset, target + each.addend)


class _Elf:
    """The sections, symbols and relocations of an ELF64 object file, little-endian."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        if data[:6] != b"\x7fELF\x02\x01" or len(data) < 64:
            raise CompileError("not an ELF object file", found=repr(data[:6]))
        kind, self.machine = struct.unpack_from("<HH", data, 16)
        if kind != 1 or self.machine not in _RULES:
            raise CompileError("kernels are made for x86-64 and AArch64", found=f"ELF machine {self.machine}")
        self.sections = self._sections()
        tables = [section for section in self.sections if section.kind == _SYMTAB]
        if len(tables) != 1:
            raise CompileError("an object file has one table of symbols", found=str(len(tables)))
        names = self.sections[tables[0].link]
        self.names = data[names.offset : names.offset + names.size]
        table = data[tables[0].offset : tables[0].offset + tables[0].size]
        self.symbols = list(struct.iter_unpack("<IBBHQQ", table))

    def _sections(self) -> list[_Section]:
        (start,) = struct.unpack_from("<Q", self.data, 40)
        size, count, names = struct.unpack_from("<HHH", self.data, 58)
        raw = [struct.unpack_from("<IIQQQQIIQQ", self.data, start + n * size) for n in range(count)]
        texts = self.data[raw[names][4] : raw[names][4] + raw[names][5]]
        return [_Section(_text(texts, r[0]), r[1], r[2], *r[4:9]) for r in raw]

    def layout(self, end: int) -> tuple[dict[int, int], int]:
        """Return where each section that is kept goes from `end` on, functions first, and where the last one ends."""
        kept = [n for n, section in enumerate(self.sections) if section.flags & _ALLOC and self._is_kept(section)]
        places = {}
        for number in sorted(kept, key=lambda n: not self.sections[n].flags & _EXECUTE):
            section = self.sections[number]
            places[number] = _aligned(end, max(section.align, 1))
            end = places[number] + section.size
        return places, end

    def _is_kept(self, section: _Section) -> bool:
        if section.name == ".eh_frame" and section.kind in (_PROGBITS, _UNWIND):
            return False  # nothing unwinds through a kernel
        if section.size == 0:
            return False
        wanted = ".text" if section.flags & _EXECUTE else ".rodata"
        known = section.name == wanted or (wanted == ".rodata" and section.name.startswith(".rodata."))
        if section.kind != _PROGBITS or section.flags & (_WRITE | _TLS) or section.align > _PAGE or not known:
            raise CompileError("the machine code has a section that kernels don't", found=section.name)
        return True

    def relocations(self, places: dict[int, int]) -> Iterator[_Relocation]:
        """Yield the relocations of the sections that are kept."""
        for section in self.sections:
            if section.kind in (_REL, _GROUP):
                raise CompileError("the object file has a section that kernels don't", found=section.name)
            if section.kind != _RELA or section.info not in places:
                continue
            table = self.data[section.offset : section.offset + section.size]
            for offset, info, addend in struct.iter_unpack("<QQq", table):
                if info & 0xFFFFFFFF not in _RULES[self.machine]:
                    found = f"kind {info & 0xFFFFFFFF} of ELF machine {self.machine}"
                    raise CompileError("the machine code needs a relocation that kernels don't", found=found)
                if offset + 4 > self.sections[section.info].size:
                    raise CompileError("a relocation lies outside its section", found=section.name)
                yield _Relocation(section.info, offset, info & 0xFFFFFFFF, info >> 32, addend)

    def is_undefined(self, symbol: int) -> bool:
        """Say whether a symbol is to come from outside."""
        return bool(self.symbols[symbol][3] == 0)

    def symbol_name(self, symbol: int) -> str:
        """Return a symbol's name; sections have none."""
        return _text(self.names, self.symbols[symbol][0])

    def symbol_place(self, symbol: int, places: dict[int, int]) -> int:
        """Return where in the block a symbol lies."""
        section, value = self.symbols[symbol][3:5]
        if section not in places:
            raise CompileError("the machine code uses a section that kernels don't have", found=f"number {section}")
        return int(places[section] + value)


def _text(names: bytes, start: int) -> str:
    return names[start : names.index(b"\0", start)].decode("ascii", "replace")


def _aligned(offset: int, to: int) -> int:
    return -(-offset // to) * to


# Relocations: `rule(block, place, target)` writes where the target lies, seen from the place.

_Rule = Callable[[bytearray, int, int], None]


def _relative32(block: bytearray, place: int, target: int) -> None:
    struct.pack_into("<i", block, place, target - place)


def _patch(block: bytearray, place: int, bits: int) -> None:
    (instruction,) = struct.unpack_from("<I", block, place)
    struct.pack_into("<I", block, place, instruction | bits)


def _page_relative(block: bytearray, place: int, target: int) -> None:
    pages = target // _PAGE - place // _PAGE
    _patch(block, place, (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5)


def _low_bits(scale: int) -> _Rule:
    """Return the rule for an offset within the page, counted in elements of 2^scale bytes."""

    def rule(block: bytearray, place: int, target: int) -> None:
        offset = target % _PAGE
        if offset & ((1 << scale) - 1):
            raise CompileError("a constant is not aligned", found=f"offset {offset}, elements of {1 << scale} bytes")
        _patch(block, place, offset >> scale << 10)

    return rule


def _branch(block: bytearray, place: int, target: int) -> None:
    _patch(block, place, (target - place) >> 2 & 0x3FFFFFF)


# Machine → kind → rule, and whether it is a call, which may go outside. Blocks are far smaller than a branch reaches.
_RULES: Final[dict[int, dict[int, tuple[_Rule, bool]]]] = {
    X86_64: {2: (_relative32, False), 4: (_relative32, True)},
    AARCH64: {
        261: (_relative32, False),
        275: (_page_relative, False),
        **{kind: (_low_bits(scale), False) for kind, scale in ((277, 0), (278, 0), (284, 1), (285, 2))},
        **{kind: (_low_bits(scale), False) for kind, scale in ((286, 3), (299, 4))},
        282: (_branch, True),
        283: (_branch, True),
    },
}


def _x86_thunk(block: bytearray, place: int, slot: int) -> None:
    struct.pack_into("<2sixx", block, place, b"\xff\x25", slot - (place + 6))  # jmp *slot(%rip)


def _arm_thunk(block: bytearray, place: int, slot: int) -> None:
    # adrp x16, slot; ldr x16, [x16, slot]; br x16
    struct.pack_into("<III", block, place, 0x90000010, 0xF9400210, 0xD61F0200)
    _page_relative(block, place, slot)
    _low_bits(3)(block, place + 4, slot)


_THUNKS: Final = {X86_64: _x86_thunk, AARCH64: _arm_thunk}
