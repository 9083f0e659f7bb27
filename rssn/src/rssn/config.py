"""Everything rssn reads from the environment, read here and nowhere else.

=================  ==========================================================
``RSSN_PURE``      ``1``: use the readable Python twins of the native modules
``RSSN_THREADS``   how many threads a kernel may use (default: all this
                   process may run on)
``RSSN_INTERPRET`` ``1``: never compile, answer by the block interpreter
``RSSN_WIDTH``     lanes per vector of f64, instead of what this CPU likes best
``RSSN_COSTS``     the folder of what ``rssn calibrate`` measured (default: the
                   user's configuration folder)
``RSSN_CACHE``     ``0``: keep no machine code on disk
``RSSN_CACHE_DIR`` the folder to keep it in (default: ``rssn`` among the user's
                   caches, as the XDG rules have it)
``CC``             the C compiler that links exported libraries (default: cc,
                   gcc or clang)
``RSSN_DEBUG``     ``1``: the shell command shows the traceback of an internal error
=================  ==========================================================
"""

import os


def _flag(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")


def _number(name: str) -> int | None:
    text = os.environ.get(name, "")
    return int(text) if text.isdecimal() and int(text) > 0 else None


PURE_PYTHON = _flag("RSSN_PURE")
ALWAYS_INTERPRET = _flag("RSSN_INTERPRET")
THREADS = _number("RSSN_THREADS")
VECTOR_WIDTH = _number("RSSN_WIDTH")
DEBUG = _flag("RSSN_DEBUG")
COSTS = os.environ.get("RSSN_COSTS") or None
HAS_CHOSEN_COMPILER = bool(os.environ.get("CC"))
C_COMPILERS = (os.environ["CC"],) if HAS_CHOSEN_COMPILER else ("cc", "gcc", "clang")


def _cache_folder() -> str | None:
    """Return where machine code is kept, or None."""
    if os.environ.get("RSSN_CACHE") == "0":
        return None
    # Written out here: the library for such folders takes as long to import as a kernel on disk takes to start.
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.environ.get("RSSN_CACHE_DIR") or os.path.join(caches, "rssn")


CACHE_DIR = _cache_folder()
