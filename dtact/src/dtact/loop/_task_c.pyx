"""The task that `loop.create_task` returns: a true `asyncio.Task`, stepped here.

Everything a user can see is asyncio's: states, callbacks, contexts, cancellation, the order of events. What costs less:
a step goes into the scheduler's ring without a handle, a task that waits for another stands in one field of it, and
running tasks are registered where that is cheap. The reference is the Python class in `asyncio/tasks.py`; CPython's own
tests of tasks run over this one.

Read first `_steps.pxi`: what a step and an await of a task are. `_maker.pxi` is a loop's `create_task`, `_registry.pxi` the
list of running tasks that asyncio's own set shows. Of the C layout of the base class two things are used: its size, which
`setup.py` asks the interpreter for, and the place of a new future's loop, if it is found to be all that is set there.
"""

cimport cython
from cpython.contextvars cimport PyContext_Copy, PyContext_CopyCurrent
from cpython.dict cimport PyDict_DelItem, PyDict_GetItemWithError, PyDict_SetItem
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport int64_t, uint64_t

import asyncio
import asyncio.tasks
import weakref
from asyncio import base_tasks, coroutines
from asyncio.exceptions import CancelledError, InvalidStateError

from dtact.loop._asyncio_task cimport Task as AsyncioTask
from dtact.scheduler._core_c cimport NORMAL, ContextGroup, Scheduler, Wakeup, adopt_kind, count_live, now_seconds


cdef extern from "Python.h":
    ctypedef enum PySendResult:
        PYGEN_RETURN
        PYGEN_ERROR
        PYGEN_NEXT

    PySendResult PyIter_Send(PyObject *iterator, PyObject *value, PyObject **result)
    bint PyCoro_CheckExact(object o)
    bint PyGen_CheckExact(object o)
    int PyContext_Enter(object context) except -1
    int PyContext_Exit(object context) except -1
    Py_ssize_t Py_REFCNT(PyObject *o)
    PyObject *PyErr_Occurred()
    PyObject *Py_None
    int PY_VERSION_HEX


cdef extern from "scheduler/layout.hpp":
    int _PyGen_FetchStopIterationValue(PyObject **value) except -1


cdef extern from "scheduler/layout.hpp" namespace "dtact::scheduler":
    PyObject *end_await(PyObject *value)
    PyObject *context_variables(PyObject *context)


cdef extern from *:
    """
    static PyTypeObject *future_type = NULL;
    static void keep_future_type(PyObject *type) { future_type = (PyTypeObject *)type; }
    static int init_future(PyObject *self, PyObject *arguments, PyObject *keywords) {
        return future_type->tp_init(self, arguments, keywords);
    }
    static PyObject *get_field(PyObject *descriptor, PyObject *o) {
        return Py_TYPE(descriptor)->tp_descr_get(descriptor, o, (PyObject *)Py_TYPE(o));
    }
    // Where a future keeps its loop, if that is all that its initialiser sets in zeroed memory; else 0.
    static Py_ssize_t find_loop_field(PyObject *future, PyObject *loop) {
        Py_ssize_t found = 0;
        Py_ssize_t step = sizeof(void *), end = Py_TYPE(future)->tp_basicsize - step;
        for (Py_ssize_t at = sizeof(PyObject); at <= end; at += step) {
            PyObject *word = *(PyObject **)((char *)future + at);
            if (word == loop && !found) {
                found = at;
            } else if (word != NULL) {
                return 0;
            }
        }
        return found;
    }
    static void set_loop_field(PyObject *future, Py_ssize_t offset, PyObject *loop) {
        *(PyObject **)((char *)future + offset) = Py_NewRef(loop);
    }
    static void set_iteration(PyObject *type, iternextfunc next, sendfunc send) {
        ((PyTypeObject *)type)->tp_iternext = next;
        ((PyTypeObject *)type)->tp_as_async->am_send = send;
        PyType_Modified((PyTypeObject *)type);
    }
    """
    ctypedef PyObject *(*iternextfunc)(PyObject *)
    ctypedef PySendResult (*sendfunc)(PyObject *, PyObject *, PyObject **)
    void keep_future_type(object type)
    object get_field(PyObject *descriptor, PyObject *o)
    Py_ssize_t find_loop_field(object future, object loop)
    void set_loop_field(object future, Py_ssize_t offset, object loop)
    int init_future(object self, object arguments, object keywords) except -1
    void set_iteration(object type, iternextfunc next, sendfunc send)


keep_future_type(asyncio.Future)

cdef object future_done = asyncio.Future.done
cdef object future_cancel = asyncio.Future.cancel
cdef object future_result = asyncio.Future.result
cdef object future_exception = asyncio.Future.exception
cdef object future_add_done_callback = asyncio.Future.add_done_callback
cdef object future_set_result = asyncio.Future.set_result
cdef object future_set_exception = asyncio.Future.set_exception
cdef object future_callbacks = asyncio.Future._callbacks
cdef object set_cancel_message = asyncio.Future._cancel_message

# From 3.14 on the current task is a field of the thread; before, an entry of a dictionary.
cdef object swap_current = getattr(asyncio.tasks, "_swap_current_task", None) if PY_VERSION_HEX >= 0x030E0000 else None
cdef object current_tasks = None if swap_current is not None else asyncio.tasks._current_tasks
cdef object register_task = asyncio.tasks._register_task
cdef object unregister_task = asyncio.tasks._unregister_task
cdef enum:
    STUBBORN = 1000  # so many waits that a cancelled scope refused in a row are not put off
cdef double BRAKE_S = 0.001
cdef bint uncancel_clears = PY_VERSION_HEX >= 0x030D0000
cdef tuple NO_ARGUMENTS = ()
cdef uint64_t names_given = 0


include "_registry.pxi"


cdef object loop_of(object future):
    get_loop = getattr(future, "get_loop", None)
    return get_loop() if get_loop is not None else future._loop


include "_steps.pxi"


cdef class Task(AsyncioTask):
    """A coroutine that a loop drives. Made by `loop.create_task`; works like `asyncio.Task` in every respect."""

    cdef object coroutine, context, loop, name, waiting, message, cancelled_error, value
    cdef object cause  # while it is in a ring: the future that ended, an exception to throw, or None
    cdef PyObject *preceding  # neighbours in the list of running tasks
    cdef PyObject *following
    cdef PyObject *nested  # borrowed: in the step taken at once, the context it was lent; or NULL
    cdef Scheduler scheduler
    cdef Task first_waiter
    cdef uint64_t number
    cdef int cancels
    cdef bint must_cancel, blocking, finished, failed, stopped, registered, queued
    cdef public object scope  # the innermost cancel scope it is in, for the room `groups`
    cdef public bint scope_cancelled  # every wait is refused while set; counts how often that was

    def __init__(self, coro, *, loop=None, name=None, context=None, eager_start=False):
        init_future(self, NO_ARGUMENTS, {"loop": loop})
        self.loop = asyncio.Future.get_loop(self)
        self.scheduler = getattr(self.loop, "_scheduler", None)
        self._log_destroy_pending = True
        self.begin(coro, name, context, bool(eager_start))

    cdef int begin(self, object coro, object name, object context, bint eager) except -1:
        global names_given
        if not PyCoro_CheckExact(coro) and not coroutines.iscoroutine(coro):
            self._log_destroy_pending = False
            raise TypeError(f"a coroutine was expected, got {coro!r}")
        self.coroutine = coro
        names_given += 1
        self.number = names_given
        if name is not None:
            self.name = name if type(name) is str else str(name)
        if context is not None:
            self.context = context
        elif self.scheduler is not None:
            self.context = self.scheduler.group()
        else:
            self.context = PyContext_CopyCurrent()
        if eager and self.loop.is_running():
            return self.start_now()
        if self.scheduler is not None:
            queue_step(self, None)
        else:
            self.loop.call_soon(new_step(self, None), context=self.context)
        return self.register()

    cdef int start_now(self) except -1:
        """The first step at once, inside whatever runs."""
        cdef Scheduler scheduler = self.scheduler
        cdef PyObject *before = NULL
        cdef PyObject *outer
        if scheduler is None or current_tasks is None:
            previous = swap(self.loop, self)
            try:
                return self.start_as_current()
            finally:
                swap(self.loop, previous)
        outer = scheduler.current  # a cheap task that starts this one does not run meanwhile
        scheduler.current = NULL
        scheduler.entry.exchange(<PyObject *>self, &before)
        try:
            return self.start_as_current()
        finally:
            scheduler.current = outer
            scheduler.entry.put_back(before)

    cdef int start_as_current(self) except -1:
        cdef ContextGroup group = None
        self.register()
        context = self.context
        if type(context) is ContextGroup:
            group = context
            context = group.nested
            group.nested = None
            if context is None:
                context = PyContext_Copy(group.pristine)
            self.nested = <PyObject *>context
        PyContext_Enter(context)
        try:
            self.advance(None)
        finally:
            self.nested = NULL
            PyContext_Exit(context)
        if group is not None and self.context is group:
            if context_variables(<PyObject *>context) == group.variables and Py_REFCNT(<PyObject *>context) == 1:
                group.nested = context
            else:
                self.context = context
        return 0

    # ------------------------------------------------------------ who runs

    cdef int register(self) except -1:
        if self.scheduler is not None:
            return enter_list(self)
        register_task(self)
        return 0

    cdef int unregister(self) except -1:
        if self.registered:
            return leave_list(self)
        unregister_task(self)
        return 0

    # ------------------------------------------------------------ steps

    cdef int go_on(self, object cause) except -1:
        """Go on after `cause`: a future that ended, an exception to throw, or None. This task is the current one."""
        exception = None
        if cause is not None:
            exception = cause if isinstance(cause, BaseException) else failure_of(cause)
        if self.finished or future_done(self):
            raise InvalidStateError(f"_step(): already done: {self!r}, {exception!r}")
        return self.advance(exception)

    cdef int step(self, object cause) except -1:
        """The same for loops of others, which have entered the context."""
        cdef PyObject *before
        if current_tasks is None:
            asyncio.tasks._enter_task(self.loop, self)
            try:
                self.go_on(cause)
            finally:
                asyncio.tasks._leave_task(self.loop, self)
            return 0
        before = PyDict_GetItemWithError(current_tasks, self.loop)
        if before != NULL:
            raise RuntimeError(
                f"Cannot enter into task {self!r} while another task {<object>before!r} is being executed."
            )
        PyDict_SetItem(current_tasks, self.loop, self)
        try:
            self.go_on(cause)
        finally:
            PyDict_DelItem(current_tasks, self.loop)
        return 0

    cdef int advance(self, object exception) except -1:
        """Run the coroutine to its next pause or its end."""
        cdef PyObject *result = NULL
        cdef PySendResult status
        if self.must_cancel:
            if not isinstance(exception, CancelledError):
                exception = self._make_cancelled_error()
            self.must_cancel = False
        self.waiting = None
        if exception is None:
            status = PyIter_Send(<PyObject *>self.coroutine, Py_None, &result)
            if status == PYGEN_NEXT:
                yielded = <object>result
                Py_DECREF(yielded)
                return self.park(yielded)
            if status == PYGEN_RETURN:
                value = <object>result
                Py_DECREF(value)
                return self.succeed(value)
        try:
            if exception is not None:
                yielded = self.coroutine.throw(exception)
            else:
                raise_pending()
        except StopIteration as stop:
            return self.succeed(stop.value)
        except CancelledError as error:
            self.cancelled_error = error
            return self.end(CANCELLED, None)
        except (KeyboardInterrupt, SystemExit) as error:
            self.end(FAILED, error)
            raise
        except BaseException as error:
            return self.end(FAILED, error)
        return self.park(yielded)

    cdef int park(self, object yielded) except -1:
        """Wait for what the coroutine yielded."""
        cdef Task task
        if type(yielded) is Task:
            task = <Task>yielded
            if task.blocking and task.loop is self.loop and task is not self:
                task.blocking = False
                if (
                    task.first_waiter is None
                    and self.scheduler is not None
                    and not task.finished
                    and get_field(<PyObject *>future_callbacks, <PyObject *>task) is None
                ):
                    task.first_waiter = self
                else:
                    future_add_done_callback(task, new_step(self, None), context=self.callback_context())
                return self.wait_for(task)
        elif yielded is None:
            if self.scope_cancelled:
                self.must_cancel = True
            return self.again(None)
        blocking = getattr(yielded, "_asyncio_future_blocking", None)
        if blocking is None:
            kind = "yield was used instead of yield from for generator in task" if PyGen_CheckExact(yielded) else (
                "Task got bad yield:"
            )
            if PyGen_CheckExact(yielded):
                return self.again(RuntimeError(f"{kind} {self!r} with {yielded!r}"))
            return self.again(RuntimeError(f"{kind} {yielded!r}"))
        if loop_of(yielded) is not self.loop:
            return self.again(RuntimeError(f"Task {self!r} got Future {yielded!r} attached to a different loop"))
        if not blocking:
            return self.again(
                RuntimeError(f"yield was used instead of yield from in task {self!r} with {yielded!r}")
            )
        if yielded is self:
            return self.again(RuntimeError(f"Task cannot await on itself: {self!r}"))
        yielded._asyncio_future_blocking = False
        yielded.add_done_callback(new_step(self, None), context=self.callback_context())
        return self.wait_for(yielded)

    cdef object callback_context(self):
        """What a future is told to call the step in; the scheduler enters the right one itself."""
        return (<ContextGroup>self.context).pristine if type(self.context) is ContextGroup else self.context

    cdef int wait_for(self, object future) except -1:
        self.waiting = future
        if not self.must_cancel and not self.scope_cancelled:
            return 0
        if not self.must_cancel and self.brakes(future):
            return 0
        if future.cancel(msg=self.message):
            self.must_cancel = False
        return 0

    cdef bint brakes(self, object future) except -1:
        """Count a refusal, and put it off after very many in a row; see the scheduler's `brakes`."""
        self.scope_cancelled += 1
        if self.scope_cancelled <= STUBBORN:
            return False
        self.loop.call_later(BRAKE_S, self._refuse_late, future)
        return True

    def _refuse_late(self, future):
        if self.scope_cancelled and self.waiting is future:
            self.interrupt(self.message)

    cdef int again(self, object exception) except -1:
        if self.scheduler is not None:
            return queue_step(self, exception)
        self.loop.call_soon(new_step(self, exception), context=self.context)
        return 0

    # ------------------------------------------------------------ the end

    cdef int succeed(self, object value) except -1:
        if self.must_cancel:
            self.must_cancel = False
            set_cancel_message.__set__(self, self.message)
            return self.end(CANCELLED, self.message)
        return self.end(SUCCEEDED, value)

    cdef int end(self, int how, object value) except -1:
        cdef Task waiter = self.first_waiter
        self.finished = True
        self.unregister()
        if waiter is not None:
            self.first_waiter = None
            queue_step(waiter, self)
        if how == SUCCEEDED:
            self.value = value
            future_set_result(self, value)
        elif how == FAILED:
            self.failed = True
            future_set_exception(self, value)
        else:
            self.stopped = True
            future_cancel(self, msg=value)
        return 0

    cdef object outcome(self):
        """The result of a finished task, or its exception raised."""
        if self.stopped:
            raise self._make_cancelled_error()
        if self.failed or not self.finished:
            return future_result(self)
        return self.value

    def _make_cancelled_error(self):
        error = self.cancelled_error
        if error is not None:
            self.cancelled_error = None
            return error
        message = set_cancel_message.__get__(self)
        if message is None:
            message = self.message
        return CancelledError() if message is None else CancelledError(message)

    # ------------------------------------------------------------ asyncio.Future

    def result(self):
        """Return the result, or raise the exception, CancelledError or InvalidStateError (it still runs)."""
        if self.stopped:
            raise self._make_cancelled_error()
        return future_result(self)

    def exception(self):
        """Return the exception or None; raise CancelledError if cancelled, InvalidStateError if it still runs."""
        if self.stopped:
            raise self._make_cancelled_error()
        return future_exception(self)

    def __await__(self):
        return new_await(self)

    def __iter__(self):
        return new_await(self)

    def set_result(self, result, /):
        """Raise: a task's result is its coroutine's."""
        raise RuntimeError("Task does not support set_result operation")

    def set_exception(self, exception, /):
        """Raise: a task's exception is its coroutine's."""
        raise RuntimeError("Task does not support set_exception operation")

    # ------------------------------------------------------------ asyncio.Task

    def cancel(self, msg=None):
        """Request that CancelledError is thrown into the coroutine; return whether it was still running."""
        self._log_traceback = False
        if self.finished or future_done(self):
            return False
        self.cancels += 1
        if self.waiting is not None and self.waiting.cancel(msg=msg):
            return True
        self.must_cancel = True
        self.message = msg
        set_cancel_message.__set__(self, msg)
        return True

    def interrupt(self, message=None):
        """Raise CancelledError where it waits, once, without counting a request; for cancel scopes."""
        if self.finished or future_done(self):
            return False
        if self.waiting is not None and self.waiting.cancel(msg=message):
            return True
        self.must_cancel = True
        self.message = message
        set_cancel_message.__set__(self, message)
        return True

    def cancelling(self):
        """Return how many requests to cancel are open."""
        return self.cancels

    def uncancel(self):
        """Take one request to cancel back; return how many are left."""
        if self.cancels > 0:
            self.cancels -= 1
            if self.cancels == 0 and uncancel_clears:
                self.must_cancel = False
        return self.cancels

    def get_coro(self):
        """Return the coroutine."""
        return self.coroutine

    def get_context(self):
        """Return the context in which the coroutine runs."""
        if self.nested != NULL:
            self.context = <object>self.nested
        elif type(self.context) is ContextGroup:
            self.context = PyContext_Copy((<ContextGroup>self.context).pristine)
        return self.context

    def get_name(self):
        """Return the name."""
        if self.name is None:
            self.name = f"Task-{self.number}"
        return self.name

    def set_name(self, value, /):
        """Give it a name."""
        self.name = str(value)

    def get_stack(self, *, limit=None):
        """Return the frames of the coroutine, oldest first."""
        return base_tasks._task_get_stack(self, limit)

    def print_stack(self, *, limit=None, file=None):
        """Print these frames as a traceback."""
        return base_tasks._task_print_stack(self, limit, file)

    def __repr__(self):
        return base_tasks._task_repr(self)

    @property
    def _coro(self):
        return self.coroutine

    @property
    def _fut_waiter(self):
        return self.waiting

    @property
    def _must_cancel(self):
        return bool(self.must_cancel)

    @property
    def _context(self):
        return self.get_context()

    @property
    def _callbacks(self):
        found = future_callbacks.__get__(self)
        if self.first_waiter is None:
            return found
        first = (new_step(self.first_waiter, None), self.first_waiter.callback_context())
        return [first, *(found or ())]

    @property
    def _asyncio_future_blocking(self):
        return bool(self.blocking)

    @_asyncio_future_blocking.setter
    def _asyncio_future_blocking(self, value):
        self.blocking = bool(value)


cdef enum:
    SUCCEEDED
    FAILED
    CANCELLED


cdef TaskAwait new_await(Task task):
    cdef TaskAwait found = TaskAwait.__new__(TaskAwait)
    found.task = task
    return found


cdef int raise_pending() except -1:
    """Let the exception that is set pass into Python code."""
    return -1


cdef object failure_of(object future):
    """The exception to throw into who waited for `future`, or None."""
    cdef Task task
    if type(future) is Task:
        task = <Task>future
        if not task.failed and not task.stopped:
            return None
    try:
        future.result()
    except BaseException as error:
        return error
    return None


adopt_kind(Task, step_queued)

include "_maker.pxi"
