"""Find where a value ends, in bytes that are still coming."""

from __future__ import annotations

from typing import Any

from ..errors import DecodeError, LimitExceeded, UnexpectedEnd
from ._layout import Layout, is_cut
from ._read import Buffer, Malformed, Short, pass_leaf, read_count, read_head, read_tag
from ._shape import Shape

# How many bytes failed attempts of plans may look at, for each byte that came. It bounds all work: see `Scan`.
_CREDIT = 4
_BREAK = 0xFF
# Items of a sequence are passed over so many in one call of a plan; fewer, once so many are not there.
_BATCHES = (256, 16)


class Scan:
    """The state of looking for the end of one value. Call `resume` with all bytes since its start, again and again.

    `position` has been passed; `need` bytes are missing in addition at least, counted from there. What is pending is a
    stack of shapes, each with how often it stands there. A shape of varying size is first given to its own plan, which
    is fast; where the bytes end inside it, it is taken apart instead, and what was passed is not looked at again.
    Only failed attempts look at bytes twice, and they must be paid for: each byte that comes pays for four. So the
    work is linear however the bytes are chopped, and however deep the type nests.
    """

    __slots__ = ("_credit", "_elements", "_layout", "_level", "_most", "_seen", "_stack", "_wait", "need", "position")

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._stack: list[tuple[Shape, int | None]] = [(layout.root, 1)]
        self.position = layout.before_bytes
        self.need = layout.root.least
        self._credit = self._seen = self._elements = self._wait = self._level = 0
        self._most = layout.config.safety.elements

    def missing(self, seen: int) -> int:
        """Return how many bytes are missing at least, of which `seen` are there; 0 once the value is complete."""
        if not self._stack and seen >= self.position:
            return 0
        return max(self.position + self.need - seen, self._wait - seen, 1)

    def resume(self, data: Buffer) -> bool:
        """Return whether `data` holds the whole value, which then ends at `position`.

        Raises: `Malformed` where no value continues so; the plan says more. `LimitExceeded` of the elements' limit.
        """
        if len(data) < max(self._wait, self.position):
            return False
        self._credit += _CREDIT * (len(data) - self._seen)
        self._seen, self._level = len(data), 0
        stack = self._stack
        while stack:
            shape, times = stack.pop()
            try:
                if not self._step(data, shape, times):
                    return False
            except Short as short:
                self._wait = len(data) + short.more
                stack.append((shape, times))
                return False
        return len(data) >= self.position

    def _step(self, data: Buffer, shape: Shape, times: int | None) -> bool:
        if times is None:
            return self._until_break(data, shape)
        if shape.size is not None:
            return self._pass_fixed(data, shape, shape.size, times)
        if not times:
            return True
        if self.position + shape.least > len(data):
            raise Short(self.position + shape.least - len(data))
        if times >= _BATCHES[-1] and self._pass_batch(data, shape, times):
            return True
        if times > 1:
            self._stack.append((shape, times - 1))
        try:
            if shape.kind == "leaf":
                self._pass_leaf(data, shape)
            elif not (shape.alone and self._pass_by_plan(data, shape)):
                self._take_apart(data, shape)
        except Short:
            if times > 1:  # the caller puts all of them back
                self._stack.pop()
            raise
        return True

    def _pass_fixed(self, data: Buffer, shape: Shape, size: int, times: int) -> bool:
        fit = min(times, max(len(data) - self.position, 0) // size) if size else times
        self.position += fit * size
        self.need -= fit * size
        if fit < times:
            self._stack.append((shape, times - fit))
            return False
        return True

    def _moved(self, end: int, least: int) -> None:
        self.position, self.need = end, self.need - least

    def _pass_leaf(self, data: Buffer, shape: Shape) -> None:
        end = pass_leaf(data, self.position, shape.node, self._layout.config)
        if end is None:
            end = self._decoded(data, shape)
        # A string may end beyond the bytes so far: nothing is looked at until they are there.
        self._moved(end, shape.least)
        if end > len(data):
            self._wait = end

    def _decoded(self, data: Buffer, shape: Shape) -> int:
        try:
            return int(self._layout.plan(shape).decode(data, self.position)[1])
        except UnexpectedEnd as error:
            raise Short(max(error.additional, 1)) from None
        except DecodeError:
            raise Malformed from None

    def _pass_by_plan(self, data: Buffer, shape: Shape) -> bool:
        if len(data) - self.position > self._credit:
            return False
        end = self._tried(data, self._layout.plan(shape))
        if end < 0:
            return False
        self._moved(end, shape.least)
        return True

    def _tried(self, data: Buffer, plan: Any) -> int:
        """Return where a plan says that what comes next ends, or -1 at a price; Malformed if it is no value."""
        # The native engine answers that without making the error, which its twin would have to do.
        end_of = getattr(plan, "end_of", None)
        end: int | None = None if end_of is None else end_of(data, self.position)
        if end is None:
            try:
                return int(plan.decode(data, self.position)[1])
            except DecodeError as error:
                if not is_cut(error, len(data), self._layout.config):
                    raise Malformed from None
                end = -1
        if end < 0:
            self._credit -= len(data) - self.position
        return end

    def _pass_batch(self, data: Buffer, shape: Shape, times: int) -> bool:
        """Pass over many items by the plan of an array of them, which has no bytes of its own but in CBOR."""
        if not shape.alone or self._layout.config.format == "cbor":
            return False
        ahead = len(data) - self.position
        while self._level < len(_BATCHES) and ahead <= self._credit:
            count = _BATCHES[self._level]
            if times >= count and ahead >= count * shape.least:
                end = self._tried(data, self._layout.batch(shape, count))
                if end >= 0:
                    self._moved(end, count * shape.least)
                    self._stack.append((shape, times - count))
                    return True
            self._level += 1
        return False

    def _take_apart(self, data: Buffer, shape: Shape) -> None:
        config, at = self._layout.config, self.position
        parts: list[tuple[Shape, int | None]]
        if shape.kind == "item":
            at, parts = self._item(data, at, shape)
        elif shape.kind == "choice":
            number, at = read_tag(data, at, config, shape.tag)
            if number >= len(shape.parts):
                raise Malformed
            parts = [(shape.parts[number][1], 1)]
        elif shape.kind == "product":
            at = self._head(data, at, len(shape.parts)) if shape.headed else at
            parts = [(part, 1) for _, part in reversed(shape.parts)]
        elif shape.kind == "array":
            at = self._head(data, at, shape.count) if shape.headed else at
            parts = [(shape.parts[0][1], shape.count)]
        else:
            count, at = read_count(data, at, config, 5 if shape.entries else 4)
            self._count(count or 0, at)
            parts = [(shape.parts[0][1], count)]
        owed = sum(part.least * (times or 0) for part, times in parts)
        self._moved(at, shape.least - owed)
        self._stack += parts

    def _item(self, data: Buffer, at: int, shape: Shape) -> tuple[int, list[tuple[Shape, int | None]]]:
        """Return where the head of a well-formed item ends, with its bytes if it is a string, and what follows."""
        major, count, at = read_head(data, at)
        if major in (2, 3) and count is not None:
            self._wait = at + count
            return at + count, []
        if major in (2, 3, 4, 5):
            self._count(count or 0, at)
            return at, [(shape, count * 2 if major == 5 and count is not None else count)]
        return at, [(shape, 1)] if major == 6 else []

    def _head(self, data: Buffer, at: int, count: int) -> int:
        # An indefinite head's break is left unread before a struct or a fixed array, as the crate leaves it.
        major, found, at = read_head(data, at)
        if major != 4 or found not in (count, None):
            raise Malformed
        return at

    def _until_break(self, data: Buffer, shape: Shape) -> bool:
        if self.position >= len(data):
            raise Short(1)
        if data[self.position] == _BREAK:
            self.position += 1
            return True
        self._count(1, self.position)
        self.need += shape.least
        self._stack += [(shape, None), (shape, 1)]
        return True

    def _count(self, items: int, at: int) -> None:
        self._elements += items
        if self._most is not None and self._elements > self._most:
            raise LimitExceeded("too many elements", offset=at, wanted=f"at most {self._most}", found=self._elements)


def extended(data: bytearray, more: bytes) -> bytearray:
    """Return `data` with more bytes, mostly the same object.

    A plan's error may hold a view of the bytes for a while, in its traceback; then they are copied instead.
    """
    try:
        data += more
    except BufferError:
        return data + more
    return data
