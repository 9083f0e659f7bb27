"""The rest of a huge angle after division by pi/2, after Payne and Hanek: one lane at a time, in integers.

x = m 2^s. Bits of 2/pi so high that m times them is a multiple of 4 cannot
matter; of the 192 bits that follow, the product with m modulo 2^192 has the
quadrant in its top two bits and the fraction below, good to 2^-137.
"""

from __future__ import annotations

from ._builder import Value
from ._coefficients import HALF_PI, TWO_OVER_PI_WORDS
from ._emitter import Emitter, real_literal

Angle = tuple[Value, Value, Value]


def huge_angles(e: Emitter, x: Value, limit: float, small: Angle) -> Angle:
    """Return `small` = (k, r, rest) with the lanes of limit <= x < infinity replaced by the true ones."""
    one = e.sibling("f64", 1)
    arrays = [_spill(e, value) for value in (x, *small)]
    entry, head, work, step, done = e.block, *(e.new_label(n) for n in ("lane", "huge", "next", "done"))
    lane, following = e.new_name("i"), e.new_name("i")
    e.jump(head)
    e.begin(head)
    e.raw(f"  {lane} = phi i64 [ 0, %{entry} ], [ {following}, %{step} ]")
    with e.scope():
        places = [one.address(array, lane, "i64") for array in arrays]
        angle = one.load(places[0])
        huge = one.mask_and(one.ge(angle, one.constant(limit)), one.lt(angle, one.constant(float("inf"))))
        one.branch(huge.text, work, step)
        one.begin(work)
        for text, kind, place in zip(_reduce(one, angle), ("i64", "double", "double"), places[1:], strict=True):
            one.raw(f"  store {kind} {text}, ptr {place}, align 8")
    e.jump(step)
    e.begin(step)
    e.raw(f"  {following} = add i64 {lane}, 1")
    more = e.new_name("more")
    e.raw(f"  {more} = icmp ult i64 {following}, {e.width}")
    e.branch(more, head, done)
    e.begin(done)
    loaded = [
        e.effect(f"load {e.types[v.type]}, ptr {a}, align 8", v.type) for v, a in zip(small, arrays[1:], strict=True)
    ]
    return loaded[0], loaded[1], loaded[2]


def _spill(e: Emitter, value: Value) -> str:
    place = e.effect(f"alloca {e.types[value.type]}, align 64", "").text
    e.raw(f"  store {e.types[value.type]} {value.text}, ptr {place}, align 8")
    return place


def _reload(e: Emitter, place: str, kind: str) -> Value:
    return e.effect(f"load {e.types[kind]}, ptr {place}, align 8", kind)


def _reduce(e: Emitter, x: Value) -> tuple[str, str, str]:
    """Return quadrant, rest as a pair, of one huge x (texts of i64, double, double)."""
    s = e.scalar
    bits = e.to_bits(x).text
    mantissa = s(f"or i64 {s(f'and i64 {bits}, {2**52 - 1}')}, {2**52}")
    # The window opens at bit e - 1076 of 2/pi, the table at 64 zeros before bit 1.
    start = s(f"add i64 {s(f'lshr i64 {bits}, 52')}, {64 - 1 - 1076}")
    product = s(f"mul i192 {_window(e, start)}, {s(f'zext i64 {mantissa} to i192')}")
    scaled = s(f"shl i192 {product}, 2")
    fraction = s(f"trunc i192 {s(f'lshr i192 {scaled}, 64')} to i128")
    top = s(f"trunc i192 {s(f'lshr i192 {product}, 190')} to i64")
    # Above one half the next quadrant is nearer.
    negative = s(f"icmp slt i128 {fraction}, 0")
    quadrant = s(f"add i64 {top}, {s(f'zext i1 {negative} to i64')}")
    size = s(f"select i1 {negative}, i128 {s(f'sub i128 0, {fraction}')}, i128 {fraction}")
    high, low = _two_doubles(e, size)
    signed = s(f"select i1 {negative}, double {real_literal(-1.0)}, double {real_literal(1.0)}")
    r, rest = _times_half_pi(e, Value(high, "real"), Value(low, "real"))
    sign = Value(signed, "real")
    return quadrant, e.mul(r, sign).text, e.mul(rest, sign).text


def _window(e: Emitter, start: str) -> str:
    """Return the 192 bits of 2/pi's table from bit `start`."""
    s = e.scalar
    name = e.module.table("i64", [str(w - 2**64 if w >> 63 else w) for w in TWO_OVER_PI_WORDS])
    first, wide = s(f"lshr i64 {start}, 6"), "0"
    for i in range(4):
        place = e.address(name, s(f"add i64 {first}, {i}"), "i64")
        word = s(f"zext i64 {s(f'load i64, ptr {place}, align 8')} to i256")
        wide = s(f"or i256 {s(f'shl i256 {wide}, 64')}, {word}")
    offset = s(f"zext i64 {s(f'and i64 {start}, 63')} to i256")
    shifted = s(f"shl i256 {wide}, {offset}")
    return s(f"trunc i256 {s(f'lshr i256 {shifted}, 64')} to i192")


def _two_doubles(e: Emitter, size: str) -> tuple[str, str]:
    """Return the i128 fraction `size` (in units of 2^-128) as two doubles of 53 bits each."""
    s = e.scalar
    zeros = s(f"call i128 @llvm.ctlz.i128(i128 {size}, i1 true)")
    normal = s(f"shl i128 {size}, {zeros}")
    shift = s(f"trunc i128 {zeros} to i64")
    doubles = []
    for skip, weight in ((75, 53), (22, 106)):
        piece = s(f"trunc i128 {s(f'lshr i128 {normal}, {skip}')} to i64")
        piece = s(f"and i64 {piece}, {2**53 - 1}")
        exponent = s(f"shl i64 {s(f'sub i64 {1023 - weight}, {shift}')}, 52")
        scale = s(f"bitcast i64 {exponent} to double")
        doubles.append(s(f"fmul double {s(f'uitofp i64 {piece} to double')}, {scale}"))
    return doubles[0], doubles[1]


def _times_half_pi(e: Emitter, high: Value, low: Value) -> tuple[Value, Value]:
    first, second = e.constant(HALF_PI[0]), e.constant(HALF_PI[1])
    r = e.mul(high, first)
    rest = e.fma(high, first, e.neg(r))
    return r, e.fma(high, second, e.fma(low, first, rest))
