"""The limit on the bytes of one value: kept to the byte by every plan, and no concern of what follows the value."""

import dataclasses
import mmap
from typing import Annotated

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from samples import NAMES, PAIRS

from bincode_next import arrays
from bincode_next.codec import decode, decode_many, decode_prefix, encode
from bincode_next.config import PURE_PYTHON, Safety, legacy, standard, v3
from bincode_next.errors import DecodeError, LimitExceeded, SchemaError, TrailingBytes
from bincode_next.plan._plan_py import Plan as Twin
from bincode_next.plan._select import made
from bincode_next.schema import schema_of
from bincode_next.stream import read_from, read_many
from bincode_next.types import Array, Bits, bitpacked, char, f64, u8, u32, u64

GIB = 1 << 30
CONFIGS = {
    "standard": standard(),
    "legacy": legacy(),
    "packed": v3().with_bit_packing(),
    "sorted": v3().with_deterministic_bincode(),
    "cbor": v3().with_cbor_format(),
    "fingerprint": v3().with_fingerprint(),
    "limit": standard().with_limit(1 << 20),
}


@bitpacked
@dataclasses.dataclass
class Flags:
    kind: Annotated[u8, Bits(3)]
    level: Annotated[u32, Bits(17)]


@dataclasses.dataclass
class Row:
    id: u32
    name: str
    scores: list[f64]


MORE = [("flags", list[Flags], [Flags(5, 70_000)] * 3), ("records", NDArray[np.float64], np.arange(5.0))]


def outcome(plan, data):
    try:
        return plan.decode(data)
    except DecodeError as error:
        return type(error), str(error), error.path, error.offset


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
@pytest.mark.parametrize(("name", "hint", "value"), PAIRS + MORE, ids=[*NAMES, *(one[0] for one in MORE)])
def test_a_value_may_have_so_many_bytes_and_no_more(name, hint, value, config):
    """Whatever follows it. What is over the limit is said with its place, and alike by both engines."""
    try:
        data = encode(value, hint, config)
    except SchemaError:
        pytest.skip(f"no bytes of {name} here")
    before = 8 if config.fingerprint else 0
    taken = len(data) - before
    whole = outcome(made(schema_of(hint), config), data)
    for most in sorted({0, 1, taken // 2, taken - 1, taken, taken + 1} - {-1}):
        limited = config.with_safety(Safety(bytes=most))
        plan, twin = made(schema_of(hint), limited), made(schema_of(hint), limited, Twin)
        found = outcome(plan, data + b"\1" * 20)
        assert repr(found) == repr(outcome(twin, data + b"\1" * 20))
        if taken <= most:
            assert repr(found) == repr(whole)
        else:
            assert found[0] is LimitExceeded
            assert f"at most {most}" in found[1]
            assert before <= found[3] <= before + most


def test_the_error_names_the_field_and_the_byte():
    config = standard().with_safety(Safety(bytes=12))
    with pytest.raises(LimitExceeded) as caught:
        decode(encode([Row(1, "ab", []), Row(2, "cd", [1.0])], list[Row]) + b"more", list[Row], config)
    assert (caught.value.path, caught.value.offset) == ("[1].scores[0]", 11)
    assert str(caught.value) == (
        "at [1].scores[0] byte 11: the value has more bytes than the configuration's safety allows; wanted at most 12. "
        "Config.with_safety changes what is allowed"
    )


def test_bytes_after_the_value_are_another_error():
    """Where they are refused, the limit does not hide them."""
    config = standard().with_strict().with_safety(Safety(bytes=2))
    with pytest.raises(TrailingBytes):
        decode(b"\1\2\3\4", tuple[u8, u8], config)


def test_a_char_at_the_limit_is_cut_and_not_wrong():
    """bincode 1 calls a char that is cut off a wrong one; here it is the limit that cuts."""
    config = legacy().with_safety(Safety(bytes=3))
    with pytest.raises(LimitExceeded):
        decode("é€".encode(), tuple[char, char], config)


def test_columns_and_records_are_values_too():
    column = arrays.from_column(pa.array([1.0, 2.0, 3.0]))
    for config in (standard(), standard().with_safety(Safety(bytes=len(column)))):
        assert arrays.to_column(column + b"more", f64, config).to_pylist() == [1.0, 2.0, 3.0]
        assert arrays.to_records(column + b"more", tuple[f64], config).size == 3
    config = standard().with_safety(Safety(bytes=len(column) - 1))
    with pytest.raises(LimitExceeded):
        arrays.to_column(column + b"more", f64, config)
    with pytest.raises(LimitExceeded):
        arrays.to_records(column + b"more", tuple[f64], config)


@pytest.fixture
def sparse(tmp_path):
    """Nine gibibytes of zeros that take no room, mapped; the first bytes may be written."""
    path = tmp_path / "sparse"
    with open(path, "wb+") as file:
        file.truncate(9 * GIB)
        with mmap.mmap(file.fileno(), 0) as data:
            yield data


def test_values_of_a_file_larger_than_the_limit(sparse):
    """The default is four gibibytes a value: what lies in a larger file decodes, wherever it starts."""
    assert standard().safety.bytes == 4 * GIB
    row = encode(Row(7, "seven", [1.5, 2.5]))
    for offset in (0, 8 * GIB):
        sparse[offset : offset + len(row)] = row
        assert decode_prefix(sparse, Row, offset=offset) == (Row(7, "seven", [1.5, 2.5]), len(row))
    assert decode(sparse, Row).name == "seven"
    assert next(iter(decode_many(sparse, Row))) == Row(7, "seven", [1.5, 2.5])
    assert len(list(decode_many(sparse, Array[u64, 4], legacy(), count=1000))) == 1000


@pytest.mark.parametrize("hint", [bytes, str, list[u8], dict[u8, u8], NDArray[np.uint8], tuple[u8, bytes]])
def test_the_default_limit(sparse, hint):
    """A value of more than four gibibytes in a file that has them is refused before anything is allocated."""
    head = encode(5 * GIB, u64)
    first = b"\1" if hint == tuple[u8, bytes] else b""
    sparse[:20] = (first + head).ljust(20, b"\0")
    with pytest.raises(LimitExceeded):
        decode(sparse, hint)


@pytest.mark.skipif(PURE_PYTHON, reason="the twin is the other engine")
def test_values_in_long_data_are_the_native_engines(monkeypatch):
    """Data beyond the limits is no reason to ask the twin, as long as the value is within them."""
    monkeypatch.setattr(Twin, "decode", lambda *_: pytest.fail("the twin was asked"))
    for safety in (Safety(bytes=40), Safety(memory=400)):
        plan = made(schema_of(Row), standard().with_safety(safety))
        data = encode(Row(7, "seven", [1.5]))
        assert plan.decode(data + bytes(1000)) == (Row(7, "seven", [1.5]), len(data))
        assert plan.end_of(data + bytes(1000), 0) == len(data)
        assert plan.end_of(data[:-1], 0) == -1
        assert plan.end_of(b"\1" + b"\xfc\0\0\0\2" + bytes(1000), 0) is None


def test_streams_refuse_a_longer_value(tmp_path):
    """As soon as its length is there, by default and by hand; many shorter ones may follow each other."""
    path = tmp_path / "values"
    path.write_bytes(encode("ab") * 1000 + encode("abcdef"))
    config = standard().with_safety(Safety(bytes=5))
    with open(path, "rb") as file:
        values = read_many(file, str, config)
        assert [next(values) for _ in range(1000)] == ["ab"] * 1000
        with pytest.raises(LimitExceeded):
            next(values)
    path.write_bytes(encode(5 * GIB, u64))
    with open(path, "rb") as file, pytest.raises(LimitExceeded):
        read_from(file, bytes)
