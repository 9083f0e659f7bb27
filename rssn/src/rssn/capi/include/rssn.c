/* What rssn.h declares. Compiled into your program; see there. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dtact/pool.h"
#include "rssn.h"

#ifndef RSSN_PYTHON_BYTES
#define RSSN_PYTHON_BYTES 0
#endif

static const char usual_python[] = {RSSN_PYTHON_BYTES, 0};

enum { MOST_PARALLEL_BYTES = 1 << 16, ROWS_A_PIECE = 8192 };

typedef void (*columns_function)(void **columns, int64_t rows);

struct rssn_kernel {
    columns_function run;
    size_t inputs, outputs;
    PyObject *owner; /* of the machine code */
};

static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static PyObject *bridge;
static const dtact_pool_api *pool;

static void clear(rssn_error *error)
{
    if (error != NULL)
        memset(error, 0, sizeof *error);
}

static int fail(rssn_error *error, int code, const char *message)
{
    if (error != NULL) {
        memset(error, 0, sizeof *error);
        error->code = code;
        size_t size = strlen(message);
        if (size >= sizeof error->message)
            for (size = sizeof error->message - 1; (message[size] & 0xC0) == 0x80;)
                size--; /* not in the middle of a character */
        memcpy(error->message, message, size);
    }
    return code;
}

/* Make an error of the Python exception that is set: the bridge knows its code and place. Returns the code. */
static int fail_as_raised(rssn_error *error)
{
    PyObject *type, *value, *trace, *told = NULL;
    const char *message = "an error without words";
    int code = RSSN_INTERNAL;
    Py_ssize_t start = 0, stop = 0, line = 0, column = 0;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    if (bridge != NULL)
        told = PyObject_CallMethod(bridge, "told", "O", value);
    if (told == NULL || !PyArg_ParseTuple(told, "isnnnn", &code, &message, &start, &stop, &line, &column))
        PyErr_Clear();
    fail(error, code, message);
    if (error != NULL) {
        error->start = (size_t)start;
        error->stop = (size_t)stop;
        error->line = (size_t)line;
        error->column = (size_t)column;
    }
    Py_XDECREF(told);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    return code;
}

/* Start an interpreter with the packages of the Python that this file was compiled for. */
static int start_python(rssn_error *error)
{
    PyConfig config;
    PyStatus status;
    const char *python = getenv("RSSN_PYTHON");
    PyConfig_InitPythonConfig(&config);
    config.install_signal_handlers = 0; /* they are the program's */
    config.parse_argv = 0;
    if (python == NULL || python[0] == 0)
        python = usual_python;
    status = python[0] ? PyConfig_SetBytesString(&config, &config.executable, python) : PyStatus_Ok();
    if (!PyStatus_Exception(status) && python[0])
        status = PyConfig_SetBytesString(&config, &config.program_name, python);
    if (!PyStatus_Exception(status))
        status = Py_InitializeFromConfig(&config);
    PyConfig_Clear(&config);
    if (PyStatus_Exception(status))
        return fail(error, RSSN_STARTUP, status.err_msg ? status.err_msg : "Python does not start");
    PyEval_SaveThread(); /* every call takes the lock it needs */
    return RSSN_OK;
}

static int import_engine(rssn_error *error)
{
    PyObject *found;
    char message[sizeof error->message];
    pool = dtact_import_pool();
    found = pool != NULL ? PyImport_ImportModule("rssn.capi._bridge") : NULL;
    if (found == NULL) {
        PyObject *type, *value, *trace, *text;
        PyErr_Fetch(&type, &value, &trace);
        text = value != NULL ? PyObject_Str(value) : NULL;
        snprintf(message, sizeof message, "Python starts, but rssn can't be imported: %.600s; RSSN_PYTHON may name a python",
                 text != NULL ? PyUnicode_AsUTF8(text) : "?");
        Py_XDECREF(text);
        Py_XDECREF(type);
        Py_XDECREF(value);
        Py_XDECREF(trace);
        PyErr_Clear();
        return fail(error, RSSN_STARTUP, message);
    }
    bridge = found;
    return RSSN_OK;
}

int rssn_start(rssn_error *error)
{
    PyGILState_STATE state;
    int code = RSSN_OK;
    clear(error);
    if (__atomic_load_n(&bridge, __ATOMIC_ACQUIRE) != NULL)
        return RSSN_OK;
    pthread_mutex_lock(&starting);
    if (!Py_IsInitialized())
        code = start_python(error);
    pthread_mutex_unlock(&starting);
    if (code != RSSN_OK)
        return code;
    state = PyGILState_Ensure(); /* not inside the mutex: who holds this lock may want that one */
    if (bridge == NULL)
        code = import_engine(error);
    PyGILState_Release(state);
    return code;
}

/* Call a function of the bridge; return what it returns, which is new, or NULL with the error told. Takes the arguments. */
static PyObject *ask(const char *function, PyObject *arguments, rssn_error *error)
{
    PyObject *callable = arguments != NULL ? PyObject_GetAttrString(bridge, function) : NULL;
    PyObject *answer = callable != NULL ? PyObject_CallObject(callable, arguments) : NULL;
    if (answer == NULL)
        fail_as_raised(error);
    Py_XDECREF(callable);
    Py_XDECREF(arguments);
    return answer;
}

#define BEGIN(failure)                      \
    PyGILState_STATE state;                 \
    if (rssn_start(error) != RSSN_OK)       \
        return failure;                     \
    state = PyGILState_Ensure()

#define END(answer)                         \
    PyGILState_Release(state);              \
    return answer

int rssn_api_version(void)
{
    return RSSN_API_VERSION;
}

rssn_expr *rssn_parse(const char *text, rssn_error *error)
{
    PyObject *answer;
    BEGIN(NULL);
    answer = ask("parse", Py_BuildValue("(s)", text), error);
    END((rssn_expr *)answer);
}

char *rssn_print(const rssn_expr *expr, const char *format, rssn_error *error)
{
    PyObject *answer;
    char *copy = NULL;
    BEGIN(NULL);
    answer = ask("print_as", Py_BuildValue("(Os)", (PyObject *)expr, format), error);
    if (answer != NULL) {
        const char *text = PyUnicode_AsUTF8(answer);
        copy = text != NULL ? malloc(strlen(text) + 1) : NULL;
        if (copy != NULL)
            strcpy(copy, text);
        else
            fail(error, RSSN_MEMORY, "no memory for the text");
        Py_DECREF(answer);
    }
    END(copy);
}

rssn_expr *rssn_diff(const rssn_expr *expr, const char *symbol, int order, rssn_error *error)
{
    PyObject *answer;
    BEGIN(NULL);
    answer = ask("diff", Py_BuildValue("(Osi)", (PyObject *)expr, symbol, order), error);
    END((rssn_expr *)answer);
}

rssn_expr *rssn_simplify(const rssn_expr *expr, const char *assume, rssn_error *error)
{
    PyObject *answer;
    BEGIN(NULL);
    answer = ask("simplify", Py_BuildValue("(Oz)", (PyObject *)expr, assume), error);
    END((rssn_expr *)answer);
}

rssn_expr *rssn_rewrite(const rssn_expr *expr, const char *how, rssn_error *error)
{
    PyObject *answer;
    BEGIN(NULL);
    answer = ask("rewrite", Py_BuildValue("(Os)", (PyObject *)expr, how), error);
    END((rssn_expr *)answer);
}

int rssn_value(const rssn_expr *expr, size_t count, const char *const *names, const double *values, double *result,
               rssn_error *error)
{
    PyObject *given, *answer = NULL;
    BEGIN(error != NULL ? error->code : RSSN_STARTUP);
    given = PyDict_New();
    for (size_t k = 0; given != NULL && k < count; k++) {
        PyObject *number = PyFloat_FromDouble(values[k]);
        if (number == NULL || PyDict_SetItemString(given, names[k], number) != 0)
            Py_CLEAR(given);
        Py_XDECREF(number);
    }
    int code = RSSN_INTERNAL;
    if (given == NULL)
        code = fail_as_raised(error);
    else {
        rssn_error own;
        answer = ask("value", Py_BuildValue("(ON)", (PyObject *)expr, given), &own);
        code = answer != NULL ? RSSN_OK : own.code;
        if (answer == NULL && error != NULL)
            *error = own;
    }
    if (answer != NULL) {
        *result = PyFloat_AsDouble(answer);
        Py_DECREF(answer);
    }
    END(code);
}

int rssn_same(const rssn_expr *one, const rssn_expr *other)
{
    PyGILState_STATE state = PyGILState_Ensure();
    int answer = PyObject_RichCompareBool((PyObject *)one, (PyObject *)other, Py_EQ);
    PyErr_Clear();
    PyGILState_Release(state);
    return answer == 1;
}

rssn_kernel *rssn_compile(const rssn_expr *const *exprs, size_t count, const char *arguments, const char *options,
                          rssn_error *error)
{
    PyObject *list, *answer = NULL;
    rssn_kernel *kernel = NULL;
    unsigned long long address;
    Py_ssize_t inputs, outputs;
    BEGIN(NULL);
    list = PyList_New((Py_ssize_t)count);
    for (size_t k = 0; list != NULL && k < count; k++)
        PyList_SET_ITEM(list, (Py_ssize_t)k, Py_NewRef((PyObject *)exprs[k]));
    if (list == NULL)
        fail_as_raised(error);
    else
        answer = ask("compile_columns", Py_BuildValue("(Nzz)", list, arguments, options), error);
    if (answer != NULL && !PyArg_ParseTuple(answer, "Knn|O", &address, &inputs, &outputs, &list)) {
        fail_as_raised(error);
        Py_CLEAR(answer);
    }
    if (answer != NULL && (kernel = malloc(sizeof *kernel)) == NULL)
        fail(error, RSSN_MEMORY, "no memory for a kernel");
    if (kernel != NULL) {
        kernel->run = (columns_function)(uintptr_t)address;
        kernel->inputs = (size_t)inputs;
        kernel->outputs = (size_t)outputs;
        kernel->owner = answer;
    } else
        Py_XDECREF(answer);
    END(kernel);
}

size_t rssn_input_count(const rssn_kernel *kernel)
{
    return kernel->inputs;
}

size_t rssn_output_count(const rssn_kernel *kernel)
{
    return kernel->outputs;
}

/* One evaluation: the columns follow it in memory. */
typedef struct task {
    columns_function run;
    size_t rows, count;
    void (*done)(void *context);
    void *context;
    char *columns[];
} task;

/* Rows begin <= row < end, with columns of one's own: machine code moves them along. */
static void some_rows(void *context, int64_t begin, int64_t end)
{
    const task *work = context;
    void *columns[work->count];
    for (size_t k = 0; k < work->count; k++)
        columns[k] = work->columns[k] + begin * (int64_t)sizeof(double);
    work->run(columns, end - begin);
}

static void all_rows(const task *work)
{
    if (work->rows * work->count * sizeof(double) <= MOST_PARALLEL_BYTES)
        some_rows((void *)work, 0, (int64_t)work->rows);
    else
        pool->parallel_for(some_rows, (void *)work, (int64_t)work->rows, ROWS_A_PIECE, 0);
}

static void fill(task *work, const rssn_kernel *kernel, size_t rows, const double *const *inputs, double *const *outputs)
{
    work->run = kernel->run;
    work->rows = rows;
    work->count = kernel->inputs + kernel->outputs;
    for (size_t k = 0; k < kernel->inputs; k++)
        work->columns[k] = (char *)inputs[k];
    for (size_t k = 0; k < kernel->outputs; k++)
        work->columns[kernel->inputs + k] = (char *)outputs[k];
}

void rssn_run(const rssn_kernel *kernel, size_t rows, const double *const *inputs, double *const *outputs)
{
    char room[sizeof(task) + (kernel->inputs + kernel->outputs) * sizeof(char *)] __attribute__((aligned(16)));
    task *work = (task *)room;
    fill(work, kernel, rows, inputs, outputs);
    all_rows(work);
}

static void job(void *argument)
{
    task *work = argument;
    all_rows(work);
    work->done(work->context);
    free(work);
}

int rssn_submit(const rssn_kernel *kernel, size_t rows, const double *const *inputs, double *const *outputs,
                void (*done)(void *context), void *context, rssn_error *error)
{
    task *work = malloc(sizeof *work + (kernel->inputs + kernel->outputs) * sizeof(char *));
    clear(error);
    if (work == NULL)
        return fail(error, RSSN_MEMORY, "no memory for a task");
    fill(work, kernel, rows, inputs, outputs);
    work->done = done;
    work->context = context;
    switch (pool->submit(job, work, DTACT_WAIT)) {
    case DTACT_OK:
        return RSSN_OK;
    case DTACT_NO_MEMORY:
        free(work);
        return fail(error, RSSN_MEMORY, "no memory for a job");
    default:
        free(work);
        return fail(error, RSSN_VALUE, "the pool takes no jobs");
    }
}

void rssn_free_expr(rssn_expr *expr)
{
    if (expr != NULL) {
        PyGILState_STATE state = PyGILState_Ensure();
        Py_DECREF((PyObject *)expr);
        PyGILState_Release(state);
    }
}

void rssn_free_kernel(rssn_kernel *kernel)
{
    if (kernel != NULL) {
        PyGILState_STATE state = PyGILState_Ensure();
        Py_DECREF(kernel->owner);
        PyGILState_Release(state);
        free(kernel);
    }
}

void rssn_free_text(char *text)
{
    free(text);
}
