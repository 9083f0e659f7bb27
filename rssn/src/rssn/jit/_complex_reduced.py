"""Reductions of complex formulas: those of their parts, put together when they are done.

Sums and means are two real ones. A product carries both parts and their errors along; a dot product (no part of it is
conjugated, as by `numpy.dot`) adds four kinds of products, none of them rounded. What needs an order or a length is
refused: of |z| it can be had.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import OptionError
from ..expr import Ast
from . import _refuse
from ._code import Code
from ._complex_reductions import COMPLEX_NAMES, PREFIX, PROGRAMS, part_names
from ._kernel import Options
from ._lower import lower
from ._recipe import Recipe
from ._reduced import Reduced
from ._reductions import Reduction
from ._steps import COMPLEX, IMAGINARY_PART


class ComplexReduced(Reduced):
    """A complex formula compiled to be reduced, called as `Reduced` is, with complex answers.

    Formulas that are real by their form are reduced as real ones are.
    """

    def __init__(self, code: Code, options: Options, **settings: Any) -> None:
        self._single_result = options.single
        firsts = [name for name in code.recipe.reduce if not name.endswith(IMAGINARY_PART)]
        self._joins = [name.startswith(PREFIX) for name in firsts]
        super().__init__(code, options, **{**settings, "single": False})

    @property
    def reduce(self) -> tuple[str, ...]:
        """The names of the reductions, one for each result."""
        return self._reduced_options.reduce

    @property
    def reductions(self) -> tuple[Reduction, ...]:
        """What is done with each part, in full."""
        return tuple(PROGRAMS[name] for name in self._code.recipe.reduce)

    @property
    def dtypes(self) -> list[np.dtype[Any]]:
        """The dtypes of new arrays of results."""
        parts = iter(super().dtypes)
        found = []
        for is_joined in self._joins:
            part = next(parts)
            found.append(np.result_type(part, np.complex64) if is_joined else part)
            if is_joined:
                next(parts)
        return found

    def __call__(
        self, *args: Any, out: Any = None, threads: int | None = None, axis: Any = ..., keepdims: bool | None = None
    ) -> Any:
        """Reduce. See the class."""
        return self._joined(super().__call__(*args, threads=threads, axis=axis, keepdims=keepdims), out)

    def interpret(
        self, args: tuple[Any, ...], out: Any = None, *, axis: Any = ..., keepdims: bool | None = None
    ) -> Any:
        """Reduce by the block interpreter: slower, with copies, and the same bits."""
        return self._joined(super().interpret(args, axis=axis, keepdims=keepdims), out)

    def _joined(self, parts: Sequence[Any], out: Any) -> Any:
        """Return complex results of their parts, in `out` where that is given."""
        left = iter(parts)
        results = [_pair(next(left), next(left)) if is_joined else next(left) for is_joined in self._joins]
        if out is not None:
            results = self._put(results, out)
        return results[0] if self._single_result else tuple(results)

    def _put(self, results: Sequence[Any], out: Any) -> list[Any]:
        outs = (out,) if len(results) == 1 and not isinstance(out, tuple) else out
        if not isinstance(outs, tuple) or len(outs) != len(results) or not all(hasattr(o, "dtype") for o in outs):
            _refuse.wrong_out_count(len(results), out)
        for number, (array, result) in enumerate(zip(outs, results, strict=True)):
            if array.shape != np.shape(result):
                _refuse.wrong_out_shape(number, np.shape(result), array.shape)
            if not np.can_cast(np.asarray(result).dtype, array.dtype, "same_kind"):
                _refuse.wrong_out_type(number, array, 2)
            array[...] = result
        return list(outs)


def _pair(real: Any, imaginary: Any) -> Any:
    if not isinstance(real, np.ndarray):
        return complex(real, imaginary)
    found = np.empty(real.shape, np.result_type(real.dtype, np.complex64))
    found.real, found.imag = real, imaginary
    return found


def expanded(recipe: Recipe) -> Recipe:
    """Return a recipe with the reductions to both parts of its complex formulas' results.

    Raises OptionError for reductions that complex numbers do not have.
    """
    tape = lower(Ast.from_bytes(recipe.ast_bytes), recipe.names, recipe.real_type, recipe.math, is_complex=True)
    if recipe.reduce == ("dot",):
        return recipe._replace(reduce=part_names("dot"))
    names: list[str] = []
    for name, output in zip(recipe.reduce, tape.outputs, strict=True):
        if tape.kinds[output] != COMPLEX:
            names.append(name)
        elif name in COMPLEX_NAMES:
            names += part_names(name)
        else:
            raise OptionError(
                "no such reduction of complex numbers", where="reduce", wanted=", ".join(COMPLEX_NAMES), found=name,
                hint=f"that of abs(z) is a real {name}",
            )  # fmt: skip
    return recipe._replace(reduce=tuple(names))
