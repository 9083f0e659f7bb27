"""Nothing here is seen from Python; the C interface is `_memory_c.pxd`."""
