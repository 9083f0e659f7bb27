"""Columns of Arrow and Polars: the bytes of a list of numbers, or of options of numbers where nulls are None."""

from typing import Optional

import numpy as np
import polars
import pyarrow
import pytest
from wire import CONFIGS, SCALARS, each_engine, put, put_int

from bincode_next.arrays import from_column, to_column
from bincode_next.config import Safety, standard, v3
from bincode_next.errors import (
    ConfigError,
    LimitExceeded,
    OutOfRangeError,
    SchemaError,
    TrailingBytes,
    UnexpectedEnd,
    UnexpectedVariant,
    WrongTypeError,
)
from bincode_next.schema import Bool, Float, Int
from bincode_next.types import f32, f64, i8, i64, u16, u32, u128

COLUMNS = [
    (Int(32, False), u32, "uint32", [0, 250, 251, 70_000, 4_294_967_295]),
    (Int(64, True), i64, "int64", [0, -1, 125, -126, 1 << 40, -(1 << 63)]),
    (Int(8, True), i8, "int8", [-128, 0, 127]),
    (Float(64), f64, "float64", [0.5, -0.0, float("inf")]),
    (Float(32), f32, "float32", [0.5, 2.0]),
    (Bool(), bool, "bool", [True, False, True]),
]
each_column = pytest.mark.parametrize(("node", "hint", "dtype", "values"), COLUMNS, ids=[row[2] for row in COLUMNS])
each_config = pytest.mark.parametrize("config", CONFIGS, ids=lambda c: f"{c.crate}-{c.ints}-{c.endian}")


def wire(node, values, config, optional):
    mark = b"\1" if optional else b""
    parts = (b"\0" if value is None else mark + put(node, value, config) for value in values)
    return b"".join((put_int(len(values), 64, False, config), *parts))


@each_engine
@each_column
@each_config
def test_a_column_has_the_bytes_of_a_list_and_comes_back(node, hint, dtype, values, config):
    arrow = pyarrow.array(np.array(values, dtype))
    series = polars.Series("name", np.array(values, dtype))
    wanted = wire(node, values, config, optional=False)
    for column in (arrow, series, pyarrow.chunked_array([arrow[:1], arrow[1:]]), pyarrow.concat_arrays([arrow])):
        assert from_column(column, hint, config) == wanted
        assert from_column(column, None, config) == wanted
    assert to_column(wanted, list[hint], config).equals(arrow)
    assert to_column(wanted, hint, config, library="polars").equals(series)


@each_engine
@each_column
@each_config
def test_a_null_is_none(node, hint, dtype, values, config):
    with_nulls = [None, *values, None]
    arrow = pyarrow.array(with_nulls, pyarrow.from_numpy_dtype(np.dtype(dtype)))
    series = polars.from_arrow(arrow)
    for given, column in ((with_nulls, arrow), (with_nulls, series), (values, arrow[1:-1]), ([None], arrow[:1])):
        encoded = from_column(column, Optional[hint], config)  # noqa: UP045
        assert encoded == wire(node, given, config, optional=True)
        assert to_column(encoded, Optional[hint], config).to_pylist() == given  # noqa: UP045
        back = to_column(encoded, Optional[hint], config, library="polars")  # noqa: UP045
        assert back.to_list() == given
        assert back.dtype == series.dtype


def test_no_rows_are_a_column_of_their_type():
    assert from_column(pyarrow.array([], pyarrow.int64()), Optional[i64]) == b"\0"  # noqa: UP045
    assert to_column(b"\0", Optional[i64]).type == pyarrow.int64()  # noqa: UP045
    assert to_column(b"\0", u32, library="polars").dtype == polars.UInt32


def test_what_is_no_column_of_its_type_is_refused():
    with pytest.raises(WrongTypeError, match=r"at \[1\]: a null .*Optional"):
        from_column(pyarrow.array([1, None]), i64)
    with pytest.raises(OutOfRangeError, match=r"at \[1\]"):
        from_column(polars.Series([1, 70_000]), u16)
    with pytest.raises(WrongTypeError, match="another kind"):
        from_column(polars.Series([1.5]), u16)
    for column in (pyarrow.array(["x"]), polars.Series(["x"]), [1, 2], np.arange(3)):
        with pytest.raises(WrongTypeError):
            from_column(column, u16)
    for hint in (str, u128, list[list[u16]]):
        with pytest.raises(SchemaError, match="columns hold numbers"):
            from_column(pyarrow.array([1]), hint)
    with pytest.raises(ConfigError):
        from_column(pyarrow.array([1]), i64, v3().with_cbor_format())


@each_engine
def test_damaged_columns_end_with_their_element():
    option = Optional[u16]  # noqa: UP045
    for data, kind, path, offset in (
        (b"\3\1\5\0\2", UnexpectedVariant, "[2]", 4),
        (b"\3\1\5\0", UnexpectedEnd, "[2]", 4),
        (b"\3\1\5\1\xfb\1", UnexpectedEnd, "[1]", 5),
        (b"\xfd" + b"\xff" * 8 + b"\0\0", UnexpectedEnd, "[2]", 11),
    ):
        with pytest.raises(kind) as caught:
            to_column(data, option)
        assert (caught.value.path, caught.value.offset) == (path, offset)
    with pytest.raises(TrailingBytes):
        to_column(b"\1\1\5\0", option, standard().reject_trailing_bytes())
    with pytest.raises(LimitExceeded):
        to_column(b"\3\0\0\0", option, standard().with_safety(Safety(elements=2)))
    with pytest.raises(LimitExceeded):
        to_column(b"\3\1\2\3", u16, standard().with_limit(10))


def test_every_kind_of_number_has_a_test_here_or_as_an_array():
    assert {type(row[0]) for row in COLUMNS} == {type(node) for node in SCALARS}
