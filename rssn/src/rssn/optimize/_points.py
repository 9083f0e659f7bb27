"""Points at which forms of an expression are compared: inside the assumptions, the same ones every time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import Final

from ..expr import Expr
from ..rules import Facts
from ._reference import precision, true_values

Point = dict[str, float]

GENERIC: Final = 14  # points of each kind
WIDE, WIDE_DECADES = 3, 12
_TRIES: Final = 8
_NEAR: Final = (0.0, 1.0, -1.0)
_ZERO, _ONE = Fraction(0), Fraction(1)


class Points:
    """Points for some arguments. `generic` are ordinary; `special` lie where functions end or divisions fail."""

    def __init__(self, symbols: Sequence[Expr], facts: Facts) -> None:
        self._names = [str(symbol.name) for symbol in symbols]
        self._assumptions = facts.assumptions
        self._ranges = {str(symbol.name): facts.of(symbol) for symbol in symbols}
        self._random = Random(20_240_607)
        self.generic = self._kept(self._generic(), GENERIC)
        self.wide = self._kept(self._wide(), WIDE + 2)
        self.special = self._kept(self._special(), len(symbols) * len(_NEAR) + 6)

    def _kept(self, wanted: list[Point], count: int) -> list[Point]:
        """Return the points that the assumptions allow."""
        return [point for point in wanted if self._allowed(point)][:count]

    def _generic(self) -> list[Point]:
        """Ordinary numbers of either sign, some of them close to each other: there differences cancel."""
        random, found = self._random, []
        for at in range(GENERIC * (_TRIES if self._assumptions else 1)):
            centre, spread = random.uniform(0.5, 3.0), 10.0 ** -random.uniform(0.5, 2.5)
            point = {}
            for name in self._names:
                if at % 4 == 0:
                    value = random.uniform(0.1, 2.0)
                elif at % 4 == 1:
                    value = random.uniform(-4.0, 4.0)
                elif at % 4 == 2:
                    value = centre * (1.0 + spread * random.uniform(-1.0, 1.0))
                else:
                    value = 10.0 ** random.uniform(-1.5, 1.5)
                point[name] = self._inside(name, value)
            found.append(point)
        return found

    def _wide(self) -> list[Point]:
        """Very large and very small numbers: there products leave the range of f64 that the formula does not have."""
        random, ends = self._random, (-WIDE_DECADES, WIDE_DECADES)
        ranges = [(end, end) for end in ends] + [ends] * (WIDE * (_TRIES if self._assumptions else 1))
        return [
            {
                name: self._inside(name, random.choice((1.0, -1.0)) * 10.0 ** random.uniform(low, high))
                for name in self._names
            }
            for low, high in ranges
        ]

    def _special(self) -> list[Point]:
        """One argument at a time at 0, 1 and -1, and all of them negative or small."""
        random, found = self._random, []
        for name in self._names:
            for value in _NEAR:
                point = {other: self._inside(other, random.uniform(0.3, 2.0)) for other in self._names}
                found.append(point | {name: value})
        found += [dict.fromkeys(self._names, value) for value in _NEAR]
        found += [
            {name: self._inside(name, random.uniform(low, high)) for name in self._names}
            for low, high in ((-2.0, -0.3), (-0.9, 0.9), (-1e-3, 1e-3))
        ]
        return found

    def _inside(self, name: str, value: float) -> float:
        """Return a number within what is assumed of an argument, near the wanted one where that is allowed."""
        known = self._ranges[name]
        if known.integer:
            value = float(round(value))
        low, high = known.low, known.high
        if (low < value < high) or (value == low and not known.low_open) or (value == high and not known.high_open):
            return value
        share = self._random.uniform(0.05, 0.95)
        if math.isfinite(low) and math.isfinite(high):
            value = low + share * (high - low)
        else:
            value = low + abs(value) + share if math.isfinite(low) else high - abs(value) - share
        return float(round(value)) if known.integer else value

    def _allowed(self, point: Point) -> bool:
        """Say whether a point keeps every promise."""
        for key, promise in self._assumptions.promises.items():
            with precision():
                parts = list(key)
                values = true_values([part for part, _ in parts], point)
                total = sum(
                    (float(value.mid()) * float(scale) for value, (_, scale) in zip(values, parts, strict=True)), 0.0
                )
            known = promise.interval(_ONE, _ZERO)
            if total not in known or Fraction(total) in promise.excluded or (known.integer and total % 1):
                return False
        return True
