"""Nothing here is seen from Python; the C interface is `_match_c.pxd`."""
