"""What a row says becomes a configuration and a check."""

import pytest

from bincode_next.config import CborOptions, Fingerprint, legacy, standard, v3, v3_legacy
from bincode_next.testing._checks import Skip, Wrong, check, config_of


def config(crate: str, api: str | None = None, **said: object) -> object:
    row = {"crate": crate, "config": {"endian": "little", "int": "varint", "limit": None, **said}}
    return config_of(row if api is None else {**row, "api": api})


def test_configurations_are_those_of_the_builders() -> None:
    fixed = {"int": "fixed"}
    assert config("bincode-1", trailing="allow", **fixed) == legacy()
    assert config("bincode-1", trailing="reject", **fixed) == legacy().reject_trailing_bytes()
    assert config("bincode-2") == standard()
    assert config("bincode-2", endian="big", limit=5) == standard().with_big_endian().with_limit(5)
    assert config("bincode-next-3") == v3()
    assert config("bincode-next-3", endian="big") == v3().with_big_endian()
    assert config("bincode-next-3", preset="legacy", **fixed) == v3_legacy()
    assert config("bincode-next-3", bits="msb", endian="big") == v3().with_big_endian().with_bit_packing()
    assert config("bincode-1", endian="big", trailing="allow").bit_order == "lsb"
    assert config("bincode-next-3", format="bincode-deterministic") == v3().with_deterministic_bincode()
    assert config("bincode-next-3", format="cbor", cbor={}) == v3().with_cbor_format()
    core = {"deterministic": "core", "allow_indefinite": False, "strict_tags": True}
    assert config("bincode-next-3", format="cbor", cbor=core) == v3().with_deterministic_cbor()
    assert config("bincode-next-3", format="cbor", cbor=core).cbor == CborOptions(
        "core", True, True, False, False, True
    )
    assert config("bincode-next-3", fingerprint={"seed": 42}) == v3().with_fingerprint(42)
    mark = config("bincode-next-3", fingerprint={"legacy": "0x1122"})
    assert mark.fingerprint == Fingerprint(legacy=0x1122)


def test_the_serde_path_writes_what_bincode_2_does() -> None:
    assert config("bincode-next-3", "serde", preset="legacy", int="fixed") == standard().with_fixed_int_encoding()
    assert config("bincode-next-3", "serde", format="bincode-deterministic") == standard()


ROW = {"crate": "bincode-2", "config": {"endian": "little", "int": "varint", "limit": None}, "type": {"vec": "u8"}}


def test_rows_are_checked_skipped_or_wrong() -> None:
    check({**ROW, "value": "hex:0102", "hex": "020102"})
    check({**ROW, "hex": "02010203", "accepts": "hex:0102", "consumed": 3})
    check({**ROW, "hex": "0201", "error": "UnexpectedEnd"})
    check({**ROW, "value": {"repeat_hex": ["07", 3000]}, "length": 3003, "hex_prefix": "fbb80b07", "sha256": SHA})
    for row in ({**ROW, "case": "in words", "encode_error": "Other"}, ROW, {**ROW, "kind": "bounded"}):
        with pytest.raises(Skip):
            check(row)
    for row in ({**ROW, "value": "hex:01", "hex": "02"}, {**ROW, "hex": "00", "error": "Utf8"}):
        with pytest.raises(Wrong):
            check(row)


SHA = "f171a12f05514ac9c6cd3639102e04d65008f8be2759045ab2706b77ed0d9ab6"
