"""asyncio's own task class, as a base whose fields nobody looks at: `setup.py` asks the interpreter for its size."""

cdef extern from *:
    """
    typedef struct {
        PyObject_HEAD
        char asyncio[DTACT_ASYNCIO_TASK_BYTES - sizeof(PyObject)];
    } AsyncioTask;
    """
    ctypedef class asyncio.Task [object AsyncioTask, check_size error]:
        pass
