"""One record per operator: everything the system knows about `sin`. Start reading at `_record.py`."""

from ._arithmetic import LARGEST_CHAIN as LARGEST_CHAIN
from ._arithmetic import add as add
from ._arithmetic import div as div
from ._arithmetic import floordiv as floordiv
from ._arithmetic import fma as fma
from ._arithmetic import literal_power as literal_power
from ._arithmetic import mod as mod
from ._arithmetic import mul as mul
from ._arithmetic import neg as neg
from ._arithmetic import pow as pow
from ._arithmetic import sqrt as sqrt
from ._arithmetic import sub as sub
from ._comparison import and_ as and_
from ._comparison import eq as eq
from ._comparison import ge as ge
from ._comparison import gt as gt
from ._comparison import isfinite as isfinite
from ._comparison import isinf as isinf
from ._comparison import isnan as isnan
from ._comparison import le as le
from ._comparison import lt as lt
from ._comparison import ne as ne
from ._comparison import not_ as not_
from ._comparison import or_ as or_
from ._conditional import clamp as clamp
from ._conditional import max as max
from ._conditional import min as min
from ._conditional import piecewise as piecewise
from ._conditional import where as where
from ._custom import arity_of as arity_of
from ._custom import definition_of as definition_of
from ._custom import placeholders as placeholders
from ._custom import record_of as record_of
from ._custom import written_out as written_out
from ._elementary import acosh as acosh
from ._elementary import asinh as asinh
from ._elementary import atanh as atanh
from ._elementary import cbrt as cbrt
from ._elementary import cosh as cosh
from ._elementary import exp as exp
from ._elementary import exp2 as exp2
from ._elementary import exp10 as exp10
from ._elementary import expm1 as expm1
from ._elementary import hypot as hypot
from ._elementary import log as log
from ._elementary import log1p as log1p
from ._elementary import log2 as log2
from ._elementary import log10 as log10
from ._elementary import sigmoid as sigmoid
from ._elementary import sinh as sinh
from ._elementary import softplus as softplus
from ._elementary import tanh as tanh
from ._evaluate import evaluate as evaluate
from ._exact import bit_limit as bit_limit
from ._fold import fold as fold
from ._polygamma import polygamma as polygamma
from ._record import Operator as Operator
from ._registry import blank_slots as blank_slots
from ._registry import fill as fill
from ._registry import lookup as lookup
from ._registry import operators as operators
from ._registry import register as register
from ._registry import unknown as unknown
from ._registry import watch as watch
from ._rounding import abs as abs
from ._rounding import ceil as ceil
from ._rounding import copysign as copysign
from ._rounding import degrees as degrees
from ._rounding import floor as floor
from ._rounding import frac as frac
from ._rounding import radians as radians
from ._rounding import round as round
from ._rounding import sign as sign
from ._rounding import trunc as trunc
from ._special import erf as erf
from ._special import erfc as erfc
from ._special import gamma as gamma
from ._special import lgamma as lgamma
from ._trigonometric import acos as acos
from ._trigonometric import asin as asin
from ._trigonometric import atan as atan
from ._trigonometric import atan2 as atan2
from ._trigonometric import cos as cos
from ._trigonometric import cospi as cospi
from ._trigonometric import sin as sin
from ._trigonometric import sinpi as sinpi
from ._trigonometric import tan as tan

__all__ = (
    "LARGEST_CHAIN",
    "Operator",
    "abs",
    "acos",
    "acosh",
    "add",
    "and_",
    "arity_of",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "bit_limit",
    "blank_slots",
    "cbrt",
    "ceil",
    "clamp",
    "copysign",
    "cos",
    "cosh",
    "cospi",
    "definition_of",
    "degrees",
    "div",
    "eq",
    "erf",
    "erfc",
    "evaluate",
    "exp",
    "exp2",
    "exp10",
    "expm1",
    "fill",
    "floor",
    "floordiv",
    "fma",
    "fold",
    "frac",
    "gamma",
    "ge",
    "gt",
    "hypot",
    "isfinite",
    "isinf",
    "isnan",
    "le",
    "lgamma",
    "literal_power",
    "log",
    "log1p",
    "log2",
    "log10",
    "lookup",
    "lt",
    "max",
    "min",
    "mod",
    "mul",
    "ne",
    "neg",
    "not_",
    "operators",
    "or_",
    "piecewise",
    "placeholders",
    "polygamma",
    "pow",
    "radians",
    "record_of",
    "register",
    "round",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "sinpi",
    "softplus",
    "sqrt",
    "sub",
    "tan",
    "tanh",
    "trunc",
    "unknown",
    "watch",
    "where",
    "written_out",
)
