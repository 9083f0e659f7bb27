"""The types of Rust's library that have bytes: by path, which kind each is and what stands for it in Python."""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal[
    "plain", "inner", "option", "result", "list", "deque", "heap", "set", "btreeset", "map", "btreemap", "generic",
    "nonzero", "phantom", "refused",
]  # fmt: skip

INTEGERS: Final = {f"{sign}{bits}" for sign in "iu" for bits in (8, 16, 32, 64, 128)} | {"usize", "isize"}
PRIMITIVES: Final = INTEGERS | {"f32", "f64", "char", "bool", "str"}

# Python's name, and the module it is imported from (the empty one for built-in names).
PLAIN: Final[dict[str, tuple[str, str]]] = {
    **{name: (name, "bincode_next.types") for name in (*INTEGERS, "f32", "f64", "char")},
    "bool": ("bool", ""),
    "str": ("str", ""),
    "string::String": ("str", ""),
    "path::Path": ("Path", "pathlib"),
    "path::PathBuf": ("Path", "pathlib"),
    "ffi::CStr": ("CStr", "bincode_next.types"),
    "ffi::CString": ("CStr", "bincode_next.types"),
    "time::Duration": ("Duration", "bincode_next.types"),
    "time::SystemTime": ("SystemTime", "bincode_next.types"),
    "net::IpAddr": ("IpAddr", "bincode_next.types"),
    "net::Ipv4Addr": ("IPv4Address", "ipaddress"),
    "net::Ipv6Addr": ("IPv6Address", "ipaddress"),
    "net::SocketAddr": ("SocketAddr", "bincode_next.types"),
    "net::SocketAddrV4": ("SocketAddrV4", "bincode_next.types"),
    "net::SocketAddrV6": ("SocketAddrV6", "bincode_next.types"),
    **{f"sync::atomic::Atomic{name[0].upper()}{name[1:]}": (name, "bincode_next.types") for name in INTEGERS},
    "sync::atomic::AtomicBool": ("bool", ""),
}

# Types whose bytes are those of what is inside.
INNER: Final = {
    "boxed::Box", "rc::Rc", "sync::Arc", "borrow::Cow", "cell::Cell", "cell::RefCell", "sync::Mutex", "sync::RwLock",
    "num::Wrapping", "cmp::Reverse", "num::Saturating",
}  # fmt: skip

KINDS: Final[dict[str, Kind]] = {
    "option::Option": "option",
    "result::Result": "result",
    "vec::Vec": "list",
    "collections::VecDeque": "deque",
    "collections::LinkedList": "deque",
    "collections::BinaryHeap": "heap",
    "collections::HashSet": "set",
    "collections::BTreeSet": "btreeset",
    "collections::HashMap": "map",
    "collections::BTreeMap": "btreemap",
    "ops::Range": "generic",
    "ops::RangeInclusive": "generic",
    "ops::Bound": "generic",
    "num::NonZero": "nonzero",
    "marker::PhantomData": "phantom",
    **dict.fromkeys(PLAIN, "plain"),
    **dict.fromkeys(INNER, "inner"),
    **{f"num::NonZero{name[0].upper()}{name[1:]}": "nonzero" for name in INTEGERS},
    # Other crates' maps with another hasher or order: the same bytes.
    **dict.fromkeys(("hashbrown::HashMap", "indexmap::IndexMap", "rustc_hash::FxHashMap", "ahash::AHashMap"), "map"),
    **dict.fromkeys(("hashbrown::HashSet", "indexmap::IndexSet", "rustc_hash::FxHashSet", "ahash::AHashSet"), "set"),
}

ARITY: Final[dict[Kind, int]] = {
    "inner": 1, "option": 1, "result": 2, "list": 1, "deque": 1, "heap": 1, "set": 1, "btreeset": 1, "map": 2,
    "btreemap": 2, "generic": 1, "phantom": 1,
}  # fmt: skip

WHY_NOT: Final = {
    "time::Instant": "has no bytes: it means something only in the process that made it",
    "ffi::OsString": "has bytes that differ between systems; bincode's own traits don't take it",
    "ffi::OsStr": "has bytes that differ between systems; bincode's own traits don't take it",
    "fs::File": "has no bytes",
    "thread::JoinHandle": "has no bytes",
}

ROOTS: Final = ("std", "core", "alloc")
LAST: Final[dict[str, str]] = {}
for _path in [*KINDS, *WHY_NOT]:
    LAST.setdefault(_path.rpartition("::")[2], _path)


def canonical(path: tuple[str, ...]) -> str | None:
    """Return the key of a path into `std`, `core` or `alloc`, or of one of the other crates known; or None."""
    text = "::".join(path[1:] if path[0] in ROOTS else path)
    if text in KINDS or text in WHY_NOT:
        return text
    if path[0] not in ROOTS:
        return None
    # `std::collections::hash_map::HashMap` and the like: the same last name in a deeper module.
    known = LAST.get(path[-1])
    return known if known is not None and len(path) > 2 and known.startswith(f"{path[1]}::") else None
