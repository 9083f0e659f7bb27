"""Rooms that do not know each other work together."""

import rssn


def test_kernels_know_their_derivatives() -> None:
    assert rssn.compile("x^2*y", "x y").gradient()(3.0, 2.0) == (12.0, 9.0)
