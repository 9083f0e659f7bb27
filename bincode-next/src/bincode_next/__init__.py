"""Python values to and from the bytes that Rust's bincode crates write: typed classes are the schema."""

from . import errors as errors
from .errors import BincodeError as BincodeError

__all__ = ("BincodeError", "errors")
