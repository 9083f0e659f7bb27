"""From a recipe to machine code. Imported at the first compilation: a kernel found on disk needs nothing of this."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ..errors import OptionError
from ..vectormath import Features, Module, Shipped, functions, host_features, shipped_loop
from ._c_function import CFunction, c_function
from ._codegen import ENTRY, generate
from ._cost import is_divider_bound, multiplied_divisions, row_bytes, row_flops, row_ns
from ._emit_call import import_name
from ._machine import assembly, machine_code, runnable
from ._recipe import WIDTHS, Recipe
from ._record import Blob, Facts
from ._reduce_tape import part_tape
from ._signature import Signature
from ._steps import OUTPUT_KINDS, is_call, part_of
from ._tape import Tape

# Beyond so many lines of IR the time LLVM spends on scheduling and register allocation is no longer won back.
_OPTIMISED_LINES = 6_000
_PIECE_LINES = 3_000  # a tenth of a second
FIRST_LEVEL = 0
_FIRST_STEPS = 2_000  # what is longer is hardly optimised anyhow


class Compiler:
    """Makes the code of one recipe, or of one tape."""

    def __init__(self, recipe: Recipe, tape: Tape | None = None) -> None:
        """Lower the formulas. Raises what `lower` does."""
        self.recipe = recipe
        self.tape = tape or part_tape(recipe)

    @property
    def masks(self) -> bytes:
        """One byte per output, 1 where it is a truth value, 2 where it is complex."""
        return bytes(OUTPUT_KINDS[self.tape.kinds[step]] for step in self.tape.outputs)

    @property
    def is_possible(self) -> bool:
        """Whether there is vector code for every function; a user's operator may have none."""
        known = set(functions())
        calls = filter(is_call, self.tape.counts)
        return all(name in known or part_of(name) is not None or c_function(name) for name in calls)

    @cached_property
    def imports(self) -> dict[str, CFunction]:
        """The C functions that the code calls, by the names it has for them."""
        found = [c_function(step) for step in self.tape.own_calls]
        return {import_name(number): function for number, function in enumerate(found) if function is not None}

    @cached_property
    def features(self) -> Features:
        """The instruction set compiled for. Raises OptionError for one that this machine lacks."""
        if self.recipe.target is not None:
            return runnable(self.recipe.target)
        host = host_features()
        # The divider takes a 512-bit vector in two turns, and is a little faster on two vectors of half the size;
        # only vectors of eight can be divided without it.
        prefers_halves = is_divider_bound(self.tape) and not multiplied_divisions(self.tape)
        return runnable("avx2") if host.name == "avx512" and prefers_halves else host

    @cached_property
    def width(self) -> int:
        """Rows per vector: as many f64 as fit a register, twice that for f32."""
        lanes = (host_features() if self.recipe.target is None else self.features).width
        width = self.recipe.width or min(WIDTHS[-1], lanes * (2 if self.recipe.real_type == "f32" else 1))
        if width not in WIDTHS:
            raise OptionError("rows per vector are a power of two", where="width", wanted="1 to 32", found=str(width))
        return width

    def facts(self) -> Facts:
        """Return what kernels ask before they run."""
        cpu = f"{self.features.cpu} ({self.features.name})"
        return Facts(self.masks, self.width, row_ns(self.tape, self.width, self._row_bytes), self.features.name, cpu)

    @property
    def _row_bytes(self) -> int:
        """Bytes read and written per row; the states of a reduction stay where they are."""
        return row_bytes(self.tape, len(self.recipe.names) if self.recipe.part else None)

    def ir(self, signature: bytes) -> tuple[str, int]:
        """Return LLVM IR text for arrays of this signature, and the bytes of frame it wants."""
        module, frame_bytes = self.module(signature)
        return str(module), frame_bytes

    def module(self, signature: bytes) -> tuple[Module, int]:
        """Return the module for arrays of this signature, and the bytes of frame it wants."""
        parsed = Signature.parse(signature, len(self.tape.arguments))
        return generate(self.tape, parsed, self.features, self.width, self.recipe.accuracy)

    def assembly(self, signature: bytes) -> str:
        """Return the machine code as text."""
        module, _ = self.module(signature)
        return assembly(str(module), _level(module), self.features)

    def compile(self, signature: bytes) -> Blob:
        """Return the machine code for arrays of this signature."""
        module, frame_bytes = self.module(signature)
        pieces, level = in_pieces(module)
        blob = machine_code(pieces, ENTRY, level, self.features, frozenset(self.imports))
        return blob._replace(frame_bytes=frame_bytes)

    @cached_property
    def shipped(self) -> dict[str, Shipped]:
        """The loops that ship with the package for functions of this formula, by their symbols."""
        real = self.recipe.real_type
        found = {f"rssn_{name}_{real}": shipped_loop(name, real) for name in self.tape.counts if is_call(name)}
        return {name: loop for name, loop in found.items() if loop is not None}

    @cached_property
    def comes_first(self) -> bool:
        """Whether `first` can do it: with the machine's own width and instruction set, and the default accuracy."""
        recipe, tape = self.recipe, self.tape
        if recipe.part or recipe.width or recipe.target or recipe.accuracy != "1ulp" or tape.own_calls:
            return False
        if len(tape) > _FIRST_STEPS:
            return False
        loops = self.shipped.values()
        return len(loops) == sum(map(is_call, tape.counts)) and all(self.width % loop.lanes == 0 for loop in loops)

    def first(self, signature: bytes) -> Blob:
        """Return machine code that is there sooner and calls the functions in `shipped`. Same bits, never kept."""
        parsed = Signature.parse(signature, len(self.tape.arguments))
        real = self.recipe.real_type
        names = {name: f"rssn_{name}_{real}" for name in self.tape.counts if is_call(name)}
        module, frame_bytes = generate(self.tape, parsed, self.features, self.width, shipped=names)
        blob = machine_code([str(module)], ENTRY, FIRST_LEVEL, self.features, frozenset(self.shipped))
        return blob._replace(frame_bytes=frame_bytes)

    def work(self) -> dict[str, Any]:
        """Return sizes and costs per row, for contiguous arrays."""
        return {
            "nodes": self.tape.node_count,
            "steps": len(self.tape),
            "flops_per_row": row_flops(self.tape),
            "bytes_per_row": self._row_bytes,
        }


def in_pieces(module: Module) -> tuple[list[str], int]:
    """Return a module as text for LLVM, and how hard it should try. What is long is cut: signals come between two."""
    pieces = [str(module)] if module.line_count <= _OPTIMISED_LINES else module.pieces(_PIECE_LINES)
    return pieces, _level(module)


def _level(module: Module) -> int:
    return 2 if module.line_count <= _OPTIMISED_LINES else 0
