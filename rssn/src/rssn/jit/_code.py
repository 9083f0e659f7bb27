"""The machine code of one tape, compiled per signature when a call first needs it, and the cache of such codes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import cached_property
from time import perf_counter

from ..errors import OptionError
from ..vectormath import Features, host_features
from ._codegen import ENTRY, generate
from ._cost import is_divider_bound
from ._machine import MachineCode, assembly, runnable
from ._run import Program
from ._signature import Signature
from ._tape import Tape

WIDTHS = (1, 2, 4, 8, 16, 32)
LARGEST_WIDTH = WIDTHS[-1]
# Beyond so many lines of IR the time LLVM spends on scheduling and register allocation is no longer won back.
_OPTIMISED_LINES = 6_000
# More element types and layouts than this of one formula are hardly in use together.
_SIGNATURES = 64


class Code:
    """A tape with its programs. Shared by all kernels of the same formula and options; thread-safe."""

    def __init__(self, tape: Tape, width: int | None = None, target: str | None = None) -> None:
        self.tape = tape
        self.target = target
        self.chosen_width = width
        self._lock = threading.Lock()
        self._programs: dict[bytes, Program] = {}
        self.compile_ms = 0.0
        self.code_bytes = 0

    @cached_property
    def features(self) -> Features:
        """The instruction set compiled for."""
        if self.target is not None:
            return runnable(self.target)
        host = host_features()
        # The divider takes a 512-bit vector in two turns, and is a little faster on two vectors of half the size.
        return runnable("avx2") if host.name == "avx512" and is_divider_bound(self.tape) else host

    @cached_property
    def width(self) -> int:
        """Rows per vector: as many f64 as fit a register, twice that for f32."""
        lanes = (host_features() if self.target is None else self.features).width
        width = self.chosen_width or min(LARGEST_WIDTH, lanes * (2 if self.tape.real_type == "f32" else 1))
        if width not in WIDTHS:
            raise OptionError("rows per vector are a power of two", where="width", wanted="1 to 32", found=str(width))
        return width

    @property
    def signatures(self) -> tuple[bytes, ...]:
        """What has been compiled so far."""
        return tuple(self._programs)

    def ir(self, signature: bytes) -> str:
        """Return LLVM IR text for arrays of this signature."""
        return self._generate(signature)[0]

    def _generate(self, signature: bytes) -> tuple[str, int]:
        parsed = Signature.parse(signature, len(self.tape.arguments))
        module, frame_bytes = generate(self.tape, parsed, self.features, self.width)
        return str(module), frame_bytes

    def assembly(self, signature: bytes) -> str:
        """Return the machine code as text."""
        ir = self.ir(signature)
        return assembly(ir, _level(ir), self.features)

    def program(self, signature: bytes) -> Program:
        """Return machine code for a signature, compiling it on first use."""
        with self._lock:
            found = self._programs.get(signature)
            if found is None:
                if len(self._programs) >= _SIGNATURES:
                    self._programs.clear()
                started = perf_counter()
                ir, frame_bytes = self._generate(signature)
                code = MachineCode(ir, _level(ir), self.features)
                found = Program(code.address(ENTRY), code, self.width, frame_bytes)
                self._programs[signature] = found
                self.compile_ms += (perf_counter() - started) * 1e3
                self.code_bytes += code.code_bytes
            return found


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
