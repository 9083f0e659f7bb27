"""What a path means where it stands: an item of the files given, a type of Rust's library, or neither."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import _std
from ._model import Item, Source

_HOPS = 32
_PRELUDE = {"Option", "Result", "Vec", "Box", "String"}
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foreign:
    """A path that leads out of the files given."""

    path: Path


Meaning = Item | str | Foreign


@dataclass(slots=True)
class Scope:
    """All items by their paths and names."""

    source: Source
    by_path: dict[Path, list[Item]] = field(default_factory=dict)
    by_name: dict[str, list[Item]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for item in self.source.items:
            self.by_path.setdefault(item.path, []).append(item)
            self.by_name.setdefault(item.name, []).append(item)
        self.words = {word for module in self.source.modules for word in module}

    def first(self, item: Item) -> Item:
        """Return the first item of the same path and sort: the one that is found."""
        return next(one for one in self.by_path[item.path] if (one.kind == "const") == (item.kind == "const"))

    def type(self, path: Path, module: Path) -> Meaning:
        """Return what a type's path means in a module: an item, the key of a library type, or a foreign path."""
        return self._find(path, module, False)

    def constant(self, path: Path, module: Path) -> Item | None:
        """Return the constant of that path."""
        found = self._find(path, module, True)
        return found if isinstance(found, Item) else None

    def _find(self, path: Path, module: Path, constant: bool) -> Meaning:
        name = path[-1]
        for _ in range(_HOPS):
            path, module, rooted = _rooted(path, module)
            if not path:
                break
            if (item := self._item((*module, *path), constant)) is not None:
                return item
            step = self._step(path, module, rooted)
            if step is not None:
                path, module = step
            elif (found := self._globs(path, module, constant)) is not None:
                return found
            elif not rooted:
                return self._outside(path, constant)
            else:
                break
        return self._only(name, constant) or Foreign(path)

    def _step(self, path: Path, module: Path, rooted: bool) -> tuple[Path, Path] | None:
        """Follow one import: of the first word where it stands, or of the last word in the module the path names."""
        names = self.source.imports.get(module, {})
        target = names.get(path[0])
        if target is not None and target != path[:1]:
            return (*target, *path[1:]), module
        inner = (*module, *path[:-1])
        target = self.source.imports.get(inner, {}).get(path[-1])
        return (target, inner) if target is not None and (rooted or len(path) > 1) and target != path[-1:] else None

    def _globs(self, path: Path, module: Path, constant: bool) -> Meaning | None:
        for start in self.source.globs.get((*module, *path[:-1]), []):
            tail, base, _ = _rooted(start, (*module, *path[:-1]))
            if (item := self._item((*base, *tail, path[-1]), constant)) is not None:
                return item
        return None

    def _item(self, path: Path, constant: bool) -> Item | None:
        return next((item for item in self.by_path.get(path, []) if (item.kind == "const") == constant), None)

    def _only(self, name: str, constant: bool) -> Item | None:
        items = [item for item in self.by_name.get(name, []) if (item.kind == "const") == constant]
        return items[0] if len(items) == 1 else None

    def _outside(self, path: Path, constant: bool) -> Meaning:
        """Look in Rust's library; then for the only item of that name, as a snippet without imports has it."""
        if len(path) == 1:
            if path[0] in _std.PRIMITIVES:
                return path[0]
            if path[0] in _PRELUDE and not constant:
                return _std.LAST[path[0]]
            return self._only(path[0], constant) or _std.LAST.get(path[0]) or Foreign(path)
        if (key := _std.canonical(path)) is not None:
            return key
        found = self._only(path[-1], constant) if path[0] in self.words else None
        return found or Foreign(path)


def twice(items: list[Item]) -> str:
    """Return what is wrong with items of one path."""
    advice = "If each is there under a condition, say which features are on: features={…} (--features)"
    return f"`{items[1].name}` is defined at {items[0].place} already. {advice}"


def _rooted(path: Path, module: Path) -> tuple[Path, Path, bool]:
    """Resolve `crate`, `self` and `super` at the start; return the rest, its module, and whether there were any."""
    rooted = False
    while path and path[0] in ("", "crate", "self", "super"):
        if path[0] != "":
            rooted = True
            module = () if path[0] == "crate" else module[:-1] if path[0] == "super" else module
        path = path[1:]
    return path, module, rooted
