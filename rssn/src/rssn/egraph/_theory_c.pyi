"""Nothing here is seen from Python; the C interface is `_theory_c.pxd`."""
