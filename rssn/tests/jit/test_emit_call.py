"""How code calls a function outside: a loop over lanes, written once; the linker lets through what it is told."""

import numpy as np
import pytest

from rssn.errors import CompileError
from rssn.jit._emit_call import emit_call, import_name
from rssn.jit._machine import machine_code
from rssn.vectormath import Emitter, Module, host_features


def written(width: int, real: str) -> str:
    """Return the IR of a function that calls one of two operands twice."""
    module = Module(host_features())
    function = module.function("run", "void", [("ptr", "a")])
    e = Emitter(function, width, real)
    a = e.load("%a")
    first = emit_call(e, import_name(0), [a, e.constant(2.0)])
    e.store(emit_call(e, import_name(0), [first, a]), "%a")
    e.ret()
    return str(module)


@pytest.mark.parametrize("real", ["f64", "f32"])
@pytest.mark.parametrize("width", [1, 2, 8])
def test_one_loop_serves_all_calls(width: int, real: str) -> None:
    """f32 goes through double; scalars are called straight."""
    ir = written(width, real)
    calls = ir.count("= call double @call.0(")
    assert calls == (2 if width == 1 else 1)
    assert ("fptrunc" in ir) == (real == "f32")
    assert ir.count("declare double @call.0(double, double)") == 1


def test_only_what_is_allowed_is_called() -> None:
    """The slots of such functions come after those of the C library, and are left empty."""
    ir = written(8, "f64").replace("  ret void", "  %r = call double @fmod(double 5.0, double 3.0)\n  ret void", 1)
    ir = ir.replace("declare double @call.0", "declare double @fmod(double, double)\ndeclare double @call.0")
    with pytest.raises(CompileError, match="may not call"):
        machine_code([ir], "run", 2, host_features())
    blob = machine_code([ir], "run", 0, host_features(), frozenset({"call.0"}))
    assert blob.imports[-1] == "call.0"
    assert not np.frombuffer(blob.code[blob.slots :], np.uint64).any()
