"""Python classes for items: one block of lines for each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ._hints import Context, Hint, Hinter
from ._honour import FieldRule, Via, differs, field_rule, kept_variants
from ._model import Field, Generic, Item, Shape, Variant
from ._names import Names, identifier

WIDTH = 110
_WORD = re.compile(r"[^\W\d]\w*")
_MEMBERS_TAKEN = {"mro", "name", "value"}
_FIELDS_TAKEN = {"mro", "_is_protocol"}  # what classes have themselves looks like a default to dataclasses


@dataclass(frozen=True, slots=True)
class Plan:
    """What was decided of an item before it is written."""

    via: Via
    packed: bool = False
    order: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of an item, and the items that must stand before them."""

    lines: list[str]
    after: frozenset[Item] = frozenset()


class Writer:
    """Writes items as Python."""

    def __init__(self, hinter: Hinter, names: Names, plans: dict[Item, Plan]) -> None:
        self.hinter, self.names, self.plans = hinter, names, plans

    def block(self, item: Item) -> Block:
        """Return the block of a struct, enum, alias or constant."""
        if item.kind == "struct":
            return Block(self.struct(item))
        if item.kind == "enum":
            return Block(self.enum(item))
        return self.alias(item) if item.kind == "alias" else Block(self.constant(item))

    # ------------------------------------------------------------ structs

    def struct(self, item: Item) -> list[str]:
        plan, own = self.plans[item], self.names.items[item]
        decorators = []
        if own != item.name:
            decorators.append(f"@{self.names.types('rust_name')}({quoted(item.name)})")
        fields = self.written(item.fields, item.name, plan)
        return self.fields_class(item, own, item.shape, fields, decorators, item.docs, plan.packed)

    def written(self, fields: Iterable[Field], owner: str, plan: Plan) -> list[tuple[Field, FieldRule]]:
        """Return the fields that have bytes."""
        rules = [(field, field_rule(field, owner, plan.via, self.hinter.source)) for field in fields]
        return [(field, rule) for field, rule in rules if not rule.skip]

    def fields_class(
        self,
        item: Item,
        name: str,
        shape: Shape,
        fields: list[tuple[Field, FieldRule]],
        decorators: list[str],
        docs: str,
        packed: bool,
    ) -> list[str]:
        """Return a dataclass with these fields."""
        plan, context = self.plans[item], self.hinter.context(item)
        found = [self.field_hint(field, rule, plan, context) for field, rule in fields]
        hints = [one.text for one in found]
        if shape == "tuple" and fields:
            decorators.append(f"@{self.names.types('tuple_struct')}")
        if packed:
            order = f'(order="{plan.order}")' if plan.order else ""
            decorators.append(f"@{self.names.types('bitpacked')}{order}")
        frozen = "frozen=True, " if item in self.hinter.keys.frozen else ""
        decorators.append(f"@{self.names.use('dataclass', 'dataclasses')}({frozen}slots=True)")
        used = {word for hint in hints for word in _WORD.findall(hint)}
        lines = [*decorators, f"class {name}{self.bases(item.generics)}:", *docstring(docs)]
        taken = used | _FIELDS_TAKEN
        for (field, _), one in zip(fields, found, strict=True):
            short = positional(field.name, len(fields)) if shape == "tuple" else field.name
            here = identifier(short, taken)
            taken.add(here)
            renamed = here != short and shape != "tuple"
            lines += [
                *comment(field.docs, "    "),
                f"    {here}: {self.renamed(one, field.name) if renamed else one.text}",
            ]
        return [*lines, "    pass"] if not fields and not docs else spaced(lines, docs)

    def field_hint(self, field: Field, rule: FieldRule, plan: Plan, context: Context) -> Hint:
        """Return the hint of a field, with its bits."""
        found = self.hinter.hint(field.type, context)
        if rule.by_serde:
            self.check_serde(field, found)
        if rule.is_bytes:
            if found.text != "bytes" and not found.text.startswith(
                f"{self.names.use('Annotated', 'typing')}[bytes, Borr"
            ):
                problem = f"serde_bytes writes a length before `{field.name}`, which its type has not; use a Vec<u8>"
                self.hinter.refuse(field.place, problem)
            return found
        if rule.bits is not None and plan.packed:
            return replace(found, text=self.annotated(found.text, f"{self.names.types('Bits')}({rule.bits})"))
        if rule.bits is not None:
            self.hinter.source.note(field.place, f"`bits` of `{field.name}` is of no effect without BitPacked derived")
        return found

    def check_serde(self, field: Field, hint: Hint) -> None:
        """Look into a field that serde writes within bincode's traits: what it holds may be decided otherwise."""
        source, items = self.hinter.source, self.hinter.keys.reached(hint.items)
        for item in items:
            meta = differs(item)
            if meta is not None and item in self.plans and self.plans[item].via == "bincode":
                where = f"`{field.name}` is written by serde, and `serde({meta.name})` ({meta.place}) changes its bytes"
                source.refuse(
                    field.place, f"{where}. Say via='serde' (--via), or let one kind of traits write `{item.name}`"
                )
        if "Result[" in hint.text:
            text = f"the tag of the Result in `{field.name}` is serde's, of 4 bytes; bincode-next's own has 1: not v3()"
            source.note(field.place, text)

    def renamed(self, hint: Hint, name: str) -> str:
        """Return a hint that names its field. Of a union's markers the first names the union itself."""
        own = f"{self.names.types('Name')}({quoted(name)})"
        return self.annotated(
            hint.text, f"{self.names.types('Name')}({quoted(hint.union)}), {own}" if hint.union else own
        )

    def annotated(self, hint: str, marker: str) -> str:
        return f"{self.names.use('Annotated', 'typing')}[{hint}, {marker}]"

    def bases(self, generics: tuple[Generic, ...]) -> str:
        if not generics:
            return ""
        return (
            f"({self.names.use('Generic', 'typing')}[{', '.join(self.names.type_var(one.name) for one in generics)}])"
        )

    # ------------------------------------------------------------ enums

    def enum(self, item: Item) -> list[str]:
        plan = self.plans[item]
        variants = kept_variants(item, plan.via, self.hinter.source)
        fields = [self.written(one.fields, f"{item.name}::{one.name}", plan) for one in variants]
        if not any(fields) and not item.generics:
            return self.unit_enum(item, variants, plan)
        lines: list[str] = []
        numbers = self.discriminants(item, variants)
        for variant, kept, number in zip(variants, fields, numbers, strict=True):
            lines += [*self.variant(item, variant, kept, number), "", ""]
        return [*lines, *comment(item.docs, ""), *self.union(item, variants, plan)]

    def unit_enum(self, item: Item, variants: list[Variant], plan: Plan) -> list[str]:
        """Return an Enum; its values are the discriminants, or the positions where none is written."""
        own = self.names.items[item]
        lines = []
        if own != item.name:
            lines.append(f"@{self.names.types('rust_name')}({quoted(item.name)})")
        if plan.packed:
            order = f'(order="{plan.order}")' if plan.order else ""
            lines.append(f"@{self.names.types('bitpacked')}{order}")
        lines += [f"class {own}({self.names.use('Enum', 'enum')}):", *docstring(item.docs)]
        taken = set(_MEMBERS_TAKEN)
        numbers = self.discriminants(item, variants)
        for position, (variant, number) in enumerate(zip(variants, numbers, strict=True)):
            member = identifier(variant.name.lstrip("_") or variant.name, taken)
            taken.add(member)
            lines += [*comment(variant.docs, "    "), f"    {member} = {position if number is None else number}"]
        return [*lines, "    pass"] if not variants and not item.docs else spaced(lines, item.docs)

    def discriminants(self, item: Item, variants: list[Variant]) -> list[int | None]:
        """Return what Rust numbers the variants by; None where none is written, or one can't be worked out."""
        source, nothing = self.hinter.source, [None] * len(variants)
        found: list[int | None] = []
        before, number = len(source.problems), 0
        for variant in variants:
            if variant.discriminant is not None:
                value = self.hinter.evaluator.value(variant.discriminant, item.module)
                if value is None:  # they are never on the wire
                    del source.problems[before:]
                    return [*nothing]
                number = value
            found.append(number)
            number += 1
        return found if any(one.discriminant is not None for one in variants) else [*nothing]

    def variant(
        self, item: Item, variant: Variant, fields: list[tuple[Field, FieldRule]], number: int | None
    ) -> list[str]:
        """Return the class of one variant."""
        written = "" if number is None or variant.discriminant is None else f", discriminant={number}"
        decorators = [f"@{self.names.types('variant')}({quoted(variant.name)}{written})"]
        name = self.names.variants[item, variant.name]
        return self.fields_class(item, name, variant.shape, fields, decorators, variant.docs, False)

    def union(self, item: Item, variants: list[Variant], plan: Plan) -> list[str]:
        """Return the union of the variants' classes under the name of the enum."""
        tail = ""
        if item.generics:
            tail = f"[{', '.join(self.names.type_var(one.name) for one in item.generics)}]"
        classes = [self.names.variants[item, one.name] + tail for one in variants]
        marker = "Name" if len(classes) > 1 else "SingleVariant"
        markers = [f"{self.names.types(marker)}({quoted(item.name)})"]
        if plan.packed:
            order = f'"{plan.order}"' if plan.order else ""
            markers.append(f"{self.names.types('BitPacked')}({order})")
        own, head = self.names.items[item], self.names.use("TypeAlias", "typing")
        annotated = self.names.use("Annotated", "typing")
        union = self.names.use("Union", "typing") if len(classes) > 1 else ""
        joined = f"{union}[{', '.join(classes)}]" if union else classes[0]
        line = f"{own}: {head} = {annotated}[{joined}, {', '.join(markers)}]"
        if len(line) <= WIDTH or not union:
            return [line]
        inner = [f"    {union}[", *(f"        {name}," for name in classes), "    ],"]
        return [f"{own}: {head} = {annotated}[", *inner, *(f"    {marker}," for marker in markers), "]"]

    # ------------------------------------------------------------ the rest

    def alias(self, item: Item) -> Block:
        assert item.target is not None
        found = self.hinter.hint(item.target, Context(item, {}))
        line = f"{self.names.items[item]}: {self.names.use('TypeAlias', 'typing')} = {found.text}"
        return Block([*comment(item.docs, ""), line], found.items - {item})

    def constant(self, item: Item) -> list[str]:
        value = item.value if isinstance(item.value, str) else self.hinter.evaluator.known.get(item)
        shown = quoted(value) if isinstance(value, str) else str(value)
        return [*comment(item.docs, ""), f"{self.names.items[item]}: {self.names.use('Final', 'typing')} = {shown}"]


def positional(index: str, count: int) -> str:
    """Return the name of a field that has none in Rust."""
    return "value" if count == 1 else f"field{index}"


def quoted(text: str) -> str:
    """Return a literal in double quotes."""
    shown = repr(text)
    return shown if shown[0] == '"' else '"' + shown[1:-1].replace('"', '\\"').replace("\\'", "'") + '"'


def docstring(text: str, indent: str = "    ") -> list[str]:
    """Return the lines of a docstring; none for no text."""
    if not text:
        return []
    safe = "".join(letter for letter in text if letter.isprintable() or letter == "\n")
    safe = safe.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    safe = safe[:-1] + '\\"' if safe.endswith('"') else safe
    lines = safe.split("\n")
    if len(lines) == 1:
        return [f'{indent}"""{lines[0]}"""']
    return [f'{indent}"""{lines[0]}', *((indent + line).rstrip() for line in lines[1:]), f'{indent}"""']


def comment(text: str, indent: str) -> list[str]:
    """Return the lines of a comment; none for no text."""
    safe = "".join(letter for letter in text if letter.isprintable() or letter == "\n")
    return [f"{indent}# {line}".rstrip() for line in safe.split("\n")] if safe else []


def spaced(lines: list[str], docs: str) -> list[str]:
    """Put an empty line between the docstring and the first field."""
    if not docs:
        return lines
    at = next(index for index, line in enumerate(lines) if line.startswith("class ")) + 1
    after = at + len(docstring(docs))
    return lines if after >= len(lines) else [*lines[:after], "", *lines[after:]]
