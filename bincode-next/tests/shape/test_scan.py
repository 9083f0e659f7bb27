"""Scans find where values end, in bytes that come in any chunks, looking at each a bounded number of times."""

import dataclasses
import random

import pytest
from vector_rows import Described, config_of, rows

from bincode_next.config import CborOptions, Safety, standard, v3, v3_legacy
from bincode_next.errors import LimitExceeded
from bincode_next.plan import plan_of
from bincode_next.schema import schema_of
from bincode_next.shape import Layout, Malformed, Scan, extended
from bincode_next.types import i64, u8, u32

FILES = ("bincode_v3", "bincode_v3_cbor", "bincode_v3_bits", "bincode_v3_deterministic")


def cases():
    for row in rows(*FILES):
        if "hex" not in row or "type" not in row or "value" not in row or row.get("api") == "serde":
            continue
        if "encode_error" not in row and len(row["hex"]) <= 600:
            yield row


ROWS = list(cases())


def scanned(layout, data, sizes):
    """Feed `data` in chunks of these sizes; return where the value ended and what was said to be missing before."""
    scan, seen = Scan(layout), 0
    told = []
    have = bytearray()
    while not scan.resume(have):
        missing = scan.missing(len(have))
        assert missing >= 1
        told.append((len(have), missing))
        if seen >= len(data):
            return None, told
        size = next(sizes)
        have = extended(have, data[seen : seen + size])
        seen += size
    assert scan.missing(len(have)) == 0
    return scan.position, told


def forever(size):
    while True:
        yield size


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_scan_ends_where_the_value_does(row):
    """Byte by byte, and all at once with other bytes behind, the scan of each of the crates' values ends with it."""
    described, config = Described(row["type"], row.get("rust", "")), config_of(row)
    layout, data = Layout(described.schema, config), bytes.fromhex(row["hex"])
    end, told = scanned(layout, data, forever(1))
    assert end == len(data)
    assert all(have + missing <= len(data) for have, missing in told)
    assert layout.least <= len(data)
    assert layout.size in (None, len(data))
    assert scanned(layout, data + b"\x00" * 40, forever(len(data) + 40))[0] == len(data)


@dataclasses.dataclass
class Chain:
    value: u32
    next: "Chain | None"


@dataclasses.dataclass
class Row:
    name: str
    numbers: list[i64]
    more: dict[str, list[u8]]


CHAIN, ROW = schema_of(Chain), schema_of(list[Row])


def chain(depth):
    made = None
    for i in range(depth):
        made = Chain(i * 1000, made)
    return made


@pytest.mark.parametrize("config", [standard(), v3_legacy(), v3().with_big_endian()], ids=["standard", "legacy", "big"])
def test_random_chunks(config):
    """However a value is chopped, its end is found, and never more is called missing than is."""
    values = [Row("name" * i, list(range(-i, i * 70, 7)), {str(k): [k] * k for k in range(i)}) for i in range(30)]
    data = plan_of(ROW, config).encode(values)
    for seed in range(20):
        dice = random.Random(seed)
        sizes = iter(lambda dice=dice: dice.choice((1, 2, 3, 10, 100, 1000)), None)
        end, told = scanned(Layout(ROW, config), data, sizes)
        assert end == len(data)
        assert all(have + missing <= len(data) for have, missing in told)


def test_well_formed_cbor():
    """One item for each value: its own heads say where it ends."""
    config = v3().with_cbor_options(CborOptions(well_formed=True))
    value = [Row("n" * i, [-i, i * 1000], {"k": [1, 2, 255]}) for i in range(20)]
    data = plan_of(ROW, config).encode(value)
    for size in (1, 3, 50, len(data)):
        end, told = scanned(Layout(ROW, config), data + b"more", forever(size))
        assert end == len(data)
        assert all(have + missing <= len(data) for have, missing in told)
    assert scanned(Layout(ROW, config), b"\x9f\x5f\x41a\xff\xff", forever(1))[0] == 6


class Counting:
    """A plan that counts the bytes its failing attempts may have looked at."""

    def __init__(self, plan, count):
        self.plan, self.count = plan, count

    def decode(self, data, at):
        try:
            return self.plan.decode(data, at)
        except Exception:
            self.count.append(len(data) - at)
            raise


@pytest.mark.parametrize("chunk", [1, 7, 64, 1000])
def test_work_is_linear(chunk):
    """A deep chain in small chunks: failing attempts look at four times as many bytes as came, at most."""
    data = plan_of(CHAIN, standard()).encode(chain(1000))
    layout, count = Layout(CHAIN, standard()), []
    make = layout.plan
    layout.plan = lambda shape: Counting(make(shape), count)
    assert scanned(layout, data, forever(chunk))[0] == len(data)
    assert sum(count) <= 4 * len(data) + 4 * chunk


def test_what_no_value_continues_is_refused():
    """A reserved first byte and a variant that is none are malformed at once, not missing."""
    with pytest.raises(Malformed):
        Scan(Layout(CHAIN, standard())).resume(b"\xff\x00\x00")
    with pytest.raises(Malformed):
        Scan(Layout(CHAIN, standard())).resume(b"\x01\x02")


def test_long_lengths_wait_or_are_refused():
    """A length of exabytes is waited for without memory; the limit on elements refuses it."""
    scan = Scan(Layout(schema_of(bytes), standard()))
    assert not scan.resume(b"\xfd" + b"\xff" * 7 + b"\x3f")
    assert scan.missing(9) > 1 << 60
    config = standard().with_safety(Safety(elements=1000))
    with pytest.raises(LimitExceeded):
        Scan(Layout(schema_of(list[str]), config)).resume(b"\xfb\xff\xff")


def test_sizes_of_shapes():
    """Sizes that are fixed are known, and the least of others."""
    assert Layout(schema_of(tuple[u8, bool]), standard()).size == 2
    assert Layout(schema_of(tuple[u32, i64]), v3_legacy()).size == 12
    assert Layout(schema_of(tuple[u32, i64]), standard()).size is None
    assert Layout(schema_of(tuple[u32, i64, str]), standard()).least == 3
    assert Layout(schema_of(tuple[u32, str]), v3_legacy()).least == 12
    assert Layout(CHAIN, standard()).least == 2
    assert Layout(schema_of(u8), v3().with_fingerprint()).size == 9
