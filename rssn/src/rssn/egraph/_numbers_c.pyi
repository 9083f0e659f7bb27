"""Nothing here is seen from Python; the C interface is `_numbers_c.pxd`."""
