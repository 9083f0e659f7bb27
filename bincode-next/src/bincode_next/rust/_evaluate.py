"""The value of a constant expression: integers of at most 128 bits, without recursion."""

from __future__ import annotations

from dataclasses import dataclass, field

from ._model import Expr, Item, Name, Number, OpaqueExpr, Source
from ._scope import Scope, twice
from ._std import INTEGERS

_LIMIT = 1 << 128


@dataclass(slots=True)
class Evaluator:
    """Constants by item, each worked out once."""

    scope: Scope
    source: Source
    known: dict[Item, int | None] = field(default_factory=dict)

    def value(self, expr: Expr, module: tuple[str, ...]) -> int | None:
        """Return the value; None, with a problem recorded, where there is none."""
        stack: list[tuple[Expr | str | Item, tuple[str, ...]]] = [(expr, module)]
        values: list[int | None] = []
        busy: set[Item] = set()
        while stack:
            task, here = stack.pop()
            if isinstance(task, str):
                right, left = values.pop(), values.pop()
                values.append(None if left is None or right is None else _operate(task, left, right))
            elif isinstance(task, Item):
                self.known[task] = values[-1]
                busy.discard(task)
            elif isinstance(task, Number):
                values.append(task.value if task.value < _LIMIT else None)
            elif isinstance(task, OpaqueExpr):
                self.source.refuse(
                    task.place, f"`{task.text}` is no constant that can be worked out here; write a number"
                )
                values.append(None)
            elif isinstance(task, Name):
                self._name(task, here, stack, values, busy)
            else:
                stack += [(task.operator, here), (task.right, here), (task.left, here)]
        return values[-1]

    def _name(
        self,
        name: Name,
        module: tuple[str, ...],
        stack: list[tuple[Expr | str | Item, tuple[str, ...]]],
        values: list[int | None],
        busy: set[Item],
    ) -> None:
        text = "::".join(name.path)
        limit = _limit(name.path)
        item = self.scope.constant(name.path, module)
        if limit is not None:
            values.append(limit)
        elif item is None or item in busy or isinstance(item.value, str) or item.value is None:
            why = "contains itself" if item in busy else "is not among the files given, or no number"
            self.source.refuse(name.place, f"the constant `{text}` {why}; give its file, or write the number")
            values.append(None)
        elif len(same := [one for one in self.scope.by_path[item.path] if one.kind == "const"]) > 1:
            self.source.refuse(name.place, twice(same))
            values.append(None)
        elif item in self.known:
            values.append(self.known[item])
        else:
            busy.add(item)
            stack += [(item, module), (item.value, item.module)]


def _limit(path: tuple[str, ...]) -> int | None:
    """Return `u8::MAX` and the like."""
    if len(path) < 2 or path[-2] not in INTEGERS or path[-1] not in ("MAX", "MIN", "BITS"):
        return None
    bits = 64 if path[-2].endswith("size") else int(path[-2][1:])
    if path[-1] == "BITS":
        return bits
    signed = path[-2][0] == "i"
    if path[-1] == "MAX":
        return int(2 ** (bits - signed) - 1)
    return -(2 ** (bits - 1)) if signed else 0


def _operate(operator: str, left: int, right: int) -> int | None:
    if operator in ("<<", ">>") and not 0 <= right <= 127:
        return None
    if operator in ("/", "%"):
        if right == 0:
            return None
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return quotient if operator == "/" else left - quotient * right
    result = {
        "+": left.__add__, "-": left.__sub__, "*": left.__mul__, "<<": left.__lshift__, ">>": left.__rshift__,
        "&": left.__and__, "|": left.__or__, "^": left.__xor__,
    }[operator](right)  # fmt: skip
    return result if -_LIMIT < result < _LIMIT else None
