"""Rows of relative pointers: a blob is built byte for byte as the crate's, and read back, whatever padding holds."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from ..relative import RelativePtr, Tag, ZeroArray, ZeroSlice, ZeroStr, ZeroString, build, layout_of, read, validate
from ._described import Described, Form, hint_of, marked
from ._scalars import plain

Row = dict[str, Any]


class DescribedBlob(Described):
    """A described type of values that lie in memory and lead to one another."""

    def _understand(self, said: Any) -> None:
        del said
        self.layout = layout_of(self.hint)

    def of(self, said: Any, *, outermost: bool = False) -> Form:
        """Return the form of a described type."""
        if said == "zerostr":
            return Form(ZeroStr, str, str)
        return super().of(said, outermost=outermost)

    def _marks(self, said: Any) -> tuple[Any, ...]:
        return (Tag(said.get("repr", "u32")),)

    def _relptr(self, said: Any) -> Form:
        target, align = said["relptr"]
        form = self.of(target)
        return form._replace(hint=marked(form.hint, RelativePtr(align)))

    def _zeroslice(self, said: Any) -> Form:
        item, align = said["zeroslice"]
        return self._items(item, lambda inner: marked(hint_of(list, inner), ZeroSlice(align)))

    def _zeroarray(self, said: Any) -> Form:
        item, length, align = said["zeroarray"]
        return self._items(item, lambda inner: marked(hint_of(list, inner), ZeroArray(length, align)))

    def _zerostring(self, said: Any) -> Form:
        capacity = said["zerostring"]
        return Form(
            marked(str, ZeroString(capacity)),
            str,
            # What does not fit is left out at the end, by whole characters.
            lambda value: value.encode()[:capacity].decode(errors="ignore"),
        )


@lru_cache(maxsize=256)
def described_blob(said: str) -> DescribedBlob:
    """Return a described type; the same description gives the same classes."""
    return DescribedBlob(json.loads(said))


def problem_of(row: Row) -> str:
    """Return what is wrong with a row of relative pointers, or nothing."""
    it = described_blob(json.dumps(row["type"]))
    endian, offset = row["config"].get("endian", "little"), row.get("root_offset", 0)
    value = it.load(row["value"])
    blob = build(value, it.layout, endian=endian).hex()
    if len(blob) != len(row["hex"]):
        return f"{len(blob) // 2} bytes instead of {len(row['hex']) // 2}: {blob}"
    if any(wanted not in ("?", found) for found, wanted in zip(blob, row["hex"], strict=True)):
        return f"bytes: {blob!r:.300} instead of {row['hex']!r:.300}"
    for padding in ("00", "ff"):
        data = bytes.fromhex(row["hex"].replace("??", padding))
        validate(data, it.layout, offset, endian=endian)
        found = plain(it.show(read(data, it.layout, offset, endian=endian)))
        if found != plain(it.show(value)):
            return f"value: {found!r:.300} instead of {plain(it.show(value))!r:.300}"
    return ""
