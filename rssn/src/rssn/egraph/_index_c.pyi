"""Nothing here is seen from Python; the C interface is `_index_c.pxd`."""
