"""Which plan serves a type and a configuration: the native one or its readable twin, or CBOR's. Plans are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol

from ..config import PURE_PYTHON, Config
from ..errors import SchemaMismatch, UnexpectedEnd
from ..schema import NdArray, Schema
from ._array_plan import ArrayPlan
from ._buffers import Readable, put_into, readable

if TYPE_CHECKING or PURE_PYTHON:
    from ._plan_py import Plan as Plan
else:
    try:
        from ._plan_c import Plan as Plan
    except ImportError as missing:
        raise ImportError(
            "bincode_next is not built: run `make setup`, or set BINCODE_NEXT_PURE=1 for the slow pure-Python engine"
        ) from missing

KEPT: Final = 1024


class AnyPlan(Protocol):
    """What every plan does."""

    def encode(self, value: Any) -> bytes:
        """Return the bytes of a value; EncodeError if it is not of the type."""

    def encode_into(self, value: Any, buffer: bytearray | memoryview, offset: int = 0) -> int:
        """Write the bytes of a value from `offset` on and return where they end; nothing is written when that fails."""

    def size(self, value: Any) -> int:
        """Return how many bytes a value takes."""

    def decode(self, data: Readable, offset: int = 0, end: int | None = None) -> tuple[Any, int]:
        """Return the value that starts at `offset`, and where it ends; DecodeError if there is none before `end`."""


# Schemas compare by what is on the wire, not by the Python classes, so a plan is kept for one schema object.
_kept: OrderedDict[tuple[int, Config], tuple[Schema, AnyPlan]] = OrderedDict()
_lock = Lock()


def plan_of(schema: Schema, config: Config) -> AnyPlan:
    """Return the plan of a schema under a configuration, with its fingerprint in front where one is asked for.

    Raises SchemaError for what the configuration has no bytes or no fingerprint of. The newest plans are kept.
    """
    key = (id(schema), config)
    with _lock:
        found = _kept.get(key)
        if found is not None and found[0] is schema:
            _kept.move_to_end(key)
            return found[1]
    plan = made(schema, config)
    with _lock:
        _kept[key] = (schema, plan)
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    return plan


def made(schema: Schema, config: Config, engine: Callable[[Schema, Config], AnyPlan] = Plan) -> AnyPlan:
    """Return a new plan by an engine, which CBOR passes over."""
    plan: AnyPlan
    if config.format == "cbor":
        from ..cbor import Plan as CborPlan  # the few who write CBOR wait for it, not everyone

        plan = CborPlan(schema, config)
    elif engine is Plan and isinstance(schema.root, NdArray) and config.limit is None:
        plan = ArrayPlan(schema, config)
    else:
        plan = engine(schema, config)
    if config.fingerprint is None:
        return plan
    from ..fingerprint import prefix  # loaded by those who ask for one

    demanded = prefix(schema, config)
    return FingerprintedPlan(plan, b"" if config.fingerprint.legacy is not None else demanded, demanded)


class FingerprintedPlan:
    """A plan with eight bytes in front of each value, which are not counted against the crate's limit.

    `written` is empty where the crate demands a fingerprint but writes none.
    """

    __slots__ = ("_demanded", "_plan", "_written")

    def __init__(self, plan: AnyPlan, written: bytes, demanded: bytes) -> None:
        self._plan, self._written, self._demanded = plan, written, demanded

    def encode(self, value: Any) -> bytes:
        """Return the fingerprint and the bytes of a value."""
        return self._written + self._plan.encode(value)

    def encode_into(self, value: Any, buffer: bytearray | memoryview, offset: int = 0) -> int:
        """Write both from `offset` on and return where they end; nothing is written when that fails."""
        return put_into(self.encode(value), buffer, offset)

    def size(self, value: Any) -> int:
        """Return how many bytes both take."""
        return len(self._written) + self._plan.size(value)

    def decode(self, data: Readable, offset: int = 0, end: int | None = None) -> tuple[Any, int]:
        """Return the value behind the fingerprint that starts at `offset`, and where it ends; SchemaMismatch."""
        view = readable(data)
        stop = len(view) if end is None else end
        if not 0 <= offset <= stop <= len(view):
            raise ValueError(f"offset {offset} and end {end} lie outside of {len(view)} bytes")
        found = bytes(view[offset : min(offset + 8, stop)])
        if len(found) < 8:
            error = UnexpectedEnd(
                "the bytes end within the fingerprint", offset=offset, wanted="8 bytes", found=len(found)
            )
            error.additional = 8 - len(found)
            raise error
        if found != self._demanded:
            raise SchemaMismatch(
                "the fingerprint of another type or configuration",
                offset=offset,
                wanted=self._demanded.hex(),
                found=found.hex(),
            )
        return self._plan.decode(data, offset + 8, end)
