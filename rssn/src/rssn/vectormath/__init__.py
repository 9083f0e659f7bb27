"""Elementary functions as LLVM IR text, any width, the same bits everywhere, and as NumPy ufuncs. See `_emitter`."""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from ._builder import Value as Value
from ._emitter import Emitter as Emitter
from ._features import Features as Features
from ._features import features as features
from ._features import host_features as host_features
from ._functions import accuracy as accuracy
from ._functions import emit as emit
from ._functions import functions as functions
from ._library import Shipped as Shipped
from ._library import shipped_loop as shipped_loop
from ._llvm import every_target as every_target
from ._llvm import llvm as llvm
from ._module import Function as Function
from ._module import Module as Module
from ._quotient import has_quotient as has_quotient
from ._quotient import quotient as quotient

if _TYPE_CHECKING:  # made when they are first asked for: NumPy and the machine code load with them
    from ._arrays import abs as abs
    from ._arrays import acos as acos
    from ._arrays import acosh as acosh
    from ._arrays import add as add
    from ._arrays import asin as asin
    from ._arrays import asinh as asinh
    from ._arrays import atan as atan
    from ._arrays import atan2 as atan2
    from ._arrays import atanh as atanh
    from ._arrays import cbrt as cbrt
    from ._arrays import ceil as ceil
    from ._arrays import copysign as copysign
    from ._arrays import cos as cos
    from ._arrays import cosh as cosh
    from ._arrays import cospi as cospi
    from ._arrays import div as div
    from ._arrays import eq as eq
    from ._arrays import erf as erf
    from ._arrays import erfc as erfc
    from ._arrays import exp as exp
    from ._arrays import exp2 as exp2
    from ._arrays import exp10 as exp10
    from ._arrays import expm1 as expm1
    from ._arrays import floor as floor
    from ._arrays import fma as fma
    from ._arrays import fmod as fmod
    from ._arrays import gamma as gamma
    from ._arrays import ge as ge
    from ._arrays import gt as gt
    from ._arrays import hypot as hypot
    from ._arrays import le as le
    from ._arrays import lgamma as lgamma
    from ._arrays import log as log
    from ._arrays import log1p as log1p
    from ._arrays import log2 as log2
    from ._arrays import log10 as log10
    from ._arrays import lt as lt
    from ._arrays import maximum as maximum
    from ._arrays import minimum as minimum
    from ._arrays import mul as mul
    from ._arrays import ne as ne
    from ._arrays import neg as neg
    from ._arrays import pow as pow
    from ._arrays import rint as rint
    from ._arrays import sigmoid as sigmoid
    from ._arrays import sin as sin
    from ._arrays import sincos as sincos
    from ._arrays import sinh as sinh
    from ._arrays import sinpi as sinpi
    from ._arrays import softplus as softplus
    from ._arrays import sqrt as sqrt
    from ._arrays import sub as sub
    from ._arrays import tan as tan
    from ._arrays import tanh as tanh
    from ._arrays import trunc as trunc


def __getattr__(name: str) -> _Any:
    if name.startswith("_"):  # what Python itself asks of every module
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = _import_module("._arrays", __name__).ufunc(name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = (
    "Emitter",
    "Features",
    "Function",
    "Module",
    "Shipped",
    "Value",
    "abs",
    "accuracy",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "copysign",
    "cos",
    "cosh",
    "cospi",
    "div",
    "emit",
    "eq",
    "erf",
    "erfc",
    "every_target",
    "exp",
    "exp2",
    "exp10",
    "expm1",
    "features",
    "floor",
    "fma",
    "fmod",
    "functions",
    "gamma",
    "ge",
    "gt",
    "has_quotient",
    "host_features",
    "hypot",
    "le",
    "lgamma",
    "llvm",
    "log",
    "log1p",
    "log2",
    "log10",
    "lt",
    "maximum",
    "minimum",
    "mul",
    "ne",
    "neg",
    "pow",
    "quotient",
    "rint",
    "shipped_loop",
    "sigmoid",
    "sin",
    "sincos",
    "sinh",
    "sinpi",
    "softplus",
    "sqrt",
    "sub",
    "tan",
    "tanh",
    "trunc",
)
