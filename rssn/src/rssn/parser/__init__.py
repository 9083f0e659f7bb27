"""Text to expressions, without eval and without recursion. Start reading at `_parse_py.py`."""

from ._limits import UNLIMITED as UNLIMITED
from ._limits import Limits as Limits
from ._parse import parse as parse
from ._parse import parse_program as parse_program
from ._program import Program as Program

__all__ = ("UNLIMITED", "Limits", "Program", "parse", "parse_program")
