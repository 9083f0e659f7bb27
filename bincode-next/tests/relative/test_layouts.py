"""Sizes, alignments and offsets as C has them."""

from __future__ import annotations

import ctypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bincode_next.errors import SchemaError
from bincode_next.relative import Choice, FixedArray, FixedString, Inline, Number, Pointer, Record, Slice, Text, build

C_TYPES = {
    "bool": ctypes.c_bool,
    "u8": ctypes.c_uint8,
    "i16": ctypes.c_int16,
    "char": ctypes.c_uint32,
    "f32": ctypes.c_float,
    "i64": ctypes.c_int64,
    "usize": ctypes.c_uint64,
    "f64": ctypes.c_double,
}


@given(st.lists(st.tuples(st.sampled_from(sorted(C_TYPES)), st.integers(1, 3)), min_size=1, max_size=8))
def test_structs_are_laid_out_as_the_c_compiler_does(kinds: list[tuple[str, int]]) -> None:
    """Numbers and arrays of them."""
    fields = tuple((f"f{at}", Inline(Number(kind), length)) for at, (kind, length) in enumerate(kinds))
    members = [(f"f{at}", C_TYPES[kind] * length) for at, (kind, length) in enumerate(kinds)]
    oracle = type("Oracle", (ctypes.Structure,), {"_fields_": members})
    record = Record("Oracle", fields)
    assert record.size == ctypes.sizeof(oracle)
    assert record.align == ctypes.alignment(oracle)
    assert record.offsets == tuple(getattr(oracle, name).offset for name, _ in members)


def test_what_leads_elsewhere_has_a_size_of_its_own() -> None:
    """Whatever it leads to."""
    for layout, size in [
        (Pointer(Number("u128")), 4),
        (Slice(Number("u128")), 8),
        (FixedArray(Number("u8"), 1000), 4),
        (Text(), 8),
        (FixedString(10), 16),
        (FixedString(0), 4),
    ]:
        assert (layout.size, layout.align) == (size, 4)


@pytest.mark.parametrize(
    ("tag", "payloads", "size", "payload", "align"),
    [
        ("u16", (None, None), 2, 2, 2),
        ("u8", (None, "u64"), 16, 8, 8),
        ("u32", (None, "u8"), 8, 4, 4),
        ("i8", ("u16", "u8"), 4, 2, 2),
        ("u8", ("u128",), 32, 16, 16),
    ],
)
def test_enums_are_a_tag_and_a_union(
    tag: str, payloads: tuple[str | None, ...], size: int, payload: int, align: int
) -> None:
    """The payload starts at its alignment behind the tag."""
    variants = tuple(Record("V", (("x", Number(each)),) if each else ()) for each in payloads)
    choice = Choice("E", variants, tag)
    assert (choice.size, choice.payload, choice.align) == (size, payload, align)


def test_alignments_that_rust_would_not_compile() -> None:
    """Not a power of two, or less than the target's own."""
    with pytest.raises(SchemaError):
        Pointer(Number("u8"), 3)
    with pytest.raises(SchemaError):
        build(1, Pointer(Number("u64"), 4))
    with pytest.raises(SchemaError):
        Number("u24")
