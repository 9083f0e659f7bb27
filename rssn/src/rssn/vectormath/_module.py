"""A module of LLVM IR text in the making: functions, declarations, tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import count

from rssn.errors import OptionError

from ._features import Features, host_features

FUNCTION_ATTRIBUTES = 'nounwind "no-builtins" "frame-pointer"="none"'
COLD = "!prof !0"
"""Metadata of a branch whose first target is a slow path."""
NONTEMPORAL = "!nontemporal !1"
ACCURACIES = ("1ulp", "fast")
_PRIVATE = "internal "
_TABLE = re.compile(r"@table\.\d+")


class Function:
    """One function being written: its lines, its names, the block it stands in."""

    __slots__ = ("block", "head", "lines", "module", "names", "rooms", "tail", "values")

    def __init__(self, module: Module, head: str, tail: str) -> None:
        self.module, self.head, self.tail = module, head, tail
        self.lines: list[str] = []
        self.names = count(1)
        self.block = "entry"
        self.values: dict[str, object] = {}
        self.rooms: dict[int, tuple[str, ...]] = {}
        """places in its frame, by their number, for who hands vectors on in memory"""

    def __str__(self) -> str:
        body = "\n".join(self.lines)
        return f"define {self.head} {self.tail} {{\nentry:\n{body}\n}}\n"

    @property
    def declaration(self) -> str:
        """The line that makes it callable from another module, where it is not private."""
        return f"declare {self.head.removeprefix(_PRIVATE)} nounwind"


class Module:
    """Collects functions, external declarations and constant tables; `str(module)` is LLVM IR.

    The shared functions that code leans on (the slow paths) are written into
    this module, once each. With `external=True` they are only declared:
    `required` has their symbols, and `support(symbol)` the module that defines
    one, the same for every kernel of this width and instruction set, so that
    it need be compiled once a process only.
    """

    def __init__(self, features: Features | None = None, *, external: bool = False, accuracy: str = "1ulp") -> None:
        """`accuracy` is "1ulp", or "fast" for functions with up to 4 ULP where that takes less time."""
        if accuracy not in ACCURACIES:
            raise OptionError("no such accuracy", where="accuracy", wanted=", ".join(ACCURACIES), found=repr(accuracy))
        self.accuracy = accuracy
        self.features = features if features is not None else host_features()
        self.external = external
        self.required: dict[str, Callable[[Module, bool], None]] = {}
        self.shipped: dict[str, str] = {}
        """functions that are called, not written, and the symbols of their loops"""
        self._functions: list[Function] = []
        self._declarations: dict[str, str] = {}
        self._globals: dict[tuple[str, str], str] = {}

    def function(
        self,
        name: str,
        returns: str = "void",
        parameters: Sequence[tuple[str, str]] = (),
        *,
        private: bool = False,
        attributes: str = "",
    ) -> Function:
        """Open a function. `parameters` are (LLVM type with attributes, name without %)."""
        listed = ", ".join(f"{kind} %{label}" for kind, label in parameters)
        linkage = _PRIVATE if private else ""
        function = Function(self, f"{linkage}{returns} @{name}({listed})", f"{FUNCTION_ATTRIBUTES} {attributes}")
        self._functions.append(function)
        return function

    def declare(self, name: str, returns: str, parameters: Sequence[str], attributes: str = "nounwind") -> None:
        """Declare an external function. The same name twice is the same function."""
        self._declarations.setdefault(name, f"declare {returns} @{name}({', '.join(parameters)}) {attributes}")

    def require(
        self, symbol: str, returns: str, parameters: Sequence[str], write: Callable[[Module, bool], None]
    ) -> None:
        """Make a shared function callable: declared if `external`, else written by `write(module, private)`."""
        if symbol in self.required:
            return
        self.required[symbol] = write
        if self.external:
            self.declare(symbol, returns, parameters)
        else:
            write(self, True)

    def support(self, symbol: str) -> Module:
        """Return a module that defines the required `symbol` for others to link with."""
        module = Module(self.features)
        self.required[symbol](module, False)
        return module

    def table(self, element: str, items: Sequence[str]) -> str:
        """Return the name of a private constant array with these items, one for equal contents."""
        key = (element, ", ".join(f"{element} {item}" for item in items))
        name = self._globals.get(key)
        if name is None:
            name = self._globals[key] = f"@table.{len(self._globals)}"
        return name

    @property
    def line_count(self) -> int:
        """How many lines its functions have."""
        return sum(len(function.lines) for function in self._functions)

    def pieces(self, longest: int) -> list[str]:
        """Return LLVM IR of several modules that link to this one, of about `longest` lines each; functions stay whole.

        What is private is so no more: names are one space for all pieces.
        """
        groups: list[list[Function]] = []
        room = 0
        for function in self._functions:
            if room < len(function.lines):
                groups.append([])
                room = longest
            groups[-1].append(function)
            room -= len(function.lines)
        if len(groups) < 2:
            return [str(self)]
        return [self._piece(group) for group in groups]

    def _piece(self, group: list[Function]) -> str:
        inside = {id(function) for function in group}
        others = [function.declaration for function in self._functions if id(function) not in inside]
        defined = "\n".join(str(function).replace(f"define {_PRIVATE}", "define ", 1) for function in group)
        return self._text(set(_TABLE.findall(defined)), [*self._declarations.values(), *others], defined)

    def __str__(self) -> str:
        defined = "\n".join(map(str, self._functions))
        return self._text(set(self._globals.values()), list(self._declarations.values()), defined)

    def _text(self, wanted: set[str], declarations: list[str], defined: str) -> str:
        tables = "".join(
            f"{name} = private unnamed_addr constant [{body.count(',') + 1} x {element}] [{body}], align 64\n"
            for (element, body), name in self._globals.items()
            if name in wanted
        )
        declared = "".join(f"{line}\n" for line in declarations)
        notes = '!0 = !{!"branch_weights", i32 1, i32 100000}\n!1 = !{i32 1}\n'
        return f"{tables}{declared}{defined}\n{notes}"
