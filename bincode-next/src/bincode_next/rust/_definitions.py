"""What of a schema gets a definition of its own in Rust: which, in which order, called how, with which traits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from ..errors import RustError
from ..schema import Enum, Float, Map, Node, Range, Ref, Schema, Seq, Set, Struct, Unit, children

KEYWORDS: Final = frozenset(
    [
        "abstract",
        "as",
        "async",
        "await",
        "become",
        "box",
        "break",
        "const",
        "continue",
        "do",
        "dyn",
        "else",
        "enum",
        "extern",
        "false",
        "final",
        "fn",
        "for",
        "gen",
        "if",
        "impl",
        "in",
        "let",
        "loop",
        "macro",
        "match",
        "mod",
        "move",
        "mut",
        "override",
        "priv",
        "pub",
        "ref",
        "return",
        "static",
        "struct",
        "trait",
        "true",
        "try",
        "type",
        "typeof",
        "unsafe",
        "unsized",
        "use",
        "virtual",
        "where",
        "while",
        "yield",
    ]
)
UNRAW: Final = frozenset(("self", "Self", "super", "crate", "_"))
_NOT_WORD = re.compile(r"\W+")


def rust_identifier(name: str, *, type: bool = False) -> str:
    """Return a name that Rust takes: keywords raw, what is no identifier made one."""
    found = _NOT_WORD.sub("_", name).strip("_") if _NOT_WORD.search(name) else name
    if type and found[:1].islower():
        found = "".join(part[:1].upper() + part[1:] for part in found.split("_"))
    if not found or found[0].isdecimal():
        found = ("V" if type else "n") + found
    if found in UNRAW:
        return f"{found}_"
    return f"r#{found}" if found in KEYWORDS else found


@dataclass(slots=True)
class Definitions:
    """The named nodes of some schemas, in the order in which they are met."""

    names: dict[Node, str] = field(default_factory=dict)
    by_ref: dict[str, Node] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    traits: dict[Node, set[str]] = field(default_factory=dict)
    heaps: set[Node] = field(default_factory=set)

    def add(self, schema: Schema) -> None:
        """Meet every node of a schema."""
        self.by_ref |= dict(schema.definitions)
        stack = [schema.root]
        while stack:
            node = stack.pop()
            if is_named(node):
                if node in self.names:
                    continue
                self.names[node] = self.free(getattr(node, "name", "") or "Type")
            stack += parts(node)[::-1]

    def free(self, name: str) -> str:
        """Return a name for a definition that none has yet."""
        wanted = rust_identifier(name, type=True)
        found, number = wanted, 1
        while found in self.taken:
            number += 1
            found = f"{wanted}{number}"
        self.taken.add(found)
        return found

    def name(self, node: Node) -> str:
        """Return the name of a struct, an enum, a unit struct or a reference to one."""
        return self.names[self.target(node)]

    def target(self, node: Node) -> Node:
        """Follow a reference."""
        return self.by_ref[node.key] if isinstance(node, Ref) else node

    def find_traits(self, roots: list[Node]) -> None:
        """Find what keys of maps, elements of sets and heaps demand of the types inside them."""
        seen: set[int] = set()
        stack = [*roots, *self.names]
        while stack:
            node = stack.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, Map):
                self._demand(node.key, node.rust == "BTreeMap", "the key of a map")
            elif isinstance(node, Set):
                self._demand(node.item, node.rust == "BTreeSet", "an element of a set")
            elif isinstance(node, Seq) and node.rust == "BinaryHeap":
                self._demand(node.item, True, "an element of a heap")
            stack += children(node)
        self._find_heaps()

    def _demand(self, node: Node, ordered: bool, what: str) -> None:
        wanted = {"Eq", "PartialOrd", "Ord"} if ordered else {"Eq", "Hash"}
        stack, seen = [node], set()
        while stack:
            here = self.target(stack.pop())
            if here in seen:
                continue
            seen.add(here)
            unfit = isinstance(here, Float) or (isinstance(here, Seq) and here.rust == "BinaryHeap")
            unfit = unfit or (isinstance(here, Map) and here.rust == "HashMap")
            unfit = unfit or (isinstance(here, Set) and here.rust == "HashSet") or (isinstance(here, Range) and ordered)
            if unfit:
                kind = type(here).__name__
                raise RustError(f"a {kind} can't be {what} in Rust; change the Python type, or use a list of tuples")
            if is_named(here):
                self.traits.setdefault(here, set()).update(wanted)
            stack += parts(here)

    def _find_heaps(self) -> None:
        """Find the definitions that hold a BinaryHeap, which has no equality."""
        holders: dict[Node, list[Node]] = {}
        todo: list[Node] = []
        for owner in self.names:
            stack = list(parts(owner))
            while stack:
                node = stack.pop()
                if isinstance(node, Seq) and node.rust == "BinaryHeap":
                    todo.append(owner)
                if isinstance(node, Ref) or is_named(node):
                    holders.setdefault(self.target(node), []).append(owner)
                else:
                    stack += parts(node)
        while todo:
            here = todo.pop()
            if here not in self.heaps:
                self.heaps.add(here)
                todo += holders.get(here, [])


def is_named(node: Node) -> bool:
    """Whether Rust defines it by name."""
    return isinstance(node, Struct | Enum) or (isinstance(node, Unit) and bool(node.name))


def parts(node: Node) -> tuple[Node, ...]:
    """Return the nodes inside, those of variants without the struct that holds a variant's fields."""
    if isinstance(node, Enum):
        payloads = [variant.payload for variant in node.variants if not isinstance(variant.payload, Unit)]
        return tuple(one for payload in payloads for one in (children(payload) if inline(payload) else (payload,)))
    return children(node)


def inline(payload: Node) -> bool:
    """Whether a payload's own parts are the fields of the variant."""
    return isinstance(payload, Struct) or type(payload).__name__ == "Tuple"
