"""Whether two expressions are one and the same by the laws of sums and products: a test that needs no normal form.

Sums, products, quotients and powers with rational exponents are evaluated in a
prime field, everything else being an atom that stands for a random number. Two
expressions with the same values at random points are the same rational
function (Schwartz and Zippel: wrong with a chance of at most degree / 2^61 for
each of the points). What must hold for a value to exist travels along: which
atoms have a value, which bases are not 0 or not negative. Nothing of the
e-graph is used here, so that what it proved is checked by something else.
"""

from __future__ import annotations

import contextlib
import random
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from ..errors import RssnError
from ..expr import Expr, count_nodes
from ..poly import factor
from ..rules import Facts
from ._forms import number, parts_of

PRIME: Final = (1 << 61) - 1
POINTS: Final = 2
ROOT: Final = 12  # atoms are powers of this order, so that their square, cubic, fourth and sixth roots exist
MOST_BITS: Final = 4096  # of an exponent
MOST_FACTORED: Final = 60  # unique nodes of a sum that is factored

Point: TypeAlias = tuple[int, ...]  # the values at the random points
Condition: TypeAlias = tuple[str, Point]


class Value(NamedTuple):
    """What an expression is: coefficient * product of base^exponent, at each point, where all conditions hold."""

    coefficient: Point
    factors: tuple[tuple[Point, Fraction], ...]
    conditions: frozenset[Condition]


_ONES: Final[Point] = (1,) * POINTS
_NEVER: Final = Value((0,) * POINTS, (), frozenset([("never", ())]))  # over 0: no value, whatever else


#: Operators that may have a value where an operand has none.
_LAZY: Final = frozenset(("where", "piecewise", "and", "or", "pow", "isnan", "isfinite", "isinf"))


class Ring:
    """Values of expressions at random points; another `seed`, other points."""

    def __init__(self, facts: Facts, seed: int = 0) -> None:
        self.facts = facts
        self._random = random.Random(seed)
        self._values: dict[Expr, Value | None] = {}
        self._bases: dict[Point, Expr] = {}
        self._roots: dict[Point, Point] = {}  # base -> its root of order ROOT, of an atom; of a sum, a random stand-in
        self._odd_roots: dict[tuple[Point, Fraction], Point] = {}  # powers that are none of such a root
        self._factors: dict[Point, tuple[Point, ...]] = {}

    def key(self, expression: Expr) -> tuple[Point, frozenset[Condition]] | None:
        """Return what equal expressions have in common; None for numbers that the field does not hold."""
        stack = [expression]
        while stack:
            waiting = [operand for operand in stack[-1].operands if operand not in self._values]
            if stack[-1] in self._values or not waiting:
                node = stack.pop()
                if node not in self._values:
                    self._values[node] = self._evaluate(node)
            else:
                stack.extend(waiting)
        found = self._values[expression]
        return None if found is None else (self._total(found), found.conditions)

    def are_same(self, left: Expr, right: Expr) -> bool:
        """Whether two expressions have the same value wherever either has one, by these laws alone."""
        key = self.key(left)
        return key is not None and key == self.key(right)

    # ---- nodes ------------------------------------------------------------------------------------------------------

    def _evaluate(self, node: Expr) -> Value | None:
        value = number(node)
        if value is not None:
            return None if value.denominator % PRIME == 0 else Value((_residue(value),) * POINTS, (), frozenset())
        parts = parts_of(node)
        if parts is None or any(factor.numerator.bit_length() > MOST_BITS for _, factor in parts.parts):
            return self._atom(node)
        if not parts.is_sum and parts.parts[0][1] == 0:
            return Value(_ONES, (), frozenset())  # as everywhere in rssn, also where the base has no value
        inner = [(self._values[part], factor) for part, factor in parts.parts]
        known = [(each, factor) for each, factor in inner if each is not None]
        if len(known) < len(inner):
            return None
        if any(each == _NEVER for each, _ in known):
            return _NEVER
        if not parts.is_sum:
            roots = (part for part, exponent in parts.parts if exponent.denominator != 1)
            return _NEVER if any(self.facts.of(part).is_negative for part in roots) else self._product(node, known)
        if len(known) == 1:
            part, factor = known[0]
            return part._replace(coefficient=tuple(v * _residue(factor) % PRIME for v in part.coefficient))
        conditions = frozenset[Condition]().union(*(part.conditions for part, _ in known))
        if all(part.factors == known[0][0].factors for part, _ in known):
            # Like terms: 2/x is 0 nowhere, as 1/x is.
            sums = (sum(part.coefficient[i] * _residue(factor) for part, factor in known) for i in range(POINTS))
            return Value(tuple(each % PRIME for each in sums), known[0][0].factors, conditions)
        totals = [(self._total(part), _residue(factor)) for part, factor in known]
        total = tuple(sum(value[i] * factor for value, factor in totals) % PRIME for i in range(POINTS))
        return self._whole(total, node, conditions)

    def _atom(self, node: Expr) -> Value:
        if node.operator not in _LAZY and any(self._values[operand] == _NEVER for operand in node.operands):
            return _NEVER
        root = self._anything()
        point = tuple(pow(v, ROOT, PRIME) for v in root)
        self._roots[point] = root
        conditions: frozenset[Condition] = frozenset()
        if not self.facts.of(node).defined:
            conditions = frozenset([("has a value", point)])
        return self._whole(point, node, conditions)

    def _whole(self, point: Point, node: Expr, conditions: frozenset[Condition]) -> Value:
        """Return a value as one base."""
        if not any(point):
            return Value(point, (), conditions)
        self._bases.setdefault(point, node)
        return Value(_ONES, ((point, Fraction(1)),), conditions)

    def _product(self, node: Expr, parts: list[tuple[Value, Fraction]]) -> Value | None:
        coefficient: Point = _ONES
        factors, conditions = dict[Point, Fraction](), set[Condition]()
        for value, exponent in parts:
            conditions |= value.conditions
            if exponent < 0 and not all(value.coefficient):
                return _NEVER
            if exponent.denominator != 1 and any(value.coefficient) and not self._splits(value):
                # The root of a product is not the product of roots where both are negative.
                total = self._total(value)
                self._bases.setdefault(total, node.operands[0])
                value = Value(_ONES, ((total, Fraction(1)),), value.conditions)
            power = tuple(pow(v, exponent.numerator, PRIME) for v in value.coefficient)
            coefficient = tuple(a * b % PRIME for a, b in zip(coefficient, power, strict=True))
            for base, amount in value.factors:
                conditions |= self._needed(base, exponent)
                factors[base] = factors.get(base, Fraction(0)) + amount * exponent
        left = tuple(sorted((base, amount) for base, amount in factors.items() if amount))
        return Value(coefficient, left, frozenset(conditions))

    def _splits(self, value: Value) -> bool:
        """Whether a root of a value is the product of the roots of its factors."""
        if value.coefficient != _ONES:
            return False
        if len(value.factors) == 1 and value.factors[0][1] == 1:
            return True
        return all(
            ("is not negative", base) in value.conditions or self.facts.of(self._bases[base]).is_nonnegative
            for base, _ in value.factors
        )

    def _needed(self, base: Point, exponent: Fraction) -> set[Condition]:
        """Return what a power asks of its base, as far as that is not known."""
        known = self.facts.of(self._bases[base])
        found: set[Condition] = set()
        if exponent < 0 and not known.is_nonzero:
            # Of a multiple the same is asked: the ratio of the values is that of all multiples.
            for each in self._factors_of(base):
                found.add(("is not 0", tuple(v * pow(each[0], -1, PRIME) % PRIME for v in each)))
        if exponent.denominator != 1 and not known.is_nonnegative:
            found.add(("is not negative", base))
        return found

    def _factors_of(self, base: Point) -> tuple[Point, ...]:
        """Return what must not be 0 if a base must not: of a polynomial, its factors, those left out that never are."""
        if base not in self._factors:
            self._factors[base] = (base,)
            node = self._bases[base]
            if parts_of(node) is not None and count_nodes(node) <= MOST_FACTORED:
                with contextlib.suppress(RssnError):
                    split = self._split(factor(node))
                    if split is not None and self._total(split) == base:
                        self._factors[base] = tuple(each for each, _ in split.factors if not self._is_nonzero(each))
        return self._factors[base]

    def _split(self, product: Expr) -> Value | None:
        self.key(product)
        return self._values[product]

    def _is_nonzero(self, base: Point) -> bool:
        return self.facts.of(self._bases[base]).is_nonzero

    # ---- points -----------------------------------------------------------------------------------------------------

    def _total(self, value: Value) -> Point:
        total = value.coefficient
        for base, exponent in value.factors:
            total = tuple(a * b % PRIME for a, b in zip(total, self._power(base, exponent), strict=True))
        return total

    def _power(self, base: Point, exponent: Fraction) -> Point:
        if exponent.denominator == 1:
            return tuple(pow(v, exponent.numerator, PRIME) for v in base)
        if (exponent * ROOT).denominator == 1:
            root = self._roots.setdefault(base, self._anything())
            return tuple(pow(v, (exponent * ROOT).numerator, PRIME) for v in root)
        whole = exponent.numerator // exponent.denominator
        part = self._odd_roots.setdefault((base, exponent - whole), self._anything())
        return tuple(pow(v, whole, PRIME) * r % PRIME for v, r in zip(base, part, strict=True))

    def _anything(self) -> Point:
        return tuple(self._random.randrange(2, PRIME - 1) for _ in range(POINTS))


def _residue(value: Fraction) -> int:
    return value.numerator * pow(value.denominator, -1, PRIME) % PRIME
