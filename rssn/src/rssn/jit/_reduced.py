"""`Reduced`: a kernel whose values are reduced while they are computed, in an order that only their number decides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from ..errors import OptionError
from ..expr import Ast, Expr
from ._axes import answer_letters, state_letters
from ._code import Code, CodeCache
from ._derived import gradients, hessians
from ._kernel import Kernel, Options, build
from ._reduce import Reducer
from ._reductions import REDUCTIONS, Reduction
from ._run import Program
from ._tape import Tape

_CODES = CodeCache(limit=256)
_LINEAR = ("sum", "mean")


class Reduced(Kernel):
    """A formula compiled to be reduced over arrays, called like `numpy.sum`.

    ``kernel(*arguments, axis=None, keepdims=False, out=None, threads=None)``: the
    arguments broadcast, and the formula's values are reduced over all axes or
    those of `axis`, an integer or a tuple; numbers where nothing is left (a
    float, for any and all a bool, for argmin and argmax an int), arrays
    otherwise, a tuple of them for a sequence of formulas. `axis` and `keepdims`
    given to `compile` stand where a call has none.

    Row r of an output goes into lane r % 32 of its chunk of 16384 rows; lanes,
    then chunks are combined two by two: the same bits on any number of
    threads, for any layout of the arrays and on every machine. Sums, means
    and dot products carry the errors of their additions along, as do products
    and variances: within 1 ULP of the true sum of the rounded values
    unless that cancels to 1e-14 of their size or less.
    """

    def __init__(self, code: Code, options: Options, **settings: Any) -> None:
        super().__init__(code, **settings)
        self._reduced_options = options
        letter = "d" if options.real_type == "f64" else "f"
        kinds = "".join(state.kind for each in self.reductions for state in each.states)
        kept = "".join(each.kinds for each in self.reductions)
        letters = (state_letters(kinds, letter), state_letters(kept, letter), answer_letters(self.reductions, letter))
        settles = any(each.settle is not None or each.kept for each in self.reductions)
        self._reducer = Reducer(self, self.reductions, letters, settles)

    @property
    def reductions(self) -> tuple[Reduction, ...]:
        """What is done with each formula, in full."""
        return tuple(REDUCTIONS[name] for name in self.reduce)

    @property
    def reduce(self) -> tuple[str, ...]:
        """The names of the reductions, one for each result."""
        return self._code.recipe.reduce

    def __call__(
        self, *args: Any, out: Any = None, threads: int | None = None, axis: Any = ..., keepdims: bool | None = None
    ) -> Any:
        """Reduce. See the class."""
        given = self._reduced_options
        axis = given.axis if axis is ... else axis
        keepdims = given.keepdims if keepdims is None else keepdims
        return self._reducer.call(args, out, axis, keepdims, given.ddof, threads)

    def interpret(
        self, args: tuple[Any, ...], out: Any = None, *, axis: Any = ..., keepdims: bool | None = None
    ) -> Any:
        """Reduce by the block interpreter: slower, with copies, and the same bits."""
        given = self._reduced_options
        lent = {"functions": self._function} if self.engine == "llvm" else {}
        return import_module("._interpret_reduced", __package__).call(
            self._tapes, self.reductions, self.arguments, args, out=out,
            axis=given.axis if axis is ... else axis, keepdims=given.keepdims if keepdims is None else keepdims,
            ddof=given.ddof, lossy=self._lossy, single=self._single, **lent,
        )  # fmt: skip

    @cached_property
    def _tapes(self) -> dict[str, Tape]:
        parts = import_module("._reduce_tape", __package__).PARTS
        return {part: self._part(part).compiler.tape for part in parts}

    def _part(self, part: str) -> Code:
        """Return the code of one of the programs; those that know no formula are shared by all of these reductions."""
        if part == "step":
            return self._code
        recipe = self._code.recipe._replace(ast_bytes=b"", names=(), math="strict", part=part)
        return _CODES.get(recipe, lambda: Code(recipe, shelf=self._code.shelf))

    def program(self, part: str, signature: bytes) -> Program:
        """Return the machine code of a part for one signature; calls do this by themselves."""
        return self._part(part).program(signature)

    @property
    def dtypes(self) -> list[np.dtype[Any]]:
        """The dtypes of new arrays of results."""
        real = np.dtype(np.float32 if self._code.recipe.real_type == "f32" else np.float64)
        integer, truth = np.dtype(np.int64), np.dtype(np.bool)
        return [integer if e.is_index else real if e.stops_at is None else truth for e in self.reductions]

    def gradient(self, by: Sequence[Expr | str] | None = None, *, value: bool = False) -> Kernel:
        """Return a kernel of the derivatives of sums or means, reduced alike.

        Meant for arguments that are one number for all rows, as the parameters of a fit: by an
        array the derivatives would be an array too, which the kernel without `reduce` gives.

        Raises OptionError for reductions that are not linear.
        """
        names, (roots, reduce) = self._variables(by), self._linear()
        slopes = [name for name in reduce for _ in names]
        return self._like([*(roots if value else ()), *gradients(roots, names)], [*(reduce if value else ()), *slopes])

    def hessian(self, by: Sequence[Expr | str] | None = None, *, value: bool = False) -> Kernel:
        """Return a kernel of the second derivatives of sums or means, as `gradient` does of the first."""
        names, (roots, reduce) = self._variables(by), self._linear()
        before = [*roots, *gradients(roots, names)] if value else []
        reduce_before = [*reduce, *(name for name in reduce for _ in names)] if value else []
        curves = [name for name in reduce for _ in range(len(names) ** 2)]
        return self._like([*before, *hessians(roots, names)], [*reduce_before, *curves])

    def lowlevel(self, signature: str = "quad") -> Any:
        """Refuse: a reduction is no function of one row."""
        raise OptionError("a kernel that reduces is no function of numbers", where="lowlevel", found=repr(signature))

    def _linear(self) -> tuple[list[Expr], list[str]]:
        """Return the formulas and how they are reduced, as sums and means."""
        roots, reduce = self._as_written(), list(self.reduce)
        if reduce == ["dot"]:
            return [roots[0] * roots[1]], ["sum"]
        wrong = [name for name in reduce if name not in _LINEAR]
        if wrong:
            raise OptionError(
                "only sums and means have the derivative of the formula reduced alike",
                where="reduce", wanted="sum, mean or dot", found=wrong[0],
                hint="take the gradient of the kernel without reduce",
            )  # fmt: skip
        return roots, reduce

    def _like(self, exprs: list[Expr], reduce: Sequence[str]) -> Kernel:
        options = self._reduced_options._replace(single=False, reduce=tuple(reduce))
        return build(exprs, options)

    def _as_written(self) -> list[Expr]:
        return Ast.from_bytes(self._reduced_options.written or self._code.recipe.ast_bytes).expressions()

    def _plain_signature(self) -> bytes:
        if self.engine != "llvm":
            raise OptionError("this kernel has no machine code", found=f"engine {self.engine!r}")
        letter = "d" if self._code.recipe.real_type == "f64" else "f"
        kinds = "".join(state.kind for each in self.reductions for state in each.states)
        states = "".join(each + "r" for each in state_letters(kinds, letter))
        return (f"{self._code.recipe.letter}c" * len(self.arguments) + 2 * states + "p").encode()

    def _options(self) -> Options:
        return self._reduced_options

    def __repr__(self) -> str:
        options = self._reduced_options
        results = ", ".join(self.reduce) + ("" if options.axis is None else f", axis={options.axis}")
        mode = f"{options.real_type} {self.schedule.math}, {len(self.schedule)} steps"
        return f"<Kernel ({', '.join(self.arguments)}) -> {results}, {mode}>"


def chosen(reduce: Any, count: int, single: bool, ddof: Any) -> tuple[str, ...]:
    """Return the names of the reductions of `count` formulas. Raises OptionError."""
    if not isinstance(ddof, int | float) or not math.isfinite(ddof):
        raise OptionError("ddof is a number", where="ddof", found=repr(ddof)[:60])
    if isinstance(reduce, str):
        _check(reduce)
        taken = REDUCTIONS[reduce].values
        if taken > 1 and count != taken:
            raise OptionError(
                f"{reduce} takes {taken} formulas", where="reduce", wanted='compile([f, g], reduce="dot")',
                found=str(count), hint="sum(f*g) is reduce=\"sum\" of the product",
            )  # fmt: skip
        return (reduce,) * (count // taken)
    names = tuple(reduce)
    for name in names:
        _check(name)
        if REDUCTIONS[name].values > 1:
            raise OptionError(f"{name} stands alone", where="reduce", hint='write "sum", of the product')
    if len(names) != count or single:
        raise OptionError(
            "one reduction for all formulas, or a sequence of one for each", where="reduce",
            wanted="a name" if single else f"{count} names", found=f"{len(names)} names",
        )  # fmt: skip
    return names


def _check(name: Any) -> None:
    if not isinstance(name, str) or name not in REDUCTIONS:
        raise OptionError("no such reduction", where="reduce", wanted=", ".join(REDUCTIONS), found=repr(name)[:60])
