"""Points lie within the assumptions, and are the same each time."""

import rssn
from rssn.optimize._points import Points
from rssn.rules import Assumptions, Facts, integer

x, y, n = rssn.symbols("x y n")


def test_points_are_the_same_each_time() -> None:
    first, second = Points([x, y], Facts()), Points([x, y], Facts())
    assert first.generic == second.generic
    assert first.special == second.special


def test_points_keep_every_promise() -> None:
    facts = Facts(Assumptions(x > 0, x < 1, y > x, integer(n), n >= 2, rssn.ne(n, 3)))
    points = Points([n, x, y], facts)
    everything = [*points.generic, *points.wide, *points.special]
    assert len(points.generic) > 4
    for point in everything:
        assert 0 < point["x"] < 1
        assert point["y"] > point["x"]
        assert point["n"] >= 2
        assert point["n"] == int(point["n"])
        assert point["n"] != 3


def test_bounds_on_one_side_are_kept() -> None:
    for point in Points([x], Facts(Assumptions(x <= -5))).generic:
        assert point["x"] <= -5
    for point in Points([x], Facts(Assumptions(x >= 5))).generic:
        assert point["x"] >= 5


def test_special_points_are_where_divisions_fail() -> None:
    special = Points([x, y], Facts()).special
    assert any(point["x"] == 0 != point["y"] for point in special)
    assert any(point["x"] < 0 and point["y"] < 0 for point in special)
