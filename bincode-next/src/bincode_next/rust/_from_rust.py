"""`from_rust`: Rust source in, a Python module out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import PurePath

from ..errors import RustError
from . import _honour, _scope
from ._evaluate import Evaluator
from ._hints import Hinter
from ._honour import Via
from ._keys import Keys
from ._model import Item, PathType, Place, Source, SourceFile
from ._names import Names
from ._read import read_file
from ._scope import Scope
from ._write import Block, Plan, Writer

MAX_BYTES = 64 << 20
MAX_PROBLEMS = 50
_PATH = re.compile(r"(?:::)?[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*")
_KNOWN = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)")


def from_rust(
    source: str | bytes | Mapping[str, str | bytes],
    *,
    file: str = "<source>",
    via: Via | None = None,
    features: Iterable[str] | None = None,
    known: Mapping[str, str] | None = None,
    report: Callable[[str], object] | None = None,
) -> str:
    """Return a Python module with a class for every struct and enum whose bytes bincode's or serde's derives write.

    `source` is the text of one file, called `file` in errors, or the texts of several by their names. `via` says
    which traits write the bytes of types that derive both. `features` are the Cargo features that are on, where that
    decides what a type has. `known` names Python types ("module:Name") for Rust types of other crates. `report` gets
    what is worth knowing, as lines; the module repeats them as comments.

    Raises RustError with all problems, each with file, line and column: what is no Rust, types that are not in the
    files, and attributes that bincode can't honour. Raises MissingExtra without tree-sitter.
    """
    texts = {file: source} if isinstance(source, str | bytes) else dict(source)
    found, enabled = Source(), None if features is None else frozenset(features)
    for name, text in texts.items():
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        if len(data) > MAX_BYTES:
            raise RustError(f"{name}: {len(data):,} bytes are no source file; the limit is {MAX_BYTES:,}")
        module = module_of(name) if len(texts) > 1 else ()
        read_file(SourceFile(name, data, module), found, enabled)
    _raise(found)
    module_text = _Run(found, via, _parsed(known or {})).text(list(texts))
    _raise(found)
    for note in found.notes:
        if report is not None:
            report(str(note))
    return module_text


def module_of(name: str) -> tuple[str, ...]:
    """Return the path of the module that a file is, by the usual places of files."""
    parts = list(PurePath(name).with_suffix("").parts)
    parts = parts[parts.index("src") + 1 :] if "src" in parts else parts[-1:]
    if parts and parts[-1] in ("lib", "main", "mod"):
        parts.pop()
    return tuple(parts)


def _parsed(known: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    found = {}
    for rust, python in known.items():
        match = _KNOWN.fullmatch(python)
        if match is None:
            raise RustError(f"known type {rust}: {python!r} is not of the form module:Name")
        found[rust] = (match[1], match[2])
    return found


def _raise(source: Source) -> None:
    if source.problems:
        seen = dict.fromkeys(str(problem) for problem in source.problems[: 4 * MAX_PROBLEMS])
        problems = list(seen)[:MAX_PROBLEMS]
        if len(source.problems) > MAX_PROBLEMS:
            problems.append(f"… and more, of {len(source.problems)} in all")
        raise RustError(*problems)


class _Run:
    """One conversion: what is decided about each item, then the text."""

    def __init__(self, source: Source, via: Via | None, known: dict[str, tuple[str, str]]) -> None:
        self.source = source
        self.plans: dict[Item, Plan] = {}
        self.items = [self.decided(item, via) for item in source.items]
        source.items = self.items
        self.by_hand = {impl.type: impl for impl in source.impls}
        self.scope, self.names = Scope(source), Names()
        self.keys = Keys(self.scope)
        self.keys.find(self.items)
        self.evaluator = Evaluator(self.scope, source)
        self.hinter = Hinter(source, self.scope, self.names, self.keys, self.evaluator, known, self.may_use)

    def decided(self, item: Item, via: Via | None) -> Item:
        """Decide which traits write an item; judge its attributes. What serde turns into another type is its alias."""
        if item.kind not in ("struct", "enum"):
            return item
        derived = _honour.derives(item, self.source)
        way = _honour.via_of(item, derived, via, self.source) if derived else None
        if way is None:
            return item
        order, other = _honour.item_rule(item, way, self.source)
        if other is not None:
            if _PATH.fullmatch(other):
                target = PathType(tuple(other.removeprefix("::").split("::")), (), item.place)
                return replace(item, kind="alias", target=target, fields=(), variants=())
            self.source.refuse(item.place, f"`{item.name}` goes by way of `{other}`, which is not a plain path")
        self.plans[item] = Plan(way, "BitPacked" in derived and way == "bincode", order)
        return item

    def may_use(self, item: Item, place: Place) -> bool:
        """Whether an item has derived bytes; refuses its use if not."""
        if item in self.plans:
            return True
        impl = self.by_hand.get(item.name)
        if item.kind == "union":
            why = "is a union, which has no bytes"
        elif impl is not None:
            why = f"has its {impl.trait} written by hand ({impl.place}), so its bytes can't be known from here"
        else:
            why = f"derives neither bincode's nor serde's traits ({item.place})"
        advice = f"known={{'{item.name}': 'module:Name'}} (--type {item.name}=module:Name)"
        self.source.refuse(place, f"`{item.name}` {why}. Derive them, or give a Python type for it: {advice}")
        return False

    def text(self, files: list[str]) -> str:
        """Return the module."""
        first = {item for item in self.items if self.scope.first(item) is item}
        aliases = [item for item in self.items if item.kind == "alias" and not item.generics and item in first]
        constants = [item for item in self.items if item.kind == "const" and item in first and self.is_plain(item)]
        kept = {*self.plans, *aliases, *constants}
        named = [item for item in self.items if item in kept]
        self.names.assign(named)
        writer = Writer(self.hinter, self.names, self.plans)
        blocks: dict[Item, Block] = {item: writer.block(item) for item in named if item.kind != "alias"}
        blocks |= {item: block for item in aliases if (block := self.alias(item, writer)) is not None}
        self.unique([item for item in named if item in self.plans or item in self.hinter.targets])
        self.hinter.check_options()
        self.note_impls()
        if self.source.problems:
            return ""
        if not self.plans:
            notes = [str(note) for note in self.source.notes]
            raise RustError(f"{', '.join(files)}: no struct or enum here derives bincode's or serde's traits", *notes)
        return self.joined(files, [blocks[item].lines for item in ordered(named, blocks)])

    def alias(self, item: Item, writer: Writer) -> Block | None:
        """Return the block of an alias; None for one that nothing needs and that has no bytes."""
        needed, before = item in self.hinter.targets, len(self.source.problems)
        block = writer.block(item)
        if needed or len(self.source.problems) == before:
            return block
        del self.source.problems[before:]
        return None

    def is_plain(self, item: Item) -> bool:
        """Whether a constant is a number or a text that the module can repeat."""
        if isinstance(item.value, str) or item.value is None:
            return item.value is not None
        before = len(self.source.problems)
        value = self.evaluator.value(item.value, item.module)
        self.evaluator.known[item] = value
        del self.source.problems[before:]
        return value is not None

    def unique(self, items: list[Item]) -> None:
        """Refuse a second item of the same path: each may be there under a condition of its own."""
        for item in items:
            same = [one for one in self.scope.by_path[item.path] if one.kind != "const"]
            if len(same) > 1 and item.kind != "const":
                self.source.refuse(same[1].place, _scope.twice(same))

    def note_impls(self) -> None:
        for impl in self.source.impls:
            known = [item for item in self.scope.by_name.get(impl.type, []) if item.kind in ("struct", "enum")]
            via = "serde" if impl.trait in _honour.SERDE else "bincode"
            if any(item in self.plans and self.plans[item].via == via for item in known):
                text = f"`{impl.trait}` of `{impl.type}` is written by hand: its bytes may not be what is derived"
                self.source.note(impl.place, text)
            elif known and not any(item in self.plans for item in known):
                self.source.note(impl.place, f"`{impl.type}` is passed over: its {impl.trait} is written by hand")

    def joined(self, files: list[str], blocks: list[list[str]]) -> str:
        shown = ", ".join(PurePath(name).name for name in files[:3]) + (" …" if len(files) > 3 else "")
        head = [f'"""Types of {_plain(shown)}, written by `bincode-next from-rust`."""', ""]
        notes = [line for note in self.source.notes for line in [f"# Note: {_plain(str(note))}"]]
        head += [*notes, *([""] if notes else []), "from __future__ import annotations"]
        imports = self.names.import_lines()
        head += ["", *imports] if imports else []
        if self.names.type_vars:
            make = self.names.use("TypeVar", "typing")
            head += ["", *(f'{name} = {make}("{name}")' for name in self.names.type_vars.values())]
        lines, after_class = list(head), True
        for block in blocks:
            is_class = any(line.startswith("class ") for line in block)
            lines += ["", ""] if is_class or after_class else [""]
            lines += block
            after_class = block[-1].startswith("    ")
        return "\n".join(lines) + "\n"


def ordered(items: list[Item], blocks: dict[Item, Block]) -> list[Item]:
    """Return the items in the order of the source, each after those its text needs when it is imported."""
    done: dict[Item, None] = {}
    index = {item: number for number, item in enumerate(items)}
    for first in items:
        stack = [(first, False)]
        while stack:
            item, ready = stack.pop()
            if item in done or item not in blocks:
                continue
            if ready:
                done[item] = None
            else:
                before = sorted(
                    (one for one in blocks[item].after if one in index), key=index.__getitem__, reverse=True
                )
                stack += [(item, True), *((one, False) for one in before)]
    return list(done)


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).replace("\\", "/").replace('"', "'")
