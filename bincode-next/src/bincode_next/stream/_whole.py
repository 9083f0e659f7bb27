"""One type's decoder, with what streams need to know of it."""

from __future__ import annotations

from typing import Any

from ..codec import Decoder
from ..codec._functions import decoder_of
from ..config import Config
from ..errors import ConfigError, DecodeError, EndOfStream, LimitExceeded, UnexpectedEnd
from ..shape import Layout, Malformed, Scan, is_cut, layout_of
from ..types import on_change
from ._frame import Frame, FrameScan, check_frame


class Whole:
    """Decodes values whose bytes are all there, framed or not, and starts the scans that wait for them."""

    __slots__ = ("config", "decoder", "frame", "layout")

    def __init__(self, type: Any, config: Config, frame: Frame | None, allow_missing: bool) -> None:
        self.frame = check_frame(frame)
        if allow_missing and frame is None:
            raise ConfigError("without frames nothing says that fields are missing and not yet to come")
        self.config = config
        self.decoder: Decoder[Any] = decoder_of(type, config, allow_missing)
        self.layout: Layout = layout_of(self.decoder.schema, config)

    def scan(self) -> Scan | FrameScan:
        """Return the scan for a value of which nothing is known yet."""
        return Scan(self.layout) if self.frame is None else FrameScan(self.frame, self.config)

    def resume(self, scan: Scan | FrameScan, data: bytearray) -> bool:
        """Return whether the value is whole. Raises the error of bytes that no value continues."""
        try:
            is_whole = scan.resume(data)
            self._refuse_long(0 if is_whole else len(data) + scan.missing(len(data)))
            return is_whole
        except (Malformed, DecodeError) as found:
            if isinstance(scan, FrameScan):
                raise
            # The plan looks at what the scan only passes over, so its error may be of an earlier byte.
            try:
                self.decoder.decode_prefix(bytes(data))
            except DecodeError as error:
                if not is_cut(error, len(data), self.config):
                    raise
            if isinstance(found, DecodeError):
                raise
            raise DecodeError("no value continues like this", offset=scan.position) from None

    def _refuse_long(self, size: int) -> None:
        """Refuse a value that takes more bytes than the limit, as soon as that is known."""
        most = self.config.safety.bytes
        if most is not None and size > most:
            raise LimitExceeded("too many bytes", offset=most, wanted=f"at most {most}", found=size)

    def take(self, scan: Scan | FrameScan, data: bytes | bytearray) -> tuple[Any, int]:
        """Return the value of a finished scan, and where it ends."""
        if isinstance(scan, FrameScan):
            try:
                return self.decoder.decode(bytes(data[scan.start : scan.position])), scan.position
            except DecodeError as error:
                raise shifted(error, scan.start) from None
        return self.decoder.decode_prefix(bytes(data[: scan.position]))


_KEPT = 256
_wholes: dict[tuple[int, int, Frame | None, bool], tuple[Whole, Any, Config]] = {}
on_change(_wholes.clear)


def whole_of(type: Any, config: Config, frame: Frame | None, allow_missing: bool) -> Whole:
    """Return what `Whole` makes, the same one for the same objects."""
    key = (id(type), id(config), frame, allow_missing)
    found = _wholes.get(key)
    if found is not None:
        return found[0]
    if len(_wholes) >= _KEPT:
        _wholes.clear()
    made = Whole(type, config, frame, allow_missing)
    _wholes[key] = made, type, config  # the objects beside it, so that their ids stay theirs
    return made


def shifted(error: DecodeError, by: int) -> DecodeError:
    """Return an error of a piece of a stream that starts `by` bytes after the stream's own start."""
    if error.offset is None or not by:
        return error
    made = type(error)(
        error.problem,
        path=error.path,
        offset=error.offset + by,
        wanted=error.wanted,
        found=error.found,
        advice=error.advice,
    )
    if isinstance(error, UnexpectedEnd) and isinstance(made, UnexpectedEnd):
        made.additional = error.additional
    return made


def end_within(whole: Whole, data: bytes | bytearray, before: int = 0) -> Exception:
    """Return the error of a source that ended after `data`, `before` bytes of values: clean if that is nothing."""
    if not data:
        return EndOfStream("no more values")
    if whole.frame is None:
        try:
            whole.decoder.decode_prefix(bytes(data))
        except DecodeError as error:
            if isinstance(error, UnexpectedEnd) or not is_cut(error, len(data), whole.config):
                return shifted(error, before)
    return UnexpectedEnd("the stream ends within a value", offset=before + len(data))
