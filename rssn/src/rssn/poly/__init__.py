"""Polynomials and rational functions, exactly. Start reading at `_read_py.py`, then `_ratio.py`."""

from ._apart import apart as apart
from ._arithmetic import DEFAULT_TERMS as DEFAULT_TERMS
from ._expand import expand as expand
from ._factor import factor as factor
from ._factor import gcd as gcd
from ._factor import lcm as lcm
from ._form import PolyForm as PolyForm
from ._form import polynomial_form as polynomial_form
from ._rational import cancel as cancel
from ._rational import together as together
from ._univariate import coefficients as coefficients
from ._univariate import collect as collect
from ._univariate import degree as degree
from ._univariate import horner as horner
from ._univariate import resultant as resultant

__all__ = (
    "DEFAULT_TERMS",
    "PolyForm",
    "apart",
    "cancel",
    "coefficients",
    "collect",
    "degree",
    "expand",
    "factor",
    "gcd",
    "horner",
    "lcm",
    "polynomial_form",
    "resultant",
    "together",
)
