"""Read everything a store has and compare it with its checksums; name what does not fit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..errors import StorageError, StoreDamageError, StoreFormatError
from ._catalogue import FILE, Catalogue, State, check_sums
from ._files import close_all, open_segments
from ._nodes import Nodes


def verify(path: str | os.PathLike[str]) -> list[StorageError]:
    """Return an error for each thing in the store at `path` that is not as it was written.

    Every committed byte is read: the catalogue's pages and rows, every block
    of every extent, and every node for sense. Works beside a writer, on the
    last commit. Raises StoreFormatError where there is no store.
    """
    folder = Path(path)
    if not (folder / FILE).is_file():
        raise StoreFormatError(f"{folder} is no store", wanted=f"a folder with {FILE}")
    try:
        catalogue = Catalogue(folder, writes=False)
    except StorageError as error:
        # The first page says what the file is: whoever damaged it is to be found in the sums of pages.
        pages = check_sums(folder, None)
        if not pages:
            raise
        return [error, *pages]
    try:
        found = catalogue.examine()
        if found:
            return found
        state = catalogue.read()
        return _segments(folder, state)
    except StorageError as error:
        return [error]
    finally:
        catalogue.close()


def _segments(folder: Path, state: State) -> list[StorageError]:
    found: list[StorageError] = []
    try:
        opened = open_segments(folder, state.files)
    except StorageError as error:
        return [error]
    try:
        nodes: Any = Nodes(state.operators, 0, None)
        numbers = {name: nodes.add_file(str(folder / name), descriptor) for name, descriptor in opened.items()}
        for extent in state.extents:
            nodes.attach(numbers[extent.file], extent.place, extent.bytes, extent.nodes)
    finally:
        close_all(opened.values())
    for number in range(nodes.extent_total):
        found += nodes.check(number)
    if not found:
        found += nodes.examine()
    for name, root in state.names.items():
        if root >= len(nodes):
            found.append(StoreDamageError(f"{name!r} names a node that is not there", where=str(folder / FILE)))
    return found
