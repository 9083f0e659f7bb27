"""Rooms that load when they are first asked for, so that a formula over a table starts without the algebra.

`rssn/__init__.py` names the same imports for type checkers; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, Final

ROOMS: Final = ("interop", "rules")
"""Public rooms reached as attributes of `rssn`."""

NAMES: Final = {
    "_assume": ("assuming", "simplify"),
    "_calculus": ("diff", "gradient", "hessian", "jacobian", "series"),
    "_operator": ("operator",),
    "_optimize": ("optimize",),
    "_polynomials": (
        "apart", "cancel", "coefficients", "collect", "degree", "expand",
        "factor", "gcd", "horner", "lcm", "resultant", "together",
    ),
    "_saturation": ("explain", "saturate"),
    "calculus": ("Series",),
    "egraph": ("SaturationLimits",),
    "frames": ("evaluate", "evaluate_file", "evaluate_many"),
    "jit": ("Kernel",),
    "rules": ("StopReason",),
    "simplify": ("Budget",),
    "storage": ("open_store",),
}  # fmt: skip
"""Room -> the public names of `rssn` that it holds."""

_HOME: Final = {name: room for room, names in NAMES.items() for name in names}


def load(name: str) -> Any:
    """Return a public name of `rssn` from the room that holds it; raise AttributeError if none does."""
    if name in ROOMS:
        return import_module(f"rssn.{name}")
    if name in _HOME:
        return getattr(import_module(f"rssn.{_HOME[name]}"), name)
    raise AttributeError(f"module 'rssn' has no attribute {name!r}")


def later(name: str) -> Callable[..., Any]:
    """Return a function that loads the public function of that name when it is called."""

    def call(*args: Any, **options: Any) -> Any:
        return load(name)(*args, **options)

    return call


class Package(ModuleType):
    """The class of the module `rssn`: a room that is called like its function does not hide the function.

    Importing a submodule names it in its package; for these rooms that name belongs to the function.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)
