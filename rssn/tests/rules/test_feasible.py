"""Inequalities that can't hold together are found, and no others are."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import symbols
from rssn.errors import AssumptionError
from rssn.rules import Assumptions
from rssn.rules._feasible import Row, is_feasible

x, y, z = symbols("x y z")
numbers = st.integers(-3, 3).map(Fraction)
rows = st.lists(
    st.builds(
        Row, st.dictionaries(st.sampled_from([x, y, z]), numbers.filter(bool), max_size=3), numbers, st.booleans()
    ),
    max_size=6,
)


@given(rows=rows)
def test_what_a_point_fulfils_is_feasible(rows: list[Row]) -> None:
    """A point on the grid that keeps all rows shows that there is one."""
    for values in product([Fraction(n) for n in (-3, -1, 0, 2)], repeat=3):
        point = dict(zip((x, y, z), values, strict=True))
        sums = [sum(factor * point[part] for part, factor in row.terms.items()) for row in rows]
        if all(total < row.bound if row.strict else total <= row.bound for total, row in zip(sums, rows, strict=True)):
            assert is_feasible(rows)
            return


@given(first=rows, scales=st.lists(st.integers(1, 4).map(Fraction), min_size=6, max_size=6), strict=st.booleans())
def test_a_combination_turned_round_is_not(first: list[Row], scales: list[Fraction], strict: bool) -> None:
    """Rows, and a row that says the opposite of a positive combination of them: never feasible."""
    terms: dict[object, Fraction] = {}
    bound = Fraction(0)
    for row, scale in zip(first, scales, strict=False):
        bound += scale * row.bound
        for part, factor in row.terms.items():
            terms[part] = terms.get(part, Fraction(0)) + scale * factor
    opposite = {part: -factor for part, factor in terms.items() if factor}
    margin = Fraction(0) if strict else Fraction(1)
    assert not is_feasible([*first, Row(opposite, -bound - margin, strict)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "items", [(x > y, y > z, z > x), (x >= y, y >= z, z > x), (x + y > 4, x < 2, y < 2), (x + y <= 1, x >= 1, y > 0)]
)
def test_chains_of_assumptions_that_contradict_each_other_are_refused(items: tuple[object, ...]) -> None:
    """Though no two of them do; without the last they are fine."""
    with pytest.raises(AssumptionError, match="contradict"):
        Assumptions(*items)  # type: ignore[arg-type]
    Assumptions(*items[:-1])  # type: ignore[arg-type]


def test_too_many_rows_are_not_decided() -> None:
    """The work is bounded: nothing is claimed then."""
    many = [Row({x: Fraction(n % 7 - 3) or Fraction(1), y: Fraction(n % 5 - 2) or Fraction(1), z: Fraction(n + 1)},
                Fraction(-n), strict=False) for n in range(200)]  # fmt: skip
    opposite = [Row({part: -factor for part, factor in row.terms.items()}, -row.bound, strict=True) for row in many]
    assert is_feasible([*many, *opposite])
