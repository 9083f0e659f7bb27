"""Run very many small tasks. Today: `dtact.mesh`, native worker threads that never take the GIL."""

from . import errors as errors
from . import mesh as mesh
from ._include import get_include as get_include
from .errors import DtactError as DtactError

__all__ = ("DtactError", "errors", "get_include", "mesh")
