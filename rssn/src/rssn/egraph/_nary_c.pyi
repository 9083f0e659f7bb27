"""Nothing here is seen from Python; the C interface is `_nary_c.pxd`."""
