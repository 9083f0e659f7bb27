"""What every kind of table promises: columns in as arrays, results out as a table of the same kind."""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import OptionError, TableError

Array = NDArray[Any]

# Top-level package of a table's type → the file that knows it. A library is imported only when its table comes.
_KINDS = {"pandas": "._pandas", "polars": "._polars", "pyarrow": "._arrow"}


@dataclass(frozen=True, slots=True)
class Result:
    """One output column: its values, which rows are valid (None: all), and the columns it was made of.

    `valid` is what the table's kind calls validity: a boolean NumPy array or an Arrow bitmap.
    """

    name: str
    values: Array
    valid: Any
    columns: tuple[str, ...]


class Table(ABC):
    """A table seen from a kernel: arrays of numbers by name, with nulls kept apart."""

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """The names of all columns, duplicates included."""

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape of every result; None where the arrays that a formula reads decide."""
        return None

    @abstractmethod
    def pieces(self, columns: Sequence[str]) -> list[list[Array]]:
        """Return the values of some columns, cut where the table's own chunks end. Raises DtypeError."""

    def valid(self, column: str) -> Any:  # noqa: ARG002
        """Return which rows of a column are not null; None where all are."""
        return None

    def combine(self, valids: list[Any]) -> Any:
        """Return which rows are valid in all of several columns."""
        return np.logical_and.reduce(np.broadcast_arrays(*valids)) if len(valids) > 1 else valids[0]

    def mask(self, valid: Any) -> NDArray[np.bool]:
        """Return validity as a boolean NumPy array."""
        return np.asarray(valid)

    @abstractmethod
    def build(self, results: list[Result], *, single: bool) -> Any:
        """Return the results as a table of this kind, or as one column of this kind."""


def open_table(data: Any) -> Table:
    """Return the view of a table that kernels need. Raises TableError for a kind nobody here knows."""
    package = type(data).__module__.partition(".")[0]
    room = _KINDS.get(package, "._arrays")
    try:
        table: Table = importlib.import_module(room, __package__).open_table(data)
    except ModuleNotFoundError as error:
        hint = "install it, or rssn[frames], which brings what all kinds of tables need"
        raise OptionError(f"a table of {package} needs the package {error.name}", hint=hint) from None
    return table


def unknown_kind(data: object) -> TableError:
    """Return the error for an object that is no table."""
    wanted = "a dict of arrays, a NumPy structured array, or a table of pandas, Polars or PyArrow"
    return TableError("not a table", wanted=wanted, found=type(data).__qualname__)
