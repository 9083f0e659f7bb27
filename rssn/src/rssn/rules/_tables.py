"""The tables by topic, joined."""

from __future__ import annotations

from typing import Final

from .. import ops
from ._algebra import ALGEBRA
from ._bits import BITS
from ._explog import EXPLOG
from ._logic import LOGIC
from ._powers import POWERS
from ._rule import RuleSet
from ._size import SIZE
from ._special_rules import SPECIAL
from ._trig import TRIG

#: Every row that a simplifier may use, topic by topic.
ALL: Final = RuleSet("all", [rule for table in (ALGEBRA, POWERS, EXPLOG, TRIG, SIZE, LOGIC, SPECIAL) for rule in table])

#: The rows that keep every bit of the formula as written.
IEEE: Final = RuleSet("ieee", [*ALL.labelled("ieee"), *BITS])

for _record in ops.operators():
    if _record.rules is None:
        ops.fill(_record.name, "rules", ALL.at(_record.name))
