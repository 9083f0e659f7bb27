"""Ast → Tape: operators to primitive steps, powers to products, and, under `contract`, products into additions.

The fusing rule: a product (a `mul` node, or the last multiplication of an
integer power) that is used once inside its root's own DAG fuses into the
addition or subtraction using it; where both operands are such products, the
second one does. Everything is decided on the nodes as written, so that a
formula's bits depend on the formula alone; steps that come out equal are then
shared by all roots.
"""

from __future__ import annotations

import math
from collections.abc import Callable, MutableMapping, Sequence
from difflib import get_close_matches
from fractions import Fraction
from importlib import import_module
from typing import Any, Final, TypeVar

from .. import ops
from ..errors import DtypeError, UnknownNameError
from ..expr import Ast
from ._builder import Builder, Step
from ._c_function import call_of
from ._graph import LEAF_KINDS, Graph, graph_of
from ._order import running_order
from ._steps import LEAVES
from ._tape import Tape
from ._uses import UseCounts

T = TypeVar("T")
FUSING: Final = frozenset({"add", "sub"})


def lower(
    ast: Ast,
    arguments: Sequence[str],
    real_type: str,
    math_mode: str,
    then: Callable[[Builder, list[int]], list[int]] | None = None,
    is_complex: bool = False,
) -> Tape:
    """Return the tape of an Ast, its outputs the roots or what `then` makes of them.

    Raises UnknownNameError for a symbol that is not an argument.
    """
    graph = graph_of(ast)
    kind = import_module("._complex", __package__).ComplexLowering if is_complex else Lowering
    lowering: Lowering = kind(graph, arguments, real_type, math_mode == "contract")
    outputs = lowering.outputs()
    if then is not None:
        outputs = then(lowering.builder, outputs)
    return tape_of(lowering.builder, arguments, outputs, math_mode, len(graph.operators), is_complex=is_complex)


def tape_of(
    builder: Builder,
    arguments: Sequence[str],
    outputs: Sequence[int],
    math_mode: str,
    node_count: int = 0,
    *,
    is_complex: bool = False,
) -> Tape:
    """Return the steps that some outputs need, in the order in which they run."""
    order = running_order(builder.steps, outputs)
    place = {step: n for n, step in enumerate(order)}
    steps = [_moved(builder.steps[n], place) for n in order]
    return Tape(
        steps=tuple(steps),
        kinds="".join([builder.kinds[n] for n in order]),
        constants=tuple(builder.constants),
        arguments=tuple(arguments),
        outputs=tuple(place[n] for n in outputs),
        real_type=builder.real_type,
        math=math_mode,
        is_complex=is_complex,
        node_count=node_count,
    )


def _moved(step: Step, place: dict[int, int]) -> Step:
    if step.operator in LEAVES:
        return step
    return Step(step.operator, tuple([place[n] for n in step.operands]))


class Lowering:
    """One walk over the nodes. `factors[n]` are the factors of a node that may fuse, as steps."""

    def __init__(self, graph: Graph, arguments: Sequence[str], real_type: str, contract: bool) -> None:
        self.graph, self.contract = graph, contract
        self.builder = Builder(real_type)
        self.argument_of = {name: number for number, name in enumerate(arguments)}
        self.rules = {name: ops.lookup(name).lowering for name in set(graph.operators).difference(LEAF_KINDS)}
        self.fusible = [self._is_product(node) for node in range(len(graph.operators))]
        fusing = [operator in FUSING for operator in graph.operators]
        self.uses = UseCounts(graph.operands, graph.roots, self.fusible, fusing)

    def outputs(self) -> list[int]:
        """Lower everything; return the steps whose values are the results."""
        return self.roots()

    def roots(self) -> list[int]:
        """Lower everything; return one step per root."""
        values: dict[int, int] = {}
        factors: dict[int, tuple[int, int]] = {}
        varying = self.uses.varying
        for node in range(len(self.graph.operators)):
            if not varying[node]:
                values[node] = self._node(node, values, factors, self.uses.total)
        if not any(varying):
            return [values[root] for root in self.graph.roots]
        return [self._root(root, values, factors) if varying[root] else values[root] for root in self.graph.roots]

    def _root(self, root: int, shared: dict[int, int], factors: dict[int, tuple[int, int]]) -> int:
        """Lower the part of one root in which fusing depends on the root."""
        order, uses = self.uses.within(root)
        values: _Layered[int] = _Layered(shared)
        own_factors: _Layered[tuple[int, int]] = _Layered(factors)
        for node in order:
            values[node] = self._node(node, values, own_factors, uses)
        return values[root]

    def _node(
        self,
        node: int,
        values: MutableMapping[int, int],
        factors: MutableMapping[int, tuple[int, int]],
        uses: Sequence[int] | dict[int, int],
    ) -> int:
        operator, operands = self.graph.operators[node], self.graph.operands[node]
        if not operands:
            return self._leaf(node)
        if operator == "pow":
            exponent = self._literal_exponent(node)
            if exponent is not None:
                return self._power(node, values[operands[0]], exponent, factors)
        steps = [values[operand] for operand in operands]
        if operator == "mul":
            factors[node] = (self.builder.real(steps[0]), self.builder.real(steps[1]))
        elif operator in FUSING and self.contract:
            fused = self._fused(operator, operands, steps, factors, uses)
            if fused is not None:
                return fused
        rule = self.rules[operator]
        if rule is None:
            # An operator of a user's without a lowering: its `value` answers, in the interpreter.
            return call_of(self.builder, operator, *steps)
        return int(rule(self.builder, *steps))

    def _fused(
        self,
        operator: str,
        operands: Sequence[int],
        steps: Sequence[int],
        factors: MutableMapping[int, tuple[int, int]],
        uses: Sequence[int] | dict[int, int],
    ) -> int | None:
        """Return the fused step of an addition, or None if neither operand may fuse. The second one comes first."""
        for place in (1, 0):
            node = operands[place]
            if self.fusible[node] and self._used_once(node, uses):
                fused = "fma" if operator == "add" else ("fms", "fnma")[place]
                return self.builder.step(fused, *factors[node], steps[1 - place])
        return None

    def _used_once(self, node: int, uses: Sequence[int] | dict[int, int]) -> bool:
        # A node that does not vary may lie outside this root's counts; its total then is its count everywhere.
        if isinstance(uses, dict):
            return uses.get(node, self.uses.total[node]) == 1
        return uses[node] == 1

    # Leaves

    def _leaf(self, node: int) -> int:
        kind, leaf, builder = self.graph.operators[node], self.graph.leaves[node], self.builder
        if kind == "symbol":
            if leaf not in self.argument_of:
                raise unknown_symbol(leaf, list(self.argument_of))
            return builder.load(self.argument_of[leaf])
        if kind != "constant":
            return builder.constant(nearest_float(leaf))
        if leaf in ("true", "false"):
            return builder.truth(leaf == "true")
        if leaf == "pi":
            return builder.constant(math.pi)
        hint = 'compile with dtype="complex128"' if leaf == "1j" else ""
        raise DtypeError("this kernel computes with real numbers", found=f"the constant {leaf}", hint=hint)

    # Powers

    def _literal_exponent(self, node: int) -> int | Fraction | float | None:
        """Return the exponent if it is a literal that means a chain of products or a root."""
        exponent = self.graph.operands[node][1]
        value = self.graph.leaves[exponent]
        kind = self.graph.operators[exponent]
        if kind == "integer" and abs(value) <= ops.LARGEST_CHAIN:
            return int(value)
        if kind in ("rational", "float") and value == 0.5:
            return 0.5
        return None

    def _is_product(self, node: int) -> bool:
        if self.graph.operators[node] == "pow":
            exponent = self._literal_exponent(node)
            return isinstance(exponent, int) and exponent > 1
        return self.graph.operators[node] == "mul"

    def _power(self, node: int, base: int, exponent: Any, factors: MutableMapping[int, tuple[int, int]]) -> int:
        b = self.builder
        base = b.real(base)
        if exponent == 0.5:
            root = b.step("add", b.step("sqrt", base), b.constant(0.0))
            return b.select(b.step("eq", base, b.constant(-math.inf)), b.constant(math.inf), root)
        if exponent > 1:
            factors[node] = chain_factors(b, base, exponent)
        result = chain(b, base, abs(exponent))
        return result if exponent >= 0 else b.step("div", b.constant(1.0), result)


class _Layered(dict[int, T]):
    """A dict of one root's own values over those that all roots share."""

    def __init__(self, below: dict[int, T]) -> None:
        super().__init__()
        self.below = below

    def __missing__(self, key: int) -> T:
        return self.below[key]


def chain(b: Builder, base: int, n: int) -> int:
    """Return base^n: for even n the square of base^(n/2), for odd n base^(n-1) times base."""
    if n < 2:
        return base if n else b.constant(1.0)
    return b.step("mul", *chain_factors(b, base, n))


def chain_factors(b: Builder, base: int, n: int) -> tuple[int, int]:
    """Return the factors of the last multiplication of base^n, n > 1."""
    if n % 2:
        return chain(b, base, n - 1), base
    half = chain(b, base, n // 2)
    return half, half


def nearest_float(value: int | Fraction | float) -> float:
    """Round a literal to the nearest f64, to an infinity beyond the range."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def unknown_symbol(name: str, known: Sequence[str]) -> UnknownNameError:
    """Return the error for a symbol that no argument gives a value, naming the nearest that has one."""
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "name every symbol in args"
    found = f"arguments {', '.join(known[:10])}" if known else "no arguments"
    return UnknownNameError("no argument gives this symbol a value", where=repr(name[:80]), found=found, hint=hint)
