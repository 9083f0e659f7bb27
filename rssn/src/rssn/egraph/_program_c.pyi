"""Compiled rules as the engine reads them; `_compile` and `_rules` make them."""

from typing import Any, Self

class Program:
    rule_count: int
    names: tuple[str, ...]
    operators: tuple[tuple[str, int, int, int], ...]
    numbers: tuple[Any, ...]
    leaves: tuple[Any, ...]
    conditions: tuple[Any, ...]
    has_guards: bool
    def __new__(
        cls, rules: tuple[Any, ...], operators: tuple[Any, ...], numbers: tuple[Any, ...], leaves: tuple[Any, ...]
    ) -> Self: ...
