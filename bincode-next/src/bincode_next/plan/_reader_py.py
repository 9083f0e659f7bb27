"""The bytes being decoded, how far they are read, and what may still be claimed of them."""

from __future__ import annotations

from ..config import Config
from ..errors import LimitExceeded, UnexpectedEnd
from ._paths import Place

SIZE_MAX = (1 << 64) - 1  # Rust's usize on the platforms whose limits we count


class Reader:
    """A position in bytes. `place` is where in the value in hand the next scalar stands, for errors.

    `is_cut`: there are more bytes after `end`, where the limit of Safety on bytes ends them.
    """

    __slots__ = (
        "claimed",
        "data",
        "depth",
        "elements",
        "empty",
        "end",
        "is_cut",
        "limit",
        "memory",
        "place",
        "pos",
        "safety",
    )

    def __init__(self, data: bytes | memoryview, pos: int, end: int, config: Config, is_cut: bool = False) -> None:
        self.data, self.pos, self.end, self.is_cut = data, pos, end, is_cut
        self.place: Place = None
        self.limit = SIZE_MAX if config.limit is None else config.limit
        self.safety = config.safety
        self.claimed = self.elements = self.empty = self.memory = self.depth = 0

    def take(self, width: int) -> int:
        """Step over `width` bytes and return where they started; UnexpectedEnd if they are not there."""
        pos = self.pos
        if self.end - pos < width:
            raise self.ended(pos, width)
        self.pos = pos + width
        return pos

    def ended(self, at: int, width: int) -> UnexpectedEnd:
        """Return the error of `width` bytes that should start at `at`."""
        left = max(self.end - at, 0)
        error = UnexpectedEnd("the bytes end within a value", offset=at, wanted=f"{width} bytes", found=left)
        error.additional = width - left
        return error

    def claim(self, count: int) -> None:
        """Count `count` bytes against the configuration's limit, as the crate does before it reads them."""
        self.claimed += count
        if self.claimed > self.limit or count > SIZE_MAX:
            raise LimitExceeded(
                "the value claims more bytes than the limit", offset=self.pos, wanted=f"at most {self.limit}"
            )

    def charge(self, count: int, *, least: int, values: int, memory: int) -> None:
        """Count `count` elements, of at least `least` bytes each, against the limits of Safety.

        More than the bytes that remain can hold are not counted: such a sequence ends in UnexpectedEnd before that.
        """
        safety = self.safety
        if least:
            count = min(count, (self.end - self.pos) // least)
        else:
            self.empty += count * values
            if safety.empty is not None and self.empty > safety.empty:
                raise self.refused("elements that take no bytes", safety.empty)
        self.elements += count
        if safety.elements is not None and self.elements > safety.elements:
            raise self.refused("elements", safety.elements)
        self.remember(count * memory)

    def remember(self, count: int) -> None:
        """Count `count` bytes of memory that the values will take."""
        self.memory += count
        if self.safety.memory is not None and self.memory > self.safety.memory:
            raise self.refused("bytes of memory", self.safety.memory)

    def refused(self, what: str, limit: int) -> LimitExceeded:
        """Return the error of a limit of Safety."""
        return LimitExceeded(
            f"the value has more {what} than the configuration's safety allows",
            offset=self.pos,
            wanted=f"at most {limit}",
            advice="Config.with_safety changes what is allowed",
        )
