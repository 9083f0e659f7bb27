"""How far into the bytes one value may reach: the limit on bytes, kept wherever the bytes go on after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..errors import LimitExceeded, UnexpectedEnd
from ._config import Config

T = TypeVar("T")


def within_limit(read: Callable[[int], T], offset: int, end: int, config: Config) -> T:
    """Return what `read` makes of the bytes from `offset` to the end that it is given: `end`, or the limit before it.

    Raises: `LimitExceeded` where the bytes would have gone on, and the limit did not let them.
    """
    most = config.safety.bytes
    if most is None or end - offset <= most:
        return read(end)
    try:
        return read(offset + most)
    except UnexpectedEnd as error:
        raise LimitExceeded(
            "the value has more bytes than the configuration's safety allows",
            path=error.path,
            offset=error.offset,
            wanted=f"at most {most}",
            advice="Config.with_safety changes what is allowed",
        ) from None
