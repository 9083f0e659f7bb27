"""The writer of source text: names, identifiers, and the size of what is written."""

import pytest

import rssn
from rssn.errors import OptionError
from rssn.interop._c_source import C
from rssn.interop._expand import COMMON, expand
from rssn.interop._source import argument_names, bare, identifiers, nearest, write


def test_arguments_come_by_text_by_symbols_or_sorted() -> None:
    e = rssn.parse("b*a")
    assert argument_names([e], None) == ["a", "b"]
    assert argument_names([e], "b, a c") == ["b", "a", "c"]
    assert argument_names([e], [rssn.symbol("b"), "a"]) == ["b", "a"]
    with pytest.raises(OptionError, match="a name or a symbol"):
        argument_names([e], [1])


def test_identifiers_never_collide() -> None:
    names = ["x", "x!", "x_2", "for", "for_2", "1", "_", "é", "?"]
    found = identifiers(names, frozenset({"for"}))
    assert len(set(found.values())) == len(names)
    assert all(text.isidentifier() and text.isascii() for text in found.values())


def test_brackets_around_everything_go() -> None:
    assert [bare(text) for text in ("(a + b)", "(a) + (b)", "a", "((a))")] == ["a + b", "(a) + (b)", "a", "(a)"]


def test_nearest() -> None:
    assert nearest(10**400) == -nearest(-(10**400)) == float("inf")


def test_text_is_linear_in_unique_nodes_and_pieces_are_short() -> None:
    e = rssn.symbol("x")
    for index in range(1, 3000):
        e = rssn.sin(e) + index
    text = write(expand([e], COMMON), {"x": "x"}, C)
    assert max(len(piece) for _, piece, _ in text.parts) < 400
    assert sum(len(piece) for _, piece, _ in text.parts) < 100_000
