"""Where in a value something is wrong: `items[3].name`, `m['k']`, `Shape.Circle.radius`.

While values are read and written, a place is one cheap object per open value; text is made of them only when an
error happens. A str is a field, an int an item, `VARIANT`, `VALUE` and `KEY` pairs are what their names say.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

from ..errors import DecodeError, EncodeError, UnexpectedEnd

VARIANT: Final = "variant"  # (VARIANT, name of the enum, name of the variant)
VALUE: Final = "value"  # (VALUE, key)
KEY: Final = "key"  # (KEY, number of the entry)

MOST: Final = 100  # places that are named in full

E = TypeVar("E", bound=DecodeError | EncodeError)
Place = str | int | tuple[Any, ...] | None


def path_of(places: list[Place]) -> str:
    """Return the places from the outermost to the innermost as one text; of very many the middle is left out."""
    there = [place for place in places if place is not None]
    if len(there) <= MOST:
        return _joined(there)
    left_out = len(there) - MOST
    inner = _joined(there[-MOST // 2 :])
    return f"{_joined(there[: MOST // 2])}…{left_out} more…{inner if inner.startswith('[') else '.' + inner}"


def _joined(places: list[str | int | tuple[Any, ...]]) -> str:
    text = ""
    for place in places:
        if isinstance(place, int):
            text += f"[{place}]"
        elif isinstance(place, str):
            text += f".{place}" if text else place
        elif place[0] == VARIANT:
            text += f".{place[2]}" if text else f"{place[1]}.{place[2]}"
        elif place[0] == KEY:
            text += f".keys()[{place[1]}]" if text else f"keys()[{place[1]}]"
        else:
            text += f"[{_short(place[1])}]"
    return text


def _short(key: object) -> str:
    try:
        text = repr(key)
    except Exception:
        return f"<{type(key).__name__}>"
    return text if len(text) <= 80 else f"{text[:79]}…"


def located(error: E, places: list[Place]) -> E:
    """Return the same error with its path in front (what an inner plan found stays behind it)."""
    path = path_of(places)
    if error.path:
        path += error.path if error.path.startswith("[") or not path else f".{error.path}"
    placed = type(error)(
        error.problem,
        path=path,
        offset=error.offset,
        wanted=error.wanted,
        found=error.found,
        advice=error.advice,
    )
    if isinstance(placed, UnexpectedEnd) and isinstance(error, UnexpectedEnd):
        placed.additional = error.additional
    return placed
