"""Expressions from and for other systems: SymPy, FPCore, C, Python, NumPy. Start reading at `_source.py`."""

from . import sympy as sympy
from ._c_source import to_c as to_c
from ._from_fpcore import FPCore as FPCore
from ._from_fpcore import from_fpcore as from_fpcore
from ._from_fpcore import from_fpcores as from_fpcores
from ._from_sympy import from_sympy as from_sympy
from ._python_source import to_python as to_python
from ._to_fpcore import to_fpcore as to_fpcore
from ._to_sympy import to_sympy as to_sympy
from ._ufunc import to_ufunc as to_ufunc

__all__ = (
    "FPCore",
    "from_fpcore",
    "from_fpcores",
    "from_sympy",
    "sympy",
    "to_c",
    "to_fpcore",
    "to_python",
    "to_sympy",
    "to_ufunc",
)
