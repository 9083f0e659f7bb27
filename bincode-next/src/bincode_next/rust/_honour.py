"""Attributes and derives that decide on bytes: honoured, without effect, or refused by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ._model import Field, Item, Meta, Source, Variant

Via = Literal["bincode", "serde"]

NATIVE = {"Encode", "Decode", "BorrowDecode", "BitPacked", "SchemaWrite", "SchemaRead"}
SERDE = {"Serialize", "Deserialize"}
CRATES = {
    "bincode",
    "bincode_next",
    "bincode2",
    "bincode_derive",
    "bincode_derive_next",
    "serde",
    "serde_derive",
    "wincode",
}
FOREIGN_DERIVES = {"Serialize_repr", "Deserialize_repr"}

# serde's words without effect on bytes.
_SERDE_FREE = {
    "rename", "rename_all", "rename_all_fields", "alias", "default", "deny_unknown_fields", "bound", "borrow", "crate",
    "expecting", "transparent", "other",
}  # fmt: skip
_SERDE_WHY = {
    "flatten": "writes a map with names, which bincode can't read back",
    "tag": "writes names, which bincode can't read back",
    "content": "writes names, which bincode can't read back",
    "untagged": "drops the number of the variant, so bincode can't read it back",
    "skip_serializing_if": "leaves bytes out at times, so what follows can't be read back",
    "skip_serializing": "is one-sided: what is written can't be read back; use `skip` for both sides",
    "skip_deserializing": "is one-sided: what is written can't be read back; use `skip` for both sides",
    "with": "writes bytes of its own",
    "serialize_with": "writes bytes of its own",
    "deserialize_with": "reads bytes of its own",
    "remote": "is the shape of a type elsewhere",
    "getter": "is the shape of a type elsewhere",
    "from": "reads another type",
    "try_from": "reads another type",
    "into": "writes another type",
    "variant_identifier": "reads a name",
    "field_identifier": "reads a name",
}
_BYTES_MODULES = {"serde_bytes"}
_ARRAY_MODULES = {"BigArray", "serde_big_array::BigArray", "serde_arrays"}  # as a tuple: what arrays are anyway
_BINCODE_FREE = {
    "crate", "bounds", "encode_bounds", "decode_bounds", "borrow_decode_bounds", "decode_context", "align",
}  # fmt: skip
_OWN_FORM = "Give what it writes with known={…} (--type), or write this type in Python by hand"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What attributes say of a field: left out, its bits, written by serde_bytes, or by serde at all."""

    skip: bool = False
    bits: int | None = None
    is_bytes: bool = False
    by_serde: bool = False


def derives(item: Item, source: Source) -> set[str]:
    """Return the derived traits of bytes, by their last name; those of other crates are left out."""
    names = source.imports.get(item.module, {})
    found = set()
    for meta in item.attributes:
        for word in (meta.args or ()) if meta.name == "derive" else ():
            path = word.name.split("::")
            path = [*names.get(path[0], path[:1]), *path[1:]]
            if path[-1] in NATIVE | SERDE | FOREIGN_DERIVES:
                if len(path) == 1 or path[0] in CRATES or path[-1] in FOREIGN_DERIVES:
                    found.add(path[-1])
                else:
                    source.note(word.place, f"`{'::'.join(path)}` is not bincode's nor serde's, and is passed over")
    return found


def via_of(item: Item, found: set[str], wanted: Via | None, source: Source) -> Via | None:
    """Return which traits write the item; None where none does. Refuses what the two would write differently."""
    if found & FOREIGN_DERIVES:
        source.refuse(
            item.place, f"`{item.name}` derives serde_repr's traits, which write its number alone. {_OWN_FORM}"
        )
        return None
    families: tuple[tuple[Via, set[str]], ...] = (("bincode", NATIVE), ("serde", SERDE))
    ways = [via for via, names in families if found & names]
    if len(ways) < 2:
        return ways[0] if ways else None
    if wanted is None and (meta := differs(item)) is not None:
        source.refuse(
            meta.place,
            f"`{item.name}` derives bincode's and serde's traits, and `serde({meta.name})` changes serde's bytes only. "
            "Say which writes it: via='serde' or via='bincode' (--via)",
        )
        return None
    return wanted or "bincode"


def differs(item: Item) -> Meta | None:
    """Return the first attribute of serde's that changes bytes."""
    fields = [*item.fields, *(field for variant in item.variants for field in variant.fields)]
    places = [item.attributes, *(one.attributes for one in item.variants), *(one.attributes for one in fields)]
    for attributes in places:
        for meta in words(attributes, "serde"):
            if meta.name not in _SERDE_FREE and not _is_array_module(meta):
                return meta
    return None


def words(attributes: Iterable[Meta], crate: str) -> Iterable[Meta]:
    """Yield what stands inside `#[serde(…)]` or `#[bincode(…)]`."""
    for meta in attributes:
        if meta.name == crate:
            yield from meta.args or ()


def _is_array_module(meta: Meta) -> bool:
    return meta.name == "with" and (meta.value or "") in _ARRAY_MODULES


def unknown_conditions(what: str, attributes: Iterable[Meta], source: Source) -> None:
    """Refuse a part whose presence depends on a condition that is not known."""
    for meta in attributes:
        if meta.name == "cfg":
            condition = "" if not meta.args else _shown(meta.args[0])
            source.refuse(
                meta.place,
                f"{what} is there only under cfg({condition}), which is not known. "
                "Say which features are on: features={…} (--features)",
            )


def _shown(meta: Meta) -> str:
    text = meta.name + (f' = "{meta.value}"' if meta.value is not None else "")
    return f"{text}({', '.join(part.name for part in meta.args[:4])})" if meta.args else text


def item_rule(item: Item, via: Via, source: Source) -> tuple[Literal["lsb", "msb"] | None, str | None]:
    """Judge the attributes of an item; return the order of packed bits, and the type that serde goes by instead."""
    order: Literal["lsb", "msb"] | None = None
    for meta in words(item.attributes, "bincode"):
        if meta.name == "bit_packing" and via == "bincode":
            if meta.value in ("lsb", "msb"):
                order = "lsb" if meta.value == "lsb" else "msb"
            else:
                source.refuse(meta.place, '`bit_packing` is "lsb" or "msb"')
        elif meta.name not in _BINCODE_FREE and via == "bincode":
            source.refuse(meta.place, f"`bincode({meta.name})` on `{item.name}` is not known here; it may change bytes")
    wincode = next(iter(words(item.attributes, "wincode")), None)
    if wincode is not None:
        source.refuse(
            wincode.place, f"`wincode({wincode.name})` on `{item.name}` is not known here; it may change bytes"
        )
    return order, _serde_item(item, via, source)


def _serde_item(item: Item, via: Via, source: Source) -> str | None:
    if via != "serde":
        return None
    for meta in item.attributes:
        if meta.last in ("serde_as", "apply"):
            source.refuse(meta.place, f"`{meta.name}` on `{item.name}` changes how fields are written. {_OWN_FORM}")
    given = {meta.name: meta for meta in words(item.attributes, "serde")}
    into, back = given.get("into"), given.get("from") or given.get("try_from")
    if into is not None and back is not None and into.value == back.value and into.value:
        given = {name: meta for name, meta in given.items() if name not in ("into", "from", "try_from")}
    else:
        into = None
    for meta in given.values():
        if meta.name not in _SERDE_FREE:
            why = _SERDE_WHY.get(meta.name, "is not known here; it may change bytes")
            source.refuse(meta.place, f"`serde({meta.name})` on `{item.name}` {why}. {_OWN_FORM}")
    return into.value if into is not None else None


def field_rule(field: Field, owner: str, via: Via, source: Source) -> FieldRule:
    """Judge the attributes of a field."""
    where, bits, by_serde = f"`{owner}.{field.name}`", None, False
    unknown_conditions(f"field {where}", field.attributes, source)
    for meta in words(field.attributes, "bincode"):
        if via != "bincode":
            continue
        if meta.name == "bits":
            digits = (meta.value or "").replace("_", "")
            if digits.isdecimal() and 1 <= int(digits[:4]) <= 64:
                bits = int(digits)
            else:
                source.refuse(meta.place, f"`bits` of {where} is a number from 1 to 64")
        elif meta.name == "with_serde":
            by_serde = True
        else:
            source.refuse(meta.place, f"`bincode({meta.name})` on {where} is not known here; it may change bytes")
    for meta in words(field.attributes, "wincode"):
        source.refuse(meta.place, f"`wincode({meta.name})` on {where} is not known here; it may change bytes")
    for meta in field.attributes if via == "serde" else ():
        if meta.last == "serde_as":
            source.refuse(meta.place, f"`{meta.name}` on {where} changes how it is written. {_OWN_FORM}")
    skip, is_bytes = _serde_field(field, where, source) if via == "serde" else (False, False)
    return FieldRule(skip, bits, is_bytes, by_serde)


def _serde_field(field: Field, where: str, source: Source) -> tuple[bool, bool]:
    given = {meta.name: meta for meta in words(field.attributes, "serde")}
    skip, is_bytes = "skip" in given, False
    if {"skip_serializing", "skip_deserializing"} <= given.keys():
        skip = True
    for meta in given.values():
        if meta.name == "skip" or meta.name in _SERDE_FREE or (skip and meta.name.startswith("skip_")):
            continue
        if meta.name == "with" and (meta.value or "") in _BYTES_MODULES:
            is_bytes = True
        elif not _is_array_module(meta):
            why = _SERDE_WHY.get(meta.name, "is not known here; it may change bytes")
            source.refuse(meta.place, f"`serde({meta.name})` on {where} {why}. {_OWN_FORM}")
    return skip, is_bytes


def kept_variants(item: Item, via: Via, source: Source) -> list[Variant]:
    """Judge the attributes of variants; return those that are written. serde may skip only the last ones."""
    kept: list[Variant] = []
    skipped: Meta | None = None
    for variant in item.variants:
        where = f"`{item.name}::{variant.name}`"
        unknown_conditions(f"variant {where}", variant.attributes, source)
        given = {meta.name: meta for meta in words(variant.attributes, "serde")} if via == "serde" else {}
        both = {"skip_serializing", "skip_deserializing"} <= given.keys()
        skip = given.get("skip") or (given.get("skip_serializing") if both else None)
        for meta in given.values():
            if meta.name not in _SERDE_FREE and not (skip and meta.name.startswith("skip")):
                why = _SERDE_WHY.get(meta.name, "is not known here; it may change bytes")
                source.refuse(meta.place, f"`serde({meta.name})` on {where} {why}. {_OWN_FORM}")
        if skip is not None:
            skipped = skip
        elif skipped is not None:
            source.refuse(
                skipped.place,
                f"serde counts a skipped variant of `{item.name}` when it writes and not when it reads, so {where} "
                "after it can't be read back. Move skipped variants to the end",
            )
            skipped = None
            kept.append(variant)
        else:
            kept.append(variant)
    return kept
