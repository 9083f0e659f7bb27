"""The engine for sums and products as sorted rows."""

from fractions import Fraction
from typing import Self

from ._core_c import Core
from ._pattern_c import Patterns
from ._program_c import Program

class NaryCore(Core):
    def __new__(
        cls,
        program: Program,
        patterns: Patterns,
        theories: tuple[int, ...],
        power_op: int,
        *,
        with_facts: bool = False,
        traced: bool = False,
    ) -> Self: ...
    def add_sum(self, parts: list[tuple[int, Fraction]]) -> int: ...
    def add_product(self, parts: list[tuple[int, Fraction]]) -> int: ...
    def add_power(self, base: int, exponent: int) -> int: ...
    def ask_condition(self, number: int, classes: tuple[int, ...]) -> bool: ...
    def laws_told(self) -> list[tuple[int, tuple[int, ...], Fraction, list[tuple[int, Fraction]]]]: ...
