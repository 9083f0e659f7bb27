"""Which operators exist. Records are registered here, looked up here, and completed here by other rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, TypeAlias

from ..errors import ArityError, OperatorError, UnknownNameError
from ..expr import Expr, apply, declare_operator, printer_of, register_printer
from ._record import SLOTS_OF_OTHER_ROOMS, Operator

Function: TypeAlias = Callable[..., Any]

_records: dict[str, Operator] = {}
_names: dict[str, str] = {}  # every name and alias -> canonical name
_watchers: list[Callable[[Operator], None]] = []


def register(record: Operator) -> Function:
    """Make an operator known everywhere: it parses, prints, folds and evaluates from now on.

    Returns its Python function, which takes expressions, numbers and arrays.
    Raises OperatorError if a name is taken or can't be written in text.
    """
    for name in (record.name, *record.aliases):
        if not name.isidentifier():
            raise OperatorError(f"{name!r} can't name an operator", hint="use letters, digits and underscores")
        if name in _names:
            raise OperatorError(f"the name {name!r} is taken", found=f"operator {_names[name]!r}")
    if record.arity[0] < 1:
        raise OperatorError(f"{record.name!r} needs an operand", hint="a constant is rssn.constant(...)")
    if record.commutative and record.arity[0] != 2:
        raise OperatorError(f"{record.name!r} can't be commutative", wanted="an operator of at least two operands")
    declare_operator(record.name, commutative=record.commutative)
    if record.printer is None:
        record = replace(record, printer=printer_of(record.name))
    else:
        register_printer(record.name, record.printer)
    _records[record.name] = record
    _names.update(dict.fromkeys((record.name, *record.aliases), record.name))
    for watcher in _watchers:
        watcher(record)
    return _function(record)


def watch(watcher: Callable[[Operator], None]) -> None:
    """Call `watcher` with every record registered so far and, from now on, with each new one."""
    _watchers.append(watcher)
    for record in _records.values():
        watcher(record)


def lookup(name: str) -> Operator:
    """Return the record of a name or alias; UnknownNameError names the nearest known one."""
    try:
        return _records[_names[name]]
    except KeyError:
        raise unknown(name) from None


def unknown(name: str, where: str = "") -> UnknownNameError:
    """Make the error for a function that nobody defined."""
    near = nearest(name)
    hint = f"did you mean {near}?" if near else "functions() of rssn.ops lists the known ones"
    return UnknownNameError(f"unknown function {name[:80]!r}", where=where, hint=hint)


def nearest(name: str) -> str | None:
    """Return the known name that looks most like this one, if any does."""
    if name.lower() in _names:
        return name.lower()
    return next(iter(get_close_matches(name[:80], _names, 1)), None)


def operators() -> tuple[Operator, ...]:
    """Return all records in order of registration."""
    return tuple(_records.values())


def fill(name: str, slot: str, value: object) -> None:
    """Complete a slot that belongs to another room; OperatorError if it is filled, or not such a slot."""
    record = lookup(name)
    if slot not in SLOTS_OF_OTHER_ROOMS:
        raise OperatorError(f"{slot!r} is not a slot to fill", wanted=", ".join(SLOTS_OF_OTHER_ROOMS))
    if getattr(record, slot) is not None:
        raise OperatorError(f"slot {slot!r} of {record.name!r} is filled already")
    _records[record.name] = replace(record, **{slot: value})  # type: ignore[arg-type]


def blank_slots() -> dict[str, tuple[str, ...]]:
    """Return the slots that no room has filled yet, by operator; complete operators are left out."""
    blanks = {
        record.name: tuple(slot for slot in SLOTS_OF_OTHER_ROOMS if getattr(record, slot) is None)
        for record in operators()
    }
    return {name: slots for name, slots in blanks.items() if slots}


def complete(record: Operator, operands: tuple[Any, ...], where: str = "") -> tuple[Any, ...]:
    """Check the number of operands and append the record's default where one is missing; ArityError."""
    if not record.accepts(len(operands)):
        raise ArityError(
            f"{record.name} got {len(operands)} operand{'' if len(operands) == 1 else 's'}",
            where=where,
            wanted=record.wanted(),
        )
    if record.default is not None and len(operands) % 2 == 0:
        return (*operands, record.default)
    return operands


def _function(record: Operator) -> Function:
    name, value = record.name, record.value

    def function(*operands: Any) -> Any:
        operands = complete(record, operands)
        if any(isinstance(operand, Expr) for operand in operands):
            return apply(name, *operands)
        return value(*operands)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = record.doc
    return function
