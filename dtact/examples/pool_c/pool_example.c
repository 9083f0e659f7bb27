/* A C extension that uses dtact's pool: the dot product of two buffers of doubles, on all CPUs, without the GIL.
 * The cut does not depend on the number of threads, so neither does the result. */
#include <Python.h>

#include <dtact/pool.h>

#define GRAIN 16384

static const dtact_pool_api *pool;

struct dot {
    const double *a, *b;
    double *partial; /* one per piece */
};

static void dot_piece(void *context, int64_t begin, int64_t end)
{
    struct dot *dot = context;
    double sum = 0;
    for (int64_t row = begin; row < end; ++row)
        sum += dot->a[row] * dot->b[row];
    dot->partial[begin / GRAIN] = sum;
}

static PyObject *dot_of(const Py_buffer *a, const Py_buffer *b)
{
    if (a->itemsize != sizeof(double) || b->itemsize != sizeof(double) || a->len != b->len)
        return PyErr_Format(PyExc_ValueError, "wanted two buffers of doubles of one length");
    int64_t count = a->len / (int64_t)sizeof(double), pieces = (count + GRAIN - 1) / GRAIN;
    double *partial = PyMem_Calloc(pieces + 1, sizeof(double)), sum = 0;
    if (partial == NULL)
        return PyErr_NoMemory();
    struct dot dot = {a->buf, b->buf, partial};
    Py_BEGIN_ALLOW_THREADS
    pool->parallel_for(dot_piece, &dot, count, GRAIN, 0);
    Py_END_ALLOW_THREADS
    for (int64_t piece = 0; piece < pieces; ++piece)
        sum += partial[piece];
    PyMem_Free(partial);
    return PyFloat_FromDouble(sum);
}

static PyObject *dot(PyObject *self, PyObject *arguments)
{
    (void)self;
    Py_buffer a, b;
    if (!PyArg_ParseTuple(arguments, "y*y*", &a, &b))
        return NULL;
    PyObject *result = dot_of(&a, &b);
    PyBuffer_Release(&a);
    PyBuffer_Release(&b);
    return result;
}

static PyMethodDef methods[] = {
    {"dot", dot, METH_VARARGS, "dot(a, b): the dot product of two buffers of doubles"},
    {NULL, NULL, 0, NULL},
};

static int prepare(PyObject *module)
{
    (void)module;
    pool = dtact_import_pool();
    return pool == NULL ? -1 : 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, prepare},
    {0, NULL},
};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "pool_example", .m_methods = methods, .m_slots = slots,
};

PyMODINIT_FUNC PyInit_pool_example(void)
{
    return PyModuleDef_Init(&module);
}
