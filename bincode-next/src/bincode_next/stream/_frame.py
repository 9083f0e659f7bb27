"""Length framing: how long a value is, before it. The crates frame nothing; this is for protocols that do."""

from __future__ import annotations

from typing import Literal

from ..config import Config
from ..errors import EncodeError, InvalidIntegerType, LimitExceeded

Frame = Literal["u32", "u32-big", "u64", "varint"]
"""How the length is written: four bytes, four of them high byte first (the default of Tokio's length-delimited
codec), eight, or bincode's variable integer; little endian but for the second."""

_HEADS: dict[str, tuple[int, Literal["little", "big"]]] = {
    "u32": (4, "little"),
    "u32-big": (4, "big"),
    "u64": (8, "little"),
}
_WIDTHS = {0xFB: 2, 0xFC: 4, 0xFD: 8}


def check_frame(frame: Frame | None) -> Frame | None:
    """Return the frame if there is one of this name. Raises ValueError."""
    if frame is not None and frame != "varint" and frame not in _HEADS:
        raise ValueError(f"frame is one of u32, u32-big, u64, varint, or None, not {frame!r}")
    return frame


def framed(frame: Frame | None, body: bytes) -> bytes:
    """Return the bytes of a value with its length before them."""
    if frame is None:
        return body
    if frame == "varint":
        return _varint(len(body)) + body
    size, order = _HEADS[frame]
    if len(body) >> (8 * size):
        raise EncodeError(
            "the value is too long for its frame", wanted=f"less than {1 << (8 * size)} bytes", found=len(body)
        )
    return len(body).to_bytes(size, order) + body


def _varint(number: int) -> bytes:
    if number <= 250:
        return bytes((number,))
    size = 2 if number < 1 << 16 else 4 if number < 1 << 32 else 8
    return bytes((0xF9 + size.bit_length(),)) + number.to_bytes(size, "little")


class FrameScan:
    """Waits for one frame: the same questions as `shape.Scan` answers, from the length alone."""

    __slots__ = ("_frame", "_most", "position", "start")

    def __init__(self, frame: Frame, config: Config) -> None:
        self._frame = frame
        limits = [one for one in (config.safety.bytes, config.safety.memory) if one is not None]
        self._most = min(limits, default=None)
        self.start = 0
        self.position = 0

    def missing(self, seen: int) -> int:
        """Return how many bytes are missing at least, of which `seen` are there."""
        if self.start:
            return max(self.position - seen, 0)
        return max(self.position, 1 if self._frame == "varint" else _HEADS[self._frame][0]) - seen

    def resume(self, data: bytes | bytearray | memoryview) -> bool:
        """Return whether `data` holds the whole frame, whose body lies between `start` and `position`."""
        if not self.start and not self._head(data):
            return False
        return len(data) >= self.position

    def _head(self, data: bytes | bytearray | memoryview) -> bool:
        at, order = 0, "little"
        if self._frame != "varint":
            size, order = _HEADS[self._frame]
        elif not data:
            return False
        elif data[0] <= 250:
            size = 1
        else:
            at, size = 1, _WIDTHS.get(data[0], 0)
            if not size:
                raise InvalidIntegerType(
                    "a length of a frame starts wrongly", offset=0, wanted="at most 0xfd", found=data[0]
                )
        self.position = at + size
        if len(data) < self.position:
            return False
        length = int.from_bytes(data[at : at + size], order)  # type: ignore[arg-type]  # one of two words
        if self._most is not None and length > self._most:
            raise LimitExceeded("a frame is too long", offset=0, wanted=f"at most {self._most} bytes", found=length)
        self.start, self.position = self.position, self.position + length
        return True
