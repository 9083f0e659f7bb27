"""Items: every struct, enum, alias, constant, import and hand-written trait of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _tree
from ._attributes import holds, opened, read_attribute, unquote
from ._model import Expr, Field, Generic, Impl, Item, Meta, Shape, Source, SourceFile, Variant
from ._read_types import path_of, read_expr, read_type, types_in

if TYPE_CHECKING:
    from tree_sitter import Node

DEPTH = 48
BY_HAND = {"Encode", "Decode", "BorrowDecode", "Serialize", "Deserialize", "SchemaWrite", "SchemaRead"}


def read_file(file: SourceFile, into: Source, features: frozenset[str] | None) -> None:
    """Read one file into `into`. What is no Rust, and matters, becomes a problem."""
    _Reader(file, into, features).run(_tree.parse(file))


class _Reader:
    def __init__(self, file: SourceFile, into: Source, features: frozenset[str] | None) -> None:
        self.file, self.into, self.features = file, into, features

    def run(self, root: Node) -> None:
        if root.is_error:
            self.broken(root)
        stack = [(root, self.file.module)]
        while stack:
            node, module = stack.pop()
            self.into.modules.add(module)
            if len(module) > DEPTH:
                self.into.refuse(_tree.place(self.file, node), f"modules are nested deeper than {DEPTH} levels")
                continue
            stack += [(inner, path) for inner, path in self.items(node, module) if inner is not None][::-1]

    def items(self, node: Node, module: tuple[str, ...]) -> list[tuple[Node | None, tuple[str, ...]]]:
        """Read the items of one module; return the modules inside it."""
        inside: list[tuple[Node | None, tuple[str, ...]]] = []
        for child, attributes, docs in self.dressed(node):
            if child.is_error or child.is_missing:
                self.broken(child)
                continue
            if self.is_out(attributes):
                continue
            name = _tree.text(child.child_by_field_name("name")).removeprefix("r#")
            if child.type == "mod_item":
                inside.append((child.child_by_field_name("body"), (*module, name)))
            elif child.type in ("struct_item", "enum_item", "type_item", "const_item", "union_item"):
                self.item(child, name, module, attributes, docs)
            elif child.type == "use_declaration":
                self.uses(child, module)
            elif child.type == "impl_item":
                self.by_hand(child, module)
                self.unread(child)
            else:
                self.unread(child)
        return inside

    def dressed(self, node: Node) -> list[tuple[Node, tuple[Meta, ...], str]]:
        """Return the children with the attributes and the documentation before each."""
        found: list[tuple[Node, tuple[Meta, ...], str]] = []
        metas: list[Meta] = []
        docs: list[str] = []
        for child in node.children:
            if child.type == "attribute_item":
                meta = read_attribute(self.file, child)
                if meta is not None and meta.name == "doc" and meta.value is not None:
                    docs.append(meta.value)
                elif meta is not None:
                    metas.append(meta)
            elif child.type in ("line_comment", "block_comment"):
                if child.child_by_field_name("outer") is not None:
                    docs.append(_tree.text(child.child_by_field_name("doc")))
            elif (child.is_named or child.is_missing) and child.type != "visibility_modifier":
                found.append((child, tuple(opened(metas, self.features)), _prose(docs)))
                metas, docs = [], []
        return found

    def is_out(self, attributes: tuple[Meta, ...]) -> bool:
        """Whether a `cfg` that is known to fail takes the item out."""
        conditions = [meta for meta in attributes if meta.name == "cfg" and meta.args]
        return any(holds(meta.args[0], self.features) is False for meta in conditions if meta.args)

    def broken(self, node: Node) -> None:
        found = _tree.first_error(node) or node
        shown = " ".join(_tree.text(found)[:60].split())[:40]
        what = f"`{shown}` is no Rust that the grammar knows" if shown else f"`{found.type}` is missing"
        self.into.refuse(_tree.place(self.file, found), f"{what}. Correct it, or give only the part with the types")

    def unread(self, node: Node) -> None:
        """Look into what is passed over only if it is broken: it might have swallowed what follows."""
        if node.has_error:
            if _tree.holds_types(node) is not None:
                self.broken(node)
            else:
                place = _tree.place(self.file, node)
                self.into.note(place, f"a part ({node.type.replace('_', ' ')}) was not understood and is passed over")

    # ------------------------------------------------------------ items

    def item(self, node: Node, name: str, module: tuple[str, ...], attributes: tuple[Meta, ...], docs: str) -> None:
        if node.has_error:
            self.broken(node)
            return
        place, body = _tree.place(self.file, node), node.child_by_field_name("body")
        generics = self.generics(node.child_by_field_name("type_parameters"))
        if node.type == "struct_item":
            shape, fields = self.fields(body)
            item = Item("struct", name, module, place, attributes, docs, generics, shape, fields)
        elif node.type == "enum_item" and body is not None:
            item = Item("enum", name, module, place, attributes, docs, generics, variants=self.variants(body))
        elif node.type == "type_item":
            target = node.child_by_field_name("type")
            kept = None if target is None else read_type(self.file, target)
            item = Item("alias", name, module, place, attributes, docs, generics, target=kept)
        elif node.type == "const_item":
            item = self.constant(node, Item("const", name, module, place, attributes, docs))
        else:
            item = Item("union", name, module, place, attributes, docs, generics)
        self.into.items.append(item)

    def constant(self, node: Node, item: Item) -> Item:
        given, kind = node.child_by_field_name("value"), node.child_by_field_name("type")
        target = None if kind is None else read_type(self.file, kind)
        value: Expr | str | None = None if given is None else read_expr(self.file, given)
        if given is not None and given.type == "string_literal":
            value = unquote(_tree.text(given))
        return Item("const", item.name, item.module, item.place, item.attributes, item.docs, target=target, value=value)

    def generics(self, node: Node | None) -> tuple[Generic, ...]:
        found = []
        for child in [] if node is None else types_in(node):
            name = _tree.text(child.child_by_field_name("name"))
            if child.type == "type_parameter":
                default = child.child_by_field_name("default_type")
                found.append(Generic(name, default=None if default is None else read_type(self.file, default)))
            elif child.type == "const_parameter":
                value = child.child_by_field_name("value")
                found.append(Generic(name, True, None if value is None else read_expr(self.file, value)))
        return tuple(found)

    def fields(self, body: Node | None) -> tuple[Shape, tuple[Field, ...]]:
        """Return whether fields are named, and the fields."""
        if body is None:
            return "unit", ()
        named = body.type == "field_declaration_list"
        found: list[Field] = []
        for child, attributes, docs in self.dressed(body):
            kind = child.child_by_field_name("type") if named else child
            if kind is not None and not self.is_out(attributes):
                name = _tree.text(child.child_by_field_name("name")) if named else str(len(found))
                kept = read_type(self.file, kind)
                found.append(Field(name.removeprefix("r#"), kept, attributes, docs, _tree.place(self.file, child)))
        return "named" if named else "tuple", tuple(found)

    def variants(self, body: Node) -> tuple[Variant, ...]:
        found = []
        for child, attributes, docs in self.dressed(body):
            if child.type != "enum_variant" or self.is_out(attributes):
                continue
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            shape, fields = self.fields(child.child_by_field_name("body"))
            number = None if value is None else read_expr(self.file, value)
            place = _tree.place(self.file, child)
            found.append(Variant(_tree.text(name).removeprefix("r#"), shape, fields, number, attributes, docs, place))
        return tuple(found)

    # ------------------------------------------------------------ imports and traits

    def uses(self, node: Node, module: tuple[str, ...]) -> None:
        """Record every name that a `use` brings into the module."""
        names, globs = self.into.imports.setdefault(module, {}), self.into.globs.setdefault(module, [])
        argument = node.child_by_field_name("argument")
        stack: list[tuple[Node, tuple[str, ...]]] = [] if argument is None else [(argument, ())]
        while stack:
            here, before = stack.pop()
            if here.type == "use_list":
                stack += [(child, before) for child in types_in(here)]
            elif here.type == "scoped_use_list":
                path, inner = here.child_by_field_name("path"), here.child_by_field_name("list")
                start = before if path is None else (*before, *path_of(path))
                stack += [] if inner is None or len(start) > DEPTH else [(inner, start)]
            elif here.type == "use_wildcard":
                globs += [(*before, *path_of(child)) for child in types_in(here)[:1]] or [before]
            elif here.type == "use_as_clause":
                path, alias = here.child_by_field_name("path"), here.child_by_field_name("alias")
                if path is not None:
                    names[_tree.text(alias).removeprefix("r#")] = (*before, *path_of(path))
            else:
                found = (*before, *path_of(here)) if here.type != "self" else before
                if found:
                    names[found[-1]] = found

    def by_hand(self, node: Node, module: tuple[str, ...]) -> None:
        """Record a trait of bytes that is not derived."""
        trait, target = node.child_by_field_name("trait"), node.child_by_field_name("type")
        if trait is None or target is None:
            return
        base = trait.child_by_field_name("type") if trait.type == "generic_type" else trait
        name = path_of(base) if base is not None else ()
        if name and name[-1] in BY_HAND:
            plain = target.child_by_field_name("type") if target.type == "generic_type" else target
            path = path_of(plain) if plain is not None else ()
            if path:
                self.into.impls.append(Impl(name[-1], path[-1], module, _tree.place(self.file, node)))


def _prose(docs: list[str]) -> str:
    """Join lines of documentation, without the space after the slashes and the stars of blocks."""
    lines = [line for text in docs for line in text.removesuffix("\n").split("\n")]
    lines = [line.lstrip().removeprefix("* ") if line.lstrip().startswith("* ") else line for line in lines]
    return "\n".join(line.removeprefix(" ").rstrip() for line in lines).strip()
