"""The loops as machine code: built with the package for every instruction set, picked by this machine's, mapped once.

`setup.py` calls `objects` and links `file_name(...)`. A library is used only
if it was made from the source text that lies beside it; without one, loops are
compiled in this process when they are first asked for: slower to start, the
same bits.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import blake2b
from importlib import import_module
from typing import Any, Final, NamedTuple

from ._features import Features, features, host_features
from ._llvm import llvm
from ._loops import LOOPS, REALS, lanes, loop_module, symbol
from ._probe import engine_of

SETS: Final = {"x86_64": ("avx512", "avx2", "sse2"), "aarch64": ("neon",)}
"""Machine → the instruction sets that libraries are built for, the widest first."""
_MARK: Final = "rssn_fingerprint"
_HERE: Final = os.path.dirname(__file__)
Find = Callable[[str, str], int]


def file_name(instruction_set: str) -> str:
    """Return what the library of an instruction set is called, in this folder."""
    return f"_machine_{instruction_set}.so"


@cache
def fingerprint() -> str:
    """Return a digest of all text that decides what the loops compute."""
    digest = blake2b(digest_size=16)
    for name in sorted(os.listdir(_HERE)):
        if name.endswith(".py"):
            with open(os.path.join(_HERE, name), "rb", buffering=0) as file:
                digest.update(file.read())
    return digest.hexdigest()


def objects(chosen: Features) -> Iterator[bytes]:
    """Yield the object files that make up a library, and one that tells what it was made from."""
    for name in LOOPS:
        for real in REALS:
            yield _emit(str(loop_module(name, real, chosen)), chosen)
    text = fingerprint()
    yield _emit(f'@{_MARK} = constant [{len(text)} x i8] c"{text}"\n', chosen)


def _emit(ir: str, chosen: Features) -> bytes:
    return llvm().emit(ir, chosen.triple, chosen.cpu, chosen.attributes, 2, assembly=False)


class Library:
    """A library that is there and was made from this source."""

    def __init__(self, instruction_set: str) -> None:
        """Map it. Raises OSError if it is not there, or made from something else."""
        self.features = features(instruction_set)
        self._library = ctypes.CDLL(os.path.join(_HERE, file_name(instruction_set)))
        try:
            found = (ctypes.c_char * len(fingerprint())).in_dll(self._library, _MARK).value
        except ValueError:
            found = b""
        if found != fingerprint().encode():
            raise OSError(f"{file_name(instruction_set)} was made from another version of this package")

    def address(self, name: str, real: str) -> int:
        """Return where the loop of a function is."""
        return ctypes.cast(getattr(self._library, symbol(name, real)), ctypes.c_void_p).value or 0

    def lanes(self, real: str) -> int:
        """Return how many rows a loop takes at once."""
        return lanes(self.features, real)


class Shipped(NamedTuple):
    """A loop that came with the package: where it is, and how many rows it takes at once."""

    address: int
    lanes: int


def shipped_loop(name: str, real: str) -> Shipped | None:
    """Return the loop of a function; None where the package has none for this machine that is made from this source."""
    found = import_module("._arrays", __package__).library()
    return (
        Shipped(found.address(name, real), found.lanes(real)) if isinstance(found, Library) and name in LOOPS else None
    )


class Compiled:
    """The same, compiled for this machine function by function."""

    def __init__(self, chosen: Features | None = None) -> None:
        """Compile nothing yet."""
        self.features = chosen or host_features()
        self._engines: list[Any] = []

    def address(self, name: str, real: str) -> int:
        """Return where the loop of a function is."""
        engine = engine_of(str(loop_module(name, real, self.features)), self.features)
        self._engines.append(engine)
        return int(engine.get_function_address(symbol(name, real)))

    def lanes(self, real: str) -> int:
        """Return how many rows a loop takes at once."""
        return lanes(self.features, real)
