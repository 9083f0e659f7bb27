"""The functions of the C library that kernels call, in LLVM IR, for machines that have no C library.

`fma` rounds once. In the middle of the range it is done with doubles: the product and the sums in two parts each, the
last but one sum rounded to odd (Boldo, Melquiond: Emulation of FMA and correctly rounded sums, IEEE Transactions on
Computers 57, 2008). Elsewhere it is done in integers of 128 bits, in halves: what is shifted out is remembered in the
last bit. `fmod` is the long division of integers, whose remainder is exact.
"""

from __future__ import annotations

import re
from typing import Final

FMA: Final = """
define internal double @fma(double %a, double %b, double %c) nounwind {
  %ia = call i1 @soft.in_the_middle(double %a)
  %ib = call i1 @soft.in_the_middle(double %b)
  %ic = call i1 @soft.in_the_middle(double %c)
  %iab = and i1 %ia, %ib
  %all = and i1 %iab, %ic
  br i1 %all, label %fast, label %slow
slow:
  %exact = call double @soft.fma_in_integers(double %a, double %b, double %c)
  ret double %exact
fast:
  %p = fmul double %a, %b
  %ah = call double @soft.upper_half(double %a)
  %al = fsub double %a, %ah
  %bh = call double @soft.upper_half(double %b)
  %bl = fsub double %b, %bh
  %hh = fmul double %ah, %bh
  %hl = fmul double %ah, %bl
  %lh = fmul double %al, %bh
  %ll = fmul double %al, %bl
  %e1 = fsub double %hh, %p
  %e2 = fadd double %e1, %hl
  %e3 = fadd double %e2, %lh
  %pl = fadd double %e3, %ll
  %th = fadd double %c, %pl
  %tl = call double @soft.error(double %c, double %pl, double %th)
  %vh = fadd double %p, %th
  %vl = call double @soft.error(double %p, double %th, double %vh)
  %z = call double @soft.odd_sum(double %tl, double %vl)
  %r = fadd double %vh, %z
  ret double %r
}
define internal i1 @soft.in_the_middle(double %x) nounwind {
  %bits = bitcast double %x to i64
  %up = lshr i64 %bits, 52
  %field = and i64 %up, 2047
  %from = sub i64 %field, 623
  %yes = icmp ult i64 %from, 800
  ret i1 %yes
}
define internal double @soft.upper_half(double %x) nounwind {
  %large = fmul double %x, 134217729.0
  %rest = fsub double %large, %x
  %half = fsub double %large, %rest
  ret double %half
}
define internal double @soft.error(double %a, double %b, double %sum) nounwind {
  %bb = fsub double %sum, %a
  %aa = fsub double %sum, %bb
  %da = fsub double %a, %aa
  %db = fsub double %b, %bb
  %error = fadd double %da, %db
  ret double %error
}
define internal double @soft.odd_sum(double %a, double %b) nounwind {
  %sum = fadd double %a, %b
  %error = call double @soft.error(double %a, double %b, double %sum)
  %is_rounded = fcmp one double %error, 0.0
  %bits = bitcast double %sum to i64
  %last = and i64 %bits, 1
  %is_even = icmp eq i64 %last, 0
  %wants = and i1 %is_rounded, %is_even
  %up = fcmp ogt double %error, 0.0
  %positive = fcmp ogt double %sum, 0.0
  %apart = xor i1 %up, %positive
  %step = select i1 %apart, i64 -1, i64 1
  %moved = add i64 %bits, %step
  %kept = select i1 %wants, i64 %moved, i64 %bits
  %odd = bitcast i64 %kept to double
  ret double %odd
}
define internal {i64, i64, i64} @soft.parts(double %x) nounwind {
  %bits = bitcast double %x to i64
  %up = lshr i64 %bits, 52
  %field = and i64 %up, 2047
  %is_small = icmp eq i64 %field, 0
  %scaled = fmul double %x, 18446744073709551616.0
  %normal = select i1 %is_small, double %scaled, double %x
  %shift = select i1 %is_small, i64 1139, i64 1075
  %nbits = bitcast double %normal to i64
  %nup = lshr i64 %nbits, 52
  %nfield = and i64 %nup, 2047
  %exponent = sub i64 %nfield, %shift
  %fraction = and i64 %nbits, 4503599627370495
  %mantissa = or i64 %fraction, 4503599627370496
  %sign = and i64 %bits, -9223372036854775808
  %one = insertvalue {i64, i64, i64} poison, i64 %mantissa, 0
  %two = insertvalue {i64, i64, i64} %one, i64 %exponent, 1
  %three = insertvalue {i64, i64, i64} %two, i64 %sign, 2
  ret {i64, i64, i64} %three
}
define internal {i64, i64} @soft.right(i64 %high, i64 %low, i64 %n) nounwind {
  %many = icmp ugt i64 %n, 127
  %by = select i1 %many, i64 127, i64 %n
  %is_far = icmp ugt i64 %by, 63
  %near_low = call i64 @llvm.fshr.i64(i64 %high, i64 %low, i64 %by)
  %in_word = and i64 %by, 63
  %shifted = lshr i64 %high, %in_word
  %near_lost = call i64 @llvm.fshr.i64(i64 %low, i64 0, i64 %by)
  %high_lost = call i64 @llvm.fshr.i64(i64 %high, i64 0, i64 %by)
  %far_lost = or i64 %low, %high_lost
  %new_high = select i1 %is_far, i64 0, i64 %shifted
  %new_low = select i1 %is_far, i64 %shifted, i64 %near_low
  %lost = select i1 %is_far, i64 %far_lost, i64 %near_lost
  %is_lost = icmp ne i64 %lost, 0
  %sticky = zext i1 %is_lost to i64
  %jammed = or i64 %new_low, %sticky
  %one = insertvalue {i64, i64} poison, i64 %new_high, 0
  %two = insertvalue {i64, i64} %one, i64 %jammed, 1
  ret {i64, i64} %two
}
define internal double @soft.fma_in_integers(double %a, double %b, double %c) nounwind {
  %ab = fmul double %a, %b
  %plain = fadd double %ab, %c
  %za = fcmp oeq double %a, 0.0
  %zb = fcmp oeq double %b, 0.0
  %da = fsub double %a, %a
  %db = fsub double %b, %b
  %dab = fadd double %da, %db
  %odd_ab = fcmp uno double %dab, 0.0
  %z = or i1 %za, %zb
  %easy = or i1 %z, %odd_ab
  br i1 %easy, label %as_it_is, label %look
as_it_is:
  ret double %plain
look:
  %dc = fsub double %c, %c
  %odd_c = fcmp uno double %dc, 0.0
  br i1 %odd_c, label %is_c, label %finite
is_c:
  ret double %c
finite:
  %zc = fcmp oeq double %c, 0.0
  br i1 %zc, label %product, label %go
product:
  ret double %ab
go:
  %pa = call {i64, i64, i64} @soft.parts(double %a)
  %pb = call {i64, i64, i64} @soft.parts(double %b)
  %pc = call {i64, i64, i64} @soft.parts(double %c)
  %ma = extractvalue {i64, i64, i64} %pa, 0
  %mb = extractvalue {i64, i64, i64} %pb, 0
  %mc = extractvalue {i64, i64, i64} %pc, 0
  %ea = extractvalue {i64, i64, i64} %pa, 1
  %eb = extractvalue {i64, i64, i64} %pb, 1
  %ec = extractvalue {i64, i64, i64} %pc, 1
  %sa = extractvalue {i64, i64, i64} %pa, 2
  %sb = extractvalue {i64, i64, i64} %pb, 2
  %sc = extractvalue {i64, i64, i64} %pc, 2
  %sp = xor i64 %sa, %sb
  %a1 = lshr i64 %ma, 32
  %a0 = and i64 %ma, 4294967295
  %b1 = lshr i64 %mb, 32
  %b0 = and i64 %mb, 4294967295
  %l = mul i64 %a0, %b0
  %m1 = mul i64 %a1, %b0
  %m2 = mul i64 %a0, %b1
  %mid = add i64 %m1, %m2
  %h = mul i64 %a1, %b1
  %midup = shl i64 %mid, 32
  %pl = add i64 %l, %midup
  %carries = icmp ult i64 %pl, %l
  %carry = zext i1 %carries to i64
  %middown = lshr i64 %mid, 32
  %h1 = add i64 %h, %middown
  %ph = add i64 %h1, %carry
  %ep = add i64 %ea, %eb
  %d = sub i64 %ec, %ep
  %left0 = call i64 @llvm.smax.i64(i64 %d, i64 0)
  %left = call i64 @llvm.smin.i64(i64 %left0, i64 71)
  %excess = sub i64 %left0, %left
  %below = sub i64 0, %d
  %right = call i64 @llvm.smax.i64(i64 %below, i64 0)
  %in_word = and i64 %left, 63
  %is_far = icmp ugt i64 %left, 63
  %up_low = shl i64 %mc, %in_word
  %over = call i64 @llvm.fshl.i64(i64 0, i64 %mc, i64 %left)
  %zh0 = select i1 %is_far, i64 %up_low, i64 %over
  %zl0 = select i1 %is_far, i64 0, i64 %up_low
  %zz = call {i64, i64} @soft.right(i64 %zh0, i64 %zl0, i64 %right)
  %zh = extractvalue {i64, i64} %zz, 0
  %zl = extractvalue {i64, i64} %zz, 1
  %pp = call {i64, i64} @soft.right(i64 %ph, i64 %pl, i64 %excess)
  %qh = extractvalue {i64, i64} %pp, 0
  %ql = extractvalue {i64, i64} %pp, 1
  %e0 = add i64 %ep, %excess
  %same = icmp eq i64 %sp, %sc
  %suml = add i64 %ql, %zl
  %sumcarries = icmp ult i64 %suml, %ql
  %sumcarry = zext i1 %sumcarries to i64
  %sumh0 = add i64 %qh, %zh
  %sumh = add i64 %sumh0, %sumcarry
  %high_less = icmp ult i64 %qh, %zh
  %high_same = icmp eq i64 %qh, %zh
  %low_less = icmp ult i64 %ql, %zl
  %both = and i1 %high_same, %low_less
  %less = or i1 %high_less, %both
  %bigh = select i1 %less, i64 %zh, i64 %qh
  %bigl = select i1 %less, i64 %zl, i64 %ql
  %smallh = select i1 %less, i64 %qh, i64 %zh
  %smalll = select i1 %less, i64 %ql, i64 %zl
  %difl = sub i64 %bigl, %smalll
  %borrows = icmp ult i64 %bigl, %smalll
  %borrow = zext i1 %borrows to i64
  %difh0 = sub i64 %bigh, %smallh
  %difh = sub i64 %difh0, %borrow
  %difsign = select i1 %less, i64 %sc, i64 %sp
  %rh = select i1 %same, i64 %sumh, i64 %difh
  %rl = select i1 %same, i64 %suml, i64 %difl
  %sign = select i1 %same, i64 %sp, i64 %difsign
  %any = or i64 %rh, %rl
  %nothing = icmp eq i64 %any, 0
  br i1 %nothing, label %zero, label %round
zero:
  ret double 0.0
round:
  %zeros_high = call i64 @llvm.ctlz.i64(i64 %rh, i1 false)
  %zeros_low = call i64 @llvm.ctlz.i64(i64 %rl, i1 false)
  %zeros_both = add i64 %zeros_low, 64
  %is_low = icmp eq i64 %rh, 0
  %zeros = select i1 %is_low, i64 %zeros_both, i64 %zeros_high
  %for_normal = sub i64 75, %zeros
  %for_small = sub i64 -1074, %e0
  %q = call i64 @llvm.smax.i64(i64 %for_normal, i64 %for_small)
  %xh0 = call i64 @llvm.fshl.i64(i64 %rh, i64 %rl, i64 2)
  %xl0 = shl i64 %rl, 2
  %minus = sub i64 0, %q
  %up0 = call i64 @llvm.smax.i64(i64 %minus, i64 0)
  %xl = shl i64 %xl0, %up0
  %down = call i64 @llvm.smax.i64(i64 %q, i64 0)
  %yy = call {i64, i64} @soft.right(i64 %xh0, i64 %xl, i64 %down)
  %y = extractvalue {i64, i64} %yy, 1
  %m = lshr i64 %y, 2
  %tail = and i64 %y, 3
  %m_last = and i64 %m, 1
  %tie = or i64 %tail, %m_last
  %ups = icmp eq i64 %tie, 3
  %has_half = icmp uge i64 %tail, 2
  %rounds = and i1 %ups, %has_half
  %bump = zext i1 %rounds to i64
  %rounded = add i64 %m, %bump
  %field0 = add i64 %e0, %q
  %field = add i64 %field0, 1074
  %place = shl i64 %field, 52
  %bits0 = add i64 %place, %rounded
  %too_large = icmp sge i64 %field, 2046
  %bits1 = select i1 %too_large, i64 9218868437227405312, i64 %bits0
  %bits = or i64 %bits1, %sign
  %result = bitcast i64 %bits to double
  ret double %result
}
"""

FMAF: Final = """
define internal float @fmaf(float %a, float %b, float %c) nounwind {
  %da = fpext float %a to double
  %db = fpext float %b to double
  %dc = fpext float %c to double
  %p = fmul double %da, %db
  %sum = call double @soft.odd_sum(double %p, double %dc)
  %r = fptrunc double %sum to float
  ret float %r
}
"""

FMOD: Final = """
define internal double @fmod(double %x, double %y) nounwind {
  %ax = call double @llvm.fabs.f64(double %x)
  %ay = call double @llvm.fabs.f64(double %y)
  %less = fcmp olt double %ax, %ay
  br i1 %less, label %itself, label %look
itself:
  ret double %x
look:
  %dx = fsub double %x, %x
  %odd_x = fcmp uno double %dx, %y
  %zero_y = fcmp oeq double %y, 0.0
  %odd = or i1 %odd_x, %zero_y
  br i1 %odd, label %none, label %go
none:
  %xy = fmul double %x, %y
  %nan = fdiv double %xy, %xy
  ret double %nan
go:
  %px = call {i64, i64, i64} @soft.parts(double %x)
  %py = call {i64, i64, i64} @soft.parts(double %y)
  %mx = extractvalue {i64, i64, i64} %px, 0
  %my = extractvalue {i64, i64, i64} %py, 0
  %ex = extractvalue {i64, i64, i64} %px, 1
  %ey = extractvalue {i64, i64, i64} %py, 1
  %sx = extractvalue {i64, i64, i64} %px, 2
  %steps = sub i64 %ex, %ey
  br label %next
next:
  %r = phi i64 [ %mx, %go ], [ %doubled, %again ]
  %left = phi i64 [ %steps, %go ], [ %fewer, %again ]
  %fits = icmp uge i64 %r, %my
  %reduced = sub i64 %r, %my
  %rest = select i1 %fits, i64 %reduced, i64 %r
  %over = icmp eq i64 %left, 0
  br i1 %over, label %done, label %again
again:
  %doubled = shl i64 %rest, 1
  %fewer = sub i64 %left, 1
  br label %next
done:
  %whole = uitofp i64 %rest to double
  %half = ashr i64 %ey, 1
  %other = sub i64 %ey, %half
  %f1 = add i64 %half, 1023
  %f2 = add i64 %other, 1023
  %b1 = shl i64 %f1, 52
  %b2 = shl i64 %f2, 52
  %s1 = bitcast i64 %b1 to double
  %s2 = bitcast i64 %b2 to double
  %t1 = fmul double %whole, %s1
  %t2 = fmul double %t1, %s2
  %bits = bitcast double %t2 to i64
  %signed = or i64 %bits, %sx
  %result = bitcast i64 %signed to double
  ret double %result
}
"""

FMODF: Final = """
define internal float @fmodf(float %x, float %y) nounwind {
  %dx = fpext float %x to double
  %dy = fpext float %y to double
  %d = call double @fmod(double %dx, double %dy)
  %r = fptrunc double %d to float
  ret float %r
}
"""

WIDE: Final = """
define internal void @__multi3(ptr %out, i64 %al, i64 %ah, i64 %bl, i64 %bh) nounwind {
  %a1 = lshr i64 %al, 32
  %a0 = and i64 %al, 4294967295
  %b1 = lshr i64 %bl, 32
  %b0 = and i64 %bl, 4294967295
  %p = mul i64 %a0, %b0
  %p1 = lshr i64 %p, 32
  %q = mul i64 %a1, %b0
  %m = add i64 %q, %p1
  %m0 = and i64 %m, 4294967295
  %m1 = lshr i64 %m, 32
  %r = mul i64 %a0, %b1
  %n = add i64 %r, %m0
  %n1 = lshr i64 %n, 32
  %s = mul i64 %a1, %b1
  %h0 = add i64 %s, %m1
  %h1 = add i64 %h0, %n1
  %c = mul i64 %al, %bh
  %d = mul i64 %ah, %bl
  %cd = add i64 %c, %d
  %high = add i64 %h1, %cd
  %low = mul i64 %al, %bl
  store i64 %low, ptr %out, align 8
  %next = getelementptr i64, ptr %out, i32 1
  store i64 %high, ptr %next, align 8
  ret void
}
define internal void @__ashlti3(ptr %out, i64 %low, i64 %high, i32 %n) nounwind {
  %by = zext i32 %n to i64
  %is_far = icmp ugt i64 %by, 63
  %in_word = and i64 %by, 63
  %up = shl i64 %low, %in_word
  %over = call i64 @llvm.fshl.i64(i64 %high, i64 %low, i64 %by)
  %new_low = select i1 %is_far, i64 0, i64 %up
  %new_high = select i1 %is_far, i64 %up, i64 %over
  store i64 %new_low, ptr %out, align 8
  %next = getelementptr i64, ptr %out, i32 1
  store i64 %new_high, ptr %next, align 8
  ret void
}
define internal void @__lshrti3(ptr %out, i64 %low, i64 %high, i32 %n) nounwind {
  %by = zext i32 %n to i64
  %is_far = icmp ugt i64 %by, 63
  %in_word = and i64 %by, 63
  %down = lshr i64 %high, %in_word
  %over = call i64 @llvm.fshr.i64(i64 %high, i64 %low, i64 %by)
  %new_low = select i1 %is_far, i64 %down, i64 %over
  %new_high = select i1 %is_far, i64 0, i64 %down
  store i64 %new_low, ptr %out, align 8
  %next = getelementptr i64, ptr %out, i32 1
  store i64 %new_high, ptr %next, align 8
  ret void
}
"""
"""Products and shifts of 128 bits, as the compiler's own library has them."""

_TEXT: Final = {"fma": FMA, "fmaf": FMA + FMAF, "fmod": FMA + FMOD, "fmodf": FMA + FMOD + FMODF}
_CALLS: Final = {"fma": r"@llvm\.fma\.(?:v\d+)?f64\(", "fmaf": r"@llvm\.fma\.(?:v\d+)?f32\("}


def soft_math(names: list[str]) -> str:
    """Return IR that defines these functions, and what they call, once each. Raises KeyError for an unknown one."""
    texts = "".join(_TEXT[name] for name in names)
    definitions = re.findall(r"^define .*?^}\n", texts, re.MULTILINE | re.DOTALL)
    return "".join(dict.fromkeys(definitions))


def with_soft_math(ir: str) -> str:
    """Return IR text together with those functions that it calls."""
    called = [name for name in _TEXT if re.search(_CALLS.get(name, rf"@{name}\("), ir)]
    own = re.sub(rf"^declare .*@(?:{'|'.join(_TEXT)})\(.*\n", "", ir, flags=re.MULTILINE)
    return own + soft_math(called) + (WIDE if " i128 " in ir else "")
