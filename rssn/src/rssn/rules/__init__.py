"""Rewrite rules with their guards, and what is known of expressions. Start reading at `_rule.py`."""

from ._algebra import ALGEBRA as ALGEBRA
from ._algebra import EXPANSION as EXPANSION
from ._assumptions import NOTHING as NOTHING
from ._assumptions import Assumptions as Assumptions
from ._assumptions import assuming as assuming
from ._assumptions import current as current
from ._assumptions import gather as gather
from ._bits import BITS as BITS
from ._explog import COMPUTE as COMPUTE
from ._explog import EXPLOG as EXPLOG
from ._facts import Facts as Facts
from ._facts import combined as combined
from ._guards import AllOf as AllOf
from ._guards import AnyOf as AnyOf
from ._guards import Bound as Bound
from ._guards import Claim as Claim
from ._guards import Guard as Guard
from ._guards import above as above
from ._guards import all_of as all_of
from ._guards import any_of as any_of
from ._guards import at_least as at_least
from ._guards import at_most as at_most
from ._guards import below as below
from ._guards import boolean as boolean
from ._guards import defined_everywhere as defined_everywhere
from ._guards import even as even
from ._guards import integer as integer
from ._guards import negative as negative
from ._guards import nonnegative as nonnegative
from ._guards import nonpositive as nonpositive
from ._guards import nonzero as nonzero
from ._guards import number as number
from ._guards import odd as odd
from ._guards import positive as positive
from ._guards import real as real
from ._interval import ANYTHING as ANYTHING
from ._interval import UNKNOWN as UNKNOWN
from ._interval import Interval as Interval
from ._interval import between as between
from ._interval import point as point
from ._intervals_choice import INTERVALS as INTERVALS
from ._logic import LOGIC as LOGIC
from ._pattern import Pattern as Pattern
from ._pattern import is_variable as is_variable
from ._pattern import variables as variables
from ._powers import POWERS as POWERS
from ._rule import LABELS as LABELS
from ._rule import RewriteRule as RewriteRule
from ._rule import RuleSet as RuleSet
from ._size import SIZE as SIZE
from ._special_rules import SPECIAL as SPECIAL
from ._stop import StopReason as StopReason
from ._tables import ALL as ALL
from ._tables import IEEE as IEEE
from ._trig import TRIG as TRIG

__all__ = (
    "ALGEBRA",
    "ALL",
    "ANYTHING",
    "BITS",
    "COMPUTE",
    "EXPANSION",
    "EXPLOG",
    "IEEE",
    "INTERVALS",
    "LABELS",
    "LOGIC",
    "NOTHING",
    "POWERS",
    "SIZE",
    "SPECIAL",
    "TRIG",
    "UNKNOWN",
    "AllOf",
    "AnyOf",
    "Assumptions",
    "Bound",
    "Claim",
    "Facts",
    "Guard",
    "Interval",
    "Pattern",
    "RewriteRule",
    "RuleSet",
    "StopReason",
    "above",
    "all_of",
    "any_of",
    "assuming",
    "at_least",
    "at_most",
    "below",
    "between",
    "boolean",
    "combined",
    "current",
    "defined_everywhere",
    "even",
    "gather",
    "integer",
    "is_variable",
    "negative",
    "nonnegative",
    "nonpositive",
    "nonzero",
    "number",
    "odd",
    "point",
    "positive",
    "real",
    "variables",
)
