"""Whether a form may stand for another: the same where it is defined, as accurate, and no NaN is lost.

Rewriting is guarded already. This looks at the result from outside, at points:
a form with a mistake, or one that cancels where the original does not, is not
handed out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from ..expr import Expr
from ..ops import evaluate
from ..rules import Facts
from ._points import Point, Points
from ._reference import error_of, precision, true_value

WORSE: Final = 16.0  # times the original's error
HARMLESS: Final = 1e-12  # relative
MEANINGLESS: Final = 1e-3  # from here on the original's own value says nothing, as that of sin(1e20)
_MOST_NAN_ARGUMENTS: Final = 24


class Original:
    """An expression with what its other forms are compared with: values, true values, errors."""

    def __init__(self, expression: Expr, facts: Facts) -> None:
        self.expression = expression
        self.symbols = sorted(expression.free_symbols, key=lambda symbol: str(symbol.name))
        points = Points(self.symbols, facts)
        self._generic, self._special = [*points.generic, *points.wide], points.special
        self._nan_bases = points.generic[:3]
        self._nan_points = [
            point | {str(symbol.name): float("nan")}
            for symbol in self.symbols[:_MOST_NAN_ARGUMENTS]
            for point in self._nan_bases
        ]
        self._columns = _columns([*self._generic, *self._special, *self._nan_points], self.symbols)
        self._values = self._computed(expression)
        with precision():
            self._true = [true_value(expression, point) for point in self._generic]
            special = [true_value(expression, point) for point in self._special]
        pairs = zip([*self._generic, *self._special], [*self._true, *special], strict=True)
        self._undefined = [point for point, true in pairs if not true.is_finite()]
        self._errors = self._errors_of(self._values)

    def accepts(self, form: Expr) -> bool:
        """Say whether a form may be used in place of the original."""
        if not form.free_symbols <= self.expression.free_symbols:
            return False
        values = self._computed(form)
        return self._no_nan_lost(values) and self._defined_alike(form, values) and self._accurate(values)

    def lost(self, form: Expr) -> list[Expr]:
        """Return the symbols whose NaN reaches the original's value but no longer the form's."""
        gone = set(self.expression.free_symbols) - set(form.free_symbols)
        if not gone:
            return []
        start = len(self._generic) + len(self._special)
        found = []
        for at, symbol in enumerate(self.symbols[:_MOST_NAN_ARGUMENTS]):
            each = len(self._nan_bases)
            rows = self._values[start + each * at : start + each * (at + 1)]
            if symbol in gone and np.isnan(rows).any():
                found.append(symbol)
        return found

    def _computed(self, form: Expr) -> Any:
        count = len(self._generic) + len(self._special) + len(self._nan_points)
        return np.broadcast_to(np.asarray(evaluate(form, self._columns), dtype=np.float64), count)

    def _no_nan_lost(self, values: Any) -> bool:
        start = len(self._generic) + len(self._special)
        return bool(np.all(np.isnan(values[start:]) | ~np.isnan(self._values[start:])))

    def _defined_alike(self, form: Expr, values: Any) -> bool:
        """Where the original is a number, so is the form; where it has no value over the reals, neither has the form.

        Infinities of f64 do not count: 1/(1/x) is 0 at x = 0, and has no value there.
        """
        count = len(self._generic) + len(self._special)
        if np.any(np.isfinite(self._values[:count]) & ~np.isfinite(values[:count])):
            return False
        with precision():
            return not any(true_value(form, point).is_finite() for point in self._undefined)

    def _accurate(self, values: Any) -> bool:
        errors = self._errors_of(values)
        for mine, theirs in zip(errors, self._errors, strict=True):
            if theirs is not None and theirs > MEANINGLESS:
                continue
            if mine is None and theirs is None:
                continue
            if mine is None or mine > max(HARMLESS, WORSE * (theirs or 0.0)):
                return False
        return True

    def _errors_of(self, values: Any) -> list[float | None]:
        with precision():
            return [error_of(float(value), true) for value, true in zip(values, self._true, strict=False)]


def _columns(points: Sequence[Point], symbols: Sequence[Expr]) -> dict[str, Any]:
    return {str(symbol.name): np.array([point[str(symbol.name)] for point in points]) for symbol in symbols}
