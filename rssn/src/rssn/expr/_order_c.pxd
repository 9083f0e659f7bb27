"""The stated total order of operands, on structure and names alone. See `_order_py.py` for the reading version."""

from rssn.expr._arena_c cimport Id

# -1, 0 or 1. Never collects and never runs Python code, so ids stay valid.
cdef int compare(Id a, Id b) except -2
