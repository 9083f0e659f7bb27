"""Every error of the package. Decode errors say where (path and byte offset), what was wanted and what was found."""

from __future__ import annotations


class BincodeError(Exception):
    """The root of all errors of this package."""


class SchemaError(BincodeError, TypeError):
    """A type that has no bytes: refused when its schema or plan is built. `path` names the field."""

    def __init__(
        self, problem: str, *, path: str = "", wanted: str = "", found: object = None, advice: str = ""
    ) -> None:
        self.problem, self.path, self.wanted, self.found, self.advice = problem, path, wanted, found, advice
        super().__init__(_sentence(problem, path, None, wanted, found, advice))


class MissingExtra(BincodeError, ImportError):
    """A part of the package needs libraries that its extra brings."""


class RustError(BincodeError, ValueError):
    """Rust source that has no Python types, or a type that has no Rust. `problems`: each with file, line and column."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class ConfigError(BincodeError, ValueError):
    """Options that contradict each other, or that no crate has."""


class _At(BincodeError, ValueError):
    """Something wrong at a place of a value or of its bytes."""

    def __init__(
        self,
        problem: str,
        *,
        path: str = "",
        offset: int | None = None,
        wanted: str = "",
        found: object = None,
        advice: str = "",
    ) -> None:
        self.problem, self.path, self.offset = problem, path, offset
        self.wanted, self.found, self.advice = wanted, found, advice
        super().__init__(_sentence(problem, path, offset, wanted, found, advice))


class EncodeError(_At):
    """A value that its type's bytes can't hold. Nothing was written that a caller can see."""


class OutOfRangeError(EncodeError):
    """A number does not fit its width."""


class WrongTypeError(EncodeError):
    """A value is not of the type that its schema names."""


class BufferTooSmallError(EncodeError):
    """The buffer given ends before the value does; it is as it was before."""


class DecodeError(_At):
    """Bytes that are no value of the type. The root of all errors of decoding; `offset` counts from the start."""


class EndOfStream(BincodeError, EOFError):
    """A file or stream ends where the next value would start: no more values. Within a value: `UnexpectedEnd`."""


class UnexpectedEnd(DecodeError):
    """The bytes end within a value. `additional`: how many more the value in hand needs at least."""

    additional: int = 0


class LimitExceeded(DecodeError):
    """A limit on bytes, elements, depth or memory was reached before anything was allocated."""


class InvalidIntegerType(DecodeError):
    """A variable-length integer is wider than its type, or starts with a reserved byte."""


class NonZeroTypeIsZero(DecodeError):
    """A zero where the type excludes it."""


class UnexpectedVariant(DecodeError):
    """No variant has this number."""


class Utf8Error(DecodeError):
    """A string is not UTF-8."""


class InvalidCharEncoding(DecodeError):
    """A char is no Unicode scalar value in UTF-8."""


class InvalidBooleanValue(DecodeError):
    """A bool is neither 0 nor 1."""


class ArrayLengthMismatch(DecodeError):
    """An array has another length than its type."""


class EmptyEnum(DecodeError):
    """An enum without variants has no values."""


class InvalidDuration(DecodeError):
    """Seconds and nanoseconds that overflow together."""


class InvalidSystemTime(DecodeError):
    """A time that can't be represented."""


class CStringNul(DecodeError):
    """A C string has a NUL inside."""


class SchemaMismatch(DecodeError):
    """The fingerprint before the value is that of another type or configuration."""


class DuplicateMapKey(DecodeError):
    """A map or set names a key twice, where that is refused."""


class InvalidMapOrder(DecodeError):
    """Keys are not in the order of their bytes, where that is demanded (`strict=True`)."""


class NotShortest(DecodeError):
    """A number takes more bytes than it needs (`strict=True`)."""


class TrailingBytes(DecodeError):
    """Bytes are left after the value, where that is refused."""


class InvalidPointer(DecodeError):
    """A relative pointer leads outside of its bytes, to a place that is not aligned, or where others lead already."""


class InvalidCbor(DecodeError):
    """A CBOR head that can't stand here."""


def _sentence(problem: str, path: str, offset: int | None, wanted: str, found: object, advice: str) -> str:
    place = "" if offset is None else f"byte {offset}"
    where = " ".join(part for part in (f"at {path}" if path else "", place) if part)
    text = f"{where}: {problem}" if where else problem
    if wanted:
        text += f"; wanted {wanted}"
    if found is not None:
        text += f", found {found!r:.80}" if wanted else f"; found {found!r:.80}"
    return f"{text}. {advice}" if advice else text
