"""One type says why a search ended, whichever room searched."""

import rssn
from rssn.egraph import StopReason as StopReasonOfSaturation
from rssn.rules import StopReason
from rssn.simplify import StopReason as StopReasonOfSimplify


def test_every_room_speaks_of_the_same_type() -> None:
    """A reason can be compared across rooms."""
    assert rssn.StopReason is StopReasonOfSaturation is StopReasonOfSimplify is StopReason


def test_only_an_end_of_its_own_is_complete() -> None:
    """A limit, an interruption and a contradiction cut a search short."""
    complete = {reason for reason in StopReason if reason.is_complete}
    assert complete == {StopReason.DONE, StopReason.SATURATED, StopReason.GOAL_REACHED}
