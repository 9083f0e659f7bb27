/* A C extension that uses dtact's pool. dot(a, b): the dot product of two buffers of doubles, on all CPUs, without the
 * GIL; the cut does not depend on the number of threads, so neither does the result. primes(limit): how many primes lie
 * below a limit, by jobs that submit jobs. */
#include <Python.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

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

/* One job tests a range of numbers. A job that finds its range too long cuts it: the first half becomes a job of its
 * own, in memory that the job frees. */
struct primes {
    int64_t from, to;
    struct search *search;
};

struct search {
    atomic_llong found, left; /* left: ranges that have not been looked at */
};

static int is_prime(int64_t number)
{
    for (int64_t divisor = 2; divisor * divisor <= number; ++divisor)
        if (number % divisor == 0)
            return 0;
    return number > 1;
}

static void count_primes(void *argument)
{
    struct primes range = *(struct primes *)argument;
    free(argument);
    while (range.to - range.from > 1000) {
        struct primes *half = malloc(sizeof *half);
        if (half == NULL)
            break; /* then the range stays whole */
        int64_t middle = (range.from + range.to) / 2;
        *half = (struct primes){range.from, middle, range.search};
        atomic_fetch_add(&range.search->left, 1);
        if (pool->submit(count_primes, half, DTACT_WAIT) != DTACT_OK) {
            atomic_fetch_sub(&range.search->left, 1);
            free(half);
            break;
        }
        range.from = middle;
    }
    for (; range.from < range.to; ++range.from)
        if (is_prime(range.from))
            atomic_fetch_add(&range.search->found, 1);
    atomic_fetch_sub(&range.search->left, 1);
}

static PyObject *primes(PyObject *self, PyObject *argument)
{
    (void)self;
    int64_t limit = PyLong_AsLongLong(argument);
    if (limit == -1 && PyErr_Occurred())
        return NULL;
    struct search search = {0, 1};
    struct primes *all = malloc(sizeof *all);
    if (all == NULL)
        return PyErr_NoMemory();
    *all = (struct primes){0, limit, &search};
    int32_t error;
    dtact_ticket *ticket = pool->ticket_submit(count_primes, all, 0, 1, 0, DTACT_THEN_WAIT, &error);
    if (ticket == NULL) {
        free(all);
        return PyErr_Format(PyExc_RuntimeError, "the pool took no job: reason %d", error);
    }
    Py_BEGIN_ALLOW_THREADS
    pool->ticket_wait(ticket, -1); /* the first job is done; those that it submitted may not be */
    while (atomic_load(&search.left) > 0)
        nanosleep(&(struct timespec){0, 50000}, NULL);
    Py_END_ALLOW_THREADS
    pool->ticket_free(ticket);
    return PyLong_FromLongLong(atomic_load(&search.found));
}

static PyMethodDef methods[] = {
    {"dot", dot, METH_VARARGS, "dot(a, b): the dot product of two buffers of doubles"},
    {"primes", primes, METH_O, "primes(limit): how many primes lie below the limit"},
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
