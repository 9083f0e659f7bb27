"""Modules: shared functions, tables, features."""

import llvmlite.binding as llvm
import numpy as np
import pytest

from rssn.errors import ArityError, OptionError, UnknownNameError
from rssn.vectormath import Emitter, Module, accuracy, emit, features, functions, host_features
from rssn.vectormath._probe import assembly


def _module_with(name, *, external):
    module = Module(external=external)
    kind = "double" if module.features.width == 1 else f"<{module.features.width} x double>"
    e = Emitter(module.function("f", kind, [(kind, "x")]), module.features.width)
    e.ret(emit(e, name, e.parameter("x")))
    return module


def test_slow_paths_are_written_once_into_the_module():
    module = _module_with("sin", external=False)
    assert str(module).count("define internal") == 1
    llvm.parse_assembly(str(module)).verify()


def test_slow_paths_may_be_left_to_support_modules():
    module = _module_with("sin", external=True)
    assert "define internal" not in str(module)
    parsed = llvm.parse_assembly(str(module))
    for symbol in module.required:
        support = llvm.parse_assembly(str(module.support(symbol)))
        support.verify()
        assert [f.name for f in support.functions if not f.is_declaration] == [symbol]
        parsed.link_in(support)
    parsed.verify()
    defined = {f.name for f in parsed.functions if not f.is_declaration}
    assert defined == {"f", *module.required}


def test_equal_tables_are_one():
    module = Module()
    assert module.table("double", ["1.0", "2.0"]) == module.table("double", ["1.0", "2.0"])
    assert module.table("double", ["1.0", "3.0"]) != module.table("double", ["1.0", "2.0"])


def test_a_function_of_two_angles_shares_its_reduction():
    module = Module()
    e = Emitter(module.function("f"), 8)
    x = e.parameter("x")
    emit(e, "sin", x)
    lines = len(e.function.lines)
    emit(e, "cos", x)
    assert len(e.function.lines) - lines < lines / 3


@pytest.mark.parametrize("machine", ["neon", "rvv"])
def test_other_machines_get_code_too(machine):
    code = assembly(lambda e, x: emit(e, "sin", emit(e, "exp", x)), 1, features(machine), 2)
    assert "fmla" in code or "vfm" in code


def test_names_and_operands_are_checked():
    e = Emitter(Module().function("f"), 2)
    with pytest.raises(UnknownNameError, match="sine"):
        emit(e, "sine", e.constant(1.0))
    with pytest.raises(ArityError, match="atan2"):
        emit(e, "atan2", e.constant(1.0))
    with pytest.raises(OptionError, match="mmx"):
        features("mmx")


def test_every_function_states_its_accuracy():
    assert set(accuracy()) == set(functions())
    assert max(accuracy().values()) <= 4


def test_the_host_is_known():
    host = host_features()
    assert host.width in (1, 2, 4, 8)
    assert host.attributes
    assert np.log2(host.width).is_integer()


def test_pieces_are_modules_that_call_each_other():
    """Whole functions, each with the tables it reads and declarations of the others; nothing is private."""
    module = _module_with("sin", external=False)
    (whole,) = module.pieces(10_000)
    assert whole == str(module)
    pieces = module.pieces(1)
    assert len(pieces) > 1
    for piece in pieces:
        assert "define internal" not in piece
        assert piece.count("define ") == 1
        assert piece.count("declare ") == len(pieces) - 1
        llvm.parse_assembly(piece).verify()
    assert module.line_count < str(module).count("\n")
