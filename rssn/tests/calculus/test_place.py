"""Places: the distance t and the variable are each other's inverse, and powers come back right."""

from fractions import Fraction

import pytest

from rssn.calculus._coefficient import Logs
from rssn.calculus._place import place_of
from rssn.errors import OptionError
from rssn.expr import constant, symbol

x = symbol("x")
INF = float("inf")


@pytest.mark.parametrize(
    ("at", "direction", "wanted", "base", "root_base", "shown"),
    [
        (2, None, [2, 1], x - 2, x - 2, "x = 2"),
        (2, "+", [2, 1], x - 2, x - 2, "x = 2 from above"),
        (2, "-", [2, -1], x - 2, 2 - x, "x = 2 from below"),
        (-3, "-", [-3, -1], x + 3, -3 - x, "x = -3 from below"),
        (0, "-", [-1], x, -x, "x = 0 from below"),
        (INF, None, [1], x, x, "x = inf"),
        (-INF, None, [-1], x, -x, "x = -inf"),
    ],
)
def test_the_variable_near_a_place(at, direction, wanted, base, root_base, shown) -> None:
    place = place_of(x, constant(at), direction)
    assert list(place.series(6, 1).terms) == wanted
    assert list(place.series(6, 2).terms)[::2] == wanted[:1] + wanted[1:]
    assert place.base(whole=True) == base
    assert place.base(whole=False) == root_base
    assert str(place) == shown


def test_powers_and_logarithms_turn_round_at_infinity() -> None:
    above, away = place_of(x, constant(0), "+"), place_of(x, constant(INF), None)
    assert (above.power(Fraction(3, 1)), away.power(Fraction(3, 1))) == (3, -3)
    assert (above.power(Fraction(1, 2)), away.power(Fraction(1, 2))) == (Fraction(1, 2), Fraction(-1, 2))
    log = Logs((1, 2))
    assert str(above.written(log)) == "2*log(x) + 1"
    assert str(away.written(log)) == "-2*log(x) + 1"


def test_a_point_is_a_number_without_the_variable() -> None:
    for at, direction in ((x, None), (constant(float("nan")), None), (constant(INF), "-"), (constant(0), "both")):
        with pytest.raises(OptionError):
            place_of(x, at, direction)
