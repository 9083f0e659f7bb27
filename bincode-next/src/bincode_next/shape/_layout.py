"""A layout: the shapes of a whole schema, and the plans that decode parts of it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from ..config import Config
from ..errors import DecodeError, InvalidCharEncoding, UnexpectedEnd
from ..plan import plan_of
from ..schema import Array, Schema
from ._shape import Builder, Shape, measure


@lru_cache(maxsize=256)
def part_of(config: Config) -> Config:
    """Return the configuration of parts decoded by themselves: without fingerprint, and without the crate's limit."""
    return replace(config, fingerprint=None, limit=None, trailing="allow")


def is_cut(error: DecodeError, size: int, config: Config) -> bool:
    """Return whether bytes that go on after `size` may make good what this error says of them.

    bincode 1 calls a character that is cut a wrong one.
    """
    if isinstance(error, InvalidCharEncoding):
        return config.crate == 1 and error.offset is not None and error.offset + 4 > size
    return isinstance(error, UnexpectedEnd)


class Layout:
    """The shapes of one schema under one configuration."""

    def __init__(self, schema: Schema, config: Config) -> None:
        self.schema, self.config = schema, config
        self.part_config = part_of(config)
        self._batches: dict[tuple[int, int], Any] = {}
        builder = Builder(schema, config)
        self.root: Shape = builder.shape(schema.root)
        measure(builder.made, config, list(builder.named.values()))
        self.before_bytes = 0 if config.fingerprint is None else 8

    @property
    def least(self) -> int:
        """How many bytes any value takes at least."""
        return self.before_bytes + self.root.least

    @property
    def size(self) -> int | None:
        """How many bytes every value takes; None where values differ."""
        return None if self.root.size is None else self.before_bytes + self.root.size

    def plan(self, shape: Shape) -> Any:
        """Return the plan that decodes one shape by itself."""
        if shape.plan is None:
            shape.plan = plan_of(Schema(shape.node, self.schema.definitions), self.part_config)
        return shape.plan

    def batch(self, shape: Shape, count: int) -> Any:
        """Return the plan that decodes `count` values of a shape in a row."""
        key = (id(shape), count)
        if key not in self._batches:
            whole = Schema(Array(shape.node, count), self.schema.definitions)
            self._batches[key] = plan_of(whole, self.part_config)
        return self._batches[key]


_LAYOUTS: dict[tuple[int, int], tuple[Layout, Schema, Config]] = {}
_KEPT = 256


def layout_of(schema: Schema, config: Config) -> Layout:
    """Return the layout of a schema; the same one for the same two objects."""
    key = (id(schema), id(config))
    if key not in _LAYOUTS:
        if len(_LAYOUTS) >= _KEPT:
            _LAYOUTS.clear()
        # The objects are kept beside the layout, so that their ids stay theirs.
        _LAYOUTS[key] = (Layout(schema, config), schema, config)
    return _LAYOUTS[key][0]
