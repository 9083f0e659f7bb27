"""Nothing here is seen from Python; the C interface is `_facts_c.pxd`."""
