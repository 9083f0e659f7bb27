"""Short names of nodes, as Rust has them."""

from __future__ import annotations

from ..schema import _nodes as n


def kind_of(node: n.Node) -> str:
    """Return what Rust calls a node, in a word or two."""
    if isinstance(node, n.Int):
        name = ("i" if node.signed else "u") + ("size" if node.pointer else str(node.bits))
        return f"NonZero<{name}>" if node.nonzero else name
    if isinstance(node, n.Float):
        return f"f{node.bits}"
    if isinstance(node, n.Struct | n.Enum):
        return node.name
    if isinstance(node, n.Bytes):
        return "bytes" if node.length is None else f"[u8; {node.length}]"
    if isinstance(node, n.Ip | n.Socket):
        name = "Ip" if isinstance(node, n.Ip) else "Socket"
        return f"{name}Addr{f'V{node.version}' if node.version else ''}"
    return _NAMES.get(type(node), type(node).__name__)


_NAMES: dict[type, str] = {n.Bool: "bool", n.Char: "char", n.Str: "str", n.Unit: "()"}
