"""Which classes are known, whatever the version of SymPy."""

import pytest
import sympy

from rssn.interop._sympy_classes import _handlers, _refuse, handler_for


@pytest.mark.parametrize("name", sympy.functions.__all__)
def test_every_function_of_sympy_is_converted_or_refused(name: str) -> None:
    kind = getattr(sympy, name, None)
    if isinstance(kind, type):
        assert callable(handler_for(kind)[0])


def test_subclasses_are_found_by_their_bases() -> None:
    assert handler_for(type(sympy.Integer(0))) == handler_for(sympy.Integer)
    assert handler_for(sympy.Dummy) == handler_for(sympy.Symbol)
    assert handler_for(sympy.LambertW)[0] is _refuse
    assert len(_handlers()) > 60
