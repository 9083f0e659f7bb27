"""Generators that would yield while a scope or group of theirs is open (PEP 789).

What runs after such a yield is whoever iterates, in the scope of somebody else: a cancellation would hit it, and the
scope would be left in another order or task. The bytecode tells before it happens: the `with` block that is being
entered is a range of instructions, and a yield in that range is refused. Functions under `contextlib.contextmanager`
and `asynccontextmanager` yield to the body of a `with` statement, which is what a scope is for: they may.
"""

from __future__ import annotations

import dis
import sys
from functools import lru_cache
from itertools import pairwise
from types import CodeType, FrameType
from typing import Any

from dtact.errors import ScopeError

ASYNC_GENERATOR = 0x200
GENERATORS = 0x20 | ASYNC_GENERATOR
"""Flags of code that yields."""
ENTERING = ("BEFORE_WITH", "BEFORE_ASYNC_WITH", "LOAD_SPECIAL")


def check_frame() -> None:
    """Raise ScopeError if the calling generator would yield inside the block that it enters."""
    refuse(sys._getframe(1))


def refuse(frame: FrameType) -> None:
    """Raise ScopeError if a generator's frame would yield inside the `with` block that it enters now."""
    caller = frame.f_back
    if caller is not None and caller.f_globals.get("__name__") == "contextlib":
        return
    line = yield_inside(frame.f_code, frame.f_lasti)
    if line is not None:
        raise ScopeError(
            f"generator {frame.f_code.co_qualname} yields at line {line} inside a cancel scope or group that it enters "
            f"at line {frame.f_lineno}: a cancellation would hit whoever iterates",
            hint="yield after the block, send results through a channel, or make it an @asynccontextmanager",
        )


@lru_cache(maxsize=512)
def yield_inside(code: CodeType, offset: int) -> int | None:
    """The line of the first yield in the `with` block that the instruction at `offset` enters; None if it has none."""
    instructions = list(dis.get_instructions(code))
    if not enters(instructions, offset):
        return None
    entries: list[Any] = getattr(dis.Bytecode(code), "exception_entries", [])
    handler = handler_after(instructions, entries, offset)
    if handler is None:
        return None
    lines = {start: line for start, _, line in code.co_lines()}
    line, previous = code.co_firstlineno, ""
    for instruction in instructions:
        line = lines.get(instruction.offset) or line
        yields = instruction.opname == "YIELD_VALUE" and is_yield(code, previous)
        if yields and is_inside(entries, instruction.offset, handler):
            return line
        previous = f"{instruction.opname} {instruction.argrepr}"
    return None


def enters(instructions: list[dis.Instruction], offset: int) -> bool:
    """Whether a `with` statement calls there, not the program itself."""
    before = [instruction.opname for instruction in instructions if instruction.offset <= offset]
    return any(name in ENTERING for name in before[-8:])


def handler_after(instructions: list[dis.Instruction], entries: list[Any], offset: int) -> int | None:
    """Where the block that starts next keeps its `__exit__` for exceptions."""
    handlers = {first.offset for first, second in pairwise(instructions) if second.opname == "WITH_EXCEPT_START"}
    found = [entry for entry in entries if entry.start > offset and entry.target in handlers]
    return min(found, key=lambda entry: entry.start).target if found else None


def is_inside(entries: list[Any], offset: int, handler: int) -> bool:
    """Whether an exception at `offset` would come to that handler, perhaps by way of others."""
    seen = set()
    while offset not in seen:
        seen.add(offset)
        targets = [entry.target for entry in entries if entry.start <= offset < entry.end]
        if not targets:
            return False
        offset = targets[0]
        if offset == handler:
            return True
    return False


def is_yield(code: CodeType, previous: str) -> bool:
    """Whether a YIELD_VALUE after that instruction is a `yield` of the source, not of `await` or `yield from`."""
    if code.co_flags & ASYNC_GENERATOR:
        return "ASYNC_GEN_WRAP" in previous
    return not previous.startswith("SEND")
