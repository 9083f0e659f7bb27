"""Dicts and structured arrays: broadcasting, shapes, masks."""

import numpy as np

import rssn


def test_structured_arrays_keep_their_shape_and_their_fields_are_strided() -> None:
    table = np.zeros((2, 3), dtype=[("a", "i1"), ("x", "f8"), ("y", "f4")])
    table["x"] = np.arange(6).reshape(2, 3)
    table["y"] = 0.5
    found = rssn.evaluate(["z = x + y", "a > 0", "1"], table)
    assert found.shape == (2, 3)
    assert found.dtype.names == ("z", "a > 0", "1")
    assert found["z"].tolist() == (table["x"] + 0.5).tolist()
    assert rssn.evaluate("x*2", table).tolist() == (table["x"] * 2).tolist()
    assert rssn.evaluate("2", table).shape == (2, 3)


def test_a_masked_structured_array_stays_one() -> None:
    table = np.ma.zeros(3, dtype=[("x", "f8"), ("y", "f8")])
    table["x"] = np.ma.masked_array([1.0, 2.0, 3.0], mask=[False, True, False])
    found = rssn.evaluate(["z = x + y", "w = y"], table)
    assert found["z"].tolist() == [1.0, None, 3.0]
    assert found["w"].tolist() == [0.0, 0.0, 0.0]


def test_masks_broadcast_with_their_values() -> None:
    x = np.ma.masked_array([[1.0], [2.0]], mask=[[False], [True]])
    found = rssn.evaluate("x + y", {"x": x, "y": np.arange(3.0)})
    assert found.tolist() == [[1.0, 2.0, 3.0], [None, None, None]]


def test_a_view_that_runs_backwards_is_read_in_place() -> None:
    column = np.arange(10.0)
    assert rssn.evaluate("x + 1", {"x": column[::-2]}).tolist() == [10.0, 8.0, 6.0, 4.0, 2.0]


def test_lists_and_numbers_are_columns() -> None:
    assert rssn.evaluate("x + k", {"x": [1, 2], "k": 0.5}).tolist() == [1.5, 2.5]
    assert rssn.evaluate("k*2", {"k": 4}) == 8.0
