"""Compiled laws over sums and products; `_laws` makes them."""

from typing import Any, Self

from ._program_c import Program

class Patterns:
    program: Program
    law_count: int
    op_count: int
    names: tuple[str, ...]
    conditions: tuple[Any, ...]
    def __new__(
        cls, program: Program, nodes: list[Any], children: list[Any], laws: list[Any], roots: list[Any]
    ) -> Self: ...
