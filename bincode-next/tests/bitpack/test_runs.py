"""Runs of packed fields, against every row of the crate's bytes."""

from __future__ import annotations

from typing import Any

import pytest
from vector_rows import Described, Row, config_of, rows

from bincode_next import bitpack
from bincode_next.config import Config, v3
from bincode_next.errors import OutOfRangeError, SchemaError, UnexpectedEnd
from bincode_next.schema import _nodes as n

ROWS = [row for row in rows("bincode_v3_bits") if "bits" in row["config"] and row["config"].get("format") != "cbor"]
U8 = n.Int(8, False)


def _layout(node: n.Node, variant: int, config: Config) -> tuple[tuple[n.Field, ...], tuple[bitpack.Run, ...], Any]:
    assert isinstance(node, n.Struct | n.Enum)
    order = bitpack.order_of(node, config)
    if isinstance(node, n.Struct):
        return node.fields, bitpack.runs(node.fields), order
    fields = n.payload_fields(node.variants[variant].payload)
    return fields, bitpack.runs(fields, bitpack.tag_width(len(node.variants))), order


def _plain(node: n.Node, value: Any, config: Config) -> bytes:
    """Return the bytes of the few unpacked fields that the rows have."""
    if isinstance(node, n.Str):
        text = value.encode()
        return _plain(n.Int(64, False), len(text), config) + text
    assert isinstance(node, n.Int)
    if config.ints == "fixed" or node.bits == 8:
        return int(value).to_bytes(node.bits // 8, config.endian)
    for most, mark, size in ((250, b"", 1), (0xFFFF, b"\xfb", 2), (0xFFFFFFFF, b"\xfc", 4)):
        if value <= most:
            return mark + int(value).to_bytes(size, config.endian)
    raise AssertionError


def _encode(node: n.Node, value: Any, config: Config) -> bytes:
    tag = 0
    if isinstance(node, n.Enum):
        tag = [variant.key for variant in node.variants].index(type(value))
        value = [getattr(value, each.name) for each in n.payload_fields(node.variants[tag].payload)]
    fields, runs, order = _layout(node, tag, config)
    out, at = b"", 0
    for run in runs:
        for index in range(at, run.first):
            out += _plain(fields[index].node, value[index], config)
        numbers = [bitpack.to_bits(value[index], fields[index]) for index in range(run.first, run.last)]
        out += bitpack.pack([tag, *numbers] if run.has_tag else numbers, run.widths, order)
        at = run.last
    return out + b"".join(_plain(fields[index].node, value[index], config) for index in range(at, len(fields)))


@pytest.mark.parametrize("row", [row for row in ROWS if "value" in row], ids=lambda row: row["id"])
def test_the_crates_bytes_of_packed_values(row: Row) -> None:
    """Groups between other fields, tags that join the first group, values that are refused."""
    described, config = Described(row["type"]), config_of(row)
    value = described.value(row["value"])
    if "encode_error" in row:
        with pytest.raises(OutOfRangeError):
            _encode(described.schema.root, value, config)
    else:
        assert _encode(described.schema.root, value, config).hex() == row["hex"]


@pytest.mark.parametrize("row", [row for row in ROWS if "value" not in row], ids=lambda row: row["id"])
def test_the_crates_reading_of_odd_bytes(row: Row) -> None:
    """Tags without a variant, bytes that end early, bits that fill bytes."""
    described, config = Described(row["type"]), config_of(row)
    node, data = described.schema.root, bytes.fromhex(row["hex"])
    assert isinstance(node, n.Struct | n.Enum)
    error = None
    try:
        tag = 0
        if isinstance(node, n.Enum):
            width = bitpack.tag_width(len(node.variants))
            tag = bitpack.read_first(data, 0, len(data), width, bitpack.order_of(node, config))
            if tag >= len(node.variants):
                error = "UnexpectedVariant"
        if error is None:
            fields, runs, order = _layout(node, tag, config)
            numbers = bitpack.unpack(data, 0, len(data), runs[0].widths, order)
            assert runs[0].size == row.get("consumed", runs[0].size)
            if "error" in row:
                error = row["error"] if runs[0].last < len(fields) and len(data) == runs[0].size else None
            elif isinstance(node, n.Struct):
                values = {
                    each.name: bitpack.from_bits(number, each) for each, number in zip(fields, numbers, strict=True)
                }
                assert values == row["accepts"]
    except UnexpectedEnd:
        error = "UnexpectedEnd"
    assert error == row.get("error")


def test_bytes_of_a_type_with_an_order_of_its_own() -> None:
    """The crate's bytes under the other order; in the vectors the attribute got lost on its way through a macro."""
    fields = (n.Field("a", U8, 3), n.Field("b", n.Int(16, False), 10))
    assert _encode(n.Struct("ForceMsb", fields, packed=True, bit_order="msb"), (5, 677), v3()).hex() == "b528"
    assert (
        _encode(n.Struct("ForceLsb", fields, packed=True, bit_order="lsb"), (5, 677), v3().with_big_endian()).hex()
        == "2d15"
    )


def test_where_runs_begin_and_end() -> None:
    """A tag joins the first run or stands alone; fields without bits part runs; a tag of no bits is none."""
    bit, byte = n.Field("a", U8, 3), n.Field("b", U8)
    assert bitpack.runs(()) == ()
    assert bitpack.runs((byte, byte)) == ()
    assert bitpack.runs((bit, bit, byte, bit)) == (bitpack.Run(0, 2, (3, 3)), bitpack.Run(3, 4, (3,)))
    assert bitpack.runs((bit, byte), 2) == (bitpack.Run(0, 1, (2, 3), has_tag=True),)
    assert bitpack.runs((byte, bit), 2) == (bitpack.Run(0, 0, (2,), has_tag=True), bitpack.Run(1, 2, (3,)))
    assert bitpack.runs((), 9) == (bitpack.Run(0, 0, (9,), has_tag=True),)
    assert bitpack.runs((), 9)[0].size == 2


@pytest.mark.parametrize(("variants", "width"), [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (256, 8), (257, 9)])
def test_width_of_a_tag(variants: int, width: int) -> None:
    """As many bits as the highest number needs."""
    assert bitpack.tag_width(variants) == width


@pytest.mark.parametrize(
    "field",
    [
        n.Field("x", U8, 9),
        n.Field("x", U8, 0),
        n.Field("x", n.Bool(), 9),
        n.Field("x", n.Int(128, False), 65),
        n.Field("x", n.Float(32), 4),
        n.Field("x", n.Int(8, False, nonzero=True), 4),
    ],
    ids=repr,
)
def test_what_can_not_be_packed_is_refused_by_path(field: n.Field) -> None:
    """The crate's program would not compile."""
    with pytest.raises(SchemaError) as caught:
        bitpack.runs((field,), path="outer")
    assert caught.value.path == "outer.x"


def test_a_types_own_order_goes_before_the_configurations() -> None:
    """`bit_order` of the struct or enum."""
    assert bitpack.order_of(n.Struct("S", (), bit_order="msb"), v3()) == "msb"
    assert bitpack.order_of(n.Struct("S", ()), v3().with_big_endian()) == "msb"
    assert bitpack.order_of(n.Enum("E", ()), v3()) == "lsb"
