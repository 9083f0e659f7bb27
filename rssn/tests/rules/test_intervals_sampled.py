"""The interval rule of every operator encloses what the operator gives, whatever is drawn from its boxes."""

import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops, rules
from rssn.expr import apply, symbol
from rssn.rules import Interval
from rssn.testing import real_value

BUILT_IN = [record for record in ops.operators() if record.name in rules.INTERVALS]

# Where functions turn, jump, leave their domains, or overflow as floats.
SPECIAL = (
    *(0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 5e-324, 1e-300, 1e-17, 0.1, 0.25, 1 / 3, 10.0, 20.0),
    *(math.pi, math.pi / 2, 2 * math.pi, 1.4616321449683623, 6.0, 27.0, 170.0, 709.0, 745.0, 1e15 + 0.5, 2.0**53),
)
DIGITS = 400  # softplus(-745) is log(1 + 1e-324)
ENDS = st.sampled_from([*SPECIAL, *(-value for value in SPECIAL)]) | st.floats(-40, 40)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[Interval, Fraction]:
    """Draw an interval, often without an end, an end that is left out or whole numbers only, and a number in it."""
    low, high = sorted(draw(st.lists(ENDS, min_size=2, max_size=2)))
    share = draw(st.sampled_from([Fraction(0), Fraction(1)]) | st.fractions(0, 1, max_denominator=1000))
    at = Fraction(low) + (Fraction(high) - Fraction(low)) * share
    if draw(st.integers(0, 4)) == 0 and math.ceil(low) <= math.floor(high):
        at = Fraction(min(max(round(at), math.ceil(low)), math.floor(high)))
        return Interval(low, high, integer=True, nonzero=at != 0 and draw(st.booleans())), at
    if draw(st.integers(0, 5)) == 0:
        low = -math.inf
    if draw(st.integers(0, 5)) == 0:
        high = math.inf
    low_open, high_open = (at != end and draw(st.booleans()) for end in (low, high))
    box = Interval(low, high, low_open, high_open, nonzero=at != 0 and draw(st.booleans()))
    return (rules.point(at), at) if low == high else (box, at)


def check(name: str, known: Interval, value: object, at: object) -> None:
    """The claims of an interval about one value."""
    said = f"{name} at {at}: {known} {known!r}, but there it is {value}"
    if value is None:
        assert not known.defined, said
        return
    if name == "softplus" and value == 0:
        return  # log(1 + exp(-1e15)) has no digits left in the oracle
    number = mpmath.mpf(int(value)) if isinstance(value, bool) else value
    # An end that is left out may be nearer than the oracle can see.
    room = mpmath.mpf(10) ** -50 * max(1, abs(number))
    assert known.low - room <= number <= known.high + room, said
    assert not (number == 0 and known.is_nonzero), said
    assert not (known.boolean and number not in (0, 1)), said
    assert not (known.integer and number != mpmath.floor(number)), said
    assert known.constant is None or abs(number - _real(known.constant)) <= room, said


def _real(value: int | Fraction) -> object:
    return mpmath.mpf(value.numerator) / value.denominator


@pytest.mark.parametrize("name", [record.name for record in BUILT_IN])
@given(data=st.data())
def test_values_lie_in_the_interval(name: str, data: st.DataObject) -> None:
    fewest, most = ops.lookup(name).arity
    count = fewest if most is None else most
    if ops.lookup(name).default is not None:
        count = data.draw(st.sampled_from([3, 5]))
    elif most is None:
        count = data.draw(st.integers(fewest, fewest + 2))
    drawn = [data.draw(boxes()) for _ in range(count)]
    e = apply(name, *[symbol(f"v{place}") for place in range(count)])
    with mpmath.workdps(DIGITS):
        environment = {f"v{place}": _real(at) for place, (_, at) in enumerate(drawn)}
        try:
            value = real_value(e, environment, DIGITS)
        except OverflowError:
            return
        check(name, rules.INTERVALS[name](*[box for box, _ in drawn]), value, [str(at) for _, at in drawn])


def test_every_operator_has_an_interval() -> None:
    assert {record.name for record in BUILT_IN} == set(rules.INTERVALS)
