"""What proves a codec: `python -m bincode_next.testing.vectors FILE…` runs files of bytes that the crates wrote."""

__all__ = ()
