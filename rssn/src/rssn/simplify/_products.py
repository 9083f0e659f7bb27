"""Products and quotients of any length: taken apart into powers, joined where no division by 0 gets lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from ..expr import Expr, apply, constant
from ._numbers import Number, number_of
from ._sums import in_order, product_of, scaled

MOST_POWER: Final = 1 << 20
#: base -> (sum of positive exponents, sum of the sizes of negative ones)
Factors: TypeAlias = dict[Expr, tuple[int, int]]


def literal_exponent(node: Expr) -> int | None:
    """Return the whole exponent of a power, if it is a literal of reasonable size other than 0."""
    exponent = node.operands[1].value
    return exponent if type(exponent) is int and 0 < abs(exponent) < MOST_POWER else None


def is_product(node: Expr) -> bool:
    """Whether a node is a product, a quotient, or a literal power."""
    return node.operator in ("mul", "div") or (node.operator == "pow" and literal_exponent(node) is not None)


def flatten_product(node: Expr, opens: Callable[[Expr], bool]) -> Iterator[tuple[Expr, int, bool]]:
    """Yield bases with exponents; the last says whether the base stood below a line on the way and may not be 0.

    In a/(b/c), c has exponent 1 and may not be 0.
    """
    stack = [(node, 1, False)]
    while stack:
        part, exponent, below = stack.pop()
        if part != node and not opens(part):
            yield part, exponent, below
        elif part.operator == "mul":
            stack += [(part.operands[1], exponent, below), (part.operands[0], exponent, below)]
        elif part.operator == "div":
            stack += [(part.operands[1], -exponent, True), (part.operands[0], exponent, below)]
        elif part.operator == "neg":
            yield constant(-1), exponent, False
            stack.append((part.operands[0], exponent, below))
        elif part.operator == "pow" and (power := literal_exponent(part)) is not None:
            if abs(power * exponent) < MOST_POWER:
                stack.append((part.operands[0], exponent * power, below or power < 0))
            else:
                yield part, exponent, below
        else:
            yield part, exponent, below


def gather(base: Expr, exponent: int, below: bool, factors: Factors) -> None:
    """Count a power. A base that may not be 0 though its exponent is positive counts as base^(n+1)/base."""
    above, under = factors.get(base, (0, 0))
    if exponent < 0:
        under -= exponent
    else:
        above += exponent + below
        under += below
    factors[base] = (above, under)


def joined(above: int, under: int, may_be_zero: bool) -> tuple[int, int]:
    """Return the exponents above and below the line that are left.

    Where the base may be 0, one of it stays below the line unless more are there than above.
    """
    if not under:
        return above, 0
    if not may_be_zero or under > above:
        return (above - under, 0) if above >= under else (0, under - above)
    return above - under + 1, 1


def build_product(factor: Number, exponents: dict[Expr, tuple[int, int]]) -> Expr:
    """Return factor times powers as one fraction, bases in order; a number stands first above the line."""
    bases = in_order(list(exponents))
    above = [power(base, exponents[base][0]) for base in bases if exponents[base][0]]
    below = [power(base, exponents[base][1]) for base in bases if exponents[base][1]]
    value, leaf = factor.value, factor.leaf()
    if not below:
        return scaled(product_of(above), factor) if above else leaf
    if leaf.operator == "rational":
        below.insert(0, constant(value.denominator))
        factor = Number(value.numerator)
    if value < 0 and abs(factor.value) == 1:
        return apply("neg", apply("div", product_of(above) if above else constant(1), product_of(below)))
    top = scaled(product_of(above), factor) if above else factor.leaf()
    return apply("div", top, product_of(below))


def power(base: Expr, exponent: int) -> Expr:
    """Return base^exponent for a positive exponent."""
    return base if exponent == 1 else apply("pow", base, constant(exponent))


def as_number(node: Expr) -> Number | None:
    """Return the number that a leaf is."""
    return number_of(node) if node.is_leaf else None
