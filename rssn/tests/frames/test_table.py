"""A table's kind is told by its type, and its library is imported by no one before."""

import subprocess
import sys

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from rssn.errors import OptionError, TableError
from rssn.frames._table import open_table

ALONE = """
import sys
import rssn
import numpy as np
assert rssn.evaluate("x + 1", {"x": np.arange(3.0)}).tolist() == [1, 2, 3]
assert not {"pandas", "polars", "pyarrow"} & set(sys.modules)
"""


def test_no_table_library_is_imported_before_its_table_comes() -> None:
    subprocess.run([sys.executable, "-c", ALONE], check=True)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({}, "DictTable"),
        (pd.DataFrame(), "PandasTable"),
        (pd.Series([1.0], name="x"), "PandasTable"),
        (pl.DataFrame(), "PolarsTable"),
        (pl.Series("x", [1.0]), "PolarsTable"),
        (pa.table({}), "ArrowTable"),
    ],
)
def test_each_kind_has_its_view(data: object, name: str) -> None:
    assert type(open_table(data)).__name__ == name


@pytest.mark.parametrize("data", [3, "text", pd.Index([1]), pd.Series([1.0]), pl.Expr, pa.schema([])])
def test_anything_else_is_no_table(data: object) -> None:
    with pytest.raises(TableError, match="wanted a dict of arrays"):
        open_table(data)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Polars hands its columns over as Arrow arrays."""
    monkeypatch.delitem(sys.modules, "rssn.frames._polars", raising=False)
    monkeypatch.delitem(sys.modules, "rssn.frames._arrow", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(OptionError, match=r"a table of polars needs the package pyarrow.*rssn\[frames\]"):
        open_table(pl.DataFrame())
