"""What is checked of one row of vectors: bytes, values, lengths consumed, kinds of errors."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from .. import errors
from ..config import CborOptions, Config, Fingerprint
from ..fingerprint import config_hash, of, rapidhash
from ..plan import AnyPlan, plan_of
from ..schema import Schema
from ..stream import PushDecoder, read_from, read_many
from ._blobs import problem_of
from ._described import Described
from ._scalars import as_float, plain

Row = dict[str, Any]
MakePlan = Callable[[Schema, Config], AnyPlan]

CRATES: Final = {"bincode-1": 1, "bincode-2": 2, "bincode-next-3": 3}
OF_BINCODE_1: Final = (  # what bincode 1 calls "Custom"
    errors.UnexpectedVariant,
    errors.NonZeroTypeIsZero,
    errors.TrailingBytes,
    errors.InvalidIntegerType,
    errors.InvalidDuration,
    errors.InvalidSystemTime,
    errors.CStringNul,
)
KINDS: Final[dict[str, tuple[type[errors.BincodeError], ...]]] = {
    "Custom": OF_BINCODE_1,
    "Io": (errors.UnexpectedEnd, errors.EndOfStream),
    "UnexpectedEnd": (errors.UnexpectedEnd, errors.EndOfStream),
    "InvalidBoolEncoding": (errors.InvalidBooleanValue,),
    "InvalidTagEncoding": (errors.UnexpectedVariant,),
    "InvalidUtf8Encoding": (errors.Utf8Error,),
    "Utf8": (errors.Utf8Error,),
    "CStringNulError": (errors.CStringNul,),
    "InvalidCborInfo": (errors.InvalidCbor,),
    "OutsideUsizeRange": (errors.InvalidIntegerType,),
    "OutsideIsizeRange": (errors.InvalidIntegerType,),
    "Other": (errors.ArrayLengthMismatch, errors.InvalidCbor),
}


class Skip(Exception):
    """A row that can't be checked, and why."""


class Wrong(Exception):
    """A row that does not hold."""


class Case(NamedTuple):
    """A row with what it speaks of."""

    row: Row
    config: Config
    make_plan: MakePlan

    @property
    def type(self) -> Described:
        """Return the described type."""
        return described(json.dumps(self.row["type"]), self.row.get("rust", ""))

    @property
    def plan(self) -> AnyPlan:
        """Return the plan of the type."""
        return self.make_plan(self.type.schema, self.config)

    @property
    def data(self) -> bytes:
        """Return the bytes."""
        return bytes.fromhex(self.row["hex"])


@lru_cache(maxsize=4096)
def described(said: str, rust: str) -> Described:
    """Return a described type; the same description gives the same classes."""
    return Described(json.loads(said), rust)


def config_of(row: Row) -> Config:
    """Return the configuration of a row. The serde path of bincode-next writes what bincode 2 does."""
    said = row["config"]
    crate: Any = CRATES[row["crate"]]
    is_serde = crate == 3 and row.get("api") == "serde"
    cbor, mark = said.get("cbor"), said.get("fingerprint")
    return Config(
        crate=2 if is_serde else crate,
        endian=said.get("endian", "little"),
        ints=said.get("int", "varint"),
        limit=said.get("limit"),
        trailing=said.get("trailing", "allow"),
        is_legacy=said.get("preset") == "legacy" and not is_serde,
        bit_packing="bits" in said,
        bit_order=said.get("bits", "msb" if crate == 3 and not is_serde and said.get("endian") == "big" else "lsb"),
        fingerprint=None if mark is None or is_serde else _fingerprint(mark),
        format="bincode" if is_serde else said.get("format", "bincode"),
        cbor=CborOptions(**cbor) if cbor else CborOptions(),
    )


def _fingerprint(said: dict[str, Any]) -> Fingerprint:
    if "legacy" in said:
        return Fingerprint(legacy=int(said["legacy"], 16))
    return Fingerprint(seed=said["seed"])


def check(row: Row, make_plan: MakePlan = plan_of) -> None:
    """Check one row: raise Wrong with what is not as it says, or Skip with why nothing can be said."""
    kind = row.get("kind", "")
    if row.get("api") == "serde" and row["config"].get("format") == "cbor":
        raise Skip("the crate's serde path under CBOR, which no other decoder can read")
    if kind in ("static_size", "bounded", "decode_static") and ("type" not in row or "value" not in row):
        raise Skip(f"{kind}: no type or no value is described; tests of our own cover it")
    if "case" in row and "value" not in row:
        raise Skip("the value is described in words; tests of our own cover it")
    case = Case(row, config_of(row), make_plan)
    special = SPECIAL.get(kind)
    if special is not None:
        special(case)
    elif "encode_error" in row:
        _check_refused_value(case)
    elif "error" in row:
        _check_refused_bytes(case)
    elif "accepts" in row:
        _check_value(case, case.data, row["accepts"], row.get("consumed"))
    elif "value" in row:
        _check_both_ways(case)
    else:
        raise Skip("neither a value nor an error is described")


def _equal(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Wrong(f"{what}: {found!r:.300} instead of {wanted!r:.300}")


# ---------------------------------------------------------------- values


def _check_both_ways(case: Case) -> None:
    row, value, plan = case.row, case.type.load(case.row["value"]), case.plan
    data = plan.encode(value)
    if "hex" in row:
        _equal("bytes", data.hex(), row["hex"])
    else:
        _equal("length", len(data), row["length"])
        _equal("first bytes", data[: len(row["hex_prefix"]) // 2].hex(), row["hex_prefix"])
        _equal("sha256", hashlib.sha256(data).hexdigest(), row["sha256"])
    _equal("size", plan.size(value), len(data))
    buffer = bytearray(b"\xaa" * (len(data) + 2))
    _equal("end of encode_into", plan.encode_into(value, buffer, 1), len(data) + 1)
    _equal("encode_into", buffer.hex(), f"aa{data.hex()}aa")
    if case.config.fingerprint is not None and case.config.fingerprint.legacy is not None:
        return  # the crate writes no legacy fingerprint but demands one
    if "roundtrip" in row:
        _check_error(case, data, row["roundtrip"])
    else:
        _check_value(case, data, row["value"], row.get("consumed", len(data)))


def _check_value(case: Case, data: bytes, said: Any, consumed: int | None) -> None:
    found, end = _decode(case, data)
    wanted = case.type.show(case.type.load(said))
    if "value" in case.row:
        wanted = _as_written(wanted, case.config)
    _equal("value", plain(case.type.show(found)), plain(wanted))
    if consumed is not None:
        _equal("bytes consumed", end, consumed)


def _as_written(said: Any, config: Config) -> Any:
    """Return what comes back of a value where the configuration does not write all of it.

    Flow info and scope travel in bincode-next only and come back as 0; CBOR may write one NaN for all, and 0 for −0.
    """
    if isinstance(said, list):
        return [_as_written(each, config) for each in said]
    if isinstance(said, dict):
        is_lost = config.crate < 3 or config.is_legacy
        lost = ("flowinfo", "scope_id") if is_lost else ()
        return {key: 0 if key in lost else _as_written(each, config) for key, each in said.items()}
    if config.format == "cbor" and isinstance(said, str) and said[:6] in QUIET:
        return _float_as_written(said, config.cbor)
    return said


QUIET: Final = {"f32:0x": "7fc00000", "f64:0x": "7ff8000000000000"}


def _float_as_written(said: str, options: CborOptions) -> str:
    kind, bits = said[:6], said[6:]
    value = as_float(said)
    if value != value and options.canonical_nan:
        return kind + QUIET[kind]
    if value == 0 and options.normalize_neg_zero:
        return kind + "0" * len(bits)
    return said


def _decode(case: Case, data: bytes) -> tuple[Any, int]:
    found, end = case.plan.decode(data)
    if case.config.trailing == "reject" and end < len(data):
        raise errors.TrailingBytes("bytes are left after the value", offset=end)
    return found, end


# ---------------------------------------------------------------- errors


def _kinds(name: str) -> tuple[type[errors.BincodeError], ...]:
    if name in KINDS:
        return KINDS[name]
    if name.startswith(("abort", "panic")):
        return (errors.DecodeError,)  # the crate's process dies of these lengths; any error of ours is better
    kind = getattr(errors, name, None)
    if not isinstance(kind, type) or not issubclass(kind, errors.BincodeError):
        raise Wrong(f"no error of ours stands for {name}")
    return (kind,)


def _check_refused_bytes(case: Case) -> None:
    _check_error(case, case.data, case.row["error"])


def _check_error(case: Case, data: bytes, name: str) -> None:
    try:
        found, end = _decode(case, data)
    except errors.DecodeError as error:
        if not (isinstance(error, errors.InvalidCbor) and _is_another_kind(case, name)):
            _check_kind(error, name)
        if error.offset is None or not 0 <= error.offset <= len(data):
            raise Wrong(f"the offset {error.offset} lies outside of {len(data)} bytes: {error}") from error
        return
    raise Wrong(f"no {name}: {case.type.show(found)!r:.200} of {end} bytes")


def _is_another_kind(case: Case, name: str) -> bool:
    """Whether the crate may mean a CBOR item of another kind: it calls that an end of which nothing is missing,

    and for floats one of which all their bytes are.
    """
    missing = {"f32": "additional: 4 ", "f64": "additional: 8 "}.get(str(case.row["type"]), "additional: 0 ")
    detail = case.row.get("detail", "additional: 0 ")
    is_meant = "additional: 0 " in detail or missing in detail
    return case.config.format == "cbor" and name == "UnexpectedEnd" and is_meant


def _check_kind(error: errors.BincodeError, name: str) -> None:
    kinds = _kinds(name)
    if not isinstance(error, kinds):
        names = " or ".join(kind.__name__ for kind in kinds)
        raise Wrong(f"{type(error).__name__} instead of {names}: {error}")


def _check_refused_value(case: Case) -> None:
    value = case.type.load(case.row["value"])
    for write in (case.plan.encode, case.plan.size):
        try:
            found = write(value)
        except errors.EncodeError:
            continue
        if case.row["encode_error"] is not None:
            raise Wrong(f"no {case.row['encode_error']}: {found!r:.200}")


# ---------------------------------------------------------------- other kinds of rows


def _check_config_hash(case: Case) -> None:
    _equal("hash of the configuration", hex(config_hash(case.config)), hex(int(case.row["hash"], 16)))


def _check_schema_hash(case: Case) -> None:
    _equal("fingerprint", hex(of(case.type.schema, case.config)), hex(int(case.row["hash"], 16)))


def _check_rapidhash(case: Case) -> None:
    data, seed = bytes.fromhex(case.row["input"]), int(case.row["seed"], 16)
    _equal("hash", hex(rapidhash(data, seed)), hex(int(case.row["hash"], 16)))


def _check_async(case: Case) -> None:
    """Hand the bytes over in chunks: the first value comes of them, or the error that they end."""
    chunk, data = case.row["chunk"], case.data
    decoder: PushDecoder[Any] = PushDecoder(case.type.hint, case.config)
    values: list[Any] = []
    try:
        for start in range(0, len(data), chunk):
            values += decoder.feed(data[start : start + chunk])
            if values:
                break
        if not values:
            read_from(io.BytesIO(data), case.type.hint, case.config)
    except errors.BincodeError as error:
        if not case.row["error"]:
            raise Wrong(f"{type(error).__name__}: {error}") from error
        _check_kind(error, case.row["error"])
        return
    if case.row["error"]:
        raise Wrong(f"no {case.row['error']}")
    wanted, end = case.plan.decode(data)
    _equal("value", values[0], wanted)
    _equal("bytes of the value", end, case.row["value_length"])


def _check_back_to_back(case: Case) -> None:
    file, positions = io.BytesIO(case.data), []
    for _ in case.row["positions_after_each"]:
        read_from(file, case.type.hint, case.config)
        positions.append(file.tell())
    _equal("positions", positions, case.row["positions_after_each"])
    many = read_many(io.BytesIO(case.data[: positions[-1]]), case.type.hint, case.config)
    _equal("values", sum(1 for _ in many), len(positions))


def _check_truncated(case: Case) -> None:
    try:
        read_from(io.BytesIO(case.data), case.type.hint, case.config)
    except errors.BincodeError as error:
        _check_kind(error, case.row["error"])
        return
    raise Wrong(f"no {case.row['error']}")


def _check_zero_copy(case: Case) -> None:
    problem = problem_of(case.row)
    if problem:
        raise Wrong(problem)


SPECIAL: Final[dict[str, Callable[[Case], None]]] = {
    "config_hash": _check_config_hash,
    "schema_hash": _check_schema_hash,
    "rapidhash_v3_seed_cpp": _check_rapidhash,
    "async": _check_async,
    "std_read_back_to_back": _check_back_to_back,
    "std_read_truncated": _check_truncated,
    "zero_copy": _check_zero_copy,
}
