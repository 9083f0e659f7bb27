"""Sources record while a trace runs, also those that come late, and lose nothing on the way."""

from __future__ import annotations

from dtact.scheduler._sources import Sources


class Room:
    def __init__(self):
        self.is_on, self.spans = False, []

    def record(self, on):
        self.is_on = on

    def take(self):
        found, self.spans = self.spans, []
        return found, 1


def test_rooms_record_from_the_first_trace_to_the_end_of_the_last():
    early, late, sources = Room(), Room(), Sources()
    sources.add(early)
    sources.begin()
    sources.begin()
    sources.add(late)
    sources.add(late)
    assert early.is_on
    assert late.is_on
    early.spans, late.spans = [("mesh", "a", 1, 1, 0, 5)], [("mesh", "b", 1, 1, 0, 5)]
    assert [span[1] for span in sources.take()[0]] == ["a", "b"]
    assert sources.take() == ([], 2)
    sources.end()
    assert early.is_on
    sources.end()
    assert not early.is_on
    assert not late.is_on
