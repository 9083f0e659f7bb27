"""A `numpy.ufunc` whose inner loop calls a kernel, to read: NumPy goes one row at a time, and casts what comes out."""

from __future__ import annotations

from typing import Any

import numpy as np


class Ufunc:
    """What a ufunc is to its callers: `nin`, `nout`, `types`, and a call with `out=`."""

    def __init__(self, kernel: Any, letters: str, inputs: int, name: str, doc: str) -> None:
        self.kernel, self.nin, self.nout, self.nargs = kernel, inputs, len(letters) - inputs, len(letters)
        self.types = [f"{letters[:inputs]}->{letters[inputs:]}"]
        self.ntypes, self.identity, self.__name__, self.__doc__ = 1, None, name, doc

    def __call__(self, *args: Any, out: Any = None) -> Any:
        """Evaluate with broadcasting."""
        letters = self.types[0]
        given = [np.asarray(arg).astype(letter, copy=False) for arg, letter in zip(args, letters, strict=False)]
        result = self.kernel(*given, out=out)
        return result[0] if self.nout == 1 and isinstance(result, tuple) else result

    def __repr__(self) -> str:
        return f"<ufunc '{self.__name__}'>"


def make(kernel: Any, letters: str, inputs: int, name: str, doc: str) -> Any:
    """Return what calls like a `numpy.ufunc`; `letters` are NumPy's type characters, inputs first."""
    return Ufunc(kernel, letters, inputs, name, doc)
