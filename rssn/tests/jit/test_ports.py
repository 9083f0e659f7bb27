"""The loop found in assembly, and what the tables say of it."""

import pytest

from rssn.jit._ports import hot_loop, predict

LOOP = """
run:
	movq	(%rdi), %rax
	vmovupd	.LCPI0_0(%rip), %zmm9
	.p2align	4
.LBB0_1:
	vmovupd	(%rcx,%r8,8), %zmm1
	vmulpd	(%rax,%r8,8), %zmm1, %zmm2   # a comment
	vmovupd	%zmm2, 64(%rsp)
	vfmadd231pd	%zmm2, %zmm1, %zmm5
	kortestb	%k0, %k0
	jne	.LBB0_3
.LBB0_2:
	vaddpd	64(%rsp), %zmm5, %zmm5
	vmovupd	%zmm5, (%rdi,%r8,8)
	addq	$8, %r8
	cmpq	%rdx, %r8
	jb	.LBB0_1
	jmp	.LBB0_4
.LBB0_3:
	callq	slow
	jne	.LBB0_2
	jmp	.LBB0_2
.LBB0_4:
	retq
.Lfunc_end0:
other:
	vdivpd	%zmm1, %zmm1, %zmm1
.Lfunc_end1:
"""


def test_the_loop_is_found_without_slow_paths():
    """From its label to the jump back; what stands behind is left out, spills are counted."""
    loop = hot_loop(LOOP)
    assert len(loop.instructions) == 11
    assert loop.instructions[0].startswith("vmovupd (%rcx")
    assert loop.instructions[-1] == "jb .LBB0_1"
    assert (loop.vector_bits, loop.spills, loop.reloads) == (512, 1, 1)
    assert hot_loop(LOOP, "other").instructions == ("vdivpd %zmm1, %zmm1, %zmm1",)


def around(*lines):
    """A loop of these instructions."""
    return hot_loop("run:\n.L1:\n" + "\n".join(lines) + "\njb .L1\n.Lfunc_end0:\n")


@pytest.mark.parametrize(
    ("lines", "cycles", "unit"),
    [
        (["vdivpd %zmm1, %zmm2, %zmm3"], 16, "divider"),
        (["vdivpd %ymm1, %ymm2, %ymm3", "vsqrtpd %ymm1, %ymm3"], 20, "divider"),
        (["divpd %xmm1, %xmm2"], 4, "divider"),
        (["vsqrtps (%rax), %zmm3"], 12, "divider"),
        (["vfmadd213pd %zmm1, %zmm2, %zmm3"] * 10, 5, "arithmetic"),
        (["vfmadd213pd %ymm1, %ymm2, %ymm3"] * 10, 5, "arithmetic"),
        (["vpandq %ymm1, %ymm2, %ymm3"] * 12, 4, "arithmetic"),
        (["vpermt2pd %zmm1, %zmm2, %zmm3"] * 3, 3, "shuffles"),
        (["vpsllq $52, %zmm1, %zmm1"] * 3, 3, "shifts"),
        (["vmovupd (%rax), %zmm1"] * 6, 3, "loads"),
        (["vbroadcastsd (%rax), %zmm1"] * 6, 3, "loads"),
        (["vmovupd %zmm1, (%rax)"] * 4, 4, "stores"),
        (["vmovapd %zmm1, %zmm2"] * 9, 2, "instructions"),
        (["vaddpd %zmm1, %zmm2, %zmm1"] * 512, 2048, "waiting"),
        (["vaddpd %zmm1, %zmm2, %zmm3"] * 512, 256, "arithmetic"),
        (["vgatherqpd (%rax,%zmm1,8), %zmm2 {%k1}"], 4, "loads"),
    ],
)
def test_the_busiest_unit_decides(lines, cycles, unit):
    """Each unit in turn."""
    assert predict(around(*lines)) == (pytest.approx(cycles), unit)


def test_there_is_no_prediction_without_tables():
    """Other architectures, and loops that call."""
    assert predict(around("fmla v0.2d, v1.2d, v2.2d", "str q0, [sp, #16]")) is None
    assert around("fmla v0.2d, v1.2d, v2.2d", "str q0, [sp, #16]", "ldr q1, [sp, #16]")[1:] == (128, 1, 1)
    assert predict(around("vaddpd %zmm1, %zmm1, %zmm1", "callq piece")) is None
