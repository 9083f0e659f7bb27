"""Every error rssn raises on purpose.

Each says where, what was wanted, what came and what to do, as fields and as
text; each is also the builtin that a NumPy or SymPy user would expect::

    RssnError
    ├── ParseError            (ValueError)   text is not an expression
    │   └── LimitError                       text is longer, deeper or larger than allowed
    ├── UnknownNameError      (NameError)    a symbol, function or column nobody defined
    ├── ArityError            (TypeError)    an operator with too few or too many operands
    ├── OperatorError         (ValueError)   a record that can't be registered, or a blank slot reached
    ├── SymbolicTruthError    (TypeError)    bool() of a comparison that is still symbolic
    ├── FoldError             (ValueError)   exact folding refused: too large, or outside the domain
    ├── DerivativeError       (ValueError)   a derivative that does not exist
    ├── SeriesError           (ValueError)   no power series at this point: an essential singularity, a branch point
    ├── PolynomialError       (ValueError)   not a polynomial, or not one that the function can treat
    │   ├── TermLimitError                   more terms than allowed; says how to raise the limit
    │   └── ZeroPolynomialError              a division by a polynomial that is zero; also a ZeroDivisionError
    ├── ShapeError            (ValueError)   arrays that do not broadcast together
    ├── DtypeError            (TypeError)    a dtype that a kernel can't read or write
    │   └── PrecisionLossError               an integer beyond 2**53 would lose bits as f64
    ├── OptionError           (ValueError)   an option that does not exist or does not fit
    ├── RuleError             (ValueError)   a rewrite rule without label or bound, or with a variable nothing binds
    ├── AssumptionError       (ValueError)   assumptions that contradict each other or can't be understood
    ├── ConversionError       (ValueError)   an object of another system, or an expression, has no counterpart there
    ├── TableError            (ValueError)   a table that can't be read: truncated, corrupt, unknown kind
    ├── FormatError           (ValueError)   bytes that are not a saved expression: damaged, cut short, other version
    ├── CompileError          (RuntimeError) the machine-code compiler refused; ours to mend
    ├── OutputError           (OSError)      the result could not be written; the old file is as it was
    ├── StorageError          (OSError)      a store of expressions can't do what was asked; what was committed stays
    │   ├── StoreFormatError                 of a newer version, or no store; also a ValueError
    │   ├── StoreDamageError                 bytes are not those that were written; also a ValueError
    │   ├── StoreLockedError                 another writer has it open
    │   ├── StoreFullError                   the disk is full
    │   └── StoreReadOnlyError               opened for reading, or lying where nothing can be written
    └── StoreNameError        (KeyError)     no expression of that name is in the store
"""

from __future__ import annotations

from ._record import record


@record(frozen=True, slots=True)
class Span:
    """A place in a text: offsets in characters, line and column counted from 1."""

    start: int
    stop: int
    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


class RssnError(Exception):
    """The root of all errors raised on purpose.

    Fields: `where`, `wanted`, `found`, `hint`, and `excerpt`, the line of a text
    with a caret under the place; each may be empty. `exit_code` is what the
    shell gets: 2 for the user's mistake, 1 for the environment's or ours.
    """

    exit_code = 2

    excerpt = ""

    def __init__(self, message: str, *, where: str = "", wanted: str = "", found: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message, self.where, self.wanted, self.found, self.hint = message, where, wanted, found, hint

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.message}" if self.where else self.message]
        if self.wanted:
            parts.append(f"wanted {self.wanted}")
        if self.found:
            parts.append(f"found {self.found}")
        if self.hint:
            parts.append(self.hint)
        text = "; ".join(parts)
        return f"{text}\n{self.excerpt}" if self.excerpt else text

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, dict(self.__dict__))


def _rebuild(kind: type[RssnError], args: tuple[object, ...], fields: dict[str, object]) -> RssnError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(fields)
    return error


class ParseError(RssnError, ValueError):
    """Text is not an expression. Shows the line with a caret under the place. Not raised for unknown functions."""

    def __init__(
        self, message: str, *, text: str, span: Span, wanted: str = "", found: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, where=str(span), wanted=wanted, found=found, hint=hint)
        self.text, self.span = text, span

        self.excerpt = self.caret()

    def caret(self) -> str:
        """Return the line of text in question, cut to what a terminal shows, with a caret under the place."""
        return caret(self.text, self.span)


def caret(text: str, span: Span) -> str:
    """Return the line of a text where a span begins, cut to what a terminal shows, with carets under the span."""
    start = text.rfind("\n", 0, span.start) + 1
    stop = text.find("\n", span.start)
    stop = len(text) if stop < 0 else stop
    left, right = max(start, span.start - 60), min(stop, span.start + 60)
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[left:right])
    width = max(1, min(span.stop, right) - span.start)
    return f"  {shown}\n  {' ' * (span.start - left)}{'^' * width}"


class LimitError(ParseError):
    """Text is longer, deeper or holds larger numbers than the limits allow; `hint` says how to raise the limit."""


class UnknownNameError(RssnError, NameError):
    """A symbol, function or column that nobody defined; `hint` names the nearest known one."""


class ArityError(RssnError, TypeError):
    """An operator was given too few or too many operands."""


class OperatorError(RssnError, ValueError):
    """An operator's record can't be registered, or a slot that is still blank was needed."""


class SymbolicTruthError(RssnError, TypeError):
    """`bool()` of an expression that is still symbolic, as in ``if x < y``."""


class FoldError(RssnError, ValueError):
    """Exact folding refused: the result would be too large, or lies outside the domain."""


class DerivativeError(RssnError, ValueError):
    """A derivative that does not exist, as by the order of a polygamma function."""


class SeriesError(RssnError, ValueError):
    """No power series exists at this point: an essential singularity, a branch point, a jump, or not known to exist."""


class PolynomialError(RssnError, ValueError):
    """An expression is not a polynomial in what it should be one in, or not one that the function can treat."""


class TermLimitError(PolynomialError):
    """A polynomial would have more terms, or larger numbers, than allowed; `hint` says how to raise the limit."""


class ZeroPolynomialError(PolynomialError, ZeroDivisionError):
    """A division by a polynomial that is zero."""


class ShapeError(RssnError, ValueError):
    """Arrays that do not broadcast together, or an output of the wrong shape."""


class DtypeError(RssnError, TypeError):
    """A dtype that a kernel can't read or write."""


class PrecisionLossError(DtypeError):
    """An integer beyond 2**53 would lose bits as f64; allow it with ``lossy=True``."""


class OptionError(RssnError, ValueError):
    """An option that does not exist or does not fit the others."""


class RuleError(RssnError, ValueError):
    """A rewrite rule that can't be loaded: no label, no bound where one is due, a variable that nothing binds."""


class AssumptionError(RssnError, ValueError):
    """Assumptions that contradict each other, or that are no comparison and no known word."""


class ConversionError(RssnError, ValueError):
    """An object of another system has no counterpart here, or an expression none there; `where` is the path to it."""


class TableError(RssnError, ValueError):
    """A table that can't be read: missing, truncated, corrupt or of an unknown kind."""


class FormatError(RssnError, ValueError):
    """Bytes or columns that are not a saved expression: damaged, cut short, or of another version."""


class CompileError(RssnError, RuntimeError):
    """The machine-code compiler refused what we gave it. A mistake of ours: please report it."""

    exit_code = 1


class OutputError(RssnError, OSError):
    """The result could not be written, for example on a full disk. What stood there before is untouched."""

    exit_code = 1


class StorageError(RssnError, OSError):
    """A store of expressions can't do what was asked. What was committed is still there."""

    exit_code = 1


class StoreFormatError(StorageError, ValueError):
    """A store of a newer version, or a file or folder that is no store at all."""

    exit_code = 2


class StoreDamageError(StorageError, ValueError):
    """Bytes of a store are not those that were written; `where` names the file and the place."""


class StoreLockedError(StorageError):
    """Another writer has the store open; readers are never refused."""


class StoreFullError(StorageError):
    """The disk is full; nothing was committed, and the same call works once there is room."""


class StoreReadOnlyError(StorageError):
    """The store was opened for reading, or lies where nothing can be written."""


class StoreNameError(RssnError, KeyError):
    """No expression of that name is in the store; `hint` names the nearest one."""
