"""`optimize`: the form of an expression that computes fastest. Start here."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Final

from ..errors import OptionError
from ..expr import Expr, count_nodes, walk
from ..ops import operators
from ..rules import Assumptions, Claim, Facts, gather
from ._engines import ENGINES
from ._model import cost, host_table
from ._search import MARGIN, Search
from ._table import CostTable

DEFAULT_BUDGET_S: Final = 0.05
_MOST_NODES: Final = 4000
_MOST_REMEMBERED: Final = 512
_MOST_CHOICES: Final = 32

Assume = Expr | Claim | Assumptions | Iterable[Expr | Claim | Assumptions] | None


def optimize(
    expression: Expr, *, assume: Assume = None, budget: float | None = None, args: Sequence[Expr | str] | None = None
) -> Expr:
    """Return the form of an expression that a kernel computes fastest on this machine.

    Equal over the reals and guarded: what may be 0 or negative is not divided
    by or drawn from roots anew; `assume` (comparisons such as ``x > 0``, claims)
    and ``with assuming(...)`` prove more. A NaN that comes in goes out, where
    the expression has no finite value the result has none, and rounding errors
    stay within 16 times the original's, or 1e-12. Costs come from
    the machine's table (`calibrate`); the result is the input where nothing is
    cheaper by a margin.

    `budget` is how many seconds a processor of today may search, 0.05 unless
    said otherwise. It is counted in steps, not by a clock, so that the same call
    gives the same form. `args` are the arguments that the kernel will have, if
    they are more than the symbols of the expression.

    Raises AssumptionError and OptionError.
    """
    seconds = _seconds(budget)
    names = [str(arg.name) if isinstance(arg, Expr) else arg for arg in args or ()]
    return _best(expression, gather(assume), seconds, tuple(names), host_table())


def optimize_all(roots: Sequence[Expr], names: Sequence[str]) -> list[Expr]:
    """Return the fastest forms of several expressions that one kernel will compute: what ``math="fast"`` compiles.

    Each is taken in its new form only where the kernel of all is cheaper for it.
    """
    table, assumptions = host_table(), gather(None)
    known = set(names)
    current = list(roots)
    if any(not known.issuperset(str(each.name) for each in root.free_symbols) for root in roots):
        return current  # the compiler names the symbol that is missing
    forms = [_best(root, assumptions, DEFAULT_BUDGET_S / len(current), tuple(names), table) for root in current]
    return forms if len(current) == 1 else _cheapest_choice(current, forms, names, table)


def _cheapest_choice(current: list[Expr], forms: Sequence[Expr], names: Sequence[str], table: CostTable) -> list[Expr]:
    """Return for each place one of two forms, so that a kernel of all is cheapest, by going from one to the next once.

    A form that is cheaper by itself may not be so in company, where it shares less.
    """
    before, every = cost(current, names, table), cost(forms, names, table)
    chosen, price = (list(forms), every) if every < before else (list(current), before)
    changed = [place for place, form in enumerate(forms) if form != current[place]]
    for place in changed if 1 < len(changed) <= _MOST_CHOICES else ():
        other = [*chosen]
        other[place] = current[place] if chosen[place] == forms[place] else forms[place]
        found = cost(other, names, table)
        if found < price:
            chosen, price = other, found
    return chosen if price <= (1 - MARGIN) * before else current


def _seconds(budget: float | None) -> float:
    if budget is None:
        return DEFAULT_BUDGET_S
    if not isinstance(budget, int | float) or not 0 <= budget < float("inf"):
        raise OptionError("a budget is a number of seconds", where="budget", found=repr(budget))
    return float(budget)


def _best(root: Expr, assumptions: Assumptions, seconds: float, names: tuple[str, ...], table: CostTable) -> Expr:
    key = (root, assumptions, seconds, names, id(table))
    found = _REMEMBERED.get(key)
    if found is None:
        found = _searched(root, assumptions, seconds, names, table)
        _REMEMBERED.put(key, found)
    return found


def _searched(root: Expr, assumptions: Assumptions, seconds: float, names: tuple[str, ...], table: CostTable) -> Expr:
    if count_nodes(root) > _MOST_NODES or root.is_leaf or not _is_known(root):
        return root
    arguments = list(names) or sorted(str(each.name) for each in root.free_symbols)
    return Search(root, Facts(assumptions), arguments, table, seconds).run(ENGINES)


def _is_known(root: Expr) -> bool:
    """Say whether the expression is made of real numbers and operators that kernels are compiled for."""
    lowered = {record.name for record in operators() if record.lowering is not None}
    for node in walk(root):
        if node.operands:
            if node.operator not in lowered:
                return False
        elif isinstance(node.value, complex) or (
            node.operator == "constant" and node.name not in ("pi", "true", "false")
        ):
            return False
    return True


class _Remembered:
    """The forms found last."""

    def __init__(self) -> None:
        self._forms: OrderedDict[object, Expr] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object) -> Expr | None:
        with self._lock:
            found = self._forms.get(key)
            if found is not None:
                self._forms.move_to_end(key)
            return found

    def put(self, key: object, form: Expr) -> None:
        with self._lock:
            self._forms[key] = form
            while len(self._forms) > _MOST_REMEMBERED:
                self._forms.popitem(last=False)


_REMEMBERED = _Remembered()
