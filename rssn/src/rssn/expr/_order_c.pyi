"""Nothing here is seen from Python; the C interface is `_order_c.pxd`."""
