"""Where in a value something is: steps from the outside in, made into text only for an error."""

from __future__ import annotations

from typing import NamedTuple, Optional, TypeVar

from ..errors import DecodeError, EncodeError

E = TypeVar("E", bound=DecodeError | EncodeError)


class Place(NamedTuple):
    """A step and the place it is taken from: a field or variant by name, an item by number."""

    before: Optional[Place]  # noqa: UP045  (the class is not there yet)
    step: str | int


def path_of(place: Place | None) -> str:
    """Return `items[3].name`."""
    steps: list[str] = []
    while place is not None:
        steps.append(f"[{place.step}]" if isinstance(place.step, int) else f".{place.step}")
        place = place.before
    return "".join(reversed(steps)).removeprefix(".")


def located(error: E, place: Place | None) -> E:
    """Return the same error with its path."""
    return type(error)(
        error.problem,
        path=path_of(place),
        offset=error.offset,
        wanted=error.wanted,
        found=error.found,
        advice=error.advice,
    )
