"""The machine code of one formula: found on disk, or compiled per signature when a call first needs it."""

from __future__ import annotations

import os
import struct
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from collections.abc import Mapping as Mapping_
from functools import cached_property
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Final, Protocol

from .. import ops
from ..errors import CompileError
from ..expr import Ast
from . import _disk
from ._behind import WORKER
from ._graph import LEAF_KINDS
from ._load import Mapping
from ._lowerings import LOWERINGS
from ._origin import origin
from ._recipe import Recipe
from ._record import Blob, Facts, Record, decode, digest, encode
from ._run import Program

if TYPE_CHECKING:
    from ._compiler import Compiler
    from ._tape import Tape

# More element types and layouts than this of one formula are hardly in use together.
_SIGNATURES = 64

LOCK: Final = threading.RLock()
"""Held while a program is made."""
LLVM_LOCKS: Final = (threading.RLock(), threading.RLock())
"""Held while LLVM is at work without optimising, and with: each has a machine of its own, which is for one thread."""
for _lock in (*LLVM_LOCKS, LOCK):
    # A process that forks in the middle of that would leave its child a lock that nobody opens. What is registered
    # last is taken first: who holds one of LLVM's never waits for the other.
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


class Code:
    """A formula with its programs. Shared by all kernels of the same recipe; thread-safe."""

    def __init__(self, recipe: Recipe, tape: Tape | None = None, shelf: _disk.Shelf | None = None) -> None:
        """Make the code of a recipe, or of a tape. With a shelf, what was kept there is used, and what is new kept."""
        self.recipe = recipe
        self._programs: dict[bytes, Program] = {}
        self._first: dict[bytes, Program] = {}
        self._tape, self.shelf, self._key = tape, shelf, b""
        self._stored: Record | None = None
        self.compile_ms = 0.0
        self.code_bytes = 0
        if shelf is not None:
            self._find(shelf)
        if self._stored is None:
            # Mistakes in a formula are reported now, not at the first call.
            _ = self.compiler

    def _find(self, shelf: _disk.Shelf) -> None:
        made_by, recipe = origin(), self.recipe
        if made_by is None:
            self.shelf = None
            return
        self._key = digest(recipe.ast_bytes, repr(recipe[1:]).encode(), *made_by[1:])
        data = shelf.read(self._key)
        self._stored = None if data is None else decode(data, self._key, made_by)
        if data is not None and self._stored is None:
            shelf.warn(f"a kernel in {shelf.path!r} is damaged, or not for this machine, and is made again")

    @cached_property
    def compiler(self) -> Compiler:
        """What makes the code; made when somebody asks, which a kernel found on disk need not."""
        made: Compiler = import_module("._compiler", __package__).Compiler(self.recipe, self._tape)
        return made

    @property
    def is_stored(self) -> bool:
        """Whether code of it was found on disk."""
        return self._stored is not None

    @cached_property
    def masks(self) -> bytes:
        """One byte per output, 1 where it is a truth value, 2 where it is complex."""
        return self._stored.facts.masks if self._stored is not None else self.compiler.masks

    @cached_property
    def facts(self) -> Facts:
        """What kernels ask before they run. Raises OptionError for a width or target that can't be."""
        return self._stored.facts if self._stored is not None else self.compiler.facts()

    @cached_property
    def is_compilable(self) -> bool:
        """Whether machine code can do it all."""
        return self._stored is not None or self.compiler.is_possible

    @cached_property
    def runs_python(self) -> bool:
        """Whether it calls a function that takes the GIL: more threads then only wait for each other."""
        return self._stored is None and any(own.takes_gil for own in self.compiler.imports.values())

    @property
    def signatures(self) -> tuple[bytes, ...]:
        """What has been needed so far."""
        return tuple(self._programs)

    def program(self, signature: bytes, *, first: bool = False) -> Program:
        """Return machine code for a signature, loaded or compiled on first use.

        With `first`, code that is there sooner will do; it becomes the best by itself.
        """
        found = self._programs.get(signature)
        if found is not None:
            return found
        with LOCK:
            found = self._programs.get(signature)
            if found is None:
                if len(self._programs) >= _SIGNATURES:
                    self._programs.clear()
                soon = first and self._stored is None and self.compiler.comes_first
                found = self._programs[signature] = self._sooner(signature) if soon else self._make(signature)
        return found

    @property
    def is_best(self) -> bool:
        """Whether no program is left that is to become a better one."""
        return not self._first

    def _sooner(self, signature: bytes) -> Program:
        started = perf_counter()
        blob, shipped = self.compiler.first(signature), self.compiler.shipped
        self.compile_ms += (perf_counter() - started) * 1e3
        mapping = load(blob, shipped)
        found = self._first[signature] = Program(
            mapping.address + blob.entry, mapping, self.facts.width, blob.frame_bytes
        )
        improve = weakref.WeakMethod(self.improve)  # what nobody has any more is not improved
        WORKER.do(lambda: (now := improve()) and now())
        return found

    def improve(self) -> None:
        """Put the best code in place of what came first."""
        for signature, program in list(self._first.items()):
            program.become(self._make(signature))
            self._first.pop(signature, None)

    def _make(self, signature: bytes) -> Program:
        blob = self._stored.programs.pop(signature, None) if self._stored is not None else None
        if blob is None:
            started = perf_counter()
            blob = self.compiler.compile(signature)
            self.compile_ms += (perf_counter() - started) * 1e3
            self._keep(signature, blob)
        # What lies on disk calls none.
        own = {} if self._stored is not None else self.compiler.imports
        mapping = load(blob, own)
        self.code_bytes += len(blob.code)
        return Program(mapping.address + blob.entry, (mapping, own), self.facts.width, blob.frame_bytes)

    def _keep(self, signature: bytes, blob: Blob) -> None:
        """Add a program to what lies on disk by now, where other processes add theirs."""
        made_by = origin() if self.shelf is not None else None
        if self.shelf is None or made_by is None:
            return
        data = self.shelf.read(self._key)
        found = None if data is None else decode(data, self._key, made_by)
        others = list(found.programs.items())[1 - _SIGNATURES :] if found is not None else []
        record = Record(self.facts, {**dict(others), signature: blob})
        self.shelf.write(self._key, encode(self._key, made_by, record))


def shelf_for(ast: Ast) -> _disk.Shelf | None:
    """Return where the code of a formula may be kept: nowhere if it rests on operators that are not ours."""
    for name in set(ast.operators).difference(LEAF_KINDS):
        if name not in LOWERINGS or ops.lookup(name).lowering is not LOWERINGS[name]:
            return None
    return _disk.shelf()


def load(blob: Blob, own: Mapping_[str, Foreign] | None = None) -> Mapping:
    """Return machine code in executable memory; given back with the last reference. Raises CompileError.

    `own` are the functions for those of its imports that are not the C library's.
    """
    library = tuple(name for name in blob.imports if not own or name not in own)
    try:
        return Mapping(_with_addresses(blob, own) if own else blob.code, blob.slots, library)
    except LookupError as error:
        raise CompileError("the machine code calls a function this process does not have", found=str(error)) from error
    except PermissionError as error:
        raise CompileError(str(error), hint="RSSN_INTERPRET=1 does without") from error


def _with_addresses(blob: Blob, own: Mapping_[str, Foreign]) -> bytes:
    """Return the code with the slots of a user's functions filled; they come after those of the C library."""
    code = bytearray(blob.code)
    for number, name in enumerate(blob.imports):
        if name in own:
            struct.pack_into("<Q", code, blob.slots + 8 * number, own[name].address)
    return bytes(code)


class Foreign(Protocol):
    """A function outside the code that calls it."""

    @property
    def address(self) -> int:
        """Where it is."""


class CodeCache:
    """The codes used last. An evicted code lives on as long as a kernel holds it."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._codes: OrderedDict[Hashable, Code] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Code]) -> Code:
        """Return the code under a key, made if it is not there."""
        with self._lock:
            found = self._codes.get(key)
            if found is not None:
                self._codes.move_to_end(key)
                return found
        made = make()
        with self._lock:
            made = self._codes.setdefault(key, made)
            while len(self._codes) > self.limit:
                self._codes.popitem(last=False)
        return made

    def clear(self) -> None:
        """Forget all codes."""
        with self._lock:
            self._codes.clear()

    def __len__(self) -> int:
        return len(self._codes)
