"""One division for several: 1/(a*b) gives 1/a and 1/b back by products.

Only divisions whose infinity reaches the result anyway are joined: where one
divisor is 0 the formula has no finite value, so that the others may go with it.
"""

from __future__ import annotations

from typing import Final

from ..expr import Expr, apply, constant, walk

_MOST: Final = 4
# Operators that give no finite number where an operand is infinite or NaN, in any of the places named.
_PASSING: Final = {
    **dict.fromkeys(("add", "sub", "mul"), (0, 1)),
    **dict.fromkeys(("neg", "abs", "sqrt", "cbrt", "sin", "cos", "tan", "log", "log2", "log10", "log1p"), (0,)),
    **dict.fromkeys(("sinh", "cosh", "asinh", "acosh", "asin", "acos", "atanh"), (0,)),
    "div": (0,),
    "hypot": (0, 1),
    "fma": (0, 1, 2),
}


def joined(root: Expr) -> Expr | None:
    """Return the expression with its divisions made one as far as that is safe, or None where there are not two."""
    order = list(walk(root))
    passing = _reaching(root, order)
    divisors: dict[Expr, None] = {}
    for node in order:
        if node in passing and node.operator == "div" and node.operands[1].free_symbols:
            divisors[node.operands[1]] = None
    independent = _independent(list(divisors))
    if len(independent) < 2:
        return None
    return _rebuilt(root, order, independent)


def _reaching(root: Expr, order: list[Expr]) -> set[Expr]:
    """Return the nodes whose infinity makes the root infinite or NaN."""
    found = {root}
    for node in reversed(order):
        if node in found:
            places = _PASSING.get(node.operator, ())
            if node.operator == "pow" and type(node.operands[1].value) is int and node.operands[1].value > 0:
                places = (0,)
            found.update(node.operands[place] for place in places)
    return found


def _independent(divisors: list[Expr]) -> list[Expr]:
    """Return divisors of which none is computed from another's quotient."""
    chosen: list[Expr] = []
    for divisor in divisors:
        inside = {node.operands[1] for node in walk(divisor) if node.operator == "div"}
        if not inside.intersection(divisors):
            chosen.append(divisor)
    return chosen[:_MOST]


def _rebuilt(root: Expr, order: list[Expr], divisors: list[Expr]) -> Expr:
    made: dict[Expr, Expr] = {}
    inverses: dict[Expr, Expr] = {}
    for node in order:
        operands = [made[operand] for operand in node.operands]
        if node.operator == "div" and node.operands[1] in divisors:
            if not inverses:
                inverses = _inverses(divisors)
            inverse = inverses[node.operands[1]]
            made[node] = inverse if operands[0].value == 1 else operands[0] * inverse
        else:
            made[node] = apply(node.operator, *operands) if operands else node
    return made[root]


def _inverses(divisors: list[Expr]) -> dict[Expr, Expr]:
    """Return 1/d for each divisor by one division: products of those before and of those after it."""
    before: list[Expr | None] = [None]
    for divisor in divisors:
        last = before[-1]
        before.append(divisor if last is None else last * divisor)
    inverse = apply("div", constant(1), before[-1])
    found: dict[Expr, Expr] = {}
    for at in range(len(divisors) - 1, -1, -1):
        earlier = before[at]
        found[divisors[at]] = inverse if earlier is None else inverse * earlier
        inverse = inverse * divisors[at]
    return found
