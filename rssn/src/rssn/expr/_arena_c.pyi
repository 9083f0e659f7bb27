"""Nothing here is seen from Python; the C interface is `_arena_c.pxd`."""
