"""Nothing here is seen from Python; the C interface is `_graph_c.pxd`."""
