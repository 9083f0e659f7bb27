"""The picture of a trace is well-formed, and has a row a task."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from dtact.monitor import picture
from dtact.monitor._picture import ticks


def span(name, at, took, kind="task"):
    return {"ph": "X", "cat": kind, "name": name, "ts": at, "dur": took, "pid": 1, "tid": 1}


def boxes(text):
    root = ElementTree.fromstring(text)
    return [box for box in root.iter("{http://www.w3.org/2000/svg}rect") if box.get("fill") != "#ffffff"]


def test_spans_become_boxes_where_and_as_long_as_they_were():
    text = picture({"traceEvents": [span("a", 0, 50), span("b & <c>", 50, 50, "fiber")]})
    first, second = boxes(text)
    assert float(second.get("x")) - float(first.get("x")) == pytest.approx(500)
    assert float(first.get("width")) == pytest.approx(500)
    assert "b &amp; &lt;c&gt;" in text


def test_many_spans_side_by_side_are_drawn_as_one_and_rows_are_limited():
    events = [span("a", index * 0.01, 0.01) for index in range(10_000)] + [span(f"t{i}", i, 1) for i in range(60)]
    text = picture({"traceEvents": events}, rows=5)
    assert len(boxes(text)) <= 5 * 60
    assert text.count("<title>") == 5


def test_jobs_have_a_row_for_each_thread_that_ran_them():
    job = {"cat": "mesh", "name": "halve", "ph": "X", "pid": 1, "dur": 10}
    events = [{**job, "tid": 1, "ts": 10}, {**job, "tid": 2, "ts": 12}, {**job, "cat": "process", "tid": 3, "ts": 30}]
    text = picture({"traceEvents": events})
    assert len(boxes(text)) == 3
    assert text.count("<title>") == 3


def test_a_part_of_the_time_is_cut_out_and_an_empty_one_refused():
    document = {"traceEvents": [span("a", 0, 500), span("b", 5000, 500)]}
    assert ">b<" not in picture(document, end_ms=1)
    with pytest.raises(ValueError, match="no spans"):
        picture(document, begin_ms=100)


@pytest.mark.parametrize(
    ("length", "last"), [(16_600, "16 ms"), (100, "100 µs"), (1e6, "1000 ms"), (0.5, "0.5 µs"), (0, "0 µs")]
)
def test_the_scale_has_round_numbers(length, last):
    labels = [text.split("<")[1].split(">")[1] for text in ticks(length, 100) if text.startswith("<text")]
    assert (labels[0][0], labels[-1]) == ("0", last)
    assert len(labels) <= 13
