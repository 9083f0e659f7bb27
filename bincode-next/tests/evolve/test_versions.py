"""Old versions decode and become the newest, one step at a time."""

import dataclasses

import pytest

from bincode_next.codec import decode, encode
from bincode_next.config import legacy, standard, v3
from bincode_next.errors import DecodeError, UnexpectedVariant
from bincode_next.evolve import Versions
from bincode_next.stream import PushDecoder
from bincode_next.types import f64, u8, u32


@dataclasses.dataclass
class SaveV1:
    name: str


@dataclasses.dataclass
class SaveV2:
    name: str
    level: u32


@dataclasses.dataclass
class SaveV3:
    name: str
    level: u32
    health: f64


def to_v2(old: SaveV1) -> SaveV2:
    if old.name == "refused":
        raise ValueError("no such player")
    return SaveV2(old.name, 1)


def to_v3(old: SaveV2) -> SaveV3:
    return SaveV3(old.name, old.level, 100.0)


ONE = Versions(SaveV1, name="Save")
TWO = ONE.then(SaveV2, to_v2)
THREE = TWO.then(SaveV3, to_v3)
CONFIGS = [standard(), legacy(), v3().with_big_endian(), v3().with_cbor_format(), v3().with_fingerprint()]


@pytest.mark.parametrize("config", CONFIGS, ids=["standard", "legacy", "big", "cbor", "fingerprint"])
def test_every_version_decodes_as_the_newest(config):
    wanted = [
        (SaveV1("a"), SaveV3("a", 1, 100.0)),
        (SaveV2("a", 7), SaveV3("a", 7, 100.0)),
        (SaveV3("a", 7, 5.0), SaveV3("a", 7, 5.0)),
    ]
    for number, (value, newest) in enumerate(wanted):
        data = THREE.encode(value, config)
        assert THREE.decode(data, config) == newest
        assert THREE.version(value) == number
        assert THREE.upgrade(value) == newest


def test_bytes_stay_when_versions_are_added():
    """What the first program wrote is what the third reads, and the tag is Rust's."""
    value = SaveV1("Bo")
    assert ONE.encode(value) == TWO.encode(value) == THREE.encode(value) == b"\x00\x02Bo"
    assert THREE.encode(SaveV2("Bo", 5)) == b"\x01\x02Bo\x05"
    assert THREE.encode(value) == encode(value, SaveV1 | SaveV2 | SaveV3)
    assert ONE.decode(ONE.encode(value)) == value
    assert ONE.encode(value, legacy()) == bytes(4) + encode(value, SaveV1, legacy())


def test_newer_bytes_are_refused_by_older_programs():
    with pytest.raises(UnexpectedVariant):
        TWO.decode(THREE.encode(SaveV3("a", 1, 2.0)))


def test_a_step_that_refuses_is_an_error_of_decoding():
    with pytest.raises(DecodeError, match="no such player"):
        THREE.decode(THREE.encode(SaveV1("refused")))


def test_a_field_of_any_version():
    @dataclasses.dataclass
    class File:
        magic: u8
        saves: list[THREE.hint]

    file = File(7, [SaveV1("a"), SaveV3("b", 2, 3.0)])
    data = encode(file)
    assert decode(data, File) == File(7, [SaveV3("a", 1, 100.0), SaveV3("b", 2, 3.0)])
    assert encode(SaveV1("a"), ONE.hint) == ONE.encode(SaveV1("a")) == encode(SaveV1("a"), TWO.hint)
    assert decode(b"\x00\x01a", ONE.hint) == SaveV1("a")


def test_versions_in_a_stream():
    push = PushDecoder(THREE.schema)
    data = THREE.encode(SaveV1("a")) + THREE.encode(SaveV2("b", 3))
    assert [one for at in range(len(data)) for one in push.feed(data[at : at + 1])] == [
        SaveV3("a", 1, 100.0),
        SaveV3("b", 3, 100.0),
    ]


def test_mistakes():
    with pytest.raises(TypeError, match="a class of its own"):
        TWO.then(SaveV1, lambda _: SaveV1("x"))
    with pytest.raises(TypeError, match="SaveV1, SaveV2"):
        TWO.version(SaveV3("a", 1, 1.0))
    assert repr(THREE) == "Versions(SaveV1 → SaveV2 → SaveV3)"
    assert THREE.newest is SaveV3
