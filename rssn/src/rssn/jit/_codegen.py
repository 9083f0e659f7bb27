"""Tape → LLVM IR, already vectorised: one loop over whole vectors.

The function `run(data, strides, count)` handles `count` rows, a positive
multiple of the width. `data` points at one address per operand, `strides` at
one byte stride per operand (read for strided ones only). Rows beyond the last
whole vector come to the same loop in a padded copy made by the caller, so that
there is one loop to compile and no second version of it to disagree.

Steps that are the same in every row run once, before the loop.
"""

from __future__ import annotations

from rssn.vectormath import Emitter, Features, Module, Value

from ._emit_steps import emit_step
from ._signature import CONTIGUOUS, SCALAR, Operand, Signature
from ._steps import LEAVES
from ._tape import Tape

ENTRY = "run"
_ELEMENT_BYTES = {"f64": 8, "f32": 4, "f16": 2, "bool": 1, "i8": 1, "i16": 2, "i32": 4, "i64": 8}


def element_bytes(dtype: str) -> int:
    """Return the size of an array element by the emitter's name of its type."""
    return _ELEMENT_BYTES.get(dtype) or _ELEMENT_BYTES["i" + dtype[1:]]


def generate(tape: Tape, signature: Signature, features: Features, width: int) -> Module:
    """Return the module whose function `run` executes the tape for arrays of this signature."""
    module = Module(features)
    function = module.function(ENTRY, "void", [("ptr", "data"), ("ptr", "strides"), ("i64", "count")])
    emitter = Emitter(function, width, tape.real_type)
    _Loop(emitter, tape, signature).write()
    return module


class _Loop:
    """Writes one kernel function around one emitter."""

    def __init__(self, emitter: Emitter, tape: Tape, signature: Signature) -> None:
        self.e, self.tape, self.signature = emitter, tape, signature
        self.values: list[Value | None] = [None] * len(tape.steps)
        self.bases: dict[int, str] = {}
        self.strides: dict[int, str] = {}

    def write(self) -> None:
        e, signature = self.e, self.signature
        operands = (*signature.inputs, *signature.outputs)
        used = [*self.tape.loaded, *range(len(signature.inputs), len(operands))]
        for number in used:
            self._open(number, operands[number])
        uniform = self._before_loop()
        e.jump("loop")
        e.begin("loop")
        latch = e.new_label("latch")
        e.raw(f"  %row = phi i64 [ 0, %{self.entry_end} ], [ %next, %{latch} ]")
        for number, (operator, operands_) in enumerate(self.tape.steps):
            if number not in uniform:
                self.values[number] = self._load(operands_[0]) if operator == "load" else self._step(number)
        for output, step in enumerate(self.tape.outputs):
            value = self.values[step]
            assert value is not None
            self._store(value, len(signature.inputs) + output, signature.outputs[output])
        e.jump(latch)
        e.begin(latch)
        e.raw(f"  %next = add nuw i64 %row, {e.width}")
        e.raw("  %more = icmp ult i64 %next, %count")
        e.branch("%more", "loop", "done")
        e.begin("done")
        if signature.streaming and e.features.triple.startswith("x86_64"):
            # Streaming stores are weakly ordered: whoever reads the output next must see them.
            e.raw("  fence seq_cst")
        e.ret()

    def _open(self, number: int, operand: Operand) -> None:
        e = self.e
        slot = e.address("%data", str(number), "ptr")
        self.bases[number] = e.effect(f"load ptr, ptr {slot}, align 8", "").text
        if operand.layout not in (CONTIGUOUS, SCALAR):
            slot = e.address("%strides", str(number), "i64")
            self.strides[number] = e.effect(f"load i64, ptr {slot}, align 8", "").text

    def _before_loop(self) -> frozenset[int]:
        """Write the steps that are the same in every row: constants, scalar arguments, and what follows from them."""
        done: set[int] = set()
        inputs = self.signature.inputs
        for number, (operator, operands) in enumerate(self.tape.steps):
            if operator == "load":
                if inputs[operands[0]].layout != SCALAR:
                    continue
                self.values[number] = self.e.load_scalar(self.bases[operands[0]], inputs[operands[0]].dtype)
            elif operator in LEAVES or done.issuperset(operands):
                self.values[number] = self._step(number)
            else:
                continue
            done.add(number)
        self.entry_end = self.e.block
        return frozenset(done)

    def _step(self, number: int) -> Value:
        operator, operands = self.tape.steps[number]
        e = self.e
        if operator == "constant":
            return e.constant(self.tape.constants[operands[0]])
        if operator == "truth":
            return e.truth(bool(self.tape.constants[operands[0]]))
        values = [value for n in operands if (value := self.values[n]) is not None]
        return emit_step(e, operator, values)

    def _address(self, number: int, operand: Operand) -> str:
        e, base = self.e, self.bases[number]
        if number in self.strides:
            offset = e.scalar(f"mul i64 %row, {self.strides[number]}")
        else:
            size = element_bytes(operand.dtype)
            offset = "%row" if size == 1 else e.scalar(f"shl i64 %row, {size.bit_length() - 1}")
        return e.address(base, offset, "i8")

    def _load(self, number: int) -> Value:
        operand = self.signature.inputs[number]
        address = self._address(number, operand)
        if number in self.strides:
            return self.e.load_strided(address, self.strides[number], operand.dtype)
        return self.e.load(address, operand.dtype)

    def _store(self, value: Value, number: int, operand: Operand) -> None:
        address = self._address(number, operand)
        if number in self.strides:
            self.e.store_strided(value, address, self.strides[number], operand.dtype)
        else:
            self.e.store(value, address, operand.dtype, streaming=self.signature.streaming)
