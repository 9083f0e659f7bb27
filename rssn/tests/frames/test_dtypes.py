"""Columns a kernel can read pass untouched, the others are refused by name with a hint."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from rssn.errors import DtypeError
from rssn.frames._dtypes import numbers


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
def test_readable_columns_are_not_copied(dtype: str) -> None:
    column = np.zeros(3, dtype)
    assert numbers("c", column) is column


@pytest.mark.parametrize("dtype", [">f8", ">i4", "<u2"])
def test_foreign_byte_orders_are_turned(dtype: str) -> None:
    column = np.arange(3).astype(dtype)
    assert numbers("c", column).dtype.isnative
    assert numbers("c", column).tolist() == [0, 1, 2]


def test_lists_and_objects_of_numbers_are_numbers() -> None:
    assert numbers("c", [1, 2.5]).tolist() == [1.0, 2.5]
    assert numbers("c", np.array([1, True, np.float32(2)], dtype=object)).tolist() == [1.0, 1.0, 2.0]
    assert numbers("c", np.array([], dtype=object)).size == 0


@pytest.mark.parametrize(
    "values",
    [
        np.array([2**53 + 1, 0.5], dtype=object),
        np.array([-1, 2**63], dtype=object),
        np.array([2**64], dtype=object),
    ],
)
def test_objects_that_would_lose_bits_are_refused(values: Any) -> None:
    with pytest.raises(DtypeError, match="many bits"):
        numbers("c", values)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["a"], "text column"),
        (np.array([b"a"]), "text column"),
        (np.array(["a"], dtype=np.dtypes.StringDType()), "text column"),
        (np.array(["a", None], dtype=object), "NoneType, str"),
        (np.array([Decimal(1)], dtype=object), "Decimal"),
        (np.array([1], dtype=np.longdouble), "convert the column to f64"),
        (np.array([(1,)], dtype=[("a", "i4")]), "convert the column to f64"),
    ],
)
def test_other_columns_are_refused(values: Any, text: str) -> None:
    with pytest.raises(DtypeError, match=text) as caught:
        numbers("c", values)
    assert "'c' is" in str(caught.value)
