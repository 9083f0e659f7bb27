"""Values that stand one after another, decoded some at a time."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from ..config import Config
from ..errors import DecodeError
from ..plan import plan_of
from ..schema import Array, Schema

# So many in one call of a plan, while the bytes are sure to hold them. More would not be cheaper, and leave the cache.
_COUNTS = (64, 8)
_FIRST = 4  # decoded singly, to learn how long values are
_MARGIN = 1.1
# Values so long that a batch of them could meet a limit that is for one value are decoded singly.
_LONG = 1 << 16
# An error about so many bytes is worth a question first, whether the value ends within them.
_DEAR = 1 << 14


class Rows:
    """Decodes values of one type that fill some bytes.

    A fixed array is nothing but its items on the wire, so the plan of an array of 64 decodes 64 values in one call.
    Where that fails, or the bytes may not hold so many, values are decoded singly: errors are always a single one's.
    """

    __slots__ = ("_batches", "_config", "_decode", "_end_of", "_schema")

    def __init__(self, schema: Schema, config: Config, plan: Any) -> None:
        self._schema, self._config, self._decode = schema, config, plan.decode
        self._end_of = getattr(plan, "end_of", None)
        self._batches: list[tuple[int, Any]] | None = None

    def lists(
        self, data: Any, at: int, end: int, is_cut: Callable[[DecodeError, int, Config], bool] | None = None
    ) -> Generator[list[Any], None, int]:
        """Yield the values from `at` to `end`, some at a time, and return where the last one ended.

        `is_cut` says which errors only mean that a value goes on after `end`; others are raised.
        """
        start, left, last = at, _FIRST, end - at
        end_of = None if is_cut is None else self._end_of
        while at < end:
            if end_of is not None and end - at > _DEAR and end - at <= 2 * last and end_of(data, at) == -1:
                return at
            try:
                value, after = self._decode(data, at)
            except DecodeError as error:
                if is_cut is not None and is_cut(error, end, self._config):
                    return at
                raise
            if after == at:
                raise ValueError("a value took no bytes: nothing says how many there are. Give count=, or frame them")
            at, last = after, after - at
            yield [value]
            left -= 1
            if not left:
                at = yield from self._in_batches(data, at, end, (at - start) / _FIRST)
        return at

    def _in_batches(self, data: Any, at: int, end: int, average: float) -> Generator[list[Any], None, int]:
        if self._batches is None:
            self._batches = self._plans()
        for count, decode in self._batches if average < _LONG else ():
            while end - at >= count * average * _MARGIN:
                try:
                    some, after = decode(data, at, end)
                except DecodeError:
                    break
                average, at = max((after - at) / count, 0.5), after
                yield some
        return at

    def _plans(self) -> list[tuple[int, Any]]:
        config, schema = self._config, self._schema
        # There is more than values in the bytes, or they are counted together.
        if config.fingerprint is not None or config.limit is not None or config.format == "cbor":
            return []
        made = [(count, Schema(Array(schema.root, count), schema.definitions)) for count in _COUNTS]
        return [(count, plan_of(one, config).decode) for count, one in made]
