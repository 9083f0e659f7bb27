"""Elementary functions as LLVM IR text, any width, the same bits everywhere. Start reading at `_emitter`."""

from ._builder import Value as Value
from ._emitter import Emitter as Emitter
from ._features import Features as Features
from ._features import features as features
from ._features import host_features as host_features
from ._functions import accuracy as accuracy
from ._functions import emit as emit
from ._functions import functions as functions
from ._llvm import llvm as llvm
from ._module import Function as Function
from ._module import Module as Module

__all__ = (
    "Emitter",
    "Features",
    "Function",
    "Module",
    "Value",
    "accuracy",
    "emit",
    "features",
    "functions",
    "host_features",
    "llvm",
)
