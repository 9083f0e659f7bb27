"""Attributes and derives: honoured where they change bytes, without effect where they don't, else refused by name."""

import pytest

from bincode_next.errors import RustError
from bincode_next.rust import from_rust
from bincode_next.schema import schema_of

S = "#[derive(Serialize, Deserialize)]\n"
E = "#[derive(Encode, Decode)]\n"
BOTH = "#[derive(Serialize, Deserialize, Encode, Decode)]\n"
P = "#[derive(BitPacked)]\n"


def fields_of(load, source, name="A", **options):
    """Return the Rust names of the fields that are written."""
    root = schema_of(getattr(load(from_rust(source, **options)), name)).root
    return [one.name for one in root.fields]


@pytest.mark.parametrize(
    "attribute",
    [
        "serde(skip)",
        "serde(skip_serializing, skip_deserializing)",
        "serde(skip_serializing)] #[serde(skip_deserializing)",
        'cfg_attr(feature = "x", serde(skip))',
        'cfg_attr(all(feature = "x", not(test)), allow(dead_code), serde(skip, default))',
    ],
)
def test_a_field_that_serde_skips_on_both_sides_is_dropped(load, attribute):
    """However it is said."""
    assert fields_of(load, f"{S}struct A {{ a: u8, #[{attribute}] b: Missing, c: u8 }}") == ["a", "c"]


def test_what_serde_renames_is_written_all_the_same(load):
    """Names, defaults, aliases, bounds and the like change no bytes."""
    source = f"""{S}#[serde(rename_all = "camelCase", deny_unknown_fields, transparent, crate = "s", bound = "T: X")]
    struct A<'a> {{ #[serde(rename = "b", alias = "c", default = "f", borrow)] a: &'a str }}"""
    assert fields_of(load, source) == ["a"]


@pytest.mark.parametrize(
    ("attribute", "why"),
    [
        ("flatten", "writes a map"),
        ('skip_serializing_if = "Vec::is_empty"', "leaves bytes out"),
        ("skip_serializing", "one-sided"),
        ("skip_deserializing", "one-sided"),
        ('with = "my::module"', "bytes of its own"),
        ('serialize_with = "f"', "bytes of its own"),
        ("invented", "is not known here"),
    ],
)
def test_what_bincode_cannot_read_back_is_refused_at_a_field(attribute, why):
    """By name, with file, line and column."""
    name = attribute.split(" ")[0]
    with pytest.raises(RustError) as caught:
        from_rust(f"{S}struct A {{\n  #[serde({attribute})] a: Vec<u8> }}", file="m.rs")
    (problem,) = caught.value.problems
    assert problem.startswith(f"m.rs:3:11: `serde({name})` on `A.a`")
    assert why in problem


@pytest.mark.parametrize("attribute", ['tag = "t"', "untagged", 'remote = "X"', 'into = "B"', 'from = "B"'])
def test_what_bincode_cannot_read_back_is_refused_at_a_type(attribute):
    """Tags, no tags, types of elsewhere, one-sided conversions."""
    with pytest.raises(RustError, match=r"m.rs:2:9: `serde\("):
        from_rust(f"{S}#[serde({attribute})] enum A {{ B(u8) }} {S}struct B;", file="m.rs")


def test_a_type_that_serde_converts_both_ways_is_the_other_type(load):
    """`from` and `into` of the same type: its bytes are those."""
    module = load(from_rust(f'{S}#[serde(from = "Raw", into = "Raw")] struct A(Missing); {S}struct Raw {{ x: u8 }}'))
    assert module.A is module.Raw


def test_bytes_and_big_arrays_are_what_they_are(load):
    """serde_bytes writes what a Vec<u8> is; BigArray what an array is."""
    source = f"""{S}struct A {{ #[serde(with = "serde_bytes")] a: Vec<u8>, #[serde(with = "BigArray")] b: [u8; 64] }}"""
    assert fields_of(load, source) == ["a", "b"]
    with pytest.raises(RustError, match="serde_bytes writes a length"):
        from_rust(f"""{S}struct A {{ #[serde(with = "serde_bytes")] a: [u8; 4] }}""")


def test_skipped_variants_are_dropped_at_the_end_only(load):
    """serde counts a skipped variant when it writes, not when it reads."""
    root = schema_of(load(from_rust(f"{S}enum A {{ X, Y(u8), #[serde(skip)] Z(Missing) }}")).A).root
    assert [one.name for one in root.variants] == ["X", "Y"]
    with pytest.raises(RustError, match="serde counts a skipped variant of `A`"):
        from_rust(f"{S}enum A {{ X, #[serde(skip)] Z, Y(u8) }}")


def test_types_with_both_kinds_of_traits_ask_which_one_writes(load):
    """Only where it makes a difference."""
    assert fields_of(load, f'{BOTH}struct A {{ #[serde(rename = "x")] a: u8 }}') == ["a"]
    source = f"{BOTH}struct A {{ a: u8, #[serde(skip)] b: u8 }}"
    with pytest.raises(RustError, match="Say which writes it"):
        from_rust(source)
    assert fields_of(load, source, via="serde") == ["a"]
    assert fields_of(load, source, via="bincode") == ["a", "b"]
    assert fields_of(load, f"{E}struct A {{ #[serde(flatten)] a: u8 }}") == ["a"]


def test_bits_are_honoured_with_bit_packing_derived(load):
    """And told to be without effect otherwise; the order of a type goes before the configuration's."""
    source = '#[bincode(bit_packing = "msb")] struct A { #[bincode(bits = 3)] a: u8, b: u16 }'
    root = schema_of(load(from_rust(P + source)).A).root
    assert (root.packed, root.bit_order) == (True, "msb")
    assert [one.bits for one in root.fields] == [3, None]
    notes = []
    root = schema_of(load(from_rust(E + source.replace("msb", "lsb"), report=notes.append)).A).root
    assert not root.packed
    assert "no effect" in notes[0]
    enum = schema_of(load(from_rust(P + "enum A { X { #[bincode(bits = 2)] a: u8 }, Y, Z(u8) }")).A).root
    assert enum.packed
    assert schema_of(load(from_rust(P + "enum A { X, Y }")).A).root.packed
    assert schema_of(load(from_rust(P + "enum A { X(#[bincode(bits = 2)] u8) }")).A).root.packed


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (P + "struct A { #[bincode(bits = 65)] a: u64 }", "a number from 1 to 64"),
        (P + "#[bincode(bit_packing = 3)] struct A { a: u64 }", '"lsb" or "msb"'),
        (E + "#[bincode(invented)] struct A { a: u64 }", "`bincode(invented)` on `A`"),
        (E + "struct A { #[bincode(invented)] a: u64 }", "`bincode(invented)` on `A.a`"),
        ("#[derive(SchemaWrite)] struct A { #[wincode(with = X)] a: u64 }", "`wincode(with)` on `A.a`"),
        ("#[derive(Serialize_repr)] #[repr(u8)] enum A { X = 1 }", "serde_repr"),
        ("#[serde_as]\n" + S + 'struct A { #[serde_as(as = "X")] a: u64 }', "`serde_as` on `A`"),
    ],
)
def test_other_attributes_of_the_crates_are_refused(source, said):
    """By name."""
    with pytest.raises(RustError) as caught:
        from_rust(source)
    assert said in str(caught.value)


def test_attributes_without_effect_are_let_pass(load):
    """Bounds, contexts, representations, what other derives have; and a field that serde writes in bincode's traits."""
    source = f"""#[repr(C)] #[strum(x(y = 1))] {E}#[bincode(crate = "b", decode_context = "()", bounds = "")]
    struct A {{ #[bincode(with_serde)] a: u8, #[doc(hidden)] #[validate(range(min = 1))] b: u8 }}"""
    assert fields_of(load, source) == ["a", "b"]


def test_a_field_that_serde_writes_is_looked_into():
    """serde's attributes count there, whatever writes the rest."""
    inner = f"{BOTH}struct B {{ #[serde(skip)] x: u8 }} {BOTH}struct C(Vec<B>);"
    field = f"{E}struct A {{ #[bincode(with_serde)] c: Option<C> }}"
    with pytest.raises(RustError, match="changes its bytes"):
        from_rust(field + inner, via="bincode")
    notes = []
    from_rust(field.replace("Option<C>", "Result<u8, u8>"), report=notes.append)
    assert "not v3()" in notes[0]


def test_parts_under_conditions_ask_for_the_features(load):
    """A field that is there only with a feature changes bytes; tests are never part of it."""
    source = (
        f'{E}struct A {{ a: u8, #[cfg(feature = "x")] b: u8, #[cfg(test)] c: u8, #[cfg(not(feature = "x"))] d: u8 }}'
    )
    with pytest.raises(RustError, match=r'field `A.b` is there only under cfg\(feature = "x"\)'):
        from_rust(source)
    assert fields_of(load, source, features=["x"]) == ["a", "b"]
    assert fields_of(load, source, features=[]) == ["a", "d"]
    assert fields_of(load, f'#[cfg(feature = "x")] {E}struct A {{ a: u8 }}') == ["a"]
    tests = f"{E}struct A {{ a: u8 }} #[cfg(test)] mod tests {{ {E}struct A(Missing); }}"
    assert fields_of(load, tests) == ["a"]
    either = f'#[cfg(feature = "x")] {E}struct A {{ a: u8 }} #[cfg(all(unix, not(feature = "x")))] {E}struct A(u8);'
    assert fields_of(load, either, features=["x"]) == ["a"]


def test_conditional_derives_count(load):
    """`cfg_attr(feature = "serde", derive(…))` is how libraries do it."""
    source = '#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))] struct A { a: u8 }'
    assert fields_of(load, source) == ["a"]
    with pytest.raises(RustError, match="no struct or enum here"):
        from_rust(source, features=[])
