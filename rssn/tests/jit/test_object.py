"""Linking object files: what is allowed runs, what is not is refused, and AArch64 finds its constants too."""

import ctypes
import struct

import llvmlite.binding as llvm
import numpy as np
import pytest

import rssn
from rssn.errors import CompileError
from rssn.jit import Tape, compile
from rssn.jit._code import load
from rssn.jit._codegen import ENTRY, generate
from rssn.jit._machine import machine_code
from rssn.jit._object import LIBRARY, link
from rssn.jit._record import AARCH64
from rssn.jit._signature import Signature
from rssn.vectormath import features, host_features

x, y = rssn.symbols("x y")
FORMULAS = {
    "fmod": x % y,
    "tables": rssn.sin(x) * rssn.exp(y) + x**y,
    "constants": 0.1 * x + 0.7 / (y + 1.25),
    "lanes": rssn.gamma(x) + rssn.where(x < y, 1, rssn.erf(y)),
}


def object_file(target, source, level=2):
    """Return the object file of IR text or of a tape, for any machine LLVM knows."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    chosen = features(target)
    if isinstance(source, Tape):
        source = str(generate(source, Signature.parse(b"dcdxdcp", 2), chosen, chosen.width)[0])
    machine = llvm.Target.from_triple(chosen.triple).create_target_machine(
        cpu=chosen.cpu, features=chosen.attributes, opt=level, reloc="pic", codemodel="small"
    )
    return machine.emit_object(llvm.parse_assembly(source))


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("target", ["avx512", "avx2", "sse2", "neon"])
def test_kernels_of_every_instruction_set_link(target, name):
    """Nothing they need is missing from the lists; what they call outside is in the C library."""
    found = link([object_file(target, compile(FORMULAS[name], [x, y]).schedule)], ENTRY)
    assert set(found.imports) <= LIBRARY
    assert ("fmod" in found.imports) is (name == "fmod")
    assert found.slots % 8 == 0
    assert len(found.code) == found.slots + 8 * len(found.imports)
    assert found.code[found.slots :] == bytes(8 * len(found.imports))


def test_a_block_is_the_same_wherever_it_runs():
    """Linked twice, loaded thrice: one text, three places, one answer."""
    ir = """
declare double @fmod(double, double)
define double @run(double %x) nounwind {
  %r = call double @fmod(double %x, double 3.25)
  %y = fmul double %r, 0x3FB999999999999A
  ret double %y
}
"""
    blob = machine_code([ir], "run", 2, host_features())
    assert blob == machine_code([ir], "run", 2, host_features())
    maps = [load(blob) for _ in range(3)]
    assert len({mapped.address for mapped in maps}) == 3
    for mapped in maps:
        function = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)(mapped.address + blob.entry)
        assert [function(v) for v in (-7.0, 10.5)] == [np.fmod(v, 3.25) * 0.1 for v in (-7.0, 10.5)]


GLOBAL = "@g = global i32 0\ndefine ptr @run() { ret ptr @g }\n"
HIDDEN = "@g = internal global i32 0\ndefine void @run(i32 %n) { store volatile i32 %n, ptr @g\n  ret void }\n"
THREAD = "@g = internal thread_local global i32 0\ndefine i32 @run() { %v = load i32, ptr @g\n  ret i32 %v }\n"
FOREIGN = "declare void @abort()\ndefine void @run() { call void @abort()\n  ret void }\n"
ADDRESS = "declare double @fmod(double, double)\ndefine ptr @run() { ret ptr @fmod }\n"
COMDAT = "$c = comdat any\n@t = constant i32 3, comdat($c)\ndefine i32 @run() comdat($c) { ret i32 3 }\n"


@pytest.mark.parametrize("target", ["avx2", "neon"])
@pytest.mark.parametrize("ir", [GLOBAL, HIDDEN, THREAD, FOREIGN, ADDRESS, COMDAT])
def test_what_no_kernel_needs_is_refused(ir, target):
    """Data that is written, thread-local data, foreign functions, their addresses, sections in groups."""
    with pytest.raises(CompileError):
        link([object_file(target, ir)], "run")


def test_other_files_are_refused():
    """Other machines, other formats, no entry."""
    plain = "define void @run() { ret void }\n"
    good = object_file("avx2", plain)
    assert link([good], "run").imports == ()
    for bad in (b"", b"MZ" + bytes(100), object_file("rvv", plain), good[:4] + b"\1" + good[5:]):
        with pytest.raises(CompileError):
            link([bad], "run")
    with pytest.raises(CompileError, match="entry"):
        link([good], "walk")


def words(code):
    return struct.unpack(f"<{len(code) // 4}I", code[: len(code) // 4 * 4])


def arm_address(code, place):
    """Return what `adrp` and the load or addition after it point at, decoded from the manual's description."""
    first, second = struct.unpack_from("<II", code, place)
    assert first >> 24 & 0x9F == 0x90, hex(first)
    pages = (first >> 5 & 0x7FFFF) << 2 | first >> 29 & 3
    pages -= (pages >> 20) << 21
    imm = second >> 10 & 0xFFF
    if second >> 24 in (0x91, 0x11):  # add
        scale = 0
    elif second >> 22 & 0xFF == 0xF7:  # ldr q
        scale = 4
    else:
        scale = second >> 30
    return (place // 4096 + pages) * 4096 + (imm << scale)


def test_arm_code_reaches_its_constants():
    """The instruction pair, decoded by hand, points at the constant that the source names."""
    value = 0.12345678901234567
    bits = struct.unpack("<Q", struct.pack("<d", value))[0]
    ir = f"define double @run(double %x) nounwind {{\n  %y = fmul double %x, 0x{bits:X}\n  ret double %y\n}}\n"
    blob = link([object_file("neon", ir)], "run")
    assert struct.unpack_from("<d", blob.code, arm_address(blob.code, 0)) == (value,)


def test_arm_calls_go_through_the_slot():
    """The branch lands on the jump, and the jump reads the slot."""
    ir = "declare double @fmod(double, double)\ndefine double @run(double %x) nounwind {\n"
    ir += "  %y = call double @fmod(double %x, double %x)\n  %z = fadd double %y, %x\n  ret double %z\n}\n"
    data = object_file("neon", ir)
    assert struct.unpack_from("<H", data, 18) == (AARCH64,)
    blob = link([data], "run")
    (branch,) = [n for n, word in enumerate(words(blob.code[: blob.slots - 16])) if word >> 26 == 0b100101]
    landed = 4 * branch + 4 * (words(blob.code)[branch] & 0x3FFFFFF)
    assert arm_address(blob.code, landed) == blob.slots
    assert struct.unpack_from("<I", blob.code, landed + 8) == (0xD61F0200,)  # br x16


def test_long_code_reaches_across_pages():
    """Hundreds of constants on a formula of several pages; on the machine at hand it also gives the right answer."""
    formula = x
    for n in range(900):
        formula = formula * (0.5 + n / 1000) + y
    kernel = compile(formula, [x, y], width=2)
    assert len(link([object_file("neon", kernel.schedule)], ENTRY).code) > 3 * 4096
    assert kernel(1.5, 0.25) == kernel.interpret((1.5, 0.25))


def test_pieces_link_to_what_one_module_is():
    """Functions call across pieces; names wanted by nobody who has them are refused."""
    calling = "declare double @half(double)\ndefine void @run(ptr %d, ptr %s, i64 %n, ptr %f) {\nentry:\n"
    calling += "  %a = load ptr, ptr %d\n  %v = load double, ptr %a\n  %r = call double @half(double %v)\n"
    calling += "  %slot = getelementptr ptr, ptr %d, i64 1\n  %b = load ptr, ptr %slot\n"
    calling += "  store double %r, ptr %b\n  ret void\n}\n"
    called = "define double @half(double %v) {\nentry:\n  %r = fmul double %v, 0.5\n  ret double %r\n}\n"
    for pieces in ([calling, called], [called, calling]):
        blob = machine_code(pieces, "run", 0, host_features())
        assert blob.imports == ()
        values = np.array([7.0, 0.0])
        data = (ctypes.c_void_p * 2)(values.ctypes.data, values.ctypes.data + 8)
        mapping = load(blob)
        ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)(mapping.address + blob.entry)(data, None, 1, None)
        assert values[1] == 3.5
    with pytest.raises(CompileError, match="may not call"):
        machine_code([calling], "run", 0, host_features())
    with pytest.raises(CompileError, match="entry"):
        machine_code([called], "run", 0, host_features())
