"""Write a formula, do exact algebra on it, evaluate it over arrays and tables at the speed of memory.

This file is the index of the public names; ARCHITECTURE.md is the map of the rooms behind it.
"""

import sys as _sys
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from . import _wiring as _wiring
from ._later import Package as _Package
from ._later import load as _load
from ._text import compile as compile
from .errors import RssnError as RssnError
from .expr import Ast as Ast
from .expr import Expr as Expr
from .expr import apply as apply
from .expr import constant as constant
from .expr import count_nodes as count_nodes
from .expr import free_symbols as free_symbols
from .expr import statistics as statistics
from .expr import substitute as substitute
from .expr import symbol as symbol
from .expr import symbols as symbols
from .expr import walk as walk
from .ops import abs as abs
from .ops import acos as acos
from .ops import acosh as acosh
from .ops import and_ as and_
from .ops import asin as asin
from .ops import asinh as asinh
from .ops import atan as atan
from .ops import atan2 as atan2
from .ops import atanh as atanh
from .ops import cbrt as cbrt
from .ops import ceil as ceil
from .ops import clamp as clamp
from .ops import copysign as copysign
from .ops import cos as cos
from .ops import cosh as cosh
from .ops import cospi as cospi
from .ops import degrees as degrees
from .ops import eq as eq
from .ops import erf as erf
from .ops import erfc as erfc
from .ops import exp as exp
from .ops import exp2 as exp2
from .ops import exp10 as exp10
from .ops import expm1 as expm1
from .ops import floor as floor
from .ops import fma as fma
from .ops import fold as fold
from .ops import frac as frac
from .ops import gamma as gamma
from .ops import ge as ge
from .ops import gt as gt
from .ops import hypot as hypot
from .ops import isfinite as isfinite
from .ops import isinf as isinf
from .ops import isnan as isnan
from .ops import le as le
from .ops import lgamma as lgamma
from .ops import log as log
from .ops import log1p as log1p
from .ops import log2 as log2
from .ops import log10 as log10
from .ops import lt as lt
from .ops import max as max
from .ops import min as min
from .ops import ne as ne
from .ops import not_ as not_
from .ops import or_ as or_
from .ops import piecewise as piecewise
from .ops import polygamma as polygamma
from .ops import radians as radians
from .ops import round as round
from .ops import sigmoid as sigmoid
from .ops import sign as sign
from .ops import sin as sin
from .ops import sinh as sinh
from .ops import sinpi as sinpi
from .ops import softplus as softplus
from .ops import sqrt as sqrt
from .ops import tan as tan
from .ops import tanh as tanh
from .ops import trunc as trunc
from .ops import where as where
from .parser import Limits as Limits
from .parser import Program as Program
from .parser import parse as parse
from .parser import parse_program as parse_program

if _TYPE_CHECKING:  # these rooms load when they are first asked for: see _later.py
    from . import interop as interop
    from . import rules as rules
    from ._assume import assuming as assuming
    from ._assume import simplify as simplify
    from ._calculus import diff as diff
    from ._calculus import gradient as gradient
    from ._calculus import hessian as hessian
    from ._calculus import jacobian as jacobian
    from ._calculus import series as series
    from ._operator import operator as operator
    from ._optimize import optimize as optimize
    from ._polynomials import apart as apart
    from ._polynomials import cancel as cancel
    from ._polynomials import coefficients as coefficients
    from ._polynomials import collect as collect
    from ._polynomials import degree as degree
    from ._polynomials import expand as expand
    from ._polynomials import factor as factor
    from ._polynomials import gcd as gcd
    from ._polynomials import horner as horner
    from ._polynomials import lcm as lcm
    from ._polynomials import resultant as resultant
    from ._polynomials import together as together
    from ._saturation import explain as explain
    from ._saturation import saturate as saturate
    from .calculus import Series as Series
    from .egraph import SaturationLimits as SaturationLimits
    from .frames import evaluate as evaluate
    from .frames import evaluate_file as evaluate_file
    from .frames import evaluate_many as evaluate_many
    from .jit import Kernel as Kernel
    from .rules import StopReason as StopReason
    from .simplify import Budget as Budget
    from .storage import open_store as open_store

__version__ = "0.1.0"

_sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> _Any:
    value = globals()[name] = _load(name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = (
    "Ast",
    "Budget",
    "Expr",
    "Kernel",
    "Limits",
    "Program",
    "RssnError",
    "SaturationLimits",
    "Series",
    "StopReason",
    "__version__",
    "abs",
    "acos",
    "acosh",
    "and_",
    "apart",
    "apply",
    "asin",
    "asinh",
    "assuming",
    "atan",
    "atan2",
    "atanh",
    "cancel",
    "cbrt",
    "ceil",
    "clamp",
    "coefficients",
    "collect",
    "compile",
    "constant",
    "copysign",
    "cos",
    "cosh",
    "cospi",
    "count_nodes",
    "degree",
    "degrees",
    "diff",
    "eq",
    "erf",
    "erfc",
    "evaluate",
    "evaluate_file",
    "evaluate_many",
    "exp",
    "exp2",
    "exp10",
    "expand",
    "explain",
    "expm1",
    "factor",
    "floor",
    "fma",
    "fold",
    "frac",
    "free_symbols",
    "gamma",
    "gcd",
    "ge",
    "gradient",
    "gt",
    "hessian",
    "horner",
    "hypot",
    "isfinite",
    "isinf",
    "isnan",
    "jacobian",
    "lcm",
    "le",
    "lgamma",
    "log",
    "log1p",
    "log2",
    "log10",
    "lt",
    "max",
    "min",
    "ne",
    "not_",
    "open_store",
    "operator",
    "optimize",
    "or_",
    "parse",
    "parse_program",
    "piecewise",
    "polygamma",
    "radians",
    "resultant",
    "round",
    "rules",
    "saturate",
    "series",
    "sigmoid",
    "sign",
    "simplify",
    "sin",
    "sinh",
    "sinpi",
    "softplus",
    "sqrt",
    "statistics",
    "substitute",
    "symbol",
    "symbols",
    "tan",
    "tanh",
    "together",
    "trunc",
    "walk",
    "where",
)
