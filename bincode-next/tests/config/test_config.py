"""Configurations: immutable values with the crates' names, and no mix that no crate has."""

import os
import subprocess
import sys
from dataclasses import FrozenInstanceError
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bincode_next.config import CborOptions, Config, Fingerprint, Safety, legacy, standard, v3, v3_legacy
from bincode_next.errors import ConfigError

BUILDERS: list[tuple[str, tuple[Any, ...]]] = [
    ("with_little_endian", ()),
    ("with_big_endian", ()),
    ("with_variable_int_encoding", ()),
    ("with_fixed_int_encoding", ()),
    ("with_limit", (7,)),
    ("with_no_limit", ()),
    ("allow_trailing_bytes", ()),
    ("reject_trailing_bytes", ()),
    ("with_bit_packing", ()),
    ("with_no_bit_packing", ()),
    ("with_fingerprint", (3,)),
    ("with_legacy_fingerprint", (3,)),
    ("with_no_fingerprint", ()),
    ("with_deterministic_bincode", ()),
    ("with_cbor_format", ()),
    ("with_deterministic_cbor", ()),
    ("with_cbor_options", (CborOptions(preferred_float=False),)),
    ("with_strict", ()),
    ("with_safety", (Safety(depth=3),)),
]
OF_V3 = {"with_bit_packing", "with_fingerprint", "with_legacy_fingerprint", "with_deterministic_bincode"}
OF_V3 |= {"with_cbor_format", "with_deterministic_cbor", "with_cbor_options"}


def test_presets_are_what_the_crates_call_them() -> None:
    """bincode 1.3, 2, and bincode-next."""
    assert (legacy().crate, legacy().ints, legacy().endian) == (1, "fixed", "little")
    assert (standard().crate, standard().ints, standard().endian) == (2, "varint", "little")
    assert (v3().crate, v3().ints, v3().is_legacy) == (3, "varint", False)
    assert (v3_legacy().crate, v3_legacy().ints, v3_legacy().is_legacy) == (3, "fixed", True)
    assert legacy() is legacy()


@given(st.lists(st.sampled_from(BUILDERS)))
def test_builders_give_changed_copies(steps: list[tuple[str, tuple[Any, ...]]]) -> None:
    """In any order; equal steps give equal values with equal hashes, and the first one never changes."""
    first = second = v3()
    for name, arguments in steps:
        first = getattr(first, name)(*arguments)
        second = getattr(second, name)(*arguments)
    assert first == second
    assert hash(first) == hash(second)
    assert v3() == Config(crate=3)


@pytest.mark.parametrize(("name", "arguments"), BUILDERS, ids=[name for name, _ in BUILDERS])
def test_options_of_bincode_next_are_refused_elsewhere(name: str, arguments: tuple[Any, ...]) -> None:
    """The older crates have no such bytes."""
    for start in (legacy(), standard()):
        if name in OF_V3:
            with pytest.raises(ConfigError, match="start at v3"):
                getattr(start, name)(*arguments)
        else:
            assert getattr(start, name)(*arguments).crate == start.crate


def test_the_order_of_bits_follows_that_of_bytes() -> None:
    """In bincode-next alone."""
    assert v3().with_big_endian().bit_order == "msb"
    assert v3().with_big_endian().with_little_endian().bit_order == "lsb"
    assert standard().with_big_endian().bit_order == "lsb"


def test_cbor_has_the_defaults_of_its_builders() -> None:
    """Relaxed, deterministic, or one by one."""
    assert v3().with_cbor_format().cbor == CborOptions()
    assert v3().with_deterministic_cbor().cbor == CborOptions("core", allow_indefinite=False, strict_tags=True)
    assert v3().with_cbor_options(CborOptions("length-first")).format == "cbor"


def test_fingerprints_are_of_a_seed_or_given() -> None:
    """And can be taken back."""
    assert v3().with_fingerprint().fingerprint == Fingerprint(0)
    assert v3().with_legacy_fingerprint(9).fingerprint == Fingerprint(legacy=9)
    assert v3().with_fingerprint(5).with_no_fingerprint() == v3()


def test_a_limit_is_a_number_of_bytes() -> None:
    """From 0 on."""
    assert standard().with_limit(0).limit == 0
    assert standard().with_limit(5).with_no_limit() == standard()
    with pytest.raises(ConfigError, match="-1"):
        standard().with_limit(-1)


def test_configurations_do_not_change() -> None:
    """Plans are kept by them."""
    with pytest.raises(FrozenInstanceError):
        standard().endian = "big"


@pytest.mark.parametrize(("value", "is_pure"), [(None, False), ("", False), ("0", False), ("1", True)])
def test_the_twins_are_chosen_by_the_environment(value: str | None, is_pure: bool) -> None:
    """`BINCODE_NEXT_PURE=1`, read once."""
    environment = {name: text for name, text in os.environ.items() if name != "BINCODE_NEXT_PURE"}
    environment |= {} if value is None else {"BINCODE_NEXT_PURE": value}
    code = "from bincode_next.config import PURE_PYTHON; print(PURE_PYTHON)"
    assert subprocess.check_output([sys.executable, "-c", code], env=environment, text=True).strip() == str(is_pure)
