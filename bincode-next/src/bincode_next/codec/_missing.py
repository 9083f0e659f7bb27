"""Fields that bytes of an older program lack: filled from their defaults, where the caller asks for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..config import Config
from ..errors import ConfigError, DecodeError
from ..plan import plan_of
from ..plan._values import struct_maker
from ..schema import MISSING, Field, Node, Ref, Schema, Struct


class FillingPlan:
    """A plan that decodes a struct whose last fields may be missing.

    The bytes must end with a field: half a field is an error, as ever. Whole values cost nothing more; only after
    a failure the fields are decoded one by one, once.
    """

    def __init__(self, schema: Schema, config: Config, plan: Any) -> None:
        self._whole = plan
        self._struct = _struct_of(schema)
        if config.fingerprint is not None or config.format == "cbor":
            raise ConfigError("fields can't be missing here: the fingerprint, or the CBOR head, counts them")
        if config.bit_packing and any(one.bits is not None for one in self._struct.fields):
            raise ConfigError("fields of packed bits can't be missing")
        self._most = config.safety.bytes
        part = replace(config, trailing="allow")
        self._make = struct_maker(self._struct)
        self._needed = _count_needed(self._struct.fields)
        self._plans = [plan_of(Schema(one.node, schema.definitions), part) for one in self._struct.fields]
        self.encode, self.encode_into, self.size = plan.encode, plan.encode_into, plan.size

    def decode(self, data: Any, offset: int = 0, end: int | None = None) -> tuple[Any, int]:
        """Return the value at `offset`, its last fields filled in where the bytes end before them, and its end."""
        try:
            value, stop = self._whole.decode(data, offset, end)
        except DecodeError:
            limit = memoryview(data).nbytes if end is None else end
            most = self._most
            values = None if most is not None and limit - offset > most else self._fields(data, offset, limit)
            if values is None:
                raise
            return self._make(values), limit
        return value, stop

    def _fields(self, data: Any, at: int, end: int) -> list[Any] | None:
        """Return all fields, if the bytes end with one of them and no needed one is missing."""
        values = []
        for plan in self._plans:
            if at == end:
                break
            try:
                value, at = plan.decode(data, at, end)
            except DecodeError:
                return None  # the whole plan has said it with its path
            values.append(value)
        if at != end or len(values) < self._needed:
            return None
        return values + [one.factory() if one.factory else one.default for one in self._struct.fields[len(values) :]]


def _struct_of(schema: Schema) -> Struct:
    node: Node = schema.root
    if isinstance(node, Ref):
        node = dict(schema.definitions)[node.key]
    if not isinstance(node, Struct):
        raise ConfigError(f"allow_missing is for structs: {type(node).__name__} has no fields to be missing")
    return node


def _count_needed(fields: tuple[Field, ...]) -> int:
    count = len(fields)
    while count and _has_default(fields[count - 1]):
        count -= 1
    return count


def _has_default(one: Field) -> bool:
    return one.default is not MISSING or one.factory is not None
