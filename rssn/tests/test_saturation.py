"""The top-level function takes text."""

import rssn


def test_text_is_read():
    """For the expression and for what may be assumed."""
    assert rssn.saturate("sqrt(x^2)", assume="x >= 0").extract() == rssn.symbol("x")
    report = rssn.saturate("2*x + 3*x", limits=rssn.SaturationLimits(nodes=100))
    assert report.stop_reason is rssn.StopReason.SATURATED
    assert str(report.extract()) == "5*x"


def test_an_equation_is_explained():
    """Step by step, from text to text."""
    steps = rssn.explain("sqrt(x^2)", "x", assume="x >= 0")
    assert str(steps).splitlines()[-1].startswith("= x ")
