"""Rust source becomes a Python module: what it looks like, what it refuses, and that nothing breaks it."""

import os
import random
import subprocess
import sys
import types
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bincode_next.cli import main
from bincode_next.errors import BincodeError, MissingExtra, RustError
from bincode_next.rust import from_rust, to_rust
from bincode_next.schema import schema_of

MODEL = (Path(__file__).parent / "crates" / "src" / "model.rs").read_text(encoding="utf-8")
D = "#[derive(Encode, Decode)]\n"


def refused(text, **options):
    with pytest.raises(RustError) as caught:
        from_rust(text, file="a.rs", **options)
    return caught.value.problems


# ---------------------------------------------------------------- what is written

PLAIN = """
/// A point.
#[derive(Encode, Decode)]
pub struct Point {
    /// to the right
    pub x: f64,
    y: Option<u8>,
}
#[derive(Encode, Decode)]
enum Kind { A, B = 5, None }
#[derive(Encode, Decode)]
enum Shape { Dot, At(Point), Box { r#in: Vec<Shape> } }
type Shapes = Vec<Shape>;
const LIMIT: u32 = 1 << 4;
"""
WRITTEN = '''"""Types of a.rs, written by `bincode-next from-rust`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Final, TypeAlias, Union

from bincode_next.types import Name, f64, tuple_struct, u8, variant


@dataclass(slots=True)
class Point:
    """A point."""

    # to the right
    x: f64
    y: u8 | None


class Kind(Enum):
    A = 0
    B = 5
    None_ = 6


@variant("Dot")
@dataclass(slots=True)
class ShapeDot:
    pass


@variant("At")
@tuple_struct
@dataclass(slots=True)
class ShapeAt:
    value: Point


@variant("Box")
@dataclass(slots=True)
class ShapeBox:
    in_: Annotated[list[Shape], Name("in")]


Shape: TypeAlias = Annotated[Union[ShapeDot, ShapeAt, ShapeBox], Name("Shape")]

Shapes: TypeAlias = list[Shape]

LIMIT: Final = 16
'''


def test_the_module_is_what_one_would_write_by_hand():
    """Documentation, discriminants, keywords of Python, aliases and constants are all there."""
    assert from_rust(PLAIN, file="src/a.rs") == WRITTEN


def test_the_text_depends_on_the_source_alone():
    """Another process, with other hashes, writes the same."""
    code = "import sys; from bincode_next.rust import from_rust; sys.stdout.write(from_rust(sys.stdin.read()))"
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            input=MODEL,
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] == from_rust(MODEL)


def test_what_stands_in_keys_is_hashable(load):
    """A type in the key of a map is frozen, with everything it holds, and has tuples for lists."""
    source = f"{D}struct K(Vec<u8>, Vec<Inner>);{D}struct Inner {{ n: BTreeSet<u8> }}{D}struct M(HashMap<K, Vec<u8>>);"
    module = load(from_rust(source))
    key = module.K(b"a", (module.Inner(frozenset({1})),))
    assert module.M({key: b""}).value[key] == b""
    with pytest.raises(FrozenInstanceError):
        key.field0 = b""
    assert str(schema_of(module.K)) == str(schema_of(load(from_rust(source.replace("HashMap<K, Vec<u8>>", "K"))).K))


def test_a_parameter_in_a_key_freezes_what_is_given_for_it(load):
    """`Table<Key>` needs a hashable Key, through another generic type too."""
    source = f"{D}struct Table<K> {{ rows: HashMap<K, u8> }}{D}struct Outer<T>(Table<T>);{D}struct A(u8);"
    source += f"{D}struct R(Outer<A>);"
    module = load(from_rust(source))
    assert hash(module.A(1)) == hash(module.A(1))


def test_names_that_clash_are_told_apart(load):
    """Types of the same name in two modules, types called as ours are, fields called as their types."""
    source = f"{D}struct Name(u8);mod a {{ {D}pub struct P(u8); }} mod b {{ {D}pub struct P(u16); }}"
    source += f"{D}struct Holder {{ a: a::P, b: b::P, u8: u8, str: String, from: Result<u8, u8>, __x: Name }}"
    module = load(from_rust(source))
    fields = schema_of(module.Holder).root.fields
    assert [one.name for one in fields] == ["a", "b", "u8", "str", "from", "__x"]
    assert [one.node.name for one in fields[:2]] == ["P", "P"]
    assert [one.attribute for one in fields] == ["a", "b", "u8_", "str_", "from_", "x"]


def test_types_may_be_called_as_what_the_module_imports(load):
    """And fields as methods of every class: to a dataclass these look like defaults."""
    source = f"{D}struct dataclass {{ dataclass: u8, mro: u8, print: u8, int: i64, list: Vec<i64>, r#match: bool }}"
    source += f"{D}enum Enum {{ name, value, mro, None, True, _x_ }} {D}struct int(u8, Option<Box<Union>>);"
    source += f"{D}enum Union {{ A(dataclass), B {{ value: Enum }}, C(int) }}"
    source += f"{D}enum Never {{}} {D}struct Generic<T>(T, Never);"
    module = load(from_rust(source + f"{D}struct Root(Generic<Union>);"))
    assert [one.name for one in schema_of(module.dataclass).root.fields][:3] == ["dataclass", "mro", "print"]
    assert "Box<Union>" in to_rust(module.Root)


def test_discriminants_are_recorded_where_they_can_be_worked_out(load):
    """They are not on the wire, so the others are no reason to refuse."""
    source = f"{D}enum A {{ X = 1 << 3, Y, Z = -K }} {D}enum B {{ X = f(), Y = 0 }} {D}enum C {{ X(u8) = 7, Y }}"
    source += "const K: u8 = 2;"
    module = load(from_rust(source))
    numbers = [[one.discriminant for one in schema_of(getattr(module, name)).root.variants] for name in "ABC"]
    assert numbers == [[8, 9, -2], [0, 1], [7, None]]


def test_generic_types_keep_their_parameters(load):
    """Types, numbers and defaults."""
    source = f"{D}struct Buf<T, const N: usize = 2> {{ a: [T; N], raw: [u8; N] }}"
    module = load(from_rust(source + f"const K: usize = 4;{D}struct R {{ x: Buf<u16>, y: Buf<i8, 3>, z: Buf<u8, K> }}"))
    lengths = [[part.node.length for part in one.node.fields] for one in schema_of(module.R).root.fields]
    assert lengths == [[2, 2], [3, 3], [4, 4]]


def test_several_files_are_one_crate(load):
    """Paths between files, renamed imports, re-exports and globs."""
    files = {
        "src/lib.rs": f"mod shape; use shape::Point as P; use deep::*;\n{D}struct Save {{ p: P, t: Thing }}",
        "src/shape.rs": f"{D}pub struct Point(u8);",
        "src/deep/mod.rs": "mod inner; pub use inner::Thing;",
        "src/deep/inner.rs": f"use crate::shape;\n{D}pub struct Thing(super::super::shape::Point, shape::Point);",
    }
    module = load(from_rust(files))
    assert [one.name for one in schema_of(module.Save).root.fields] == ["p", "t"]
    assert "Types of lib.rs, shape.rs, mod.rs …" in from_rust(files)


def test_known_types_are_imported():
    """A type of another crate has the Python type that the user names."""
    text = from_rust(f"{D}struct A {{ id: uuid::Uuid, t: Wrap<u8> }}", known={"Uuid": "my.ids:Id", "Wrap": "my:W"})
    assert "from my import W\nfrom my.ids import Id" in text
    assert "id: Id\n    t: W[u8]" in text
    with pytest.raises(RustError, match="module:Name"):
        from_rust("", known={"A": "no colon"})


# ---------------------------------------------------------------- what is refused


def test_a_type_that_is_not_there_is_refused_with_place_and_advice():
    """File, line and column (in characters), the name, and what to do; all at once."""
    source = f"{D}struct A {{\n    /* ä */ when: chrono::DateTime<Utc>, b: Missing }}"
    first, second = refused(source)
    assert first.startswith("a.rs:3:19: the type `chrono::DateTime` is not among the files given. Give the file")
    assert "--type DateTime=module:Name" in first
    assert second.startswith("a.rs:3:45: the type `Missing`")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (D + "struct A(Box<dyn Fn()>);", "a trait object has no bytes"),
        (D + "struct A(fn(u8));", "a function pointer"),
        (D + "struct A(*const u8);", "a raw pointer"),
        (D + "struct A<T: Iterator>(T::Item);", "an associated type"),
        (D + "struct A(std::time::Instant);", "has no bytes"),
        (D + "struct A([u8; f()]);", "no constant that can be worked out"),
        (D + "struct A([u8; OTHER]);", "`OTHER` is not among the files"),
        (D + "struct A(B); struct B;", "derives neither bincode's nor serde's traits (a.rs:2:14)"),
        (D + "struct A(B); struct B; impl Encode for B {}", "Encode written by hand (a.rs:2:24)"),
        (D + "struct A(U); union U { a: u8 }", "is a union"),
        (D + "struct A<T>(Option<T>);" + D + "struct B(A<Option<u8>>);", "can't tell the two apart"),
        (D + "struct A(u8);" + D + "struct A(u16);", "is defined at a.rs:2:1 already"),
        (D + "struct A { b: u8", "`}` is missing"),
        (D + "struct A(Vec<Vec);", "`>` is missing"),
        ("fn f() { " + D + "struct A(u8); } } }", "is no Rust that the grammar knows"),
        (D + "struct A(HashMap<BTreeMap<u8, u8>, u8>);", "no hashable form"),
        (D + "struct A([u8; N]); #[cfg(x)] const N: u8 = 1; #[cfg(y)] const N: u8 = 2;", "`N` is defined at a.rs:2:30"),
        (D + "struct A(N); #[cfg(x)] type N = u8; #[cfg(y)] type N = u16;", "`N` is defined at a.rs:2:24 already"),
        ("struct A;", "no struct or enum here derives"),
        (D + "struct A(P<u8, u8>);" + D + "struct P<T>(T);", "takes 1 parameters, not 2"),
        (D + "struct A(P);" + D + "struct P<T>(T);", "lacks its parameter T"),
        (D + "struct A(std::io::Result<u8>);", "`std::io::Result` is not among"),
    ],
)
def test_what_has_no_bytes_is_refused(source, said):
    """Each with what is wrong."""
    assert said in "\n".join(refused(source))


def test_notes_are_reported_and_written():
    """What is passed over, and what is written by hand beside what is derived, is told."""
    source = f"struct Foo; impl Serialize for Foo {{}}\n{D}struct A(u8); impl Decode for A {{}}\n"
    source += "#[derive(rkyv::Serialize)] struct B;"
    notes = []
    text = from_rust(source, file="a.rs", report=notes.append)
    assert [note.split(": ")[0] for note in notes] == ["a.rs:4:10", "a.rs:1:13", "a.rs:3:15"]
    assert all(f"# Note: {note}" in text for note in notes)


def test_without_the_grammar_the_extra_is_named(monkeypatch):
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "tree_sitter_rust", None)
    with pytest.raises(MissingExtra, match=r"extra 'rust': pip install 'bincode-next\[rust\]'"):
        from_rust("")


def test_the_shell_command_writes_a_module_or_says_all_that_is_wrong(tmp_path, capsys):
    """A line for each problem, on stderr; the module on stdout or in a file."""
    source, made = tmp_path / "a.rs", tmp_path / "a.py"
    source.write_text(PLAIN)
    assert main(["from-rust", str(source), "-o", str(made)]) == 0
    assert made.read_text() == WRITTEN
    source.write_text(D + "struct A(uuid::Uuid, B);")
    assert main(["from-rust", str(source)]) == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 2)
    assert main(["from-rust", str(source), "--type", "Uuid=my:Id", "--type", "B=my:B"]) == 0
    assert "from my import B, Id" in capsys.readouterr().out


# ---------------------------------------------------------------- hostile source

N = 20_000
HOSTILE = {
    "types": D + "struct A(" + "Vec<" * N + "u8" + ">" * N + ");",
    "tuples": D + "struct A(" + "(" * N + "u8" + ",)" * N + ");",
    "references": D + "struct A(" + "&" * N + "u8);",
    "brackets": D + "struct A([u8; " + "(" * N + "1" + ")" * N + "]);",
    "sums": D + "struct A([u8; " + "1+" * N + "1]);",
    "modules": "mod a {" * N + D + "struct A(u8);" + "}" * N,
    "attributes": "#[a(" + "(" * N + ")" * N + ")] " + D + "struct A(u8);",
    "imports": "use " + "a::{" * N + "b" + "}" * N + ";" + D + "struct A(u8);",
    "path": D + "struct A(a" + "::a" * N + ");",
    "bodies": "fn f() {" + "{" * N + "}" * N + "}" + D + "struct A(u8);",
    "open": "{" * N,
    "open types": D + "struct A<" + "T<" * N,
    "constants": "".join(f"const C{i}: usize = C{i + 1};" for i in range(2000)) + D + "struct A([u8; C0]);",
    "constant of itself": "const A: usize = B; const B: usize = A;" + D + "struct S([u8; A]);",
    "shifts": D + "struct S([u8; 1 << 127 << 127 << 127]);",
    "digits": D + "struct S([u8; " + "9" * N + "]);",
    "doubling aliases": "type A0<T>=(T,T);"
    + "".join(f"type A{i + 1}<T>=A{i}<(T,T)>;" for i in range(40))
    + D
    + "struct S(A40<u8>);",
    "aliases": "".join(f"type A{i}=A{i + 1};" for i in range(2000)) + "type A2000=u8;" + D + "struct S(A0);",
    "alias of itself": "type A=B; type B=Vec<A>;" + D + "struct S(A);",
    "imports of themselves": "use self::A as B; use self::B as A;" + D + "struct S(A);",
    "keys": "".join(f"{D}struct K{i}(K{i + 1});" for i in range(2000)) + D + "struct K2000(HashMap<K0, u8>);",
    "one line": D + "struct S {" + ",".join(f"f{i}: Foo" for i in range(5000)) + "}",
    "no text": "\0\ud800\uffff" + D + "struct S(u8);",
    "quotes": '/// ends with \\"""\n/// "' + "\n" + D + "struct S { /// #\n///\n x: u8 }",
    "comment": "/*" * N,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_source_ends_in_a_module_or_a_refusal(name):
    """Nothing recurses with the source, nothing grows without bound."""
    assert len(outcome(HOSTILE[name])) < 1_000_000


def test_damaged_source_ends_in_a_module_or_a_refusal():
    """Bytes of a model are lost, doubled and changed."""
    choose = random.Random(7)
    data = MODEL.encode()
    for _ in range(60):
        at, length = choose.randrange(len(data)), choose.choice((1, 1, 2, 30, 400))
        middle = choose.choice(
            (b"", data[at : at + length] * 2, bytes(choose.choices(b"{}()<>;,:#[]'\"\\u", k=length)))
        )
        outcome(data[:at] + middle + data[at + length :])


def outcome(source):
    """Return the module, which compiles, or what is refused."""
    try:
        text = from_rust(source)
    except BincodeError as error:
        return str(error)
    compile(text, "outcome", "exec")
    return text


# ---------------------------------------------------------------- there and back


def words(text):
    """Return a strategy for one of some words."""
    return st.sampled_from(text.split())


LEAVES = words("u8 u16 i32 i64 u128 usize f32 f64 bool char String () Duration SystemTime IpAddr PathBuf CString")
HASHABLE = words("u8 i16 u64 char String bool [u8;4] (u8,u16) Vec<u8> Vec<i32> Option<u8> Unit")


def deeper(inner):
    """Return types made of types."""
    one = inner.map
    return st.one_of(
        one("Vec<{}>".format), one("Box<[{}]>".format), one("Box<{}>".format), one("VecDeque<{}>".format),
        one("[{}; 3]".format), one("({},)".format), one("Option<{}>".format), one("Range<{}>".format),
        one("Bound<{}>".format), one("Twin<{}>".format),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}, {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"Result<{two[0]}, {two[1]}>"),
        st.tuples(HASHABLE, inner).map(lambda two: f"HashMap<{two[0]}, {two[1]}>"),
        st.tuples(HASHABLE, inner).map(lambda two: f"BTreeMap<{two[0]}, {two[1]}>"),
        HASHABLE.map("HashSet<{}>".format), HASHABLE.map("BTreeSet<{}>".format), HASHABLE.map("BinaryHeap<{}>".format),
    )  # fmt: skip


TYPES = st.recursive(LEAVES, deeper, max_leaves=6)
NAMES = words("a b from in class self_ list u8 type None match_ _x len")
FIELDS = st.lists(st.tuples(NAMES, TYPES), max_size=4, unique_by=lambda one: one[0])
BODIES = st.one_of(
    FIELDS.map(lambda fields: "{" + ", ".join(f"r#{name}: {kind}" for name, kind in fields) + "}"),
    st.lists(TYPES, min_size=1, max_size=3).map(lambda kinds: f"({', '.join(kinds)})"),
)
VARIANTS = st.lists(st.one_of(st.just(""), BODIES), min_size=1, max_size=4)


@given(BODIES, VARIANTS, FIELDS)
def test_what_comes_back_to_rust_is_stable(struct, variants, fields):
    """`to_rust` of what `from_rust` made, read and written again, is the same text; for each crate."""
    end = ";" if struct.startswith("(") else ""
    enum = ", ".join(f"V{at}{body}" for at, body in enumerate(variants))
    root = "".join(f"r#{name}: {kind}, " for name, kind in fields)
    source = f"{D}struct Unit;{D}struct Twin<T>(T, Vec<T>);{D}struct Inner {struct}{end}{D}enum Choice {{ {enum} }}"
    source += f"{D}struct Root {{ {root} one: Inner, two: Option<Box<Root>>, three: Vec<Choice> }}"
    whole = root_schema(from_rust(source))
    for crate in (2, 3):
        text = to_rust(whole, crate=crate)
        again = root_schema(from_rust(text))
        assert to_rust(again, crate=crate) == text
        if "Twin2" not in text:  # Rust has a name for each use of a generic class
            assert str(again) == str(whole)


def root_schema(text):
    """Return the schema of Root in a module, whose classes find each other while it has a name."""
    module = sys.modules["round_trip"] = types.ModuleType("round_trip")
    exec(compile(text, "round_trip", "exec"), vars(module))
    return schema_of(module.Root)
