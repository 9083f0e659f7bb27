"""expand: multiply everything out."""

from __future__ import annotations

from ..expr import Expr, apply, constant, substitute, walk
from ._arithmetic import DEFAULT_TERMS
from ._form import as_expression
from ._ratio import Runner
from ._read import read
from ._reading import Reading, in_order
from ._space import Space

# Products that are shared below the line need a second reading, rarely a third.
MOST_ROUNDS = 4
_ARITHMETIC = frozenset(("add", "sub", "neg", "mul", "div", "pow"))
# Fewer fractions within each other are read as they come.
FEW_NESTED = 16


def expand(expression: Expr, *, deep: bool = True, terms: int = DEFAULT_TERMS) -> Expr:
    """Return `expression` as a sum of terms, with equal terms taken together.

    Sub-terms that are not polynomial (`sin(x)`, `x^y`, `sqrt(x)`) are treated as
    variables; with `deep` their operands are expanded too. A product is
    expanded above the line and a divisor is kept: `(x + 1)^2/(x*y)` has three
    terms, and a factor is never cancelled against a divisor. Terms that cancel
    take their domain with them: `log(x) - log(x)` is 0.

    Arithmetic is exact. A float counts as the dyadic rational it stores, and a
    coefficient that is not whole is shown as a float where one has exactly its value.

    A power of a sum is multiplied out wherever it stands, or the whole is refused: one
    term left as a power would make the result no sum of terms, and like terms could not be
    taken together. What would pass the limit is told by an estimate before the work starts;
    `terms` raises the limit, and the error says to what. Powers from 2^31 on are variables, as x^y is.

    Raises TermLimitError where more than `terms` terms would arise,
    ZeroPolynomialError for a division by zero, PolynomialError for infinity or NaN.
    """
    expression = as_expression(expression)
    if expression.is_leaf:
        return expression
    done: dict[Expr, Expr] = {}
    readings = {expression: read([expression], inverses=True)} if expression.operator in _ARITHMETIC else {}
    nested = _sums_below(expression) if deep and any(any(reading.inner) for reading in readings.values()) else []
    rounds: dict[Expr, int] = {}
    looked: set[Expr] = set()  # whose inner parts stand on the stack, or are done
    stack = [(expression, expression)]  # a part, and what it has become so far
    # From the inside out: what is expanded already is not read again and again by all that stands around it.
    if len(nested) > FEW_NESTED:
        stack += [(part, part) for part in reversed(nested)]
        readings.clear()
    while stack:
        part, node = stack.pop()
        if part in done or node.is_leaf:
            done.setdefault(part, node)
            continue
        if node.operator not in _ARITHMETIC:
            waiting = [operand for operand in node.operands if deep and operand not in done]
            if waiting:
                stack += [(node, node), *((operand, operand) for operand in waiting)]
            else:
                done[part] = done[node] = _rebuilt(node, done) if deep else node
            continue
        if node not in readings:
            readings[node] = _read(node, done, len(nested) > FEW_NESTED)
        if node not in looked:
            looked.add(node)
            stack.append((part, node))
            stack += [(inner, inner) for inner in _inner(readings[node], deep) if inner not in done]
            continue
        reading = readings.pop(node)
        simpler = _simpler_divisors(reading, done)
        if simpler:
            stack.append((part, substitute(node, simpler)))
            continue
        result = _expanded(reading, done, deep, terms)
        rounds[part] = rounds.get(part, 0) + 1
        if result != node and _has_shared_products(reading) and rounds[part] < MOST_ROUNDS:
            stack.append((part, result))
        else:
            done[part] = result
    return done[expression]


def _sums_below(expression: Expr) -> list[Expr]:
    """Return the sums that something is divided by, inner ones first."""
    found: dict[Expr, None] = {}
    for node in walk(expression):
        if node.operator == "div" and node.operands[1].operator in ("add", "sub"):
            found[node.operands[1]] = None
    return list(found)


def _read(node: Expr, done: dict[Expr, Expr], stops: bool) -> Reading:
    """Read a part, but nothing below the divisors that are done, where they are only that."""
    reading = read([node], inverses=True, stops=done.keys()) if stops else None
    return reading or read([node], inverses=True)


def _inner(reading: Reading, deep: bool) -> list[Expr]:
    """Return the parts that are expanded first: divisors that are sums, and what functions are applied to."""
    parts: list[Expr] = []
    for base, is_divisor in zip(reading.bases, reading.inner, strict=True):
        if is_divisor:
            parts.append(base)
        elif deep:
            parts += base.operands
    return parts


def _simpler_divisors(reading: Reading, done: dict[Expr, Expr]) -> dict[Expr, Expr]:
    """Return the divisors that have become something else than a sum: read again, they fall apart into factors."""
    divisors = [base for base, is_divisor in zip(reading.bases, reading.inner, strict=True) if is_divisor]
    return {base: done[base] for base in divisors if done[base] != base and done[base].operator not in ("add", "sub")}


def _has_shared_products(reading: Reading) -> bool:
    """Return whether a divisor is a product that occurs elsewhere too: alone in the result, it falls apart."""
    divisors = (base for base, is_divisor in zip(reading.bases, reading.inner, strict=True) if is_divisor)
    return any(base.operator not in ("add", "sub") for base in divisors)


def _expanded(reading: Reading, done: dict[Expr, Expr], deep: bool, terms: int) -> Expr:
    if not any(reading.inverse) and all(base.is_leaf for base in reading.bases):
        columns = [(at, False) for at in range(len(reading.bases))]
        return _calculated(reading, columns, Space(reading.bases, reading.inverse, reading.floats, terms))
    pairs = []
    for base, inverse, is_divisor in zip(reading.bases, reading.inverse, reading.inner, strict=True):
        new = done[base] if is_divisor else _rebuilt(base, done) if deep else base
        pairs.append((new, inverse))
    imaginary = (constant("1j"), True)
    wanted = list(dict.fromkeys((base, inverse and (base, True) != imaginary) for base, inverse in pairs))
    if wanted != list(zip(reading.bases, reading.inverse, strict=True)):
        wanted = in_order(wanted)
    place = {column: at for at, column in enumerate(wanted)}
    columns = [(place[imaginary[0], False], True) if pair == imaginary else (place[pair], False) for pair in pairs]
    space = Space([base for base, _ in wanted], [inverse for _, inverse in wanted], reading.floats, terms)
    return _calculated(reading, columns, space)


def _calculated(reading: Reading, columns: list[tuple[int, bool]], space: Space) -> Expr:
    result = Runner(reading, columns, space.arithmetic).roots[0]
    return space.expression(result.above, result.divisor)


def _rebuilt(base: Expr, done: dict[Expr, Expr]) -> Expr:
    """Return a generator with its operands expanded."""
    if base.is_leaf:
        return base
    operands = base.operands
    expanded = [done[operand] for operand in operands]
    return base if all(a == b for a, b in zip(operands, expanded, strict=True)) else apply(base.operator, *expanded)
