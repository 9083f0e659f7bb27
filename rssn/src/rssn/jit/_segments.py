"""Long tapes, cut into functions of bounded size that hand values on in a frame.

What LLVM does to one function grows faster than its length; to many short
functions it is linear. Constants are written again in each segment that uses
them, other values that cross a border live in a slot of the frame. Outputs may
lie where inputs do: a single one is stored by the last segment; of several each
is stored where it is computed, and arguments are read by the first segment
alone, which stores last and hands them on in the frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..vectormath import Emitter, Value
from ._body import Body, Stores
from ._signature import SCALAR, Signature
from ._steps import COMPLEX, LEAVES, LOADS, MASK, is_call
from ._tape import Tape

LONGEST_FUNCTION = 3200  # in units of one arithmetic step
SEGMENT = 1000
_CALL_WEIGHT = 40
ONCE = -1  # the number of the segment that runs before the loop


@dataclass
class Segments:
    """`of_step[n]` is the segment of a step, `slots[n]` its place in the frame if a later segment needs it."""

    count: int
    of_step: list[int]
    slots: dict[int, int] = field(default_factory=dict)
    slot_bytes: int = 64
    slot_count: int = 0
    reads: frozenset[int] = frozenset()
    """the loads of the first segment, if there are several outputs"""
    early: frozenset[int] = frozenset()
    """outputs that are stored by the segment that computes them"""

    @property
    def frame_bytes(self) -> int:
        """The size of the frame."""
        return self.slot_bytes * self.slot_count

    @classmethod
    def of(cls, tape: Tape, signature: Signature, width: int) -> Segments | None:
        """Cut a tape; None if it is short enough for one function."""
        weights = _weights(tape)
        if sum(weights) <= LONGEST_FUNCTION:
            return None
        once = _uniform(tape, signature)
        reads = _reads(tape, signature) if len(tape.outputs) > 1 else frozenset()
        filled, segment, of_step = 0, 0, []
        for number, weight in enumerate(weights):
            if number in once or number in reads:
                of_step.append(ONCE if number in once else 0)
                continue
            if filled + weight > SEGMENT:
                segment, filled = segment + 1, 0
            filled += weight
            of_step.append(segment)
        slot_bytes = width * (8 if tape.real_type == "f64" else 4)
        early = {n for n in tape.outputs if n in reads or (of_step[n] != ONCE and tape.steps[n].operator not in LEAVES)}
        kept = frozenset(early) if reads else frozenset()
        segments = cls(segment + 1, of_step, slot_bytes=slot_bytes, reads=reads, early=kept)
        segments._assign_slots(tape)
        return segments

    def _assign_slots(self, tape: Tape) -> None:
        """Give a slot to each value that crosses a border; slots are used again after the last segment that reads."""
        last = {step: self.count - 1 for step in tape.outputs if step not in self.early}
        for number, (operator, operands) in enumerate(tape.steps):
            if operator not in LEAVES:
                for operand in operands:
                    last[operand] = max(last.get(operand, ONCE), self.of_step[number])
        free: list[int] = []
        ending: dict[int, list[int]] = {}
        segment = ONCE
        for number in sorted(range(len(tape.steps)), key=self.of_step.__getitem__):
            while segment < self.of_step[number]:
                free += ending.pop(segment, ())
                segment += 1
            leaf = tape.steps[number].operator in LEAVES and number not in self.reads
            if leaf or last.get(number, ONCE) <= segment:
                continue
            self.slots[number] = free.pop() if free else self._new_slot()
            if segment != ONCE:
                # What is computed once must survive all rows.
                ending.setdefault(last[number], []).append(self.slots[number])

    def _new_slot(self) -> int:
        self.slot_count += 1
        return self.slot_count - 1


def is_short(tape: Tape) -> bool:
    """Say whether a tape is one function, not cut."""
    return sum(_weights(tape)) <= LONGEST_FUNCTION


def _weights(tape: Tape) -> list[int]:
    return [0 if s.operator in LEAVES else _CALL_WEIGHT if is_call(s.operator) else 1 for s in tape.steps]


def _uniform(tape: Tape, signature: Signature) -> set[int]:
    """Return the steps, leaves apart, that are the same in every row."""
    same: set[int] = set()
    for number, (operator, operands) in enumerate(tape.steps):
        if operator in LEAVES:
            if operator not in LOADS or signature.inputs[operands[0]].layout == SCALAR:
                same.add(number)
        elif same.issuperset(operands) and tape.kinds[number] != COMPLEX:
            # A complex number is written where its parts are there: no slot of the frame would hold both.
            same.add(number)
    return {number for number in same if tape.steps[number].operator not in LEAVES}


def _reads(tape: Tape, signature: Signature) -> frozenset[int]:
    """Return the loads that differ from row to row."""
    return frozenset(
        number
        for number, (operator, operands) in enumerate(tape.steps)
        if operator in LOADS and signature.inputs[operands[0]].layout != SCALAR
    )


def write_segments(
    body: Body, segments: Segments, write_loop: Callable[[Body, Callable[[], None]], None], prefix: str
) -> None:
    """Write one function per segment, named by the prefix and a number, and the loop that calls them in turn."""
    module, tape, e = body.e.module, body.tape, body.e
    checked = body.signature.is_checked
    returns = e.vector_of("i64") if checked else "void"  # which lanes lost bits
    members: list[list[int]] = [[] for _ in range(segments.count + 1)]
    for number, segment in enumerate(segments.of_step):
        members[segment].append(number)  # ONCE is the last list
    for segment in range(segments.count):
        parameters = [("ptr", "data"), ("ptr", "strides"), ("ptr", "frame"), ("i64", "row")]
        function = module.function(f"{prefix}.{segment}", returns, parameters, private=True)
        own = Body(Emitter(function, e.width, e.real), tape, body.signature)
        part = _Part(own, segments, first=segment == 0)
        part.write(members[segment], segment)
        for output, step in enumerate(tape.outputs):
            if segment == segments.count - 1 and step not in segments.early:
                part.body.store(output, part.value(step))
        part.body.ret_lost() if checked else part.body.e.ret()
    _Part(body, segments).write(members[ONCE], ONCE)

    def one_row() -> None:
        for segment in range(segments.count):
            call = f"call {returns} @{prefix}.{segment}(ptr %data, ptr %strides, ptr %frame, i64 %row)"
            if checked:
                body.lost.append(e.effect(call, "").text)
            else:
                e.raw(f"  {call}")

    write_loop(body, one_row)


class _Part:
    """Writes the steps of one segment."""

    def __init__(self, body: Body, segments: Segments, *, first: bool = False) -> None:
        self.body, self.segments, self.first = body, segments, first
        self.values: dict[int, Value] = {}

    def write(self, numbers: list[int], segment: int) -> None:
        stores = Stores(self.body)
        for number in numbers:
            operator, operands = self.body.tape.steps[number]
            if operator in LEAVES:
                if number in self.segments.slots:
                    self._keep(number, self.value(number))
                continue
            value = self.values[number] = self.body.step(number, [self.value(n) for n in operands])
            if number in self.segments.slots:
                self._keep(number, value)
            if segment > 0 and number in self.segments.early:
                stores.after(number, value)
        for number in numbers if segment == 0 else ():
            if number in self.segments.early:
                stores.after(number, self.value(number))

    def value(self, number: int) -> Value:
        """Return a value: of this segment, a leaf written here again, or one read from the frame."""
        found = self.values.get(number)
        if found is None:
            segments = self.segments
            leaf = self.body.tape.steps[number].operator in LEAVES
            again = leaf and (number not in segments.reads or self.first)
            found = self.values[number] = self.body.leaf(number) if again else self._read(number)
        return found

    def _slot(self, number: int) -> str:
        return self.body.e.address("%frame", str(self.segments.slots[number] * self.segments.slot_bytes), "i8")

    def _keep(self, number: int, value: Value) -> None:
        self.body.e.store(value, self._slot(number), "bool" if value.type == "mask" else self.body.e.real)

    def _read(self, number: int) -> Value:
        e = self.body.e
        if self.body.tape.kinds[number] == MASK:
            return e.to_mask(e.load(self._slot(number), "bool"))
        return e.load(self._slot(number), e.real)
