"""Long tapes, cut into functions of bounded size that hand values on in a frame.

What LLVM does to one function grows faster than its length; to many short
functions it is linear. Leaves are written again in each segment that uses
them, other values that cross a border live in a slot of the frame. Outputs are
stored by the last segment, because they may lie where inputs do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..vectormath import Emitter, Value
from ._body import Body
from ._signature import SCALAR, Signature
from ._steps import LEAVES, MASK, is_call
from ._tape import Tape

LONGEST_FUNCTION = 2000  # in units of one arithmetic step
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

    @property
    def frame_bytes(self) -> int:
        """The size of the frame."""
        return self.slot_bytes * self.slot_count

    @classmethod
    def of(cls, tape: Tape, signature: Signature, width: int) -> Segments | None:
        """Cut a tape; None if it is short enough for one function."""
        weights = [0 if s.operator in LEAVES else _CALL_WEIGHT if is_call(s.operator) else 1 for s in tape.steps]
        if sum(weights) <= LONGEST_FUNCTION:
            return None
        once = _uniform(tape, signature)
        filled, segment, of_step = 0, 0, []
        for number, weight in enumerate(weights):
            if number in once:
                of_step.append(ONCE)
                continue
            if filled + weight > SEGMENT:
                segment, filled = segment + 1, 0
            filled += weight
            of_step.append(segment)
        segments = cls(segment + 1, of_step, slot_bytes=width * (8 if tape.real_type == "f64" else 4))
        segments._assign_slots(tape)
        return segments

    def _assign_slots(self, tape: Tape) -> None:
        """Give a slot to each value that crosses a border; slots are used again after the last segment that reads."""
        last = dict.fromkeys(tape.outputs, self.count - 1)
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
            if tape.steps[number].operator in LEAVES or last.get(number, ONCE) <= segment:
                continue
            self.slots[number] = free.pop() if free else self._new_slot()
            if segment != ONCE:
                # What is computed once must survive all rows.
                ending.setdefault(last[number], []).append(self.slots[number])

    def _new_slot(self) -> int:
        self.slot_count += 1
        return self.slot_count - 1


def _uniform(tape: Tape, signature: Signature) -> set[int]:
    """Return the steps, leaves apart, that are the same in every row."""
    same: set[int] = set()
    for number, (operator, operands) in enumerate(tape.steps):
        if operator in LEAVES:
            if operator != "load" or signature.inputs[operands[0]].layout == SCALAR:
                same.add(number)
        elif same.issuperset(operands):
            same.add(number)
    return {number for number in same if tape.steps[number].operator not in LEAVES}


def write_segments(
    body: Body, segments: Segments, write_loop: Callable[[Emitter, bool, Callable[[], None]], None]
) -> None:
    """Write one function per segment and the loop that calls them in turn."""
    module, tape, e = body.e.module, body.tape, body.e
    members: list[list[int]] = [[] for _ in range(segments.count + 1)]
    for number, segment in enumerate(segments.of_step):
        members[segment].append(number)  # ONCE is the last list
    for segment in range(segments.count):
        parameters = [("ptr", "data"), ("ptr", "strides"), ("ptr", "frame"), ("i64", "row")]
        function = module.function(f"segment.{segment}", "void", parameters, private=True)
        part = _Part(Body(Emitter(function, e.width, e.real), tape, body.signature), segments)
        part.write(members[segment])
        if segment == segments.count - 1:
            for output, step in enumerate(tape.outputs):
                part.body.store(output, part.value(step))
        part.body.e.ret()
    _Part(body, segments).write(members[ONCE])

    def one_row() -> None:
        for segment in range(segments.count):
            e.raw(f"  call void @segment.{segment}(ptr %data, ptr %strides, ptr %frame, i64 %row)")

    write_loop(e, body.signature.streaming, one_row)


class _Part:
    """Writes the steps of one segment."""

    def __init__(self, body: Body, segments: Segments) -> None:
        self.body, self.segments = body, segments
        self.values: dict[int, Value] = {}

    def write(self, numbers: list[int]) -> None:
        for number in numbers:
            operator, operands = self.body.tape.steps[number]
            if operator in LEAVES:
                continue
            value = self.values[number] = self.body.step(number, [self.value(n) for n in operands])
            if number in self.segments.slots:
                self._keep(number, value)

    def value(self, number: int) -> Value:
        """Return a value: of this segment, a leaf written here again, or one read from the frame."""
        found = self.values.get(number)
        if found is None:
            leaf = self.body.tape.steps[number].operator in LEAVES
            found = self.values[number] = self.body.leaf(number) if leaf else self._read(number)
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
