"""Formulas over complex numbers as primitive steps: every value is its two parts, and steps stay real.

What a value is follows from the formula: arguments are complex, constants, |z| and truth values are real, 1j and its
real multiples are imaginary. A part that is zero by its form is not computed with, as in C's Annex G: a real times a
complex number are two products, and adding a real one leaves the imaginary part as it is, its sign included. Real parts
of a formula are lowered as in any kernel. Functions of complex numbers are steps of their own, one for each part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, MutableMapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple, NoReturn

from ..errors import DerivativeError, DtypeError, Span, caret
from ..expr import Expr, apply, constant, symbol
from ._builder import Builder
from ._graph import Graph
from ._lower import FUSING, Lowering, tape_of
from ._steps import IMAGINARY_PART, REAL_PART, part_step
from ._tape import Tape


class Parts(NamedTuple):
    """A complex value: steps of its parts; the real one is None where it is zero by the value's form."""

    real: int | None
    imaginary: int


_BY_FUNCTION: Final = (
    *("sqrt", "exp", "expm1", "log", "sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
)
_LEAVES_THE_REALS: Final = frozenset({"sqrt", "log", "log2", "log10", "asin", "acos", "acosh", "atanh", "pow"})
"""Functions whose value at a real number may be complex."""
_LOGARITHMS: Final = {"log2": math.log(2), "log10": math.log(10)}
_POWERS: Final = {"exp2": 2.0, "exp10": 10.0}
HOLOMORPHIC: Final = frozenset(
    {*_BY_FUNCTION, *_LOGARITHMS, *_POWERS, "add", "sub", "mul", "div", "neg", "pow", "fma", "where", "piecewise"}
)
"""Operators that have a complex derivative where they are smooth."""


class ComplexLowering(Lowering):
    """One walk over the nodes. A handle is the step of a real value, or a negative number: of an entry of `parts`."""

    def __init__(self, graph: Graph, arguments: Sequence[str], real_type: str, contract: bool) -> None:
        super().__init__(graph, arguments, real_type, contract)
        self.parts: list[Parts] = []
        self.handles: dict[Parts, int] = {}

    def outputs(self) -> list[int]:
        """Lower everything; return a step per root, complex numbers as one value."""
        return [self._output(root) for root in self.roots()]

    def _output(self, root: int) -> int:
        """Return the step of a result: a complex number, for a constant too, unless its form makes it real."""
        b = self.builder
        is_constant = root >= 0 and b.steps[root].operator == "constant"
        return b.step("complex", *self.both(root)) if root < 0 or is_constant else root

    # Values

    def handle(self, real: int | None, imaginary: int) -> int:
        """Return the handle of a complex value."""
        parts = Parts(real, imaginary)
        if parts not in self.handles:
            self.parts.append(parts)
            self.handles[parts] = -len(self.parts)
        return self.handles[parts]

    def split(self, handle: int) -> tuple[int | None, int | None]:
        """Return the parts of a value, None for one that is zero by its form."""
        return self.parts[-1 - handle] if handle < 0 else (self.builder.real(handle), None)

    def both(self, handle: int) -> tuple[int, int]:
        """Return the parts of a value as steps."""
        real, imaginary = self.split(handle)
        zero = self.builder.constant(0.0)
        return zero if real is None else real, zero if imaginary is None else imaginary

    def joined(self, real: int | None, imaginary: int | None) -> int:
        """Return the handle of a value of these parts."""
        if imaginary is None:
            return self.builder.constant(0.0) if real is None else real
        return self.handle(real, imaginary)

    def call(self, function: str, *operands: int) -> int:
        """Return a function of complex numbers."""
        steps = [step for operand in operands for step in self.both(operand)]
        real, imaginary = (self.builder.step(part_step(function, p), *steps) for p in (REAL_PART, IMAGINARY_PART))
        return self.handle(real, imaginary)

    # Nodes

    def _leaf(self, node: int) -> int:
        kind, leaf = self.graph.operators[node], self.graph.leaves[node]
        if kind == "constant" and leaf == "1j":
            return self.handle(None, self.builder.constant(1.0))
        found = super()._leaf(node)
        if kind != "symbol":
            return found
        return self.handle(found, self.builder.load_imaginary(self.argument_of[leaf]))

    def _node(
        self,
        node: int,
        values: MutableMapping[int, int],
        factors: MutableMapping[int, tuple[int, int]],
        uses: Sequence[int] | dict[int, int],
    ) -> int:
        operator, nodes = self.graph.operators[node], self.graph.operands[node]
        if not nodes:
            return self._leaf(node)
        exponent = self._literal_exponent(node) if operator == "pow" else None
        operands = [values[each] for each in nodes]
        leaves_reals = operator in _LEAVES_THE_REALS and not isinstance(exponent, int)
        if all(operand >= 0 for operand in operands) and not leaves_reals:
            return super()._node(node, values, factors, uses)
        if operator == "pow":
            return self._complex_power(operands, exponent)
        if operator in FUSING and self.contract:
            fused = self._fused_product(operator, nodes, operands, values, uses)
            if fused is not None:
                return fused
        rule = _RULES.get(operator)
        if rule is None:
            self._refuse(node)
        return rule(self, *operands)

    def _refuse(self, node: int) -> NoReturn:
        operator = self.graph.operators[node]
        error = DtypeError(
            "no meaning for complex numbers", where=f"operator {operator!r}", wanted="an operator with a complex value",
            found="a complex operand", hint=_ORDER_HINT if operator in _ORDERS else _REAL_HINT,
        )  # fmt: skip
        error.excerpt = _excerpt(self.graph, node)
        raise error

    def _complex_power(self, operands: Sequence[int], exponent: int | Fraction | float | None) -> int:
        base, power = operands
        if exponent == 0.5:
            return self.call("sqrt", base)
        if not isinstance(exponent, int):
            return self.call("pow", base, power)
        if exponent in (0, 1):
            return base if exponent else self.builder.constant(1.0)
        if exponent == 2:
            return multiply(self, base, base)
        if exponent == -1:
            return divide(self, self.builder.constant(1.0), base)
        return self.call(f"power^{exponent}", base)

    def _fused_product(
        self,
        operator: str,
        nodes: Sequence[int],
        operands: Sequence[int],
        values: MutableMapping[int, int],
        uses: Sequence[int] | dict[int, int],
    ) -> int | None:
        """Return a sum with a product in it that is used here alone and not rounded; None if there is none."""
        for place in (1, 0):
            product = nodes[place]
            if self.graph.operators[product] != "mul" or not self._used_once(product, uses):
                continue
            left, right = (values[factor] for factor in self.graph.operands[product])
            other = operands[1 - place]
            if operator == "sub":
                left = negate(self, left) if place else left
                other = other if place else negate(self, other)
            if left < 0 and right < 0 and None not in (self.split(left)[0], self.split(right)[0]):
                return self.call("muladd", left, right, other)
            scale, value = (left, right) if left >= 0 else (right, left)
            if scale >= 0:
                return self._scaled_sum(scale, value, other)
        return None

    def _scaled_sum(self, scale: int, value: int, other: int) -> int:
        """Return a real number times a value plus another, the products not rounded where something is added."""
        b, factor = self.builder, self.builder.real(scale)
        found: list[int | None] = []
        for part, added in zip(self.split(value), self.split(other), strict=True):
            if part is None or added is None:
                found.append(added if part is None else b.step("mul", factor, part))
            else:
                found.append(b.step("fma", factor, part, added))
        return self.joined(found[0], found[1])


def part_tape(step: str, names: Sequence[str], real_type: str) -> Tape:
    """Return the tape of one step of a complex function, its operands the arguments."""
    builder = Builder(real_type)
    output = builder.step(step, *[builder.load(n) for n in range(len(names))])
    return tape_of(builder, names, [output], "strict")


def require_holomorphic(roots: Sequence[Expr]) -> None:
    """Raise DerivativeError for a formula with an operator that has no complex derivative; conditions may have any."""
    seen: set[Expr] = set()
    waiting = list(roots)
    while waiting:
        expr = waiting.pop()
        if expr in seen or not expr.operands:
            continue
        seen.add(expr)
        if expr.operator not in HOLOMORPHIC:
            raise DerivativeError(
                "no complex derivative", where=f"operator {expr.operator!r}", wanted="a holomorphic formula",
                found=str(expr)[:60], hint="differentiate real and imaginary parts as functions of two real numbers",
            )  # fmt: skip
        waiting += _values_in(expr)


def _values_in(expr: Expr) -> Sequence[Expr]:
    """Return the operands that a value depends on smoothly: not conditions."""
    if expr.operator == "where":
        return expr.operands[1:]
    return [*expr.operands[1::2], expr.operands[-1]] if expr.operator == "piecewise" else expr.operands


def _excerpt(graph: Graph, node: int) -> str:
    """Return the formula with carets under the part that a node is; the part alone where that is long."""
    written: list[Expr] = []
    for kind, operands, leaf in zip(graph.operators, graph.operands, graph.leaves, strict=True):
        if kind == "symbol":
            written.append(symbol(leaf))
        else:
            written.append(apply(kind, *[written[n] for n in operands]) if operands else constant(leaf))
    part = str(written[node])
    for text in (str(written[root]) for root in graph.roots):
        start = text.find(part)
        if start >= 0 and len(text) < _LONGEST_EXCERPT:
            return caret(text, Span(start, start + len(part), 1, start + 1))
    return caret(part, Span(0, len(part), 1, 1))


_LONGEST_EXCERPT: Final = 2_000
_ORDER_HINT: Final = "complex numbers have no order: compare abs(z)"
_REAL_HINT: Final = "take abs(z) first, or a real dtype"
_ORDERS: Final = frozenset({"lt", "le", "gt", "ge", "min", "max", "clamp"})

# Rules: of the lowering and handles, a handle back

_Rule = Callable[..., int]


def negate(low: ComplexLowering, value: int) -> int:
    """Return -value."""
    return low.joined(*(None if part is None else low.builder.step("neg", part) for part in low.split(value)))


def _part_by_part(operator: str) -> _Rule:
    def rule(low: ComplexLowering, left: int, right: int) -> int:
        b, found = low.builder, []
        for x, y in zip(low.split(left), low.split(right), strict=True):
            if y is None:
                found.append(x)
            elif x is None:
                found.append(b.step("neg", y) if operator == "sub" else y)
            else:
                found.append(b.step(operator, x, y))
        return low.joined(*found)

    return rule


def multiply(low: ComplexLowering, left: int, right: int) -> int:
    """Return left times right: two products where one of them is real or imaginary."""
    b = low.builder
    for scale, value in ((left, right), (right, left)):
        real, imaginary = low.split(scale)
        if imaginary is None and real is not None:
            return low.joined(*(None if part is None else b.step("mul", real, part) for part in low.split(value)))
        if real is None and imaginary is not None:
            x, y = low.split(value)
            turned = None if y is None else b.step("neg", b.step("mul", imaginary, y))
            return low.joined(turned, None if x is None else b.step("mul", imaginary, x))
    return low.call("mul", left, right)


def divide(low: ComplexLowering, left: int, right: int) -> int:
    """Return left over right: two quotients where the divisor is real or imaginary."""
    b = low.builder
    real, imaginary = low.split(right)
    x, y = low.split(left)
    if imaginary is None and real is not None:
        return low.joined(*(None if part is None else b.step("div", part, real) for part in (x, y)))
    if real is None and imaginary is not None:
        turned = None if x is None else b.step("neg", b.step("div", x, imaginary))
        return low.joined(None if y is None else b.step("div", y, imaginary), turned)
    return low.call("div", left, right)


def _length(low: ComplexLowering, value: int) -> int:
    real, imaginary = low.split(value)
    if real is None and imaginary is not None:
        return low.builder.step("abs", imaginary)
    return low.builder.step("hypot", *low.both(value))


def _sum_of_product(low: ComplexLowering, left: int, right: int, added: int) -> int:
    return low.call("muladd", left, right, added)


def _equal(low: ComplexLowering, left: int, right: int) -> int:
    (a, b), (c, d) = low.both(left), low.both(right)
    return low.builder.step("and", low.builder.step("eq", a, c), low.builder.step("eq", b, d))


def _different(low: ComplexLowering, left: int, right: int) -> int:
    return low.builder.step("not", _equal(low, left, right))


def truth(low: ComplexLowering, value: int) -> int:
    """Return where a value is not zero, as a mask."""
    if value >= 0:
        return low.builder.mask(value)
    real, imaginary = low.both(value)
    return low.builder.step("or", real, imaginary)


def _where(low: ComplexLowering, condition: int, yes: int, no: int) -> int:
    b, mask = low.builder, truth(low, condition)
    if yes >= 0 and no >= 0:
        return b.select(mask, yes, no)
    real, imaginary = (b.select(mask, x, y) for x, y in zip(low.both(yes), low.both(no), strict=True))
    return low.handle(real, imaginary)


def _piecewise(low: ComplexLowering, *operands: int) -> int:
    *pairs, result = operands
    for condition, value in zip(pairs[-2::-2], pairs[-1::-2], strict=True):
        result = _where(low, condition, value, result)
    return result


def _every(operator: str) -> _Rule:
    def rule(low: ComplexLowering, *values: int) -> int:
        first, *others = (truth(low, value) for value in values)
        for other in others:
            first = low.builder.step(operator, first, other)
        return first

    return rule


def _unless(low: ComplexLowering, value: int) -> int:
    return low.builder.step("not", truth(low, value))


def _each_part(test: Callable[[Builder, int], int], join: str) -> _Rule:
    def rule(low: ComplexLowering, value: int) -> int:
        b = low.builder
        real, imaginary = (test(b, part) for part in low.both(value))
        return b.step(join, real, imaginary)

    return rule


def _is_infinite(b: Builder, part: int) -> int:
    return b.step("eq", b.step("abs", part), b.constant(math.inf))


def _is_finite(b: Builder, part: int) -> int:
    return b.step("lt", b.step("abs", part), b.constant(math.inf))


def _function(name: str) -> _Rule:
    return lambda low, value: low.call(name, value)


def _logarithm(natural: float) -> _Rule:
    return lambda low, value: divide(low, low.call("log", value), low.builder.constant(natural))


def _power_of(base: float) -> _Rule:
    return lambda low, value: low.call("pow", low.builder.constant(base), value)


_RULES: Final[dict[str, _Rule]] = {
    **{name: _function(name) for name in _BY_FUNCTION},
    **{name: _logarithm(natural) for name, natural in _LOGARITHMS.items()},
    **{name: _power_of(base) for name, base in _POWERS.items()},
    "add": _part_by_part("add"),
    "sub": _part_by_part("sub"),
    "mul": multiply,
    "div": divide,
    "neg": negate,
    "fma": _sum_of_product,
    "abs": _length,
    "eq": _equal,
    "ne": _different,
    "where": _where,
    "piecewise": _piecewise,
    "and": _every("and"),
    "or": _every("or"),
    "not": _unless,
    "isnan": _each_part(lambda b, part: b.step("ne", part, part), "or"),
    "isfinite": _each_part(_is_finite, "and"),
    "isinf": _each_part(_is_infinite, "or"),
}
