"""Every operator that is built in has its words in SymPy."""

import rssn
from rssn.interop._sympy_functions import FUNCTIONS

# Before any test registers an operator of its own.
BUILT_IN = {record.name for record in rssn.ops.operators() if not record.name.endswith("_for_interop")}


def test_no_operator_is_left_out() -> None:
    assert FUNCTIONS.keys() >= BUILT_IN
