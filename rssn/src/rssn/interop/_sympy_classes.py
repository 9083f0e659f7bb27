"""What each class of SymPy's becomes: one handler a class, found along the class's bases.

A handler is called as ``handler(reading, obj)`` when every argument of `obj` has been converted, and
returns the expression (for the pair of a Piecewise: two).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache, reduce
from typing import Any, TypeAlias

from .. import ops
from ..errors import ConversionError, PrecisionLossError
from ..expr import Expr, apply, constant, symbol
from ._sympy_functions import FUNCTIONS
from ._sympy_library import c_functions, sympy

Handler: TypeAlias = "Callable[[Reading, Any], Any]"
HALF = Fraction(1, 2)
_DOUBLE_BITS, _LOWEST_BIT, _HIGHEST_BIT = 53, -1074, 1024

# Classes that mean the operator on the right, argument by argument.
_SAME = {
    **{name: name for name in ("exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh")},
    **{
        name: name for name in ("tanh", "asinh", "acosh", "atanh", "erf", "erfc", "gamma", "polygamma", "sign", "floor")
    },
    "Abs": "abs",
    "ceiling": "ceil",
    "Mod": "mod",
    "loggamma": "lgamma",
    "Not": "not",
    "StrictLessThan": "lt",
    "LessThan": "le",
    "StrictGreaterThan": "gt",
    "GreaterThan": "ge",
    "Equality": "eq",
    "Unequality": "ne",
    "ITE": "where",
}
_SAME_IN_C = {
    **{name: name for name in ("expm1", "log1p", "exp2", "log2", "log10", "fma", "hypot", "isnan", "isinf")},
    "Sqrt": "sqrt",
    "Cbrt": "cbrt",
}
# One over the operator on the right; and the operator of one over the argument.
_RECIPROCAL = {"sec": "cos", "csc": "sin", "cot": "tan", "sech": "cosh", "csch": "sinh", "coth": "tanh"}
_OF_RECIPROCAL = {"asec": "acos", "acsc": "asin", "asech": "acosh", "acsch": "asinh", "acoth": "atanh"}


class Reading:
    """One call of `from_sympy`: what has been converted, by identity."""

    def __init__(self, lossy: bool) -> None:
        self.lossy = lossy
        self.done: dict[int, Any] = {}
        self.alive: list[Any] = []  # so that no identity is used twice
        self.negated: dict[int, Expr] = {}  # products with a negative coefficient, without the sign
        self.inverted: dict[int, Expr] = {}  # powers with a negative exponent, without the sign
        self.owners: dict[str, Any] = {}
        self._handlers: dict[type, tuple[Handler, bool]] = {}

    def handler(self, kind: type) -> tuple[Handler, bool]:
        """Return what converts objects of a class, and whether it does so without a look at their arguments."""
        found = self._handlers.get(kind)
        if found is None:
            found = self._handlers[kind] = handler_for(kind)
        return found

    def of(self, obj: Any) -> Any:
        """Return what an argument became."""
        return self.done[id(obj)]

    def all(self, obj: Any) -> list[Any]:
        """Return what the arguments became."""
        return [self.done[id(item)] for item in obj.args]

    def name(self, name: str, owner: Any) -> Expr:
        """Return the symbol of a name. Raises ConversionError where another object has that name."""
        if self.owners.setdefault(name, owner) != owner:
            message = f"two different symbols are both called {name!r}"
            raise ConversionError(message, hint="replace one of them: names are all that tells symbols apart here")
        return symbol(name)


# ---- numbers and names ----------------------------------------------------------------------------------------------


def _integer(_: Reading, obj: Any) -> Expr:
    return constant(int(obj.p))


def _rational(_: Reading, obj: Any) -> Expr:
    return constant(Fraction(int(obj.p), int(obj.q)))


def _float(reading: Reading, obj: Any) -> Expr:
    sign, mantissa, exponent, bits = obj._mpf_
    fits = bits <= _DOUBLE_BITS and exponent >= _LOWEST_BIT and exponent + bits <= _HIGHEST_BIT
    if fits and (mantissa or not exponent):
        value = math.ldexp(int(mantissa), int(exponent))
        return constant(-value if sign else value)
    if not reading.lossy:
        message = f"{obj if bits < 200 else 'a number'} has more digits, or a larger exponent, than an f64 holds"
        raise PrecisionLossError(message, hint="allow rounding with lossy=True")
    return constant(float(obj))


def _symbol(reading: Reading, obj: Any) -> Expr:
    return reading.name(str(obj.name), obj)


def _applied(reading: Reading, obj: Any) -> Expr:
    """Read x(t) as a symbol."""
    if not all(isinstance(item, sympy().Symbol) for item in obj.args):
        message = "an unknown function of something else than symbols"
        raise ConversionError(message, found=_shown(obj), hint="f(t) is read as a symbol")
    return reading.name(str(obj), obj)


def _derivative(reading: Reading, obj: Any) -> Expr:
    if isinstance(obj.expr, _undefined()):
        _applied(reading, obj.expr)
        return reading.name(str(obj), obj)
    raise ConversionError("a derivative that is not carried out", found=_shown(obj), hint="call doit() first")


def _refuse(_: Reading, obj: Any) -> Expr:
    hint = "numbers must be finite or real infinities" if obj is sympy().zoo else "replace it, or call doit() first"
    raise ConversionError("no counterpart here", found=_shown(obj), hint=hint)


def _shown(obj: Any) -> str:
    """Return the object's name and its arguments', and no more: all of it may be endless."""
    name = type(obj).__name__
    return f"{name}({', '.join(type(item).__name__ for item in obj.args[:5])})" if obj.args else name


# ---- sums, products, powers -----------------------------------------------------------------------------------------


def _add(reading: Reading, obj: Any) -> Expr:
    if not obj.args:
        return constant(0)
    first, *rest = _positive_first(reading, obj.args)
    total: Expr = reading.of(first)
    for item in rest:
        negative, term = _signed(reading, item)
        total = total - term if negative else total + term
    return total


def _positive_first(reading: Reading, items: Sequence[Any]) -> Sequence[Any]:
    """Let -x + y begin with y, which has the same bits: y - x."""
    if len(items) > 1 and _signed(reading, items[0])[0] and not _signed(reading, items[1])[0]:
        return (items[1], items[0], *items[2:])
    return items


def _signed(reading: Reading, item: Any) -> tuple[bool, Expr]:
    """Return whether a term is written with a minus, and the term without it."""
    found: Expr = reading.of(item)
    if id(item) in reading.negated:
        return True, reading.negated[id(item)]
    value = found.value
    if type(value) in (int, Fraction) and value < 0:
        return True, constant(-value)
    return False, found


def _mul(reading: Reading, obj: Any) -> Expr:
    above: list[Expr] = []
    below: list[Expr] = []
    negative = False
    for item in obj.args:
        found = reading.of(item)
        value: Any = found.value
        if type(value) is Fraction or (type(value) is int and value == -1):
            negative ^= value < 0
            coefficient = Fraction(value)
            above += [constant(abs(coefficient.numerator))] if abs(coefficient.numerator) != 1 else []
            below += [constant(coefficient.denominator)] if coefficient.denominator != 1 else []
        elif type(value) is int and value < 0:
            negative = not negative
            above.append(constant(-value))
        elif id(item) in reading.inverted:
            below.append(reading.inverted[id(item)])
        else:
            above.append(found)
    product = _chain("mul", above)
    size = product / _chain("mul", below) if below else product
    if negative:
        reading.negated[id(obj)] = size
        literal = above[0].value if above and not below else None
        if type(literal) is int and literal > 1:  # -2*x, not -(2*x): the same bits
            return _chain("mul", [constant(-literal), *above[1:]])
        return -size
    return size


def _pow(reading: Reading, obj: Any) -> Expr:
    base, exponent = reading.all(obj)
    if obj.args[0] is sympy().E:
        return apply("exp", exponent)
    value = exponent.value
    if type(value) not in (int, Fraction):
        return apply("pow", base, exponent)
    if value >= 0:
        return apply("sqrt", base) if value == HALF else apply("pow", base, exponent)
    inverse = base if value == -1 else apply("sqrt", base) if value == -HALF else apply("pow", base, constant(-value))
    reading.inverted[id(obj)] = inverse
    return 1 / inverse if value in (-1, -HALF) else apply("pow", base, exponent)


# ---- choices and logic ----------------------------------------------------------------------------------------------


def _pair(reading: Reading, obj: Any) -> tuple[Expr, Expr]:
    value, condition = reading.all(obj)
    return condition, value


def _piecewise(reading: Reading, obj: Any) -> Expr:
    operands: list[Expr] = []
    otherwise = constant(math.nan)
    for condition, value in reading.all(obj):
        if condition.value is True:
            otherwise = value
            break
        operands += (condition, value)
    if not operands:
        return otherwise
    if len(operands) == 2:
        return apply("where", *operands, otherwise)
    return apply("piecewise", *operands, otherwise)


def _heaviside(reading: Reading, obj: Any) -> Expr:
    x, at_zero = reading.all(obj)
    return apply("piecewise", x < 0, 0, apply("eq", x, 0), at_zero, x > 0, 1, math.nan)


def _implies(reading: Reading, obj: Any) -> Expr:
    a, b = reading.all(obj)
    return apply("or", ~a, b)


def _equivalent(reading: Reading, obj: Any) -> Expr:
    operands = reading.all(obj)
    return _chain("and", [apply("eq", a, b) for a, b in itertools.pairwise(operands)])


# ---- the table ------------------------------------------------------------------------------------------------------


def _chain(name: str, operands: Sequence[Expr]) -> Expr:
    if not operands:
        return constant({"mul": 1, "and": True, "or": False, "ne": False}[name])
    return reduce(lambda a, b: apply(name, a, b), operands)


def _folded(name: str) -> Handler:
    return lambda reading, obj: _chain(name, reading.all(obj))


def _applying(name: str) -> Handler:
    return lambda reading, obj: apply(name, *reading.all(obj))


def _always(value: Expr) -> Handler:
    return lambda _reading, _obj: value


def _several(name: str) -> Handler:
    """Apply an operator of two operands or more; of one, SymPy means that one."""
    return lambda reading, obj: apply(name, *reading.all(obj)) if len(obj.args) > 1 else reading.of(obj.args[0])


def _of_one(function: Callable[[Expr], Expr]) -> Handler:
    return lambda reading, obj: function(reading.of(obj.args[0]))


def _one_over(name: str) -> Callable[[Expr], Expr]:
    return lambda x: 1 / apply(name, x)


def _of_one_over(name: str) -> Callable[[Expr], Expr]:
    return lambda x: apply(name, 1 / x)


def _sinc(x: Expr) -> Expr:
    return apply("where", apply("eq", x, 0), 1, apply("sin", x) / x)


@cache
def _handlers() -> dict[type, Handler]:
    sp, c = sympy(), c_functions()
    one, root5 = constant(1), apply("sqrt", constant(5))
    table: dict[Any, Handler] = {
        sp.Integer: _integer,
        sp.Rational: _rational,
        sp.Float: _float,
        sp.Symbol: _symbol,
        sp.Add: _add,
        sp.Mul: _mul,
        sp.Pow: _pow,
        sp.Piecewise: _piecewise,
        sp.functions.elementary.piecewise.ExprCondPair: _pair,
        sp.Min: _several("min"),
        sp.Max: _several("max"),
        sp.And: _folded("and"),
        sp.Or: _folded("or"),
        sp.Xor: _folded("ne"),
        sp.Implies: _implies,
        sp.Equivalent: _equivalent,
        sp.Heaviside: _heaviside,
        sp.UnevaluatedExpr: _of_one(lambda x: x),
        sp.frac: _of_one(lambda x: x - apply("floor", x)),
        sp.factorial: _of_one(lambda x: apply("gamma", x + 1)),
        sp.sinc: _of_one(_sinc),
        sp.acot: _of_one(lambda x: apply("atan", 1 / x)),
        type(sp.true): _always(constant(True)),
        type(sp.false): _always(constant(False)),
        type(sp.pi): _always(constant("pi")),
        type(sp.E): _always(apply("exp", one)),
        type(sp.I): _always(constant(1j)),
        type(sp.oo): _always(constant(math.inf)),
        type(-sp.oo): _always(constant(-math.inf)),
        type(sp.nan): _always(constant(math.nan)),
        type(sp.GoldenRatio): _always((1 + root5) / 2),
        _undefined(): _applied,
        sp.Derivative: _derivative,
    }
    table |= {getattr(sp, name): _applying(operator) for name, operator in _SAME.items()}
    table |= {getattr(c, name): _applying(operator) for name, operator in _SAME_IN_C.items() if hasattr(c, name)}
    table |= {getattr(sp, name): _of_one(_one_over(f)) for name, f in _RECIPROCAL.items()}
    table |= {getattr(sp, name): _of_one(_of_one_over(f)) for name, f in _OF_RECIPROCAL.items()}
    return table


def handler_for(kind: type) -> tuple[Handler, bool]:
    """Return what converts objects of a class, and whether it does so without a look at their arguments."""
    table = _handlers()
    handler = next((table[base] for base in kind.__mro__ if base in table), _refuse)
    if handler is _applied and kind.__name__ in _user_operators():
        return _applying(kind.__name__), False
    return handler, handler in (_symbol, _derivative, _refuse, _applied)


@cache
def _undefined() -> Any:
    return sympy().core.function.AppliedUndef


def is_table(obj: Any) -> bool:
    """Whether an object is a matrix or an array with elements to list."""
    return hasattr(obj, "tolist") and type(obj).__module__.partition(".")[0] == "sympy"


def _user_operators() -> set[str]:
    """Names of operators that are written as undefined functions, because the user made them."""
    return {record.name for record in ops.operators()} - FUNCTIONS.keys()
