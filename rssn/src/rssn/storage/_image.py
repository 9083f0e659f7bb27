"""Packed images: expressions with their names in one block of bytes, read where it lies by Python, C, or anything."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import StoreFormatError
from ..expr import Expr
from ._faults import faults
from ._files import sync_folder
from ._layout import HEADER, MAGIC
from ._names import Names
from ._nodes import Nodes

NODE = np.dtype([("a", "<u4"), ("b", "<u4"), ("op", "<u2"), ("zero", "<u2")])
"""A node of an image; `rssn_store.h` says what the fields hold."""


class Image(Names):
    """The expressions of an image, read where it lies. A block is compared with its checksum when first needed."""

    def __init__(self, path: Path) -> None:
        with faults(path), path.open("rb") as file:
            head = file.read(HEADER.size)
            size = os.fstat(file.fileno()).st_size
            if len(head) < HEADER.size or head[:7] != MAGIC[:7]:
                raise StoreFormatError(f"{path} is no image of expressions", found=repr(head[:8]))
            if head[:8] != MAGIC:
                raise StoreFormatError(f"{path} was written by another version of rssn", found=repr(head[:8]))
            _, _, _, stated, first, count, *_ = HEADER.unpack(head)
            if stated != size or first:
                raise StoreFormatError(f"{path} is cut short or no image", wanted=f"{stated} bytes", found=str(size))
            nodes: Any = Nodes([], 0, None)
            nodes.attach(nodes.add_file(str(path), file.fileno()), 0, size, count)
            self._bytes = np.memmap(file, dtype=np.uint8, mode="r")
        operators, roots = nodes.sections(0)
        nodes.adopt(operators)
        super().__init__(path, nodes, dict(roots))

    @property
    def buffer(self) -> memoryview:
        """The whole image, mapped: for C, for `bincode_next`, for sending. Not compared with checksums."""
        return self._bytes.data

    @property
    def columns(self) -> dict[str, np.ndarray[Any, Any]]:
        """The nodes and the operands of wide nodes, mapped, as arrays that no byte is copied for."""
        _, _, _, _, _, nodes, operands, *_, start = HEADER.unpack(self._bytes[: HEADER.size].tobytes())
        second = start + -(-nodes * NODE.itemsize // 64) * 64
        return {
            "nodes": self._bytes[start : start + nodes * NODE.itemsize].view(NODE),
            "operands": self._bytes[second : second + 4 * operands].view("<u4"),
        }

    @property
    def operators(self) -> list[tuple[str, bool]]:
        """The operators of the nodes, from number 8 on: name, and whether the order of two operands is canonical."""
        return list(self._nodes.operators)


def open_image(path: str | os.PathLike[str]) -> Image:
    """Return the image in a file, without reading more than its head. Raises StoreFormatError for anything else."""
    return Image(Path(path))


def write_image(
    path: str | os.PathLike[str], names: Names | Mapping[str, Expr], chosen: Iterable[str] | None = None
) -> None:
    """Write named expressions and all they reach as an image; the file is complete or not there.

    Raises StoreFullError, StoreReadOnlyError and the like, and leaves what stood there before.
    """
    wanted = list(names if chosen is None else chosen)
    nodes: Any = Nodes([], 0, lambda *_: (0, 0))
    nodes.whole_tail()
    if isinstance(names, Names):
        numbers = nodes.copy(names._nodes, [names._root(name) for name in wanted])
    else:
        numbers = [nodes.put(names[name]) for name in wanted]
    target = Path(path)
    with faults(target):
        descriptor, temporary = tempfile.mkstemp(prefix=target.name, dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(nodes.encode(list(zip(wanted, numbers, strict=True))))
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, target)
            sync_folder(target.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
