"""`Store`: names of expressions on disk, written by one and read by many, a commit at a time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from ..errors import OptionError, StorageError, StoreDamageError, StoreFormatError, StoreReadOnlyError
from ..expr import Expr
from ..ops import operators
from ._builder import Builder
from ._catalogue import FILE, Catalogue, State, write_sums
from ._faults import faults, translated
from ._files import Lock, Segments, close_all, open_segments, prepare, sweep
from ._image import write_image
from ._names import Names
from ._nodes import Nodes, StoredExpr, number_of
from ._size import parse_size

_RETRIES = 5


@dataclass(frozen=True, slots=True)
class StoreStatistics:
    """What a store holds, and what of it is in memory."""

    names: int
    nodes: int
    """stored nodes, those included that no name reaches any more"""
    extents: int
    disk: int
    """bytes of the segments"""
    memory: int
    """bytes in memory now: blocks, nodes that wait to be written, and what is known by structure"""
    budget: int
    """bytes allowed; 0 for no limit"""
    reads: int
    """blocks read and compared with their checksums"""
    visits: int
    """how often a block was asked for after another one"""
    evictions: int
    """blocks that gave their memory back"""
    forgotten: int
    """nodes no longer known by structure: another one like them would be stored twice, until the store is compacted"""
    commit: int
    generation: int


class Snapshot(Names):
    """The names of a store at one commit, and the expressions behind them; later commits do not show.

    `snapshot[name]` loads an expression; `snapshot.stored(name)` gives a part
    that is read piece by piece. Expressions stay readable after the store was
    compacted, closed or even removed.
    """

    def __init__(self, folder: Path, state: State, nodes: Any, memory: int) -> None:
        super().__init__(folder, nodes, state.names)
        self._folder, self._state, self._memory = folder, state, memory

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self._folder)!r}, {len(self)} names, commit {self.commit}>"

    @property
    def commit(self) -> int:
        """The number of the commit, counted from the first."""
        return self._state.commit

    @property
    def operators_changed(self) -> bool:
        """Whether rssn knows other operators, or knows them otherwise, than when this commit was written."""
        return self._state.fingerprint not in ("", fingerprint())

    @property
    def folder(self) -> Path:
        """Where the store lies."""
        return self._folder

    def statistics(self) -> StoreStatistics:
        """Return what the store holds, and what of it is in memory."""
        nodes = self._nodes
        return StoreStatistics(
            len(self), len(nodes), nodes.extent_total, sum(self._state.files.values()), nodes.bytes, self._memory,
            nodes.reads, nodes.visits, nodes.evictions, nodes.forgotten, self.commit, self._state.generation,
        )  # fmt: skip


class Store(Snapshot, MutableMapping[str, Expr]):
    """Names of expressions on disk; see `open_store`.

    `store[name] = expression` is committed when the statement is done, and
    `with store.transaction():` makes several changes one commit. An
    expression may be an `Expr`, or a part of this store made by `builder()`.
    """

    def __init__(self, folder: Path, memory: int, *, read_only: bool) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._changes: dict[str, int | None] = {}
        self._writer: Lock | None = None
        self._segments: Segments | None = None
        self._owner = os.getpid()
        self._catalogue: Catalogue | None = None
        if not read_only:
            prepare(folder)
            self._writer = Lock(folder)
        try:
            self._catalogue = Catalogue(folder, writes=not read_only)
            state, nodes = self._attached(folder, memory)
        except BaseException:
            self.close()
            raise
        super().__init__(folder, state, nodes, memory)
        if not read_only:
            write_sums(folder, state.commit)

    def _attached(self, folder: Path, memory: int) -> tuple[State, Any]:
        """Read the catalogue and open what it names; a compaction in between makes us read it again."""
        assert self._catalogue is not None
        for attempt in range(_RETRIES):
            state = self._catalogue.read()
            try:
                opened = open_segments(folder, state.files)
                break
            except StoreDamageError:
                if attempt == _RETRIES - 1 or self._catalogue.read().generation == state.generation:
                    raise
        try:
            nodes = Nodes(state.operators, memory, None)
            numbers = {name: nodes.add_file(str(folder / name), descriptor) for name, descriptor in opened.items()}
        finally:
            close_all(opened.values())
        for extent in state.extents:
            nodes.attach(numbers[extent.file], extent.place, extent.bytes, extent.nodes)
        if self._writer is not None:
            sweep(folder, state.files)
            self._segments = Segments(folder, state.generation, state.files, nodes.add_file)
            if numbers:
                self._segments.resume(list(numbers.values())[-1])
            nodes.sink = self._segments.append
        return state, nodes

    # ---- changes

    def _check_writer(self) -> Segments:
        if self._segments is None:
            reason = "is closed" if self._catalogue is None else "was opened for reading"
            raise StoreReadOnlyError(f"the store {reason}", where=str(self._folder))
        if os.getpid() != self._owner:
            raise StorageError("the store belongs to the process that opened it", hint="open it anew after a fork")
        return self._segments

    def __setitem__(self, name: str, value: Expr | StoredExpr) -> None:
        with self._lock:
            self._check_writer()
            if not isinstance(name, str) or not name:
                raise OptionError("a name in a store is a string that is not empty", found=repr(name))
            with faults(self._folder):
                number = number_of(self._nodes, value)
            self._change(name, number)

    def __delitem__(self, name: str) -> None:
        with self._lock:
            self._check_writer()
            self._root(name)
            self._change(name, None)

    def update(self, *others: Any, **named: Any) -> None:
        """Set several names in one commit."""
        with self.transaction():
            super().update(*others, **named)

    def clear(self) -> None:
        """Remove every name in one commit."""
        with self.transaction():
            for name in self:
                del self[name]

    def _change(self, name: str, number: int | None) -> None:
        before = dict(self._names)
        if number is None:
            del self._names[name]
        else:
            self._names[name] = number
        if self._depth == 0:
            try:
                self._commit()
            except BaseException:
                self._names = before
                raise

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Store]:
        """Make all changes inside one commit at the end; an exception undoes them. May be nested."""
        with self._lock:
            self._check_writer()
            before = dict(self._names)
            self._depth += 1
            try:
                yield self
                if self._depth == 1:
                    self._commit()
            except BaseException:
                self._names = before
                raise
            finally:
                self._depth -= 1

    def _commit(self) -> None:
        """Segments first, then the catalogue: what it names is on the disk."""
        segments = self._check_writer()
        assert self._catalogue is not None
        with faults(self._folder):
            self._nodes.flush()
            segments.sync()
        after = replace(
            self._state,
            commit=self._state.commit + 1,
            fingerprint=fingerprint(),
            names=dict(self._names),
            operators=list(self._nodes.operators),
            extents=[*self._state.extents, *segments.extents],
        )
        self._catalogue.commit(self._state, after)
        self._state = after
        segments.extents = []

    def builder(self) -> Builder:
        """Return what makes expressions in the store itself, node by node, inside its memory."""
        self._check_writer()
        return Builder(self._nodes)

    # ---- views

    def export(self, path: str | os.PathLike[str], names: Iterable[str] | None = None) -> None:
        """Write some names, or all, and what they reach as a packed image; see `open_image`."""
        write_image(path, self, names)

    def adopt(self, image: Names) -> None:
        """Take every name of an image or of another store, in one commit and without loading."""
        with self.transaction():
            with faults(self._folder):
                numbers = self._nodes.copy(image._nodes, list(image._names.values()))
            for name, number in zip(image._names, numbers, strict=True):
                self._change(name, number)

    def snapshot(self) -> Snapshot:
        """Return the last commit as it is now; later changes and compactions do not show in it."""
        return Snapshot(self._folder, self._state, self._nodes, self._memory)

    def refresh(self) -> bool:
        """Move a store opened for reading to the last commit; return whether there was a newer one."""
        if self._catalogue is None:
            raise StorageError("the store is closed", where=str(self._folder))
        if self._writer is not None:
            return False
        before = self.commit
        if self._catalogue.read().commit != before:
            self._state, self._nodes = self._attached(self._folder, self._memory)
            self._names = dict(self._state.names)
        return self.commit != before

    def compact(self) -> None:
        """Write anew what the names reach, each part once, and give the rest of the disk back.

        Snapshots and readers go on; parts taken before stay readable and can no longer be combined.
        """
        with self._lock:
            self._check_writer()
            if self._depth:
                raise StorageError("a store can't be compacted inside a transaction")
            assert self._catalogue is not None
            old, before = self._nodes, self._state
            old.forget()
            nodes = Nodes([], self._memory, None)
            segments = Segments(self._folder, before.generation + 1, {}, nodes.add_file)
            nodes.sink = segments.append
            try:
                with faults(self._folder):
                    names = list(before.names)
                    numbers = nodes.copy(old, [before.names[name] for name in names])
                    nodes.flush()
                    segments.sync()
                after = State(
                    before.generation + 1, before.commit + 1, fingerprint(), dict(zip(names, numbers, strict=True)),
                    nodes.operators, segments.extents,
                )  # fmt: skip
                self._catalogue.commit(before, after)
            except BaseException:
                segments.close()
                with contextlib.suppress(StorageError):
                    sweep(self._folder, before.files)
                raise
            if self._segments is not None:
                self._segments.close()
            old.close()
            segments.extents = []
            self._nodes, self._segments, self._state, self._names = nodes, segments, after, dict(after.names)
            sweep(self._folder, after.files)

    # ---- the end

    def close(self) -> None:
        """Give up writing and close the catalogue. What was not committed is dropped; parts stay readable."""
        if self._segments is not None:
            self._segments.close()
            self._nodes.close()
            self._segments = None
        if self._catalogue is not None:
            self._catalogue.close()
            self._catalogue = None
        if self._writer is not None:
            self._writer.release()
            self._writer = None

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def open_store(path: str | os.PathLike[str], *, memory: str | int | None = None, read_only: bool = False) -> Store:
    """Open the store of expressions in the folder `path`, which is made if it is not there.

    `memory` ("256 MB", "1 GiB", bytes) bounds what the store keeps in memory;
    without it, what was touched stays. One process may write at a time; with
    `read_only=True` any number may read, each at the commit it opened or last
    refreshed to. Raises StoreLockedError for a second writer, StoreFormatError
    for what is no store or of a newer version, StoreDamageError for bytes that
    changed, StoreReadOnlyError where nothing can be written.
    """
    folder = Path(path)
    size = parse_size(memory)
    if read_only and not (folder / FILE).is_file():
        kind = "a file" if folder.is_file() else "no store"
        raise StoreFormatError(f"{folder} is {kind}", wanted=f"a folder with {FILE}")
    try:
        return Store(folder, size, read_only=read_only)
    except sqlite3.Error as error:
        raise translated(error, str(folder)) from error


def fingerprint() -> str:
    """Return what rssn knows of its operators, as a short text: names, arities, and which are commutative."""
    known = sorted(f"{record.name} {record.arity} {record.commutative}" for record in operators())
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:16]
