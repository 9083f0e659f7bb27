"""bincode-next's CBOR, and one that other libraries read. Start reading at `_plan.py`."""

from ._plan import Plan as Plan

__all__ = ("Plan",)
