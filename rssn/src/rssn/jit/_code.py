"""The machine code of one formula: found on disk, or compiled per signature when a call first needs it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import cached_property
from time import perf_counter
from typing import NamedTuple

from .. import ops
from ..errors import OptionError
from ..expr import Ast
from ..vectormath import Features, functions, host_features
from . import _disk
from ._codegen import ENTRY, generate
from ._cost import is_divider_bound, row_ns
from ._graph import LEAF_KINDS
from ._lower import lower
from ._lowerings import LOWERINGS
from ._machine import LOCK, assembly, load, machine_code, runnable
from ._object import Blob
from ._origin import origin
from ._record import Facts, Record, decode, digest, encode
from ._run import Program
from ._signature import Signature
from ._steps import is_call
from ._tape import Tape

WIDTHS = (1, 2, 4, 8, 16, 32)
LARGEST_WIDTH = WIDTHS[-1]
# Beyond so many lines of IR the time LLVM spends on scheduling and register allocation is no longer won back.
_OPTIMISED_LINES = 6_000
# More element types and layouts than this of one formula are hardly in use together.
_SIGNATURES = 64


class Recipe(NamedTuple):
    """What machine code follows from: the formulas, the arguments in calling order, and options."""

    ast_bytes: bytes
    names: tuple[str, ...]
    real_type: str
    math: str
    width: int | None
    target: str | None


class Code:
    """A formula with its programs. Shared by all kernels of the same recipe; thread-safe."""

    def __init__(self, recipe: Recipe, tape: Tape | None = None, shelf: _disk.Shelf | None = None) -> None:
        """Make the code of a recipe, or of a tape. With a shelf, what was kept there is used, and what is new kept."""
        self.recipe = recipe
        self._programs: dict[bytes, Program] = {}
        self._shelf, self._key = shelf, b""
        self._stored: Record | None = None
        self.compile_ms = 0.0
        self.code_bytes = 0
        if shelf is not None:
            self._find(shelf)
        if tape is not None:
            self.tape = tape
        elif self._stored is None:
            # Mistakes in a formula are reported now, not at the first call.
            _ = self.tape

    def _find(self, shelf: _disk.Shelf) -> None:
        made_by, recipe = origin(), self.recipe
        if made_by is None:
            self._shelf = None
            return
        self._key = digest(recipe.ast_bytes, repr(recipe[1:]).encode(), *made_by[1:])
        data = shelf.read(self._key)
        self._stored = None if data is None else decode(data, self._key, made_by)

    @cached_property
    def tape(self) -> Tape:
        """The steps that the code runs; made when somebody asks, which a kernel found on disk need not."""
        recipe = self.recipe
        return lower(Ast.from_bytes(recipe.ast_bytes), recipe.names, recipe.real_type, recipe.math)

    @cached_property
    def masks(self) -> bytes:
        """One byte per output, 1 where it is a truth value."""
        if self._stored is not None:
            return self._stored.facts.masks
        return bytes(self.tape.output_is_mask(k) for k in range(len(self.tape.outputs)))

    @cached_property
    def facts(self) -> Facts:
        """What kernels ask before they run. Raises OptionError for a width or target that can't be."""
        if self._stored is not None:
            return self._stored.facts
        cpu, width = f"{self.features.cpu} ({self.features.name})", self._width()
        return Facts(self.masks, width, row_ns(self.tape, width), self.features.name, cpu)

    @cached_property
    def is_compilable(self) -> bool:
        """Whether there is vector code for every function; a user's operator may have none."""
        if self._stored is not None:
            return True
        known = set(functions())
        return all(name in known for name in self.tape.counts if is_call(name))

    @cached_property
    def features(self) -> Features:
        """The instruction set compiled for."""
        if self.recipe.target is not None:
            return runnable(self.recipe.target)
        host = host_features()
        # The divider takes a 512-bit vector in two turns, and is a little faster on two vectors of half the size.
        return runnable("avx2") if host.name == "avx512" and is_divider_bound(self.tape) else host

    def _width(self) -> int:
        """Return the rows per vector: as many f64 as fit a register, twice that for f32."""
        lanes = (host_features() if self.recipe.target is None else self.features).width
        width = self.recipe.width or min(LARGEST_WIDTH, lanes * (2 if self.recipe.real_type == "f32" else 1))
        if width not in WIDTHS:
            raise OptionError("rows per vector are a power of two", where="width", wanted="1 to 32", found=str(width))
        return width

    @property
    def signatures(self) -> tuple[bytes, ...]:
        """What has been needed so far."""
        return tuple(self._programs)

    def ir(self, signature: bytes) -> str:
        """Return LLVM IR text for arrays of this signature."""
        return self._generate(signature)[0]

    def _generate(self, signature: bytes) -> tuple[str, int]:
        parsed = Signature.parse(signature, len(self.tape.arguments))
        module, frame_bytes = generate(self.tape, parsed, self.features, self.facts.width)
        return str(module), frame_bytes

    def assembly(self, signature: bytes) -> str:
        """Return the machine code as text."""
        ir = self.ir(signature)
        return assembly(ir, _level(ir), self.features)

    def program(self, signature: bytes) -> Program:
        """Return machine code for a signature, loaded or compiled on first use."""
        found = self._programs.get(signature)
        if found is not None:
            return found
        with LOCK:
            found = self._programs.get(signature)
            if found is None:
                if len(self._programs) >= _SIGNATURES:
                    self._programs.clear()
                found = self._programs[signature] = self._make(signature)
        return found

    def _make(self, signature: bytes) -> Program:
        blob = self._stored.programs.pop(signature, None) if self._stored is not None else None
        if blob is None:
            started = perf_counter()
            ir, frame_bytes = self._generate(signature)
            blob = machine_code(ir, ENTRY, _level(ir), self.features)._replace(frame_bytes=frame_bytes)
            self.compile_ms += (perf_counter() - started) * 1e3
            self._keep(signature, blob)
        mapping = load(blob)
        self.code_bytes += len(blob.code)
        return Program(mapping.address + blob.entry, mapping, self.facts.width, blob.frame_bytes)

    def _keep(self, signature: bytes, blob: Blob) -> None:
        """Add a program to what lies on disk by now, where other processes add theirs."""
        made_by = origin() if self._shelf is not None else None
        if self._shelf is None or made_by is None:
            return
        data = self._shelf.read(self._key)
        found = None if data is None else decode(data, self._key, made_by)
        others = list(found.programs.items())[1 - _SIGNATURES :] if found is not None else []
        record = Record(self.facts, {**dict(others), signature: blob})
        self._shelf.write(self._key, encode(self._key, made_by, record))


def shelf_for(ast: Ast) -> _disk.Shelf | None:
    """Return where the code of a formula may be kept: nowhere if it rests on operators that are not ours."""
    for name in set(ast.operators).difference(LEAF_KINDS):
        if name not in LOWERINGS or ops.lookup(name).lowering is not LOWERINGS[name]:
            return None
    return _disk.shelf()


def _level(ir: str) -> int:
    return 2 if ir.count("\n") <= _OPTIMISED_LINES else 0


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
