"""The functions that an exported library has, as LLVM IR: one row, many rows, any strides, several threads.

Each family of formulas has loops of its own (`rows`, `stream`, `strided`, all
of vectors, and `some` of single rows) and the functions of the header around
them, which gather the caller's pointers into the one array that loops read.
Rows that fill no vector go through the loop of single rows: the same steps, so
the same bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from ..vectormath import Emitter, Features, Module, Value
from . import _export_text as text
from ._body import Body
from ._codegen import write_loops
from ._compiler import Compiler
from ._host import streaming_bytes
from ._segments import is_short
from ._signature import Signature
from ._steps import LEAVES
from ._tape import Tape

_TYPES: Final = {"f64": ("double", 8, "d"), "f32": ("float", 4, "f")}
MOST_THREADS: Final = 64


class Family(NamedTuple):
    """Formulas of the same arguments, the name that callers know them by, and how to compile them."""

    name: str
    tape: Tape
    width: int
    accuracy: str
    streaming_rows: int
    """from how many rows on results are written past the caches"""


def family(name: str, compiler: Compiler) -> Family:
    """Return the family of a compiler's formulas."""
    tape = compiler.tape
    row_bytes = len(tape.outputs) * _TYPES[tape.real_type][1]
    rows = max(streaming_bytes() // (2 * row_bytes), 4096)
    return Family(name, tape, compiler.width, compiler.recipe.accuracy, rows)


def library(families: list[Family], features: Features) -> tuple[Module, int]:
    """Return the module that defines the functions of all families, and the largest frame that one puts on the stack.

    Without threads where there are none.
    """
    module = Module(features)
    threads = not features.triple.startswith("wasm")
    largest = 0
    for family in families:
        module.accuracy = family.accuracy
        largest = max(largest, _Writer(module, family, threads=threads).write())
    if threads:
        _declare_threads(module)
    return module, largest


def columns(family: Family, features: Features) -> Module:
    """Return a module whose function `family.name` takes an array of pointers, arguments first, and rows.

    It moves the pointers along.
    """
    module = Module(features, accuracy=family.accuracy)
    writer = _Writer(module, family._replace(name=f"{family.name}.of"), threads=False)
    writer.write_shared()
    function = module.function(family.name, "void", [("ptr", "columns"), ("i64", "rows")])
    function.lines += [f"  call void @{family.name}.of.any(ptr %columns, i64 %rows)", "  ret void"]
    return module


def functions(families: list[Family]) -> list[str]:
    """Return the names of the functions without threads."""
    return [family.name + suffix for family in families for suffix in ("", "_batch", "_strided")]


def _declare_threads(module: Module) -> None:
    module.declare("pthread_create", "i32", ["ptr", "ptr", "ptr", "ptr"])
    module.declare("pthread_join", "i32", ["i64", "ptr"])
    module.declare("sysconf", "i64", ["i32"])


class _Writer:
    """Writes the functions of one family."""

    def __init__(self, module: Module, family: Family, *, threads: bool) -> None:
        self.module, self.family, self.tape, self.threads = module, family, family.tape, threads
        # What counts rows and elements has the size of an address: numbers of JavaScript are no 64-bit integers.
        self.index = "i64" if threads else "i32"
        self.real, self.size, self.letter = _TYPES[family.tape.real_type]
        self.inputs = len(self.tape.arguments)
        self.outputs = len(self.tape.outputs)
        self.count = self.inputs + self.outputs
        # Where elements lie side by side every operand has the same stride.
        self.dense = module.table("i64", [str(self.size)] * self.count)

    def write(self) -> int:
        """Write them all; return the bytes of frame that a loop wants."""
        frame_bytes = self.write_shared()
        self._row()
        self._batch()
        self._strided()
        if self.threads:
            self._threaded()
        return frame_bytes

    def write_shared(self) -> int:
        """Write the loops, and the choice between them; return the bytes of frame that a loop wants."""
        frame_bytes = max(self._loops(), 8)
        self.frame = f"alloca [{frame_bytes} x i8], align 64"
        for template in (text.ADVANCE, text.SOME, text.ANY, *((text.WORKER, text.SPLIT) if self.threads else ())):
            self._write_text(template)
        return frame_bytes

    def _loops(self) -> int:
        """Write the loops over rows; return the bytes of frame that they want."""
        return max(
            self._loop("rows", self.family.width, "c", "p"),
            self._loop("stream", self.family.width, "c", "n"),
            self._loop("strided", self.family.width, "x", "p"),
            self._loop("single", 1, "x", "p"),
        )

    def _loop(self, part: str, width: int, layout: str, stores: str) -> int:
        """Write a loop over rows; return the bytes of frame it needs."""
        signature = Signature.parse((f"{self.letter}{layout}" * self.count + stores).encode(), self.inputs)
        name = f"{self.family.name}.{part}"
        return write_loops(self.tape, signature, width, self.module, name)

    def _filled(self, template: str) -> list[str]:
        """Return the lines of a text with this family's names and numbers in it."""
        return template.strip("\n").format(
            f=self.family.name, size=self.size, count=self.count, mask=-self.family.width, most=MOST_THREADS,
            streaming=self.family.streaming_rows, frame=self.frame, dense=self.dense, pointers=8 * self.count,
            alignment="\n".join(self._alignment()),
        ).splitlines()  # fmt: skip

    def _write_text(self, template: str) -> None:
        """Write a function given as text, whose first line is its head."""
        head, *body = self._filled(template)
        returns, _, rest = head.partition(" @")
        name, _, listed = rest.rstrip(")").partition("(")
        parameters = [(kind, label) for kind, _, label in (each.partition(" %") for each in listed.split(", "))]
        self.module.function(name, returns, parameters, private=True).lines.extend(body)

    def _alignment(self) -> Iterator[str]:
        """Yield lines that set %off to where in a vector the first output begins, and %same if all begin there."""
        same = "true"
        for number in range(self.outputs):
            yield f"  %slot{number} = getelementptr ptr, ptr %data, i64 {self.inputs + number}"
            yield f"  %out{number} = load ptr, ptr %slot{number}, align 8"
            yield f"  %at{number} = ptrtoint ptr %out{number} to i64"
            yield f"  %off{number} = and i64 %at{number}, 63"
            yield f"  %eq{number} = icmp eq i64 %off{number}, %off0"
            yield f"  %same{number} = and i1 {same}, %eq{number}"
            same = f"%same{number}"
        yield f"  %odd = and i64 %off0, {self.size - 1}"
        yield "  %even = icmp eq i64 %odd, 0"
        yield f"  %same = and i1 {same}, %even"

    def _parameters(self) -> list[tuple[str, str]]:
        """Return the pointers that the functions for many rows take."""
        return [*(("ptr", f"in{k}") for k in range(self.inputs)), ("ptr", "out")]

    def _function(self, suffix: str, returns: str, parameters: list[tuple[str, str]]) -> Emitter:
        return Emitter(self.module.function(self.family.name + suffix, returns, parameters), 1, self.tape.real_type)

    def _gather(self, e: Emitter) -> None:
        """Write the caller's pointers into an array, %data."""
        e.raw(f"  %data = alloca [{self.count} x ptr], align 16")
        for number in range(self.inputs):
            self._put(e, number, f"%in{number}")
        if self.outputs == 1:
            self._put(e, self.inputs, "%out")
            return
        for number in range(self.outputs):
            found = e.effect(f"load ptr, ptr {e.address('%out', str(number), 'ptr')}, align 8", "").text
            self._put(e, self.inputs + number, found)

    def _put(self, e: Emitter, number: int, pointer: str) -> None:
        e.raw(f"  store ptr {pointer}, ptr {e.address('%data', str(number), 'ptr')}, align 8")

    def _row(self) -> None:
        """Write the function of one row: its numbers come and go in registers."""
        single = self.outputs == 1
        parameters = [(self.real, f"x{k}") for k in range(self.inputs)]
        e = self._function("", self.real if single else "void", parameters if single else [*parameters, ("ptr", "out")])
        values = self._results(e) if is_short(self.tape) else self._results_through_memory(e)
        if single:
            e.ret(values[0])
            return
        for number, value in enumerate(values):
            e.store(value, e.address("%out", str(number), self.real))
        e.ret()

    def _results(self, e: Emitter) -> list[Value]:
        """Write the steps on the parameters; return the values of the outputs."""
        body = Body(e, self.tape, Signature((), (), False))
        values: list[Value] = []
        for number, (operator, operands) in enumerate(self.tape.steps):
            if operator == "load":
                values.append(e.parameter(f"x{operands[0]}"))
            elif operator in LEAVES:
                values.append(body.leaf(number))
            else:
                values.append(body.step(number, [values[n] for n in operands]))
        return [e.to_real(values[n]) for n in self.tape.outputs]

    def _results_through_memory(self, e: Emitter) -> list[Value]:
        """Write a call of the loop of single rows, for what is cut into many functions."""
        e.raw(f"  %room = alloca [{self.count} x {self.real}], align 16")
        e.raw(f"  %data = alloca [{self.count} x ptr], align 16")
        e.raw(f"  %frame = {self.frame}")
        places = [e.address("%room", str(number), self.real) for number in range(self.count)]
        for number, place in enumerate(places):
            self._put(e, number, place)
            if number < self.inputs:
                e.raw(f"  store {self.real} %x{number}, ptr {place}, align {self.size}")
        e.raw(f"  call void @{self.family.name}.single(ptr %data, ptr {self.dense}, i64 1, ptr %frame)")
        return [e.load(place) for place in places[self.inputs :]]

    def _batch(self) -> None:
        e = self._function("_batch", "void", [(self.index, "rows"), *self._parameters()])
        self._gather(e)
        e.raw(f"  call void @{self.family.name}.any(ptr %data, i64 {self._wide(e, '%rows', 'zext')})")
        e.ret()

    def _threaded(self) -> None:
        e = self._function("_threaded", "void", [("i64", "n"), *self._parameters(), ("i32", "threads")])
        self._gather(e)
        e.raw(f"  call void @{self.family.name}.split(ptr %data, i64 %n, i32 %threads)")
        e.ret()

    def _wide(self, e: Emitter, name: str, how: str) -> str:
        """Return a parameter as an i64."""
        return name if self.index == "i64" else e.scalar(f"{how} {self.index} {name} to i64")

    def _strided(self) -> None:
        pairs = [pair for k in range(self.inputs) for pair in (("ptr", f"in{k}"), (self.index, f"s{k}"))]
        e = self._function("_strided", "void", [(self.index, "rows"), *pairs, ("ptr", "out"), (self.index, "s")])
        self._gather(e)
        e.raw(f"  %n = add i64 {self._wide(e, '%rows', 'zext')}, 0")
        e.raw(f"  %strides = alloca [{self.count} x i64], align 16")
        for number in range(self.count):
            elements = self._wide(e, f"%s{number}" if number < self.inputs else "%s", "sext")
            stride = e.scalar(f"mul i64 {elements}, {self.size}")
            e.raw(f"  store i64 {stride}, ptr {e.address('%strides', str(number), 'i64')}, align 8")
        e.raw(f"  %frame = {self.frame}")
        e.function.lines.extend(self._filled(text.STRIDED_END))
