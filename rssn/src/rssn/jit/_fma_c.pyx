"""Multiply and add with one rounding over arrays, by C's fma and fmaf: exact on every machine, whatever the flags."""

import numpy as np

cdef extern from "<math.h>" nogil:
    double c_fma "fma"(double, double, double)
    float c_fmaf "fmaf"(float, float, float)

ctypedef fused real:
    float
    double


cdef void fill(const real[::1] a, const real[::1] b, const real[::1] c, real[::1] out) noexcept nogil:
    cdef Py_ssize_t i, n = out.shape[0]
    # An operand of length one is a scalar: its step is 0.
    cdef Py_ssize_t sa = a.shape[0] > 1, sb = b.shape[0] > 1, sc = c.shape[0] > 1
    for i in range(n):
        if real is double:
            out[i] = c_fma(a[i * sa], b[i * sb], c[i * sc])
        else:
            out[i] = c_fmaf(a[i * sa], b[i * sb], c[i * sc])


def fma(a, b, c):
    """Return a*b + c elementwise with a single rounding; float32 if all three are, else float64."""
    a, b, c = np.asarray(a), np.asarray(b), np.asarray(c)
    shape = np.broadcast_shapes(a.shape, b.shape, c.shape)
    dtype = np.float32 if a.dtype == b.dtype == c.dtype == np.float32 else np.float64
    out = np.empty(shape, dtype)
    if out.size:
        flat = [_flat(v, shape, dtype) for v in (a, b, c)]
        if dtype is np.float32:
            fill[float](flat[0], flat[1], flat[2], out.reshape(-1))
        else:
            fill[double](flat[0], flat[1], flat[2], out.reshape(-1))
    return out[()]


def _flat(value, shape, dtype):
    if value.size == 1:
        return np.array(value, dtype).reshape(1)
    return np.ascontiguousarray(np.broadcast_to(value, shape), dtype).reshape(-1)
