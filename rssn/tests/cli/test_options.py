"""Options that several commands share."""

import pytest

from rssn.cli._options import split_names


@pytest.mark.parametrize(
    ("values", "names"), [((), []), (("a",), ["a"]), (("a,b", " c "), ["a", "b", "c"]), ((",,", "*"), ["*"])]
)
def test_names_come_by_commas_and_by_repeating(values: tuple[str, ...], names: list[str]) -> None:
    assert split_names(values) == names
