"""Which items must be hashable in Python: those inside keys of maps and elements of sets, and what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ._model import Argument, ArrayType, Item, PathType, RefType, SliceType, TupleType
from ._scope import Scope

Param = tuple[Item, int]
_KEYED = {
    "collections::HashMap", "collections::BTreeMap", "collections::HashSet", "collections::BTreeSet",
    "hashbrown::HashMap", "indexmap::IndexMap", "rustc_hash::FxHashMap", "ahash::AHashMap", "hashbrown::HashSet",
    "indexmap::IndexSet", "rustc_hash::FxHashSet", "ahash::AHashSet",
}  # fmt: skip


@dataclass(slots=True)
class Keys:
    """The answer: items that are frozen, and generic parameters that stand in keys."""

    scope: Scope
    frozen: set[Item] = field(default_factory=set)
    params: set[Param] = field(default_factory=set)
    follows: dict[Item | Param, list[Item | Param]] = field(default_factory=dict)

    def find(self, items: list[Item]) -> None:
        """Look at every type once, then follow what holds what."""
        roots: list[Item | Param] = []
        for item in items:
            for found, keyed, givers in self._mentions(item):
                if keyed:
                    roots.append(found)
                self.follows.setdefault(item, []).append(found)
                for giver in givers:
                    self.follows.setdefault(giver, []).append(found)
        while roots:
            here = roots.pop()
            if here in self.frozen or here in self.params:
                continue
            if isinstance(here, Item):
                self.frozen.add(here)
            else:
                self.params.add(here)
            roots += self.follows.get(here, [])

    def reached(self, items: Iterable[Item]) -> list[Item]:
        """Return items with everything they hold."""
        found: dict[Item | Param, None] = dict.fromkeys(items)
        todo = list(found)
        while todo:
            new = [one for one in self.follows.get(todo.pop(), []) if one not in found]
            found.update(dict.fromkeys(new))
            todo += new
        return [one for one in found if isinstance(one, Item)]

    def _mentions(self, item: Item) -> Iterator[tuple[Item | Param, bool, tuple[Param, ...]]]:
        """Yield each item and parameter mentioned: whether in a key, and as arguments of which parameters."""
        order = {generic.name: index for index, generic in enumerate(item.generics)}
        fields = [*item.fields, *(field for variant in item.variants for field in variant.fields)]
        stack: list[tuple[Argument, bool, tuple[Param, ...]]] = [(one.type, False, ()) for one in fields]
        stack += [(item.target, False, ())] if item.target is not None and item.kind == "alias" else []
        while stack:
            here, keyed, givers = stack.pop()
            if isinstance(here, RefType):
                stack.append((here.inner, keyed, givers))
            elif isinstance(here, ArrayType | SliceType):
                stack.append((here.item, keyed, givers))
            elif isinstance(here, TupleType):
                stack += [(one, keyed, givers) for one in here.items]
            elif isinstance(here, PathType):
                if len(here.path) == 1 and here.path[0] in order:
                    yield (item, order[here.path[0]]), keyed, givers
                    continue
                meaning = item if here.path == ("Self",) else self.scope.type(here.path, item.module)
                is_item = isinstance(meaning, Item)
                if isinstance(meaning, Item):
                    yield meaning, keyed, givers
                for index, one in enumerate(here.args):
                    inner = keyed or (index == 0 and meaning in _KEYED)
                    more = (*givers, (meaning, index)) if isinstance(meaning, Item) and is_item else givers
                    stack.append((one, inner, more))
