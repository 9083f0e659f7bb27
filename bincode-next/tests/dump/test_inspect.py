"""Each byte of a value belongs to one piece, with its field; broken bytes are shown up to where they break."""

import dataclasses
import json
import re
from typing import Annotated

import numpy as np
import pytest
from numpy.typing import NDArray
from samples import NAMES, PAIRS, SAVE, Chain, Point, Save, chain

from bincode_next.codec import encode
from bincode_next.config import CborOptions, legacy, standard, v3
from bincode_next.dump import from_json, inspect, pieces, to_json
from bincode_next.errors import DecodeError, SchemaError
from bincode_next.stream import PushDecoder
from bincode_next.types import Bits, Records, Shape, bitpacked, f64, u8, u16

CONFIGS = {
    "standard": standard(),
    "legacy": legacy(),
    "big": v3().with_big_endian(),
    "cbor": v3().with_cbor_format(),
    "well-formed": v3().with_cbor_options(CborOptions(well_formed=True)),
    "fingerprint": v3().with_fingerprint(),
}


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
@pytest.mark.parametrize(("name", "hint", "value"), PAIRS, ids=NAMES)
def test_pieces_have_no_gaps(name, hint, value, config):
    """Whole values, followed by others and cut at any byte: pieces follow one another to the end."""
    try:
        data = encode(value, hint, config)
    except SchemaError:
        pytest.skip("no fingerprint of this type")
    for most in (None, 2):
        found = list(pieces(data, hint, config, most_items=most))
        assert [one.offset for one in found] == [0, *(one.end for one in found[:-1])][: len(found)], name
        assert not found or found[-1].end == len(data)
        assert all(one.role not in ("after", "error") for one in found)
    found = list(pieces(data + b"!", hint, config))
    assert (found[-1].role, found[-1].offset, found[-1].end) == ("after", len(data), len(data) + 1)
    for cut in range(min(len(data), 60)):
        found = list(pieces(data[:cut], hint, config))
        assert found[-1].role == "error"
        assert isinstance(found[-1].value, DecodeError)
        assert [one.offset for one in found] == [0, *(one.end for one in found[:-1])]
        assert found[-1].end == cut


def test_a_dump_names_fields_and_values():
    text = inspect(encode(SAVE), Save)
    assert re.search(r"^0000  0a +name +length +10$", text, re.MULTILINE)
    assert re.search(r"name +str +'Ångström'$", text, re.MULTILINE)
    assert re.search(r"level +u32 +300$", text, re.MULTILINE)
    assert re.search(r"items\['sword'\]\[2\] +u16 +3000$", text, re.MULTILINE)
    assert re.search(r"shapes\[1\] +\S+ +Circle$", text, re.MULTILINE)
    assert re.search(r"shapes\[1\]\.Circle\.radius +f64 +2\.5$", text, re.MULTILINE)
    assert re.search(r"friend +Option +Some$", text, re.MULTILINE)
    assert "\x1b" not in text


def test_colours_long_sequences_and_errors():
    coloured = inspect(encode(Point(1.0, 2.0)), Point, is_coloured=True)
    assert "\x1b[32m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == inspect(encode(Point(1.0, 2.0)), Point)
    long = inspect(encode(list(range(1000)), list[u16]), list[u16])
    assert "… 984 more" in long
    assert len(long.splitlines()) == 18
    assert len(inspect(encode(list(range(1000)), list[u16]), list[u16], most_items=None).splitlines()) == 1001
    broken = inspect(b"\x02\x05", list[bool])
    assert "error:" in broken
    assert "wanted" in broken.splitlines()[-1]
    assert inspect(b"\x05\x06", u8).endswith("1 bytes after the value")


def test_deep_values_are_walked_without_recursion():
    """And their paths stay short, or the dump would grow with the square of the depth."""
    deep = chain(5000)
    found = list(pieces(encode(deep), Chain))
    assert len(found) == 10_000
    assert max(len(one.path) for one in found) < 200
    assert found[-1].end == len(encode(deep))


@dataclasses.dataclass
class Sample:
    at: f64
    channel: u16


@dataclasses.dataclass
class Recording:
    wave: NDArray[np.float64]
    grid: Annotated[NDArray[np.int32], Shape(2, 3)]
    samples: Annotated[np.ndarray, Records(Sample)]


@bitpacked
@dataclasses.dataclass
class Flags:
    is_on: Annotated[u8, Bits(1)]
    mode: Annotated[u8, Bits(3)]
    rest: u16


RECORDING = Recording(
    np.array([1.5, -2.0]),
    np.arange(6, dtype=np.int32).reshape(2, 3),
    np.array([(1.0, 2)], dtype=[("at", "f8"), ("channel", "u2")]),
)


@pytest.mark.parametrize("config", list(CONFIGS.values())[:5], ids=list(CONFIGS)[:5])
def test_arrays_are_shown_sent_and_written(config):
    """Fields that are NumPy arrays: their dump, JSON and chunks."""
    data = encode(RECORDING, Recording, config)
    found = list(pieces(data, Recording, config))
    assert found[-1].end == len(data)
    assert all(one.role != "error" for one in found)
    assert "\n" not in inspect(data, Recording, config).splitlines()[-1]
    push = PushDecoder(Recording, config)
    (made,) = [one for at in range(len(data)) for one in push.feed(data[at : at + 1])]
    for name in ("wave", "grid", "samples"):
        assert (getattr(made, name) == getattr(RECORDING, name)).all()
    assert encode(from_json(json.loads(json.dumps(to_json(made))), Recording), Recording, config) == data


def test_packed_bits_are_one_piece():
    config = v3().with_bit_packing()
    data = encode(Flags(1, 5, 300), Flags, config)
    (piece,) = pieces(data, Flags, config)
    assert piece.value == Flags(1, 5, 300)
    assert from_json(to_json(Flags(1, 5, 300)), Flags) == Flags(1, 5, 300)
    push = PushDecoder(Flags, config)
    assert [one for at in range(len(data)) for one in push.feed(data[at : at + 1])] == [Flags(1, 5, 300)]


def test_long_values_are_cut():
    assert inspect(encode("x" * 10_000), str).endswith("…")
    assert len(inspect(encode(b"x" * 10_000), bytes)) < 250
