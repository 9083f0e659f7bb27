"""The engine for programs in C, C++ and Rust: `rssn.h`, and what to tell the compiler. Start at `include/rssn.h`."""

from ._flags import INCLUDE as INCLUDE
from ._flags import compile_flags as compile_flags
from ._flags import link_flags as link_flags
from ._flags import source as source

__all__ = ("INCLUDE", "compile_flags", "link_flags", "source")
