"""The reader of s-expressions: every form keeps its place."""

from rssn.interop._forms import Atom, Form, Source, read_forms
from rssn.parser import Limits


def test_forms_atoms_strings_and_comments() -> None:
    text = '; a comment\n(a [b "c ; (\\" d"]) e'
    first, second = read_forms(Source(text, Limits()))
    assert isinstance(first, Form)
    assert isinstance(first.items[1], Form)
    assert [text[item.start : item.stop] for item in first.items] == ["a", '[b "c ; (\\" d"]']
    assert first.items[1].items[1] == Atom('"c ; (\\" d"', 18)
    assert second == Atom("e", len(text) - 1)
    assert read_forms(Source("", Limits())) == []
