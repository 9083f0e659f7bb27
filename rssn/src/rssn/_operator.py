"""`@operator`: a function of the user's becomes an operator of the system, in every room at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Literal, overload

from . import ops
from .calculus import Partials, diff
from .errors import DerivativeError, OperatorError
from .expr import Expr, apply, constant, declare_operator, walk
from .jit import CFunction, call_of
from .ops import definition_of, placeholders, record_of, written_out
from .rules import Facts, Interval, RewriteRule, between, combined

Function = Callable[..., Any]


@overload
def operator(function: Function, /) -> Function: ...
@overload
def operator(
    *,
    name: str | None = None,
    aliases: tuple[str, ...] = (),
    value: Function | None = None,
    elementwise: bool = False,
    derivative: Any = None,
    interval: Function | None = None,
    cost: float | None = None,
    rules: Any = (),
    lowering: Any = None,
    fold: Function | None = None,
    commutative: bool = False,
    result: Literal["real", "bool"] | None = None,
    domain: str = "",
    latex: str = "",
) -> Callable[[Function], Function]: ...


def operator(
    function: Function | None = None,
    /,
    *,
    name: str | None = None,
    aliases: tuple[str, ...] = (),
    value: Function | None = None,
    elementwise: bool = False,
    derivative: Any = None,
    interval: Function | None = None,
    cost: float | None = None,
    rules: Any = (),
    lowering: Any = None,
    fold: Function | None = None,
    commutative: bool = False,
    result: Literal["real", "bool"] | None = None,
    domain: str = "",
    latex: str = "",
) -> Any:
    """Make a function an operator that parses, prints, folds, differentiates, simplifies and compiles::

        @rssn.operator
        def relu(x):
            "The positive part."
            return rssn.max(x, 0)

    A function that computes with expressions is its own definition, and every slot follows from it. One that does not,
    such as a function of NumPy's, gives the `value` alone; the other slots are given here, or stay blank until
    somebody needs them, which is then a clear error.

    name, aliases  what text may call it; the function's name by default
    value          another function for arrays (f64 or f32 in, the same out)
    elementwise    whether the function takes one Python float at a time
    derivative     the partial derivatives: ``lambda x, y: (y, x)``, or a rule of `rssn.calculus`
    interval       its range over boxes: ``lambda a: (low, high)`` or an `Interval`, from operands' Intervals
    cost           rough cycles for one f64
    rules          rewrite rules, or a function that is given the new operator and returns them; in traces their
                   names come after the operator's, as in ``relu.twice``
    lowering       what kernels compute: an expression in other operators, as ``lambda x: ...``; a C function of
                   doubles (below); or a function of a builder and steps, with the attribute ``takes_builder = True``
    fold           exact numbers in, the exact result or None
    commutative, result, domain, latex  as in `rssn.ops.Operator`

    A C function is a function of a library loaded by ctypes (with `argtypes` and `restype` declared), a callback by
    ``ctypes.CFUNCTYPE``, Numba's ``@cfunc("float64(float64)")``, cffi's pointer or callback, or a capsule such as
    SciPy's `LowLevelCallable`. Kernels call it a row at a time, without the GIL and from several threads at once, so
    it must be thread-safe and give equal results for equal operands: rows may share one call. A callback that is
    written in Python takes the GIL by itself. It is also the operator's value, unless `value` is given::

        libm = ctypes.CDLL("libm.so.6")
        libm.j0.argtypes, libm.j0.restype = [ctypes.c_double], ctypes.c_double

        @rssn.operator(lowering=libm.j0, derivative=lambda x: -j1(x))
        def j0(x):
            "Bessel's function of order zero."

    Returns the operator's function, of expressions, numbers and arrays. Raises
    OperatorError for a name that is taken and for a slot that makes no sense; nothing is registered then.
    """
    if function is None:
        slots = {key: item for key, item in locals().items() if key != "function"}
        return lambda function: operator(function, **slots)
    arity = ops.arity_of(function)
    called = name or function.__name__
    if lowering is None and isinstance(getattr(function, "address", None), int):
        lowering = function  # Numba's callbacks are both
    lowered, spelled = _lowered(lowering, called, arity)
    definition = definition_of(function, arity)
    if definition is None:
        definition = spelled
    if value is None and isinstance(lowered, CFunction):
        value, elementwise = lowered.scalar, True
    record = record_of(
        function, name=called, aliases=aliases, definition=definition, value=value, elementwise=elementwise, fold=fold,
        cost=cost, commutative=commutative, result=result, domain=domain, latex=latex,
    )  # fmt: skip
    _refuse_taken((record.name, *record.aliases))
    count = arity[0] if arity[0] == arity[1] else None
    slots = {
        "derivative": _derivative(derivative, definition, count),
        "interval": _interval(interval, definition),
        "lowering": lowered or _lowering(definition if spelled is None else spelled),
        "rules": _rules(rules, record.name, commutative),
    }
    return ops.register(replace(record, **slots))


def _refuse_taken(names: Iterable[str]) -> None:
    holders = {name: record for record in ops.operators() for name in (record.name, *record.aliases)}
    for name in names:
        holder = holders.get(name)
        if holder is not None:
            called = holder.name if holder.name == name else f"{holder.name}, of which it is an alias"
            raise OperatorError(
                f"the name {name!r} is taken",
                wanted="a name that no operator has",
                found=f"the operator {called}: {holder.doc.splitlines()[0] if holder.doc else 'registered before'}",
                hint="operators are registered once; choose another name=",
            )


def _lowered(given: Any, name: str, arity: tuple[int, int | None]) -> tuple[Any, Expr | None]:
    """Return what a kernel is to call for the operator, or the expression that it is to compute."""
    if given is None or getattr(given, "takes_builder", False):
        return given, None
    pointer = CFunction.of(given, name, arity)
    if pointer is not None:
        return pointer, None
    spelled = definition_of(given, arity) if callable(given) else None
    if spelled is None:
        hint = "an address becomes one by ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(address)"
        wanted = "a function of expressions, or a C function of doubles"
        raise OperatorError("this is no lowering", found=repr(given)[:80], wanted=wanted, hint=hint)
    return None, spelled


def _derivative(given: Any, definition: Expr | None, count: int | None) -> Any:
    if given is None:
        if definition is None or count is None:
            return None
        try:
            return Partials.of(*[diff(definition, each) for each in placeholders(count)])
        except (DerivativeError, OperatorError):
            return None  # a part of the definition has none: the slot stays blank
    if not callable(given):
        return given
    if count is None:
        raise OperatorError("partial derivatives need a fixed number of operands", hint="give a rule of rssn.calculus")
    found = given(*placeholders(count))
    partials = found if isinstance(found, tuple | list) else (found,)
    if len(partials) != count:
        raise OperatorError("not one derivative for each operand", wanted=str(count), found=str(len(partials)))
    return Partials.of(*[each if isinstance(each, Expr | None) else constant(each) for each in partials])


def _interval(given: Function | None, definition: Expr | None) -> Function | None:
    if given is not None:
        return lambda *operands: _as_interval(given(*operands), operands)
    if definition is None:
        return None
    nodes, leaves = walk(definition), Facts()

    def over_boxes(*operands: Interval) -> Interval:
        known: dict[Expr, Interval] = {}
        for node in nodes:
            if node.operator == "symbol":
                known[node] = operands[int(node.name[1:])]
            elif node.is_leaf:
                known[node] = leaves.of(node)
            else:
                known[node] = combined(node.operator, [known[part] for part in node.operands], node.operands)
        return known[definition]

    return over_boxes


def _as_interval(found: Any, operands: tuple[Interval, ...]) -> Interval:
    if isinstance(found, Interval):
        return found
    low, high = found
    return between(low, high)._replace(defined=all(operand.defined for operand in operands))


def _rules(given: Any, name: str, commutative: bool) -> tuple[RewriteRule, ...]:
    if callable(given):
        declare_operator(name, commutative=commutative)
        given = given(lambda *operands: apply(name, *operands))
    rules = tuple(given)
    for rule in rules:
        if not isinstance(rule, RewriteRule):
            raise OperatorError("this is no rule", where=name, wanted="a RewriteRule", found=repr(rule)[:80])
    twice = [each for each, count in Counter(rule.name for rule in rules).items() if count > 1]
    if twice:
        raise OperatorError("two rules have one name", where=name, found=repr(twice[0]))
    return tuple(_named_after(name, rule) for rule in rules)


def _named_after(name: str, rule: RewriteRule) -> RewriteRule:
    """Return a rule under a name that the rules of no other operator have."""
    slots = {"label": rule.label, "guard": rule.guard, "why": rule.why, "bound": rule.bound}
    return RewriteRule(f"{name}.{rule.name}", rule.lhs, rule.rhs, **slots)  # type: ignore[arg-type]


def _lowering(definition: Expr | None) -> Function | None:
    if definition is None:
        return None
    plain = written_out(definition)
    nodes = walk(plain)

    def lower(builder: Any, *operands: int) -> int:
        steps: dict[Expr, int] = {}
        for node in nodes:
            if node.operator == "symbol":
                steps[node] = operands[int(node.name[1:])]
            elif node.is_leaf:
                steps[node] = _leaf_step(builder, node)
            else:
                parts = [steps[part] for part in node.operands]
                rule = ops.lookup(node.operator).lowering
                steps[node] = call_of(builder, node.operator, *parts) if rule is None else rule(builder, *parts)
        return steps[plain]

    return lower


def _leaf_step(builder: Any, leaf: Expr) -> int:
    value = leaf.value
    if isinstance(value, bool):
        step = builder.truth(value)
    elif value is None:
        step = builder.constant(math.pi)
    else:
        try:
            step = builder.constant(float(value))
        except OverflowError:
            step = builder.constant(math.copysign(math.inf, value))
    return int(step)
