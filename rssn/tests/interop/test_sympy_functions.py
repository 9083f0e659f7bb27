"""Every operator that is built in has its words in SymPy."""

import rssn
from rssn.interop._sympy_functions import FUNCTIONS


def test_no_operator_is_left_out() -> None:
    built_in = {record.name for record in rssn.ops.operators() if not record.name.endswith("_for_interop")}
    assert FUNCTIONS.keys() >= built_in
