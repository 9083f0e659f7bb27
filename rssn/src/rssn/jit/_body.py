"""Writing steps, loads and stores of one row of vectors: what the loop and the segments of a long tape share."""

from __future__ import annotations

from typing import Final

from ..vectormath import Emitter, Value, has_quotient, quotient
from ._cost import multiplied_divisions
from ._emit_call import emit_call, import_name
from ._emit_load import load_integer
from ._emit_shipped import emit_shipped
from ._emit_steps import emit_step
from ._reductions import LANES
from ._signature import CONTIGUOUS, ROUND, SCALAR, STRIDED, Operand, Signature
from ._steps import OWN
from ._tape import Tape

_AHEAD_BYTES = 2048  # a processor by itself stops asking at the end of a page; 512 to 4096 are as good
_ELEMENT_BYTES = {
    "f64": 8, "f32": 4, "f16": 2, "bool": 1, "i8": 1, "i16": 2, "i32": 4, "i64": 8, "time": 8, "c128": 16, "c64": 8
}  # fmt: skip
COMPONENTS: Final = {"c128": "f64", "c64": "f32"}
"""Complex element types and the type of either part."""
IMAGINARY: Final = 1


def element_bytes(dtype: str) -> int:
    """Return the size of an array element by the emitter's name of its type."""
    return _ELEMENT_BYTES.get(dtype) or _ELEMENT_BYTES["i" + dtype[1:]]


class Body:
    """Writes into a function with the parameters `data` and `strides`, where the value `%row` is the first row."""

    def __init__(self, emitter: Emitter, tape: Tape, signature: Signature) -> None:
        self.e, self.tape, self.signature = emitter, tape, signature
        self.operands = (*signature.inputs, *signature.outputs)
        self.bases: dict[int, str] = {}
        self.strides: dict[int, str] = {}
        self.pairs: dict[int, tuple[Value, Value]] = {}
        """both parts of complex arguments that were read"""
        self.asks_ahead = signature.streaming or any(operand.layout == ROUND for operand in signature.outputs)
        """Rows come from memory or only come, as those of a reduction: what limits is how early they are asked for."""
        self.multiplied = multiplied_divisions(tape) if has_quotient(emitter) else frozenset()
        self.lost: list[str] = []
        """of the loads so far that are checked: all bits set in lanes whose integer loses some"""

    def open(self, number: int) -> None:
        """Read the address, and where it matters the stride, of an operand; once, where all later uses are reached."""
        if number in self.bases:
            return
        e, operand = self.e, self.operands[number]
        slot = e.address("%data", str(number), "ptr")
        self.bases[number] = e.effect(f"load ptr, ptr {slot}, align 8", "").text
        if operand.layout == STRIDED:
            slot = e.address("%strides", str(number), "i64")
            self.strides[number] = e.effect(f"load i64, ptr {slot}, align 8", "").text

    def leaf(self, number: int) -> Value:
        """Write a step without operands: a constant, or a load of an argument."""
        operator, (index,) = self.tape.steps[number]
        if operator == "constant":
            return self.e.constant(self.tape.constants[index])
        if operator == "truth":
            return self.e.truth(bool(self.tape.constants[index]))
        part = IMAGINARY if operator == "load_imaginary" else 0
        operand = self.operands[index]
        if operand.dtype not in COMPONENTS:
            return self.e.constant(0.0) if part else self._real_leaf(index, operand)
        self.open(index)
        return self._complex_leaf(index, operand, part)

    def _complex_leaf(self, index: int, operand: Operand, part: int) -> Value:
        """Read one part of a complex argument."""
        component, size = COMPONENTS[operand.dtype], element_bytes(operand.dtype) // 2
        if operand.layout == SCALAR:
            return self.e.load_scalar(self._part(self.bases[index], part, size), component)
        address = self._address(index, operand)
        if index in self.strides:
            return self.e.load_strided(self._part(address, part, size), self.strides[index], component)
        if index not in self.pairs:
            self.pairs[index] = self.e.load_interleaved(address, component)
        return self.pairs[index][part]

    def _part(self, address: str, part: int, size: int) -> str:
        return self.e.address(address, str(part * size), "i8") if part else address

    def _real_leaf(self, index: int, operand: Operand) -> Value:
        self.open(index)
        if operand.is_checked or operand.dtype == "time":
            return self._integer(index, operand)
        if operand.layout == SCALAR:
            return self.e.load_scalar(self.bases[index], operand.dtype)
        address = self._address(index, operand)
        if self.asks_ahead and operand.layout == CONTIGUOUS:
            self._prefetch(address)
        if index in self.strides:
            return self.e.load_strided(address, self.strides[index], operand.dtype)
        return self.e.load(address, operand.dtype)

    def _integer(self, index: int, operand: Operand) -> Value:
        e, base = self.e, self.bases[index]
        if operand.layout == SCALAR:
            raw = e.elements_apart(base, "0", "i64")
        elif index in self.strides:
            raw = e.elements_apart(self._address(index, operand), self.strides[index], "i64")
        else:
            raw = e.elements(self._address(index, operand), "i64")
        value, lost = load_integer(e, operand, raw)
        if lost is not None:
            self.lost.append(lost)
        return value

    def ret_lost(self) -> None:
        """End a function that returns which lanes lost bits."""
        e, kind = self.e, self.e.vector_of("i64")
        text = "zeroinitializer" if e.vector else "0"
        for mask in self.lost:
            text = e.scalar(f"or {kind} {text}, {mask}")
        e.raw(f"  ret {kind} {text}")

    def _prefetch(self, address: str) -> None:
        e = self.e
        e.module.declare("llvm.prefetch.p0", "void", ["ptr", "i32 immarg", "i32 immarg", "i32 immarg"])
        ahead = e.scalar(f"getelementptr i8, ptr {address}, i64 {_AHEAD_BYTES}")  # at the end that is outside
        e.raw(f"  call void @llvm.prefetch.p0(ptr {ahead}, i32 0, i32 3, i32 1)")

    def step(self, number: int, values: list[Value]) -> Value:
        """Write a step with operands."""
        operator = self.tape.steps[number].operator
        if operator.startswith(OWN):
            return emit_call(self.e, import_name(self.tape.own_calls.index(operator)), values)
        if number in self.multiplied:
            return quotient(self.e, *values)
        symbol = self.e.module.shipped.get(operator)
        if symbol is not None:
            return emit_shipped(self.e, symbol, values)
        return emit_step(self.e, operator, values)

    def store(self, output: int, value: Value) -> None:
        """Write an output's vector."""
        number = len(self.signature.inputs) + output
        self.open(number)
        operand = self.operands[number]
        address = self._address(number, operand)
        if value.type == "complex":
            stride, component = self.strides.get(number), COMPONENTS[operand.dtype]
            self.e.store_interleaved(value, address, stride, component, streaming=self.signature.streaming)
        elif number in self.strides:
            self.e.store_strided(value, address, self.strides[number], operand.dtype)
        else:
            self.e.store(value, address, operand.dtype, streaming=self.signature.streaming)

    def _address(self, number: int, operand: Operand) -> str:
        e, base = self.e, self.bases[number]
        if number in self.strides:
            offset = e.scalar(f"mul i64 %row, {self.strides[number]}")
        else:
            size = element_bytes(operand.dtype)
            place = e.scalar(f"and i64 %row, {LANES - 1}") if operand.layout == ROUND else "%row"
            offset = place if size == 1 else e.scalar(f"shl i64 {place}, {size.bit_length() - 1}")
        return e.address(base, offset, "i8")


class Stores:
    """Writes outputs as soon as their steps are there."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.outputs: dict[int, list[int]] = {}
        for output, step in enumerate(body.tape.outputs):
            self.outputs.setdefault(step, []).append(output)

    def after(self, number: int, value: Value) -> None:
        """Write the outputs that are the value of this step."""
        for output in self.outputs.get(number, ()):
            self.body.store(output, value)
