"""What the caches are."""

from rssn.jit._host import second_level_bytes, streaming_bytes


def test_cache_sizes_are_plausible():
    """Between 128 KiB and 64 MiB a core."""
    assert 1 << 17 <= second_level_bytes() <= 1 << 26
    assert streaming_bytes() > second_level_bytes()
