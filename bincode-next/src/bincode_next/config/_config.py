"""Configurations: what the crates call them, and what each changes in the bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Self

from ..errors import ConfigError

Endian = Literal["little", "big"]
Ints = Literal["fixed", "varint"]
Format = Literal["bincode", "bincode-deterministic", "cbor"]


@dataclass(frozen=True, slots=True)
class CborOptions:
    """The options of bincode-next's CBOR, with the crate's defaults of `with_cbor_format`.

    `well_formed` is ours: CBOR that any other library reads, which the crate's is not (it writes tuples, chars,
    addresses and payloads without heads); the crate can't read it back.
    """

    deterministic: Literal["none", "core", "length-first"] = "none"
    preferred_float: bool = True
    canonical_nan: bool = True
    normalize_neg_zero: bool = False
    allow_indefinite: bool = True
    strict_tags: bool = False
    well_formed: bool = False


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Eight bytes before the value that name type and configuration: of a seed, or given (`legacy`)."""

    seed: int = 0
    legacy: int | None = None


@dataclass(frozen=True, slots=True)
class Safety:
    """What `decode` refuses whatever the configuration of the wire says. None lifts a limit.

    `bytes`: of one value; the bytes after it are not counted. `elements`: of all sequences, maps and sets together,
    `empty` of those that take no bytes. `depth`: how many types that contain themselves (`Ref` in a schema) may be
    open within one another. `memory`: what the values may take at least, before they are made.
    """

    bytes: int | None = 1 << 32
    elements: int | None = 1 << 27
    empty: int | None = 1 << 16
    depth: int | None = 100_000
    memory: int | None = 1 << 32


@dataclass(frozen=True, slots=True)
class Config:
    """One configuration of the wire. Immutable; the builders have the crates' names and return a changed copy."""

    crate: Literal[1, 2, 3] = 2  # bincode 1.3, bincode 2.0, bincode-next 3.1
    endian: Endian = "little"
    ints: Ints = "varint"
    limit: int | None = None
    trailing: Literal["allow", "reject"] = "allow"
    is_legacy: bool = False  # bincode-next's `legacy()`: IPv6 without flow info and scope
    bit_packing: bool = False
    bit_order: Literal["lsb", "msb"] = "lsb"
    fingerprint: Fingerprint | None = None
    format: Format = "bincode"
    cbor: CborOptions = CborOptions()
    strict: bool = False
    safety: Safety = Safety()

    def __post_init__(self) -> None:
        if self.crate < 3 and (self.bit_packing or self.fingerprint is not None or self.format != "bincode"):
            raise ConfigError(
                "bit packing, fingerprints, deterministic order and CBOR belong to bincode-next: start at v3()"
            )
        if self.limit is not None and self.limit < 0:
            raise ConfigError(f"limit is a number of bytes from 0, not {self.limit}")

    def with_little_endian(self) -> Self:
        """Return a copy that writes numbers low byte first; in bincode-next packed bits start at the lowest too."""
        return replace(self, endian="little", bit_order="lsb" if self.crate == 3 else self.bit_order)

    def with_big_endian(self) -> Self:
        """Return a copy that writes numbers high byte first; in bincode-next packed bits start at the highest too."""
        return replace(self, endian="big", bit_order="msb" if self.crate == 3 else self.bit_order)

    def with_variable_int_encoding(self) -> Self:
        """Return a copy in which a number takes as few bytes as it needs."""
        return replace(self, ints="varint")

    def with_fixed_int_encoding(self) -> Self:
        """Return a copy in which a number takes the bytes of its type."""
        return replace(self, ints="fixed")

    def with_limit(self, limit: int) -> Self:
        """Return a copy whose decoder refuses values that claim more than `limit` bytes, counted as the crate does."""
        return replace(self, limit=limit)

    def with_no_limit(self) -> Self:
        """Return a copy without the crate's limit; the limits of `Safety` stay."""
        return replace(self, limit=None)

    def allow_trailing_bytes(self) -> Self:
        """Return a copy that takes bytes after the value (bincode 1's option; here it may be asked of any)."""
        return replace(self, trailing="allow")

    def reject_trailing_bytes(self) -> Self:
        """Return a copy whose `decode` refuses bytes after the value."""
        return replace(self, trailing="reject")

    def with_bit_packing(self) -> Self:
        """Return a copy that packs the fields declared with a number of bits."""
        return replace(self, bit_packing=True)

    def with_no_bit_packing(self) -> Self:
        """Return a copy that writes each field by its own type."""
        return replace(self, bit_packing=False)

    def with_fingerprint(self, seed: int = 0) -> Self:
        """Return a copy that writes eight bytes of type and configuration first, and checks them.

        The crate's seed takes no part in its bytes, so neither does it here.
        """
        return replace(self, fingerprint=Fingerprint(seed=seed))

    def with_legacy_fingerprint(self, value: int) -> Self:
        """Return a copy that demands these eight bytes first and, as the crate does, writes none.

        So it can't decode what it encodes, as the crate can't: put the eight bytes before it.
        """
        return replace(self, fingerprint=Fingerprint(legacy=value))

    def with_no_fingerprint(self) -> Self:
        """Return a copy without the eight bytes."""
        return replace(self, fingerprint=None)

    def with_deterministic_bincode(self) -> Self:
        """Return a copy that sorts maps and sets by the bytes of their keys and refuses repeated keys."""
        return replace(self, format="bincode-deterministic")

    def with_cbor_format(self) -> Self:
        """Return a copy that writes bincode-next's relaxed CBOR."""
        return replace(self, format="cbor", cbor=CborOptions())

    def with_deterministic_cbor(self) -> Self:
        """Return a copy that writes bincode-next's core-deterministic CBOR."""
        return replace(
            self, format="cbor", cbor=CborOptions(deterministic="core", allow_indefinite=False, strict_tags=True)
        )

    def with_cbor_options(self, options: CborOptions) -> Self:
        """Return a copy that writes CBOR with options chosen one by one."""
        return replace(self, format="cbor", cbor=options)

    def with_strict(self, strict: bool = True) -> Self:
        """Return a copy that refuses trailing bytes, numbers longer than needed, repeated keys and unordered ones."""
        return replace(self, strict=strict)

    def with_safety(self, safety: Safety) -> Self:
        """Return a copy with other limits for untrusted bytes."""
        return replace(self, safety=safety)


_LEGACY = Config(crate=1, ints="fixed")
_STANDARD = Config(crate=2)
_V3 = Config(crate=3)
_V3_LEGACY = Config(crate=3, ints="fixed", is_legacy=True)


def legacy() -> Config:
    """Return what `bincode::serialize` of bincode 1.3 writes, and wincode by default: little endian, fixed integers."""
    return _LEGACY


def standard() -> Config:
    """Return what bincode 2 calls `standard()`: little endian, variable integers. The default everywhere here."""
    return _STANDARD


def v3() -> Config:
    """Return bincode-next 3's `standard()`: as bincode 2's, but a `Result` has a tag of one byte."""
    return _V3


def v3_legacy() -> Config:
    """Return bincode-next 3's `legacy()`: as bincode 1's, but a `Result` has a tag of one byte."""
    return _V3_LEGACY
