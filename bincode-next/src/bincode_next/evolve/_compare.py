"""Compare two schemas: what changed, and whether bytes of the old one still decode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from ..config import Config, standard
from ..schema import Ref, Schema, schema_of
from ._rules import Finding, Old, Pair, resolved, rules

_STANDARD = standard()


class Verdict(IntEnum):
    """What a change does to bytes of the old type, from good to bad."""

    SAME = 0
    """They mean the same; only names differ."""
    WIDER = 1
    """They decode; new values may be none of the old type."""
    MISSING = 2
    """They decode with `allow_missing=True`: fields were added at the end of the outermost struct."""
    SOME = 3
    """Some decode, others are refused."""
    BROKEN = 4
    """They don't decode, or to something else."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where (in the new type), what, and what it does to old bytes."""

    path: str
    what: str
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.path or '·'}: {self.what} [{self.verdict.name.lower()}]"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences of two types. Two without any compare equal as schemas, and have the same bytes."""

    changes: tuple[Change, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all changes."""
        return max((one.verdict for one in self.changes), default=Verdict.SAME)

    @property
    def is_readable(self) -> bool:
        """Whether all old bytes decode as they are."""
        return self.verdict <= Verdict.WIDER

    def __str__(self) -> str:
        said = "\n".join(map(str, self.changes)) or "no changes"
        return f"{said}\nold bytes: {_SAID[self.verdict]}"


_SAID = {
    Verdict.SAME: "decode, and mean the same",
    Verdict.WIDER: "decode; the old program may not read new ones",
    Verdict.MISSING: "decode with allow_missing=True",
    Verdict.SOME: "decode in part",
    Verdict.BROKEN: "do not decode",
}


def compare(old: Any, new: Any, config: Config = _STANDARD) -> Comparison:
    """Compare two types (hints or schemas) under one configuration.

    The verdicts hold for all bytes: what can't be told, such as a `Custom` type that refuses values, or a struct in
    place of an enum that happens to fit, is no change or broken, never better than it is.
    Raises: `SchemaError` of either type.
    """
    one = old if isinstance(old, Schema) else schema_of(old)
    two = new if isinstance(new, Schema) else schema_of(new)
    return Comparison(tuple(_changes(one, two, config)))


def _changes(old: Schema, new: Schema, config: Config) -> Iterator[Change]:
    if config.fingerprint is not None and old != new:
        yield Change("", "the fingerprint before the value is another", Verdict.BROKEN)
    before, after = dict(old.definitions), dict(new.definitions)
    seen: set[tuple[Old, Old]] = set()
    # What is found stands in the order of the fields, so findings wait on the stack among the pairs.
    waiting: list[Pair | Finding] = [Pair("", old.root, new.root, True)]
    while waiting:
        pair = waiting.pop()
        if not isinstance(pair, Pair):
            yield Change(pair[0], pair[1], Verdict(pair[2]))
            continue
        if isinstance(pair.old, Ref) or isinstance(pair.new, Ref):
            if (pair.old, pair.new) in seen:
                continue  # a type within itself, compared already
            seen.add((pair.old, pair.new))
        whole = Pair(pair.path, resolved(pair.old, before), resolved(pair.new, after), pair.is_root)
        waiting += reversed(list(rules(whole, config)))
