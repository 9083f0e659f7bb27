"""The nodes of a store, to read: `_table_c.pyx` and `_nodes_c.pyx` do the same inside a budget of memory.

Here an extent is read as a whole when a node of it is first asked for, and
every structure is known. Ids, bytes and errors are the same.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from ..errors import OptionError, RssnError, StoreDamageError, StoreReadOnlyError
from ..expr import Expr, apply, constant, declare_operator, is_commutative, symbol, walk
from ..expr._common import CONSTANT_NAMES, CONSTANT_VALUES
from ._common import number_precedes
from ._layout import (
    BIG,
    CONSTANT,
    FIRST_OPERATOR,
    FLOAT,
    INTEGER,
    MANY,
    NONE,
    RATIONAL,
    SYMBOL,
    Extent,
    Record,
    decode,
    encode,
)

_KINDS = ("integer", "integer", "rational", "float", "constant", "symbol")
Sink = Callable[[list[Any], int, int], tuple[int, int]]


class Nodes:
    """The nodes of one generation of a store; the native class says what the arguments are."""

    def __init__(self, operators: Iterable[tuple[str, bool]], memory: int, sink: Sink | None = None) -> None:  # noqa: ARG002
        self.sink = sink
        self.operators: list[tuple[str, bool]] = []
        self.visits = self.reads = self.evictions = self.forgotten = self.pages = self.spare = 0
        self._files: list[tuple[str, int]] = []
        self._extents: list[tuple[int, int, int, int, int]] = []  # first, count, file, place, bytes
        self._read: dict[int, Extent] = {}
        self._stored = 0
        self._tail = Extent(0, [], [], b"")
        self._known: dict[tuple[Any, ...], int] | None = None
        self._codes: dict[str, int] = {}
        for name, flag in operators:
            self._declare(name, flag)

    def __del__(self) -> None:
        for _, descriptor in self._files:
            os.close(descriptor)

    def _declare(self, name: str, flag: bool) -> int:
        try:
            is_commutative(name)
        except RssnError:
            declare_operator(name, commutative=flag)
        self.operators.append((name, flag))
        self._codes[name] = FIRST_OPERATOR + len(self.operators) - 1
        return self._codes[name]

    def adopt(self, operators: Iterable[tuple[str, bool]]) -> None:
        """Add operators by name, as pairs of name and whether commutative."""
        for name, flag in operators:
            self._declare(name, flag)

    def sections(self, number: int) -> tuple[list[tuple[str, bool]], list[tuple[str, int]]]:
        """Return what an image says beside its nodes: operators and whether commutative, names and roots."""
        extent = self._extent(number)

        def named(at: int, size: int) -> str:
            return extent.text[at : at + size].decode()

        operators = [(named(at, size), bool(flag)) for at, size, flag in extent.operators]
        return operators, [(named(at, size), node) for node, at, size in extent.roots]

    # ---- extents

    def add_file(self, name: str, descriptor: int) -> int:
        """Add a file by an open descriptor and return its number."""
        self._files.append((name, os.dup(descriptor)))
        return len(self._files) - 1

    def attach(self, file: int, place: int, size: int, count: int) -> None:
        """Add an extent that lies in a file."""
        self._extents.append((self._stored, count, file, place, size))
        self._stored += count

    def _extent(self, number: int) -> Extent:
        if number not in self._read:
            first, count, file, place, size = self._extents[number]
            name, descriptor = self._files[file]
            data = os.pread(descriptor, size, place)
            if len(data) < size:
                raise StoreDamageError("the file is cut short", where=f"{name}, byte {place + len(data)}")
            self._read[number] = decode(data, name, place)
            if (self._read[number].first, len(self._read[number].nodes)) != (first, count):
                raise StoreDamageError("the header of an extent is damaged", where=f"{name}, byte {place}")
            self.reads += 1
        return self._read[number]

    def check(self, number: int) -> list[RssnError]:
        """Return what is wrong with an extent."""
        try:
            self._read.pop(number, None)
            self._extent(number)
        except RssnError as error:
            return [error]
        return []

    @property
    def extent_total(self) -> int:
        """How many extents there are."""
        return len(self._extents)

    @property
    def unwritten(self) -> int:
        """Nodes that are in no extent yet."""
        return len(self._tail.nodes)

    def flush(self) -> None:
        """Write the tail as an extent, if there is anything in it."""
        if not self._tail.nodes:
            return
        if self.sink is None:
            raise StoreReadOnlyError("the store was opened for reading, or is closed")
        self._tail.first = self._stored
        (data,) = parts = self.encode([])
        file, place = self.sink(parts, self._stored, len(self._tail.nodes))
        self._read[len(self._extents)] = self._tail
        self.attach(file, place, len(data), len(self._tail.nodes))
        self._tail = Extent(0, [], [], b"")

    def encode(self, roots: list[tuple[str, int]]) -> list[bytearray]:
        """Return the tail as an extent, or with roots as an image, in one part."""
        tail = self._tail
        text, operators, entries = tail.text, [], []
        for name, flag in self.operators if roots else ():
            operators.append((len(text), len(name.encode()), int(flag)))
            text += name.encode()
        for name, number in roots:
            entries.append((number, len(text), len(name.encode())))
            text += name.encode()
        return [encode(Extent(tail.first, tail.nodes, tail.operands, text, operators, entries))]

    # ---- reading

    def __len__(self) -> int:
        return self._stored + len(self._tail.nodes)

    def _at(self, number: int) -> tuple[Extent, Record]:
        if not 0 <= number < len(self):
            raise StoreDamageError(f"there is no node {number}", wanted=f"fewer than {len(self)}")
        if number >= self._stored:
            return self._tail, self._tail.nodes[number - self._stored]
        low, high = 0, len(self._extents)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._extents[middle][0] <= number else (low, middle)
        extent = self._extent(low)
        return extent, extent.nodes[number - extent.first]

    def _operands(self, extent: Extent, record: Record, number: int) -> tuple[int, ...]:
        op, a, b = record
        if op < FIRST_OPERATOR and op != RATIONAL:
            return ()
        if b == NONE:
            found: tuple[int, ...] = (a,)
        else:
            found = tuple(extent.operands[a : a + b - MANY]) if b & MANY else (a, b)
        if any(operand >= number for operand in found) or (b != NONE and b & MANY and len(found) != b - MANY):
            raise StoreDamageError(f"node {number} is damaged: its operand does not come before it")
        return found

    def _value(self, number: int) -> Any:
        extent, (op, a, b) = self._at(number)
        bits = struct.pack("<II", a, b)
        if op in (SYMBOL, BIG):
            if a + b > len(extent.text):
                raise StoreDamageError(f"node {number} names a text outside its extent")
            text = extent.text[a : a + b]
            return text.decode() if op == SYMBOL else int.from_bytes(text, "little", signed=True)
        if op == RATIONAL:
            if a >= number or b >= number:
                raise StoreDamageError(f"node {number} is damaged")
            return Fraction(self._value(a), self._value(b))
        if op == CONSTANT and a < len(CONSTANT_VALUES):
            return CONSTANT_VALUES[a]
        if op not in (INTEGER, FLOAT):
            raise StoreDamageError(f"node {number} is of no known kind", found=str(op))
        return struct.unpack("<q" if op == INTEGER else "<d", bits)[0]

    def _name(self, op: int) -> str:
        if op - FIRST_OPERATOR >= len(self.operators):
            raise StoreDamageError("a stored node has an operator that nobody named", found=str(op))
        return self.operators[op - FIRST_OPERATOR][0]

    def describe(self, number: int) -> tuple[str, tuple[int, ...], Any, str | None]:
        """Return what a node is: operator or kind, operands' numbers, the leaf's value, its name."""
        extent, record = self._at(number)
        if record[0] >= FIRST_OPERATOR:
            return self._name(record[0]), self._operands(extent, record, number), None, None
        value = self._value(number)
        if record[0] == SYMBOL:
            return "symbol", (), None, value
        return _KINDS[record[0]], (), value, CONSTANT_NAMES[record[1]] if record[0] == CONSTANT else None

    def reach(self, roots: Iterable[int]) -> Reach:
        """Return an iterator over the numbers of all nodes below the roots, operands before their users."""
        marked = set(roots)
        for number in range(max(marked, default=-1), -1, -1):
            if number in marked:
                extent, record = self._at(number)
                marked.update(self._operands(extent, record, number))
        return Reach(sorted(marked))

    def examine(self) -> list[RssnError]:
        """Look at every node for sense; return what is wrong."""
        found: list[RssnError] = []
        for number in range(len(self)):
            try:
                self.describe(number)
            except StoreDamageError as error:
                found.append(error)
            except (ValueError, ArithmeticError) as error:
                found.append(StoreDamageError(f"node {number}: {error}"))
        return found

    # ---- interning

    def _find(self, op: int, key: tuple[Any, ...], make: Callable[[], tuple[int, int]]) -> int:
        if self.sink is None:
            raise StoreReadOnlyError("the store was opened for reading, or is closed")
        if self._known is None:
            self._known = {}
            for number in range(len(self)):
                self._known.setdefault(self._key(number), number)
        if (op, *key) not in self._known:
            self._known[(op, *key)] = len(self)
            self._tail.nodes.append((op, *make()))
        return self._known[(op, *key)]

    def _key(self, number: int) -> tuple[Any, ...]:
        extent, record = self._at(number)
        op, a, b = record
        if op in (SYMBOL, BIG):
            return op, extent.text[a : a + b]
        return (op, *self._operands(extent, record, number)) if op >= FIRST_OPERATOR else record

    def _text(self, op: int, text: bytes) -> int:
        def make() -> tuple[int, int]:
            self._tail.text += text
            return len(self._tail.text) - len(text), len(text)

        return self._find(op, (text,), make)

    def _pair(self, op: int, a: int, b: int) -> int:
        return self._find(op, (a, b), lambda: (a, b))

    def _application(self, op: int, operands: tuple[int, ...]) -> int:
        def make() -> tuple[int, int]:
            if len(operands) < 3:
                return operands[0], operands[1] if len(operands) == 2 else NONE
            self._tail.operands.extend(operands)
            return len(self._tail.operands) - len(operands), MANY + len(operands)

        return self._find(op, operands, make)

    def apply(self, name: str, operands: list[int]) -> int:
        """Apply a declared operator to nodes by number, and return the number of the result."""
        flag = is_commutative(name)
        for operand in operands:
            self._at(operand)
        if flag and len(operands) == 2 and self._compare(*operands) > 0:
            operands = operands[::-1]
        return self._application(self._code(name), tuple(operands))

    def _code(self, name: str) -> int:
        return self._codes[name] if name in self._codes else self._declare(name, is_commutative(name))

    def _compare(self, left: int, right: int) -> int:
        """Which of two nodes stands first; the order of `expr`, on stored nodes."""
        while left != right:
            first, second = self.describe(left), self.describe(right)
            ranks = [3 if each[1] else {"symbol": 2, "constant": 1}.get(each[0], 0) for each in (first, second)]
            if ranks[0] != ranks[1]:
                return ranks[0] - ranks[1]
            if ranks[0] == 0:
                return {None: 0, True: -1, False: 1}[number_precedes(first[2], second[2])]
            keys = [(each[3] or "", each[0], len(each[1])) for each in (first, second)]
            if keys[0] != keys[1]:
                return -1 if keys[0] < keys[1] else 1
            pairs = (pair for pair in zip(first[1], second[1], strict=True) if pair[0] != pair[1])
            left, right = next(pairs, (left, left))
        return 0

    # ---- expressions

    def put(self, expression: object) -> int:
        """Add an expression and all below it, and return its number."""
        if not isinstance(expression, Expr):
            raise OptionError("this is not an expression", found=repr(expression)[:80], wanted="Expr")
        numbers: dict[Expr, int] = {}
        for node in walk(expression):
            numbers[node] = self._put_one(node, numbers)
        return numbers[expression]

    def _put_one(self, node: Expr, numbers: dict[Expr, int]) -> int:
        if not node.is_leaf:
            return self._application(self._code(node.operator), tuple([numbers[each] for each in node.operands]))
        if node.operator == "symbol":
            return self._text(SYMBOL, node.name.encode())
        if node.operator == "constant":
            return self._pair(CONSTANT, CONSTANT_NAMES.index(node.name), 0)
        return self._number(node.value)

    def _number(self, value: Any) -> int:
        if isinstance(value, Fraction):
            return self._pair(RATIONAL, self._number(value.numerator), self._number(value.denominator))
        if isinstance(value, float):
            return self._pair(FLOAT, *struct.unpack("<II", struct.pack("<d", value)))
        if -(1 << 63) <= value < 1 << 63:
            return self._pair(INTEGER, *struct.unpack("<II", struct.pack("<q", value)))
        return self._text(BIG, value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True))

    def load(self, roots: Iterable[int]) -> list[Expr]:
        """Return the expressions of some nodes by number."""
        numbers, made = list(roots), dict[int, Expr]()
        for number in self.reach(numbers):
            name, operands, value, text = self.describe(number)
            if operands:
                made[number] = apply(name, *[made[operand] for operand in operands])
                continue
            try:
                made[number] = symbol(text or "") if name == "symbol" else constant(text if value is None else value)
            except RssnError as error:
                raise StoreDamageError("a stored leaf is damaged", found=str(error)) from error
        return [made[number] for number in numbers]

    def copy(self, source: Nodes, roots: Iterable[int]) -> list[int]:
        """Add what some nodes of another generation reach, and return their numbers here."""
        numbers, made = list(roots), {}
        for number in source.reach(numbers):
            extent, record = source._at(number)
            op, a, b = record
            if op in (SYMBOL, BIG):
                made[number] = self._text(op, extent.text[a : a + b])
            elif op >= FIRST_OPERATOR:
                operands = tuple([made[operand] for operand in source._operands(extent, record, number)])
                made[number] = self._application(self._code(source._name(op)), operands)
            else:
                made[number] = self._pair(op, made[a], made[b]) if op == RATIONAL else self._pair(op, a, b)
        return [made[number] for number in numbers]

    def forget(self) -> None:
        """Drop what is known by structure."""
        self._known = None

    def close(self) -> None:
        """Take no more nodes; what is stored can still be read."""
        self.sink = None
        self.forget()

    @property
    def bytes(self) -> int:
        """Memory held, roughly."""
        return 100 * len(self)

    def whole_tail(self) -> None:
        """Keep everything in memory, as is done here anyway."""


class Reach(Iterator[int]):
    """The numbers of some nodes in order; its length is how many there are."""

    def __init__(self, numbers: list[int]) -> None:
        self._numbers, self._each = numbers, iter(numbers)

    def __next__(self) -> int:
        return next(self._each)

    def __len__(self) -> int:
        return len(self._numbers)
