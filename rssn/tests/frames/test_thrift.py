"""Footers go through the compact protocol and come back byte for byte."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.frames import _thrift
from rssn.frames._thrift import read_struct, write_struct

integers = st.integers(-(2**62), 2**62)
scalars = st.one_of(
    st.tuples(st.just(_thrift.TRUE), st.booleans()),
    st.tuples(st.just(_thrift.BYTE), st.integers(0, 255)),
    st.tuples(st.sampled_from([_thrift.I16, _thrift.I32, _thrift.I64]), integers),
    st.tuples(st.just(_thrift.DOUBLE), st.binary(min_size=8, max_size=8)),
    st.tuples(st.just(_thrift.BINARY), st.binary(max_size=300)),
    st.tuples(st.just(_thrift.LIST), st.tuples(st.just(_thrift.I64), st.lists(integers, max_size=40))),
)
structs = st.recursive(
    st.dictionaries(st.integers(1, 300), scalars, max_size=6),
    lambda inner: st.dictionaries(
        st.integers(1, 300),
        scalars
        | st.tuples(st.just(_thrift.STRUCT), inner)
        | st.tuples(st.just(_thrift.LIST), st.tuples(st.just(_thrift.STRUCT), st.lists(inner, max_size=3))),
        max_size=4,
    ),
    max_leaves=8,
)


@given(structs)
def test_what_is_written_reads_back(fields: _thrift.Struct) -> None:
    data = write_struct(fields)
    assert read_struct(data + b"rest") == (fields, len(data))


@pytest.mark.parametrize("compression", ["none", "snappy"])
def test_arrows_own_footers_are_reproduced_byte_for_byte(compression: str) -> None:
    table = pa.table(
        {"x": np.arange(100.0), "t": ["a"] * 100, "b": [True, None] * 50, "time": pa.array([0] * 100, pa.date32())}
    )
    sink = io.BytesIO()
    pa_parquet.write_table(table, sink, row_group_size=7, compression=compression)
    data = sink.getvalue()
    size = int.from_bytes(data[-8:-4], "little")
    footer = data[-8 - size : -8]
    assert write_struct(read_struct(footer)[0]) == footer
