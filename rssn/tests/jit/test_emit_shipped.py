"""Calls of shipped loops in the text of a kernel; what they compute is compared in agreement/test_tiers.py."""

import re

from rssn.jit._emit_shipped import emit_shipped
from rssn.vectormath import Emitter, Module


def test_rooms_are_made_once_where_the_function_begins():
    module = Module()
    function = module.function("run", "void", [("ptr", "data")])
    e = Emitter(function, 8, "f64")
    e.jump("loop")
    e.begin("loop")
    x = e.constant(0.5)
    emit_shipped(e, "rssn_sin_f64", [x])
    emit_shipped(e, "rssn_cos_f64", [x])
    emit_shipped(e, "rssn_pow_f64", [x, x])
    e.ret()
    text = str(module)
    before, _, after = text.partition("loop:")
    assert before.count("alloca <8 x double>") == 2 + 3
    assert "alloca" not in after
    assert len(re.findall(r"call i32 @rssn_\w+\(i64 8, ptr", after)) == 3
    assert "declare i32 @rssn_sin_f64(i64, ptr)" in text
