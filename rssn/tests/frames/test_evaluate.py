"""One formula over every kind of table gives one answer, and nulls ride along in all of them."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rssn
from rssn.errors import (
    DtypeError,
    OptionError,
    ParseError,
    PrecisionLossError,
    ShapeError,
    TableError,
    UnknownNameError,
)
from rssn.frames._table import open_table
from rssn.testing import assert_same_bits

STATEMENTS = ["z = x*y + 1", "w = z/x", "x < y", "c = x"]
READS = {"z": "xy", "w": "xy", "x < y": "xy", "c": "x"}
Column = list[float | None]

nullable = st.lists(
    st.tuples(st.none() | st.floats(-1e3, 1e3), st.none() | st.integers(-1000, 1000)), min_size=0, max_size=40
)


def expected(x: Column, y: Column) -> dict[str, list[Any]]:
    """Answer with NumPy, row by row of what is valid."""
    a = np.array([0.0 if item is None else item for item in x], dtype=float)
    b = np.array([0.0 if item is None else item for item in y], dtype=float)
    with np.errstate(all="ignore"):
        z = np.array([float(rssn.fma(p, q, 1.0)) for p, q in zip(a, b, strict=True)])
        values = {"z": z, "w": z / a, "x < y": a < b, "c": a}
    valid = {"x": [item is not None for item in x], "y": [item is not None for item in y]}
    return {
        name: [
            item if all(valid[column][row] for column in READS[name]) else None
            for row, item in enumerate(array.tolist())
        ]
        for name, array in values.items()
    }


def same(found: dict[str, list[Any]], wanted: dict[str, list[Any]]) -> None:
    assert list(found) == list(wanted)
    for name, column in wanted.items():
        nulls = [item is None for item in column]
        assert [item is None for item in found[name]] == nulls, name
        assert_same_bits(
            np.array([item for item in found[name] if item is not None], dtype=float),
            np.array([item for item in column if item is not None], dtype=float),
        )


def arrow(x: Column, y: Column) -> pa.Table:
    return pa.table({"x": pa.array(x, pa.float64()), "y": pa.array(y, pa.int32())})


def cut(column: pa.ChunkedArray, row: int) -> pa.ChunkedArray:
    return pa.chunked_array([column.slice(0, row).combine_chunks(), column.slice(row).combine_chunks()])


@given(nullable)
def test_arrow_tables_and_batches(rows: list[tuple[float | None, int | None]]) -> None:
    """Also sliced, and cut into chunks in different places: bit offsets and buffers are honoured."""
    x, y = [row[0] for row in rows], [row[1] for row in rows]
    wanted = expected(x, y)
    whole = arrow(x, y)
    same(rssn.evaluate(STATEMENTS, whole).to_pydict(), wanted)
    padded = pa.concat_tables([arrow([9.0] * 3, [9] * 3), whole, arrow([9.0], [9])]).combine_chunks()
    same(rssn.evaluate(STATEMENTS, padded.slice(3, len(x))).to_pydict(), wanted)
    middle = len(x) // 2
    chunks = pa.table(
        {
            "x": pa.chunked_array(
                [whole["x"].slice(0, middle).combine_chunks(), whole["x"].slice(middle).combine_chunks()]
            ),
            "y": pa.chunked_array([whole["y"].slice(0, 1).combine_chunks(), whole["y"].slice(1).combine_chunks()]),
        }
    )
    same(rssn.evaluate(STATEMENTS, chunks).to_pydict(), wanted)
    for batch in padded.to_batches():
        same(rssn.evaluate(STATEMENTS, batch.slice(3, len(x))).to_pydict(), wanted)


@given(nullable)
def test_polars_frames(rows: list[tuple[float | None, int | None]]) -> None:
    x, y = [row[0] for row in rows], [row[1] for row in rows]
    frame = pl.DataFrame({"x": pl.Series(x, dtype=pl.Float64), "y": pl.Series(y, dtype=pl.Int32)})
    wanted = expected(x, y)
    same(rssn.evaluate(STATEMENTS, frame).to_dict(as_series=False), wanted)
    same(rssn.evaluate(STATEMENTS, frame.lazy()).collect().to_dict(as_series=False), wanted)
    pieces = pl.concat([frame.slice(0, 2), frame.slice(2)], rechunk=False)
    same(rssn.evaluate(STATEMENTS, pieces).to_dict(as_series=False), wanted)


@given(nullable, st.sampled_from([("Float64", "Int32"), ("double[pyarrow]", "int32[pyarrow]")]))
def test_pandas_frames_with_nulls(rows: list[tuple[float | None, int | None]], dtypes: tuple[str, str]) -> None:
    x, y = [row[0] for row in rows], [row[1] for row in rows]
    index = pd.Index([f"row {number}" for number in range(len(x))])
    frame = pd.DataFrame({"x": pd.array(x, dtype=dtypes[0]), "y": pd.array(y, dtype=dtypes[1])}, index=index)
    found = rssn.evaluate(STATEMENTS, frame)
    assert found.index.equals(index)
    assert found["z"].dtype == frame["x"].dtype
    same({name: [None if item is pd.NA else item for item in found[name]] for name in found}, expected(x, y))


@given(nullable)
def test_masked_arrays(rows: list[tuple[float | None, int | None]]) -> None:
    x, y = [row[0] for row in rows], [row[1] for row in rows]
    columns = {
        name: np.ma.masked_array([item or 0 for item in column], mask=[item is None for item in column], dtype=dtype)
        for name, column, dtype in (("x", x, "f8"), ("y", y, "i2"))
    }
    found = rssn.evaluate(STATEMENTS, columns)
    same({name: np.ma.asarray(found[name]).tolist() for name in found}, expected(x, y))


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.integers(-1000, 1000)), max_size=40))
def test_plain_arrays_structured_arrays_and_plain_pandas(rows: list[tuple[float, int]]) -> None:
    x, y = [row[0] for row in rows], [row[1] for row in rows]
    wanted = expected(list(x), list(y))
    table = np.array(rows, dtype=[("x", "f8"), ("y", "i4")])
    structured = rssn.evaluate(STATEMENTS, table)
    same({name: structured[name].tolist() for name in structured.dtype.names}, wanted)
    same(
        {name: array.tolist() for name, array in rssn.evaluate(STATEMENTS, {n: table[n] for n in "xy"}).items()}, wanted
    )
    same(rssn.evaluate(STATEMENTS, pd.DataFrame({"x": table["x"], "y": table["y"]})).to_dict("list"), wanted)


TABLES = {
    "dict": lambda: {"x": np.array([1.0, 2.0]), "y": np.array([3, 4])},
    "structured": lambda: np.array([(1.0, 3), (2.0, 4)], dtype=[("x", "f8"), ("y", "i8")]),
    "pandas": lambda: pd.DataFrame({"x": [1.0, 2.0], "y": [3, 4]}),
    "polars": lambda: pl.DataFrame({"x": [1.0, 2.0], "y": [3, 4]}),
    "table": lambda: pa.table({"x": [1.0, 2.0], "y": [3, 4]}),
    "batch": lambda: pa.record_batch({"x": [1.0, 2.0], "y": [3, 4]}),
}
each_table = pytest.mark.parametrize("table", [make() for make in TABLES.values()], ids=list(TABLES))
LONE = {
    "dict": np.ndarray,
    "structured": np.ndarray,
    "pandas": pd.Series,
    "polars": pl.Series,
    "table": pa.ChunkedArray,
    "batch": pa.Array,
}


@pytest.mark.parametrize("kind", list(TABLES))
def test_one_expression_without_a_name_gives_one_column(kind: str) -> None:
    found = rssn.evaluate("x + y", TABLES[kind]())
    assert isinstance(found, LONE[kind])
    assert np.asarray(found).tolist() == [4.0, 6.0]


@pytest.mark.parametrize("kind", list(TABLES))
def test_a_named_result_gives_a_table_of_the_same_kind(kind: str) -> None:
    data = TABLES[kind]()
    found = rssn.evaluate("z = x + y", data)
    assert type(found) is type(data)
    assert np.asarray(found["z"]).tolist() == [4.0, 6.0]


@pytest.mark.parametrize("kind", [kind for kind in TABLES if kind != "dict"])
def test_a_constant_fills_the_table(kind: str) -> None:
    assert np.asarray(rssn.evaluate("1 + 1", TABLES[kind]())).tolist() == [2.0, 2.0]


def test_arrays_and_numbers_broadcast() -> None:
    found = rssn.evaluate("x*y + k", {"x": np.arange(3.0).reshape(3, 1), "y": np.arange(2.0), "k": 1})
    assert found.tolist() == [[1, 1], [1, 2], [1, 3]]
    assert rssn.evaluate("2*3", {}) == 6.0


def test_f32_is_asked_for() -> None:
    data = {"x": np.arange(3, dtype=np.float32)}
    assert rssn.evaluate("x/3", data).dtype == np.float64
    assert rssn.evaluate("x/3", data, dtype="f32").dtype == np.float32


def test_expressions_and_mappings_are_statements_too() -> None:
    x, y = rssn.symbols("x y")
    data = TABLES["dict"]()
    assert rssn.evaluate(x + y, data).tolist() == [4, 6]
    assert list(rssn.evaluate({"sum": x + y, "difference": "x - y"}, data)) == ["sum", "difference"]
    assert list(rssn.evaluate([x + y, "z = x"], data)) == ["x + y", "z"]


@each_table
def test_a_missing_column_names_the_nearest(table: Any) -> None:
    with pytest.raises(UnknownNameError, match=r"no column 'why'"):
        rssn.evaluate("x + why", table)
    with pytest.raises(UnknownNameError, match="did you mean 'x'"):
        rssn.evaluate("X + 1", table)


@pytest.mark.parametrize(
    "table",
    [
        {"t": np.array(["a", "b"])},
        pd.DataFrame({"t": ["a", "b"]}),
        pd.DataFrame({"t": pd.array(["a", None], dtype="string")}),
        pd.DataFrame({"t": pd.Categorical(["a", "b"])}),
        pl.DataFrame({"t": ["a", "b"]}),
        pl.DataFrame({"t": pl.Series(["a", "b"], dtype=pl.Categorical)}),
        pa.table({"t": ["a", "b"]}),
        pa.table({"t": pa.array(["a", "b"]).dictionary_encode()}),
    ],
    ids=lambda table: type(table).__module__,
)
def test_a_text_column_is_refused_by_name(table: Any) -> None:
    with pytest.raises(DtypeError, match=r"'t' is a text column.*wanted numbers or booleans"):
        rssn.evaluate("t + 1", table)


DAY = 15706  # 2013-01-01


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ({"t": np.array(["2013-01-01", "NaT"], dtype="M8[s]")}, DAY * 86_400),
        (pd.DataFrame({"t": pd.to_datetime(["2013-01-01", None]).astype("M8[ms]")}), DAY * 86_400_000),
        (pd.DataFrame({"t": pd.to_datetime(["2013-01-01 01:00", None]).tz_localize("Europe/Rome").astype(
            "datetime64[s, Europe/Rome]")}), DAY * 86_400),
        (pd.DataFrame({"t": pd.array([DAY, None], "timestamp[s][pyarrow]")}), DAY),
        (pl.DataFrame({"t": ["2013-01-01", None]}).with_columns(pl.col("t").str.to_date()), DAY),
        (pa.table({"t": pa.array([DAY, None], pa.timestamp("s", "UTC"))}), DAY),
        (pa.table({"t": pa.array([7, None], pa.duration("us"))}), 7),
        (pa.table({"t": pa.array([DAY, None], pa.date32())}), DAY),
        (pa.table({"t": pa.array([DAY * 86_400_000, None], pa.date64())}), DAY * 86_400_000),
        (pa.table({"t": pa.array([61, None], pa.time32("s"))}), 61),
        (pa.table({"t": pa.array([61, None], pa.time64("us"))}), 61),
    ],
    ids=lambda value: type(value).__module__,
)  # fmt: skip
def test_times_are_their_integers_and_what_is_missing_stays_missing(table: Any, wanted: int) -> None:
    found = rssn.evaluate("t + 1", table)
    first, second = found.tolist() if isinstance(found, np.ndarray) else list(found)
    assert float(first.as_py() if hasattr(first, "as_py") else first) == wanted + 1
    missing = second.as_py() if hasattr(second, "as_py") else second
    assert pd.isna(missing)


def test_columns_of_different_units_count_in_the_finest() -> None:
    """Sliced and in chunks too; a null, or a time that is none, in either."""
    start = pa.chunked_array([pa.array([1, None], pa.timestamp("s")), pa.array([3, 4, 5], pa.timestamp("s")).slice(1)])
    end = pa.chunked_array([pa.array([0, 2500, 3500, 4500, None], pa.timestamp("ms")).slice(1)])
    found = rssn.evaluate("b - a", pa.table({"a": start, "b": end}))
    assert found.to_pylist() == [1500.0, None, 500.0, None]


def test_an_interval_of_months_is_refused() -> None:
    with pytest.raises(DtypeError, match=r"'t' is a column of times.*no fixed length"):
        rssn.evaluate("t + 1", pa.table({"t": pa.array([(1, 2, 3)], pa.month_day_nano_interval())}))


@pytest.mark.parametrize(
    "table",
    [
        {"c": np.array([1.0], dtype=np.longdouble)},
        {"c": np.array([[1], "a"], dtype=object)},
        {"c": np.array([2**70], dtype=object)},
        pa.table({"c": pa.array([[1.0]])}),
        pa.table({"c": pa.array([1], pa.decimal128(9, 2))}),
    ],
)
def test_what_is_no_number_is_refused(table: Any) -> None:
    with pytest.raises(DtypeError, match="'c' is "):
        rssn.evaluate("c + 1", table)


def test_a_complex_column_is_computed_with_where_that_is_asked_for() -> None:
    table = {"c": np.array([1j, 2.0])}
    with pytest.raises(DtypeError, match=r"'c'.*complex128"):
        rssn.evaluate("c + 1", table)
    assert list(rssn.evaluate("c*c", table, dtype="complex128")) == [-1, 4]


HUGE = 2**53 + 1


@pytest.mark.parametrize(
    "table",
    [
        {"n": np.array([1, HUGE])},
        pd.DataFrame({"n": [1, HUGE]}),
        pd.DataFrame({"n": pd.array([1, HUGE, None], dtype="Int64")}),
        pl.DataFrame({"n": [1, HUGE, None]}),
        pa.table({"n": pa.array([1, HUGE], pa.uint64())}),
    ],
    ids=lambda table: type(table).__module__,
)
def test_an_integer_that_would_lose_bits_is_refused_unless_lossy(table: Any) -> None:
    with pytest.raises(PrecisionLossError, match=r"'n'"):
        rssn.evaluate("n + 0", table)
    assert np.asarray(rssn.evaluate("n + 0", table, lossy=True))[1] == 2.0**53


def test_a_huge_integer_under_a_null_is_no_integer() -> None:
    """What lies in a buffer under a null is never looked at."""
    bits = pa.py_buffer(np.packbits([True, False, True], bitorder="little"))
    column = pa.Array.from_buffers(pa.int64(), 3, [bits, pa.py_buffer(np.array([1, HUGE, 3]))])
    assert rssn.evaluate("n + 1", pa.table({"n": column})).to_pylist() == [2, None, 4]
    chunked = pa.table({"n": pa.chunked_array([column, column.slice(1)])})
    assert rssn.evaluate("n + 1", chunked).to_pylist() == [2, None, 4, None, 4]


@pytest.mark.parametrize("table", [None, 3, "x", [1, 2], np.arange(3), object(), pa.array([1]), pl.Series([1.0])])
def test_what_is_no_table_is_refused(table: Any) -> None:
    with pytest.raises(TableError, match="not a table"):
        rssn.evaluate("x", table)


def test_other_mistakes_have_their_errors() -> None:
    with pytest.raises(ShapeError):
        rssn.evaluate("x + y", {"x": np.arange(3), "y": np.arange(4)})
    with pytest.raises(ParseError):
        rssn.evaluate("x +", TABLES["dict"]())
    with pytest.raises(OptionError, match="two results are called 'z'"):
        rssn.evaluate(["z = x", "z = y"], TABLES["dict"]())
    with pytest.raises(UnknownNameError, match="2 columns called 'x'"):
        rssn.evaluate("x", pa.table([[1.0], [2.0]], ["x", "x"]))
    with pytest.raises(UnknownNameError, match="2 columns called 'x'"):
        rssn.evaluate("x", pd.DataFrame([[1.0, 2.0]], columns=["x", "x"]))


@pytest.mark.parametrize("statements", [[3], [["x"]], {"a": None}, 3, []])
def test_what_is_no_formula_is_refused(statements: Any) -> None:
    with pytest.raises(OptionError):
        rssn.evaluate(statements, TABLES["dict"]())


def test_the_same_text_is_compiled_once_per_option() -> None:
    """What is remembered is told apart by every option, and by how the results are asked for."""
    data = TABLES["dict"]()
    assert rssn.evaluate("x", data).dtype == np.float64
    assert rssn.evaluate("x", data, dtype="f32").dtype == np.float32
    assert isinstance(rssn.evaluate(["x"], data), dict)
    assert list(rssn.evaluate({"x": "y"}, data)) == ["x"]
    assert list(rssn.evaluate(("x", "y"), data)) == ["x", "y"]


def test_columns_are_read_in_place() -> None:
    """A float column is not copied on its way in."""
    column = np.arange(1000.0)
    frame = pd.DataFrame({"x": column}, copy=False)
    for table in ({"x": column}, frame, pa.table({"x": column})):
        [[values]] = open_table(table).pieces(["x"])
        assert np.shares_memory(values, column)
