"""Names for Python: no keyword, none twice, and the modules that names are imported from."""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from ._model import Item

_BUILTINS = frozenset(dir(builtins))


def identifier(name: str, taken: Iterable[str] = ()) -> str:
    """Return a name that Python takes as it is written, and that is not taken: underscores are added at its end."""
    found = unicodedata.normalize("NFKC", name)
    if not found.isidentifier():
        found = "_" + "".join(letter if letter.isidentifier() or letter.isdecimal() else "_" for letter in found)
    if found.startswith("__"):
        found = found.lstrip("_") or "_"
        found = found if found.isidentifier() else f"n{found}"
    while keyword.iskeyword(found) or found in taken:
        found += "_"
    return found


def camel(name: str) -> str:
    """Return a name of words with underscores as one word with capitals."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


@dataclass(slots=True)
class Names:
    """The names of the module that is written. Items come first; what is imported gives way."""

    items: dict[Item, str] = field(default_factory=dict)
    variants: dict[tuple[Item, str], str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    imports: dict[tuple[str, str], str] = field(default_factory=dict)  # (module, name) -> name here
    type_vars: dict[str, str] = field(default_factory=dict)

    def assign(self, items: list[Item]) -> None:
        """Name all items: as in Rust, or with their module in front where two have the same name."""
        count: dict[str, int] = {}
        for item in items:
            count[item.name] = count.get(item.name, 0) + 1
        for item in items:
            name = item.name
            if count[name] > 1 and item.module:
                name = camel(item.module[-1]) + name if item.kind != "const" else f"{item.module[-1].upper()}_{name}"
            self.items[item] = self._take(name)
        for item in items:
            for variant in item.variants:
                self.variants[item, variant.name] = self._take(f"{self.items[item]}{variant.name}")

    def _take(self, name: str) -> str:
        found = identifier(name, self.taken | _BUILTINS if name in _BUILTINS else self.taken)
        self.taken.add(found)
        return found

    def use(self, name: str, module: str) -> str:
        """Return what a name of another module is called here, and import it."""
        if not module:
            return name
        key = (module, name)
        if key not in self.imports:
            self.imports[key] = identifier(name, self.taken)
            self.taken.add(self.imports[key])
        return self.imports[key]

    def types(self, name: str) -> str:
        """Import a name of `bincode_next.types`."""
        return self.use(name, "bincode_next.types")

    def type_var(self, name: str) -> str:
        """Return the type variable for a parameter of Rust's, and declare it."""
        if name not in self.type_vars:
            self.use("TypeVar", "typing")
            self.type_vars[name] = self._take(name)
        return self.type_vars[name]

    def import_lines(self) -> list[str]:
        """Return the import statements, sorted as ruff sorts them."""
        groups: dict[bool, list[str]] = {}
        modules: dict[str, list[str]] = {}
        for (module, name), here in self.imports.items():
            modules.setdefault(module, []).append(name if name == here else f"{name} as {here}")
        for module in sorted(modules):
            own = module.split(".")[0] not in ("collections", "dataclasses", "enum", "ipaddress", "pathlib", "typing")
            groups.setdefault(own, []).append(_import(module, sorted(modules[module], key=_order)))
        return [line for own in (False, True) if own in groups for line in ["", *groups[own]]][1:]


def _order(name: str) -> tuple[int, list[tuple[int, int, str]]]:
    kind = 0 if name.split(" ")[0].isupper() else 1 if name[0].isupper() else 2
    return kind, [(0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in _parts(name)]


def _parts(name: str) -> list[str]:
    out, last = [""], False
    for letter in name:
        if letter.isdecimal() != last:
            out.append("")
            last = not last
        out[-1] += letter
    return [part for part in out if part]


def _import(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= 120:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"
