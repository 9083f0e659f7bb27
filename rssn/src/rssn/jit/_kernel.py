"""`Kernel`: a formula compiled for arrays, and `compile`, which makes one. Start here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from math import prod
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from .. import config, ops
from ..errors import DtypeError, OptionError, UnknownNameError
from ..expr import Ast, Expr, apply, constant, free_symbols, linearize, symbol
from ._call import Caller
from ._code import Code, CodeCache, shelf_for
from ._derived import gradients, hessians
from ._fast import fastest
from ._graph import LEAF_KINDS
from ._host import streaming_bytes
from ._origin import has_llvm
from ._recipe import ACCURACIES, WIDTHS, Recipe
from ._run import Program
from ._steps import OWN, part_of
from ._tier import TIERS, Tier

if TYPE_CHECKING:
    from ._costs import Cost
    from ._tape import Tape

MATH_MODES: Final = ("contract", "strict", "fast")
_REAL_TYPES: Final = {"f64": "f64", "float64": "f64", "f32": "f32", "float32": "f32"}
_COMPLEX_TYPES: Final = {"c128": "f64", "complex128": "f64", "c64": "f32", "complex64": "f32"}
_CODES = CodeCache(limit=256)


class Kernel(Caller):
    """A compiled formula, called like a NumPy ufunc.

    ``kernel(*arguments, out=None, threads=None)``: Python numbers give a float
    (a bool where the formula is a truth value), arrays broadcast and are read
    in place with any strides; a kernel of a sequence of formulas gives a tuple. Arrays may be
    float64, float32, float16, bool or of any integer type, in any mixture: each element is
    converted to the kernel's own dtype as it is loaded, which is also that of the result.
    datetime64 and timedelta64 count as their integers, in the finest unit of those in the call, NaT as NaN.
    Whatever NumPy reads without a copy is read in place (buffers, the array interface, DLPack);
    arrays of the array API come back as arrays of their library. `out` is an
    array (a tuple of them for a sequence) of the broadcast shape, and may be one
    of the inputs. Machine code is made when a call first needs it, per element types and layouts, and shared by equal
    kernels. Calls from many threads at once are safe; array work runs without
    the GIL, on several threads where that pays. Pickles as its formula.

    Raises ArityError, ShapeError, DtypeError (also for memory of another device), PrecisionLossError (an integer
    beyond 2**53, with its row, unless made with ``lossy=True``; what stands in `out` then is
    unspecified), OptionError (an `out` that can't be written to).
    """

    def __init__(
        self,
        code: Code,
        *,
        threads: int | None,
        lossy: bool,
        single: bool,
        engine: str,
        written: bytes | None = None,
        tier: str = "compiled",
    ) -> None:
        compiled = engine == "llvm"
        answers_first = compiled and tier == "auto" and not code.is_stored
        asks = compiled and not answers_first  # asking what the machine can do loads LLVM
        super().__init__(
            code.recipe.names,
            code.masks,
            code.recipe.real_type,
            interpreted=not compiled or answers_first,
            lossy=lossy,
            single=single,
            threads=threads or config.THREADS or int(compiled and code.runs_python),
            width=code.facts.width if asks else 1,
            row_ns=code.facts.row_ns if asks else 1.0,
            streaming_bytes=streaming_bytes(),
            is_complex=code.recipe.is_complex,
        )
        self._code, self._threads, self._lossy = code, threads, lossy
        self._single, self.engine, self._written = single, engine, written
        self.tier = tier
        self._tier = Tier(len(code.compiler.tape)) if answers_first else None

    def specialise(self, signature: bytes) -> Program:
        """Return the machine code for one signature; calls do this by themselves."""
        return self._code.program(signature, first=self.tier == "auto")

    def answer(self, args: tuple[Any, ...], out: Any, threads: int | None) -> Any:
        """Answer a call by the interpreter, or for the first time by machine code; calls do this by themselves."""
        tier = self._tier
        if tier is None:
            return self.interpret(args, out)
        if not tier.takes(_count_rows(args)):
            facts = self._code.facts
            self.run_machine_code(facts.width, facts.row_ns)
            return self(*args, out=out, threads=threads)
        found = self.interpret(args, out)
        tier.follow(lambda: self._code.program(self._plain_signature()))
        return found

    def refuse_lost(self, arrays: list[Any]) -> None:
        """Raise PrecisionLossError for an integer beyond 2**53 in what the formulas read; calls do this."""
        reads = [number for number in self.schedule.loaded if number < len(arrays)]
        import_module("._arguments", __package__).refuse_lost(self.arguments, arrays, reads)

    def interpret(self, args: tuple[Any, ...], out: Any = None) -> Any:
        """Evaluate by the block interpreter: slower, and the same bits."""
        if self.engine != "llvm":
            return _interpreter().call(self.schedule, args, out, lossy=self._lossy, single=self._single)
        return _interpreter().call(
            self.schedule, args, out, lossy=self._lossy, single=self._single, functions=self._function
        )

    def _function(self, name: str, count: int) -> Any:
        if part_of(name) is not None:
            return _part_kernel(name, count, self._code.recipe.real_type)
        recipe, vectormath = self._code.recipe, import_module("rssn.vectormath")
        if recipe.accuracy == "1ulp" and name in vectormath.functions():
            return getattr(vectormath, name)
        return _function_kernel(name, count, recipe.real_type, recipe.accuracy)

    @property
    def schedule(self) -> Tape:
        """The steps the kernel runs for each row."""
        return self._code.compiler.tape

    @property
    def dtypes(self) -> list[np.dtype[Any]]:
        """The dtypes of new arrays of results: bool for truth values, else what the kernel computes in.

        In a complex kernel that is a complex type, and the real one of its parts for formulas that are real by their
        form, as the absolute value is.
        """
        return [np.dtype(letter) for letter in self._code.recipe.output_letters(self._code.masks)]

    @property
    def compile_ms(self) -> float:
        """How long LLVM has been at work for this kernel and those it shares code with, so far."""
        return self._code.compile_ms

    @property
    def expressions(self) -> tuple[Expr, ...]:
        """The formulas that are computed: as written, or what ``math="fast"`` found in their place."""
        return tuple(Ast.from_bytes(self._code.recipe.ast_bytes).expressions())

    @property
    def llvm_ir(self) -> str:
        """LLVM IR of the code for contiguous arrays of the kernel's own type."""
        return self._code.compiler.ir(self._plain_signature())[0]

    @property
    def assembly(self) -> str:
        """Machine code of the same, as text."""
        return self._code.compiler.assembly(self._plain_signature())

    def gradient(self, by: Sequence[Expr | str] | None = None, *, value: bool = False) -> Kernel:
        """Return a kernel of the derivatives by each argument (or each of `by`), with the options of this one.

        It takes the same arguments and returns a tuple; of several formulas
        those of the first come first. With ``value=True`` the formulas
        themselves come before, and all share their work. Of a kernel made with
        ``math="fast"`` the derivatives of the formulas as written are computed in the form that is fastest.
        """
        names = self._variables(by)
        roots = self._smooth()
        return self._of([*(roots if value else ()), *gradients(roots, names)])

    def hessian(self, by: Sequence[Expr | str] | None = None, *, value: bool = False) -> Kernel:
        """Return a kernel of the second derivatives, row by row, as `gradient` does of the first.

        With ``value=True`` the formulas and their first derivatives come before.
        """
        names = self._variables(by)
        roots = self._smooth()
        before = [*roots, *gradients(roots, names)] if value else []
        return self._of([*before, *hessians(roots, names)])

    def lowlevel(self, signature: str = "quad") -> Any:
        """Return the kernel as a C function of doubles, for libraries that call back without Python.

        "quad": ``double (int, double *)``, all arguments in one array, as SciPy's `quad` and `nquad` want an
        integrand; "filter": ``int (double *, intptr_t, double *, void *)``, as `scipy.ndimage.generic_filter` wants it;
        both a `scipy.LowLevelCallable` where SciPy is installed. "ode": ``void (double t, double *state,
        double *result, double *parameters)`` of a kernel whose arguments are t, the state and parameters, with
        one formula for each of the state; "jacobian": the same with a square of formulas, row by row. "columns":
        ``void (double **columns, int64_t rows)`` for many rows: a pointer for each argument, then for each output
        (of floats, in an f32 kernel), which it moves along. These three are functions of `ctypes`.

        Raises OptionError for another shape, and where there is no machine code.
        """
        if self.engine != "llvm":
            raise OptionError("this kernel has no machine code", found=f"engine {self.engine!r}")
        self._need_real("lowlevel")
        return import_module("._lowlevel", __package__).lowlevel(self._code, signature)

    def export(
        self,
        path: str | os.PathLike[str],
        *,
        header: str | os.PathLike[str] | None = None,
        name: str | None = None,
        derivatives: int = 0,
        target: str | None = None,
    ) -> None:
        """Write the kernel as a library for C, C++, Rust and whoever calls C: no Python and no LLVM inside.

        A `path` that ends in ``.so`` is a shared library (linked by the C compiler: ``CC``, cc, gcc or clang), one
        that ends in ``.o`` an object file. Its functions are called `name` (the file's, unless given) and declared in
        the file `header`: ``name(x, y)`` for one row, ``name_batch`` for n rows side by side, ``name_strided`` for any
        strides, ``name_threaded`` on several threads. All give the kernel's bits. ``derivatives=1`` adds
        ``name_gradient`` by all arguments, 2 ``name_hessian`` too. One that ends in ``.wasm`` is a module of
        WebAssembly, without threads. `target` is an instruction set ("avx512", "avx2", "sse2", "neon", "rvv"), by
        default that of the kernel; ``.so`` for another architecture wants its compiler in ``CC``.

        Files are replaced whole or not at all. Raises OptionError, CompileError (nothing to link with), OutputError.
        """
        if self.engine != "llvm":
            raise OptionError("this kernel has no machine code", found=f"engine {self.engine!r}")
        self._need_real("export")
        if derivatives not in (0, 1, 2):
            wanted = "0 (the formulas), 1 (their gradient too) or 2 (their Hessian too)"
            raise OptionError("no such derivatives", where="derivatives", wanted=wanted, found=repr(derivatives))
        kernels = (self, *(make() for make in (self.gradient, self.hessian)[:derivatives]))
        import_module("._export", __package__).export(
            [kernel._code for kernel in kernels], "; ".join(map(str, self._as_written())), path,
            header=header, name=name, target=target,
        )  # fmt: skip

    def _need_real(self, what: str) -> None:
        if self._code.recipe.is_complex:
            hint = "call it with NumPy arrays, or write its parts as real formulas"
            raise OptionError("functions of C take real numbers only", where=what, found="a complex kernel", hint=hint)

    def _smooth(self) -> list[Expr]:
        """Return the formulas as written. Raises DerivativeError where a complex one has no derivative."""
        roots = self._as_written()
        if self._code.recipe.is_complex:
            import_module("._complex", __package__).require_holomorphic(roots)
        return roots

    def _as_written(self) -> list[Expr]:
        """Return the formulas as written."""
        return Ast.from_bytes(self._written or self._code.recipe.ast_bytes).expressions()

    def _variables(self, by: Sequence[Expr | str] | None) -> tuple[str, ...]:
        names = self.arguments if by is None else _argument_names(by, ())
        if not names:
            raise OptionError("nothing to differentiate by", wanted="at least one argument")
        return names

    def _of(self, exprs: list[Expr]) -> Kernel:
        """Return a kernel of other formulas with the arguments and options of this one."""
        return build(exprs, self._options()._replace(single=False))

    def _options(self) -> Options:
        _, names, real_type, math, width, target, *_, accuracy, is_complex = self._code.recipe
        return Options(
            names, real_type, math, self._threads, self._lossy, self._single, width, target, self._written,
            accuracy=accuracy, tier=self.tier, is_complex=is_complex,
        )  # fmt: skip

    def statistics(self) -> dict[str, Any]:
        """Return sizes and costs: what was compiled so far, and per row for contiguous arrays."""
        code = self._code
        compiled = self.engine == "llvm"
        return {
            "engine": self.engine,
            **code.compiler.work(),
            "estimated_ns_per_row": code.facts.row_ns if compiled else None,
            "signatures": [text.decode() for text in code.signatures],
            "compile_ms": self.compile_ms,
            "code_bytes": code.code_bytes,
            "width": code.facts.width if compiled else 1,
            "cpu": code.facts.cpu if compiled else "",
        }

    def cost(self, *args: Any) -> Cost:
        """Return what a row costs, predicted and measured, on one thread of this machine; some 0.1 s of work.

        Measured over `args`, arrays or numbers as for a call; without them over contiguous columns in the first-level
        cache, uniform in [0.5, 2]. The rest is about the code for contiguous arrays. `print` shows a table.

        Raises OptionError where there is no machine code, and what a call raises.
        """
        signature = self._plain_signature()
        made: Cost = import_module("._measured", __package__).cost(self, self._code.compiler, signature, args)
        return made

    def _plain_signature(self) -> bytes:
        if self.engine != "llvm":
            raise OptionError("this kernel has no machine code", found=f"engine {self.engine!r}")
        recipe = self._code.recipe
        outputs = "".join(letter + "c" for letter in recipe.output_letters(self._code.masks))
        return (f"{recipe.letter}c" * len(self.arguments) + outputs + "p").encode()

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self._code.recipe.ast_bytes, tuple(self._options()))

    def __repr__(self) -> str:
        tape = self.schedule
        outputs = f"{len(tape.outputs)} output{'s' if len(tape.outputs) != 1 else ''}"
        return f"<Kernel ({', '.join(tape.arguments)}) -> {outputs}, {tape.real_type} {tape.math}, {len(tape)} steps>"


def compile(
    exprs: Expr | Sequence[Expr],
    args: Sequence[Expr | str] | None = None,
    *,
    dtype: Any = "f64",
    math: str = "contract",
    threads: int | None = None,
    lossy: bool = False,
    width: int | None = None,
    target: str | None = None,
    accuracy: str = "1ulp",
    tier: str = "compiled",
    reduce: str | Sequence[str] | None = None,
    axis: int | tuple[int, ...] | None = None,
    keepdims: bool = False,
    ddof: float = 0,
) -> Kernel:
    """Turn expressions into a `Kernel`.

    A sequence of expressions makes a kernel that returns a tuple, of one array
    where the sequence holds one. `args` are the names (or symbols) in calling order; without them, all free
    symbols sorted by name. `dtype` is what is computed in, "f64", "f32", "complex128" or "complex64" (real arguments
    of complex kernels widen; |z| and comparisons stay real).
    `math` is "contract" (products fuse into the addition that uses them),
    "strict" (as written) or "fast" (an equal formula that takes less time, where
    `install_fast` has named who finds it; then as "contract"). `threads` limits the
    threads of a call, `lossy` lets integers beyond 2**53 round. `width` sets
    the rows per vector and `target` the instruction set ("avx512", "avx2",
    "sse2", "neon"; the machine must have it): neither changes a bit. `accuracy` is
    that of elementary functions: "1ulp", or "fast" for up to 4 units in the last
    place where that takes less time (expm1, sigmoid, tan and tanh; hypot in f32).

    `tier` "compiled" makes machine code when a call first needs it. "auto" lets the interpreter answer calls that
    take it less time than compiling, and compiles behind them once they were many: the same bits at any time.
    A reduction is always compiled.

    With `reduce`, one name or a sequence of one for each formula, the values are reduced as they are computed, over
    all axes or those of `axis`, as by NumPy's functions of these names: sum, mean, min, max, prod, any, all, norm
    (the root of the sum of squares), argmin, argmax, var and std (`ddof` as there), dot (of two formulas; the products
    are not rounded). The documentation of such a kernel says in which order, and how exactly.

    Raises UnknownNameError for a symbol that is not in `args`, OptionError, and DtypeError for complex constants in
    a real kernel and for operators without a complex meaning in a complex one.
    """
    roots = _roots(exprs)
    names = _argument_names(args, roots)
    if math not in MATH_MODES:
        raise OptionError("no such mode", where="math", wanted=", ".join(MATH_MODES), found=repr(math))
    if threads is not None and (not isinstance(threads, int) or threads < 1):
        raise OptionError("threads is a count", wanted="an integer of at least 1, or None", found=repr(threads))
    real_type, is_complex = _types(dtype)
    if accuracy not in ACCURACIES:
        raise OptionError("no such accuracy", where="accuracy", wanted=", ".join(ACCURACIES), found=repr(accuracy))
    if width is not None and width not in WIDTHS:
        raise OptionError("rows per vector are a power of two", where="width", wanted="1 to 32", found=repr(width))
    single = isinstance(exprs, Expr | int | float)
    if tier not in TIERS:
        raise OptionError("no such tier", where="tier", wanted=", ".join(TIERS), found=repr(tier))
    options = Options(
        names, real_type, math, threads, lossy, single, width, target, accuracy=accuracy, tier=tier,
        is_complex=is_complex,
    )  # fmt: skip
    if reduce is not None:
        chosen = import_module("._reduced", __package__).chosen(reduce, len(roots), single, ddof)
        options = options._replace(
            single=single or chosen == ("dot",), reduce=chosen, axis=axis, keepdims=keepdims, ddof=float(ddof)
        )
    elif axis is not None or keepdims or ddof:
        raise OptionError("axis, keepdims and ddof belong to a reduction", hint='say which: reduce="sum"')
    return build(roots, options)


class Options(NamedTuple):
    """What a kernel is made with, its formulas apart."""

    names: tuple[str, ...]
    real_type: str
    math: str
    threads: int | None
    lossy: bool
    single: bool
    width: int | None
    target: str | None
    written: bytes | None = None
    """the formulas before ``math="fast"`` looked for others"""
    reduce: tuple[str, ...] = ()
    axis: int | tuple[int, ...] | None = None
    keepdims: bool = False
    ddof: float = 0.0
    accuracy: str = "1ulp"
    tier: str = "compiled"
    is_complex: bool = False


def build(roots: Sequence[Expr], options: Options) -> Kernel:
    """Return the kernel of formulas; with ``math="fast"``, of what is found in their place."""
    if options.is_complex:
        # What `install_fast` finds holds for real numbers: the formula as written is the fastest one known.
        fast = options.math == "fast"
        return _build(linearize(roots), options._replace(math="contract") if fast else options)
    if options.math == "fast" or options.written is not None:
        forms = fastest(roots, options.names)
        return _build(linearize(forms), options._replace(math="contract", written=linearize(roots).to_bytes()))
    return _build(linearize(roots), options)


def _build(ast: Ast, options: Options) -> Kernel:
    part = "step" if options.reduce else ""
    recipe = Recipe(
        ast.to_bytes(), options.names, options.real_type, options.math, options.width, options.target,
        options.reduce, part, options.accuracy, options.is_complex,
    )  # fmt: skip
    if options.reduce and options.is_complex:
        recipe = import_module("._complex_reduced", __package__).expanded(recipe)
    compiled = has_llvm() and not (config.PURE_PYTHON or config.ALWAYS_INTERPRET)
    code = _CODES.get(recipe, lambda: Code(recipe, shelf=shelf_for(ast) if compiled else None))
    settings: dict[str, Any] = {
        "threads": options.threads,
        "lossy": options.lossy,
        "single": options.single,
        # Without LLVM, or the vector code of a user's operator, the block interpreter answers.
        "engine": "llvm" if compiled and code.is_compilable else "interpreter",
        "written": options.written,
    }
    if options.reduce:
        room, kind = ("._complex_reduced", "ComplexReduced") if options.is_complex else ("._reduced", "Reduced")
        made: Kernel = getattr(import_module(room, __package__), kind)(code, options, **settings)
        return made
    return Kernel(code, tier=options.tier, **settings)


def _restore(ast_bytes: bytes, options: tuple[Any, ...]) -> Kernel:
    ast = Ast.from_bytes(ast_bytes)
    known = {record.name for record in ops.operators()}
    for name in set(ast.operators).difference(known, LEAF_KINDS):
        hint = "a pickle holds the formula: register the operator again before loading it"
        raise UnknownNameError("this kernel uses an operator that this process lacks", found=repr(name), hint=hint)
    return _build(ast, Options(*options))


def _interpreter() -> Any:
    return import_module("._interpret", __package__)


def _count_rows(args: tuple[Any, ...]) -> int:
    try:
        return prod(np.broadcast_shapes(*map(np.shape, args)))
    except ValueError:
        return 0  # shapes that do not fit, or nested lists that are no array: the call says so


@cache
def _function_kernel(name: str, count: int, real_type: str, accuracy: str) -> Kernel:
    """Return the kernel of one function: what the interpreter borrows to give a kernel's bits."""
    names = [f"v{n}" for n in range(count)]
    formula = apply(name.removeprefix(OWN), *map(symbol, names))
    return compile(formula, names, dtype=real_type, threads=1, accuracy=accuracy)


@cache
def _part_kernel(step: str, count: int, real_type: str) -> Kernel:
    """Return the kernel of one step of a complex function."""
    recipe = Recipe(b"", tuple(f"v{n}" for n in range(count)), real_type, "strict", None, None)
    tape = import_module("._complex", __package__).part_tape(step, recipe.names, real_type)
    return Kernel(Code(recipe, tape), threads=1, lossy=False, single=True, engine="llvm")


def _roots(exprs: Any) -> list[Expr]:
    listed = [exprs] if isinstance(exprs, Expr | int | float | str) else list(exprs)
    for each in listed:
        if isinstance(each, str):
            raise OptionError("compile takes expressions", found=repr(each[:60]), hint="parse text with rssn.parse")
    if not listed:
        raise OptionError("nothing to compile", wanted="at least one expression")
    return [each if isinstance(each, Expr) else constant(each) for each in listed]


def _argument_names(args: Sequence[Expr | str] | None, roots: Sequence[Expr]) -> tuple[str, ...]:
    if args is None:
        return tuple(sorted({symbol.name or "" for root in roots for symbol in free_symbols(root)}))
    if isinstance(args, str | Expr):
        raise OptionError("args is a sequence of names or symbols", found=repr(args), hint="write args=[...]")
    names = tuple(_argument_name(arg) for arg in args)
    twice = [name for name in set(names) if names.count(name) > 1] if len(set(names)) < len(names) else []
    if twice:
        raise OptionError("an argument is named twice", where="args", found=repr(sorted(twice)[0]))
    return names


def _argument_name(arg: Any) -> str:
    if isinstance(arg, str):
        return arg
    if isinstance(arg, Expr) and arg.operator == "symbol" and arg.name is not None:
        return str(arg.name)
    raise OptionError("an argument is a name or a symbol", where="args", found=repr(arg)[:60])


def _types(dtype: Any) -> tuple[str, bool]:
    """Return the real type that a kernel computes in, and whether two of it make its numbers."""
    try:
        name = dtype if isinstance(dtype, str) and dtype in {*_REAL_TYPES, *_COMPLEX_TYPES} else np.dtype(dtype).name
        return _COMPLEX_TYPES.get(name) or _REAL_TYPES[name], name in _COMPLEX_TYPES
    except (KeyError, TypeError):
        wanted = "f64 or f32, complex128 or complex64"
        raise DtypeError("a kernel can't compute in this", wanted=wanted, found=repr(dtype)) from None
