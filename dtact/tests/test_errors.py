"""The error tree."""

from __future__ import annotations

import pytest

from dtact import errors

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_the_one_root_and_is_in_the_drawn_tree(kind: type[Exception]) -> None:
    assert issubclass(kind, errors.DtactError)
    assert kind.__name__ in (errors.__doc__ or "")


def test_the_text_says_what_was_wanted_what_came_and_what_to_do() -> None:
    error = errors.CountError("count is too small", wanted="at least 0", found="-1", hint="count rows from 0")
    assert str(error) == "count is too small; wanted at least 0; found -1; count rows from 0"
    assert str(errors.DtactError("only this")) == "only this"
