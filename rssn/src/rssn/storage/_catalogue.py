"""The catalogue: which names, segments and operators a store has. A commit of it is the commit of the store.

Every row is sealed by a checksum of its own, and the sum of all seals is kept
too, so a row that is damaged or missing is known by name.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ..errors import StorageError, StoreDamageError, StoreFormatError
from ._faults import translated
from ._nodes import checksum

FILE = "catalogue.sqlite"
SUMS = "catalogue.sums"
VERSION = 1
_APPLICATION = 0x7273736E
_PAGE = 4096
_WAIT_S = 30.0
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value, seal INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE names (name TEXT PRIMARY KEY, root INTEGER NOT NULL, seal INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE operators (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, commutative INTEGER NOT NULL, seal INTEGER NOT NULL
);
CREATE TABLE extents (
    number INTEGER PRIMARY KEY, file TEXT NOT NULL, place INTEGER NOT NULL, bytes INTEGER NOT NULL,
    nodes INTEGER NOT NULL, seal INTEGER NOT NULL
);
"""
TABLES = {"meta": "key", "names": "name", "operators": "number", "extents": "number"}


@dataclass(frozen=True, slots=True)
class ExtentRow:
    """Where an extent lies."""

    file: str
    place: int
    bytes: int
    nodes: int


@dataclass(slots=True)
class State:
    """A store at one commit."""

    generation: int = 1
    commit: int = 0
    fingerprint: str = ""
    names: dict[str, int] = field(default_factory=dict)
    operators: list[tuple[str, bool]] = field(default_factory=list)
    extents: list[ExtentRow] = field(default_factory=list)

    @property
    def files(self) -> dict[str, int]:
        """The committed length of each segment file."""
        lengths: dict[str, int] = {}
        for extent in self.extents:
            lengths[extent.file] = max(lengths.get(extent.file, 0), extent.place + extent.bytes)
        return lengths


def seal(table: str, values: Iterable[object]) -> int:
    """Return the checksum of a row."""
    return checksum("\0".join([table, *map(str, values)]).encode("utf-8", "surrogatepass"))


class Catalogue:
    """The SQLite file of a store, opened for writing or reading."""

    def __init__(self, folder: Path, *, writes: bool) -> None:
        self.path = folder / FILE
        self._connection: sqlite3.Connection | None = None
        self._is_in_doubt = False
        # A reader too may have to take back what a writer that was killed had begun.
        mode = "rwc" if writes else "rw" if all(os.access(path, os.W_OK) for path in (folder, self.path)) else "ro"
        with self._guard():
            self._connection = sqlite3.connect(
                f"file:{quote(str(self.path))}?mode={mode}",
                uri=True, isolation_level=None, check_same_thread=False, timeout=_WAIT_S,
            )  # fmt: skip
            self._connection.execute("PRAGMA synchronous=EXTRA" if writes else "PRAGMA query_only=ON")
            self._check_kind(writes=writes)

    def _check_kind(self, *, writes: bool) -> None:
        (application,) = self._rows("PRAGMA application_id")[0]
        (version,) = self._rows("PRAGMA user_version")[0]
        (tables,) = self._rows("SELECT count(*) FROM sqlite_master")[0]
        if (application, version, tables) == (0, 0, 0):
            if not writes:
                raise StoreFormatError(f"{self.path.parent} holds no store yet", hint="open it for writing first")
            self._create()
        elif application != _APPLICATION:
            raise StoreFormatError(f"{self.path} belongs to another program", found=f"application {application:#x}")
        elif version != VERSION:
            raise StoreFormatError(
                f"{self.path.parent} was written by a newer version of rssn",
                wanted=f"format {VERSION}", found=f"format {version}", hint="update rssn",
            )  # fmt: skip

    def _create(self) -> None:
        with self._transaction() as run:
            for statement in _SCHEMA.split(";"):
                run(statement)
            for key, value in (("generation", 1), ("commit", 0), ("fingerprint", ""), ("sum", 0)):
                run("INSERT INTO meta VALUES (?, ?, ?)", (key, value, seal("meta", (key, value))))
            run(f"PRAGMA application_id={_APPLICATION}")
            run(f"PRAGMA user_version={VERSION}")

    # ---- reading

    def _rows(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        if self._connection is None:
            raise StorageError("the store is closed")
        return self._connection.execute(statement, values).fetchall()

    def read(self) -> State:
        """Return the state of the last commit. Every row is compared with its seal."""
        with self._guard():
            self._rows("BEGIN")
            try:
                tables = {table: self._rows(f"SELECT * FROM {table} ORDER BY {key}") for table, key in TABLES.items()}
            finally:
                self._rows("ROLLBACK")
        damaged = list(damages(tables, self.path))
        if damaged:
            raise damaged[0]
        meta = {key: value for key, value, _ in tables["meta"]}
        return State(
            meta["generation"],
            meta["commit"],
            meta["fingerprint"],
            {name: root for name, root, _ in tables["names"]},
            [(name, bool(flag)) for _, name, flag, _ in tables["operators"]],
            [ExtentRow(*row[1:-1]) for row in tables["extents"]],
        )

    def examine(self) -> list[StorageError]:
        """Return all that is wrong with the catalogue itself."""
        with self._guard():
            found: list[StorageError] = [
                StoreDamageError(f"SQLite says: {text}", where=str(self.path))
                for (text,) in self._rows("PRAGMA integrity_check")
                if text != "ok"
            ]
            if found:
                return found
            tables = {table: self._rows(f"SELECT * FROM {table} ORDER BY {key}") for table, key in TABLES.items()}
        found += damages(tables, self.path)
        return found or check_sums(self.path.parent, {key: value for key, value, _ in tables["meta"]}["commit"])

    # ---- writing

    def commit(self, before: State, after: State) -> None:
        """Make `after` the state of the store, at once and durably. Raises with nothing changed."""
        if self._is_in_doubt:
            raise StorageError("the disk failed before", where=str(self.path), hint="open the store again")
        try:
            self._write(before, after)
        except StorageError:
            # SQLite may fail after the point of no return, in what it does to make the return to it impossible.
            if not self._arrived(after.commit):
                raise
        write_sums(self.path.parent, after.commit)

    def _arrived(self, number: int) -> bool:
        """Whether a commit is there. Where even that can't be read, nothing more is written."""
        try:
            return bool(self._rows("SELECT value FROM meta WHERE key='commit'")[0][0] == number)
        except sqlite3.Error:
            self._is_in_doubt = True
            return False

    def _write(self, before: State, after: State) -> None:
        with self._transaction() as run:
            total = self._rows("SELECT value FROM meta WHERE key='sum'")[0][0]
            for table, key, old, new in _differences(before, after):
                if old is not None:
                    run(f"DELETE FROM {table} WHERE {TABLES[table]}=?", (key,))
                    total -= seal(table, (key, *old))
                if new is not None:
                    marks = ", ".join("?" * (len(new) + 2))
                    number = seal(table, (key, *new))
                    run(f"INSERT INTO {table} VALUES ({marks})", (key, *new, number))
                    total += number
            run("UPDATE meta SET value=?, seal=? WHERE key='sum'", (total, seal("meta", ("sum", total))))

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Any]:
        with self._guard():
            self._rows("BEGIN IMMEDIATE")
            try:
                yield self._rows
                self._rows("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._rows("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        """Turn what SQLite raises into errors of ours."""
        try:
            yield
        except sqlite3.Error as error:
            raise translated(error, str(self.path)) from error

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _differences(
    before: State, after: State
) -> Iterator[tuple[str, Any, tuple[Any, ...] | None, tuple[Any, ...] | None]]:
    """Yield table, key, the row that goes and the row that comes."""
    for key in ("generation", "commit", "fingerprint"):
        old, new = getattr(before, key), getattr(after, key)
        if old != new or before.commit == 0:
            yield "meta", key, (old,), (new,)
    for name in before.names.keys() | after.names.keys() if before.names != after.names else ():
        roots = before.names.get(name), after.names.get(name)
        if roots[0] != roots[1]:
            old_root, new_root = ((None if root is None else (root,)) for root in roots)
            yield "names", name, old_root, new_root
    yield from _list_differences("operators", before.operators, after.operators)
    olds, news = ([(e.file, e.place, e.bytes, e.nodes) for e in state.extents] for state in (before, after))
    yield from _list_differences("extents", olds, news)


def _list_differences(table: str, olds: list[Any], news: list[Any]) -> Iterator[Any]:
    common = min(len(olds), len(news)) if olds[:1] == news[:1] else 0
    if olds[:common] != news[:common]:
        common = 0
    for number, old in enumerate(olds[common:], common):
        yield table, number, _plain(old), None
    for number, new in enumerate(news[common:], common):
        yield table, number, None, _plain(new)


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(int(value) if isinstance(value, bool) else value for value in row)


def damages(tables: dict[str, list[Any]], path: Path) -> Iterator[StoreDamageError]:
    """Yield an error for each row whose seal does not fit, and one if rows are missing."""
    total = stated = 0
    for table, rows in tables.items():
        for *values, number in rows:
            if seal(table, values) != number:
                yield StoreDamageError(f"row {values[0]!r} of {table} is damaged", where=str(path))
            if (table, values[0]) == ("meta", "sum"):
                stated = values[1]
            elif table != "meta":
                total += number
            elif values[0] != "sum":
                total += number - _ZERO.get(values[0], 0)
    if total != stated:
        yield StoreDamageError("rows of the catalogue are missing or damaged", where=str(path))


# What a new store begins with counts as nothing in the sum.
_ZERO = {key: seal("meta", (key, value)) for key, value in (("generation", 1), ("commit", 0), ("fingerprint", ""))}


# ---- checksums of the file's pages, so that a flip anywhere is found


def write_sums(folder: Path, commit: int) -> None:
    """Write the checksum of every page of the catalogue beside it. Not part of the commit: verify skips an old one."""
    try:
        data = (folder / FILE).read_bytes()
        sums = [checksum(data[at : at + _PAGE]) for at in range(0, len(data), _PAGE)]
        body = struct.pack(f"<QQ{len(sums)}I", commit, len(data), *sums)
        target = folder / (SUMS + ".new")
        target.write_bytes(struct.pack("<I", checksum(body)) + body)
        os.replace(target, folder / SUMS)
    except OSError:
        with contextlib.suppress(OSError):
            (folder / SUMS).unlink(missing_ok=True)


def check_sums(folder: Path, commit: int | None) -> list[StorageError]:
    """Compare the pages of the catalogue with their checksums, if those are of this commit, or None for any."""
    try:
        found = (folder / SUMS).read_bytes()
    except OSError:
        return []
    if len(found) < 20 or struct.pack("<I", checksum(found[4:])) != found[:4] or len(found) % 4:
        return [StoreDamageError("the checksums of the catalogue are damaged", where=str(folder / SUMS))]
    number, size, *sums = struct.unpack(f"<QQ{(len(found) - 20) // 4}I", found[4:])
    data = (folder / FILE).read_bytes()
    if commit not in (number, None):
        return []
    if size != len(data):
        return [StoreDamageError("the catalogue has another length", where=str(folder / FILE))]
    return [
        StoreDamageError(f"page {page} of the catalogue is damaged", where=f"{folder / FILE}, byte {page * _PAGE}")
        for page, stated in enumerate(sums)
        if checksum(data[page * _PAGE : (page + 1) * _PAGE]) != stated
    ]
