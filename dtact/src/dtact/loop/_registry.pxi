# Who runs. asyncio lists its tasks in sets, which cost two hashes and a weak reference a task; ours stand in a list of
# their own, which asyncio's set shows as well when somebody looks at it.

cdef PyObject *first_running = NULL  # intrusive list; owns a reference to each


cdef object running_tasks():
    """The tasks that have not ended, of all loops."""
    cdef PyObject *item = first_running
    found = []
    while item != NULL:
        found.append(<object>item)
        item = (<Task>item).following
    return found


class _TaskRegistry(weakref.WeakSet):
    """asyncio's set of tasks, with ours in it."""

    def __iter__(self):
        yield from running_tasks()
        yield from weakref.WeakSet.__iter__(self)

    def __len__(self):
        return len(running_tasks()) + weakref.WeakSet.__len__(self)

    def __contains__(self, task):
        if type(task) is Task and (<Task>task).registered:
            return True
        return weakref.WeakSet.__contains__(self, task)


cdef bint show_our_tasks():
    """Make asyncio's set show ours too; False if this interpreter keeps its tasks otherwise."""
    listed = getattr(asyncio.tasks, "_scheduled_tasks", None)
    if listed is None:
        listed = getattr(asyncio.tasks, "_all_tasks", None)
    if type(listed) is not weakref.WeakSet:
        return False
    listed.__class__ = _TaskRegistry
    return True


cdef bint shown = show_our_tasks() if PY_VERSION_HEX < 0x030E0000 else False


cdef int enter_list(Task task) except -1:
    """A task begins to run: hold and list it."""
    global first_running
    task.registered = True
    Py_INCREF(task)
    task.following = first_running
    if first_running != NULL:
        (<Task>first_running).preceding = <PyObject *>task
    first_running = <PyObject *>task
    count_live(1)
    if not shown:
        register_task(task)
    return 0


cdef int leave_list(Task task) except -1:
    """It has ended; the caller holds a reference of its own."""
    global first_running
    task.registered = False
    if task.following != NULL:
        (<Task>task.following).preceding = task.preceding
    if task.preceding != NULL:
        (<Task>task.preceding).following = task.following
    else:
        first_running = task.following
    task.following = task.preceding = NULL
    count_live(-1)
    if not shown:
        unregister_task(task)
    Py_DECREF(task)
    return 0


cdef object swap(object loop, object task):
    cdef PyObject *before
    if swap_current is not None:
        return swap_current(loop, task)
    before = PyDict_GetItemWithError(current_tasks, loop)
    previous = <object>before if before != NULL else None
    if task is None:
        if before != NULL:
            PyDict_DelItem(current_tasks, loop)
    else:
        PyDict_SetItem(current_tasks, loop, task)
    return previous


def release(Scheduler scheduler not None):
    """Let go of the tasks of a closed loop that have not ended; asyncio then says so when they are destroyed."""
    for task in running_tasks():
        if (<Task>task).scheduler is scheduler:
            task._log_destroy_pending = True
            leave_list(task)
            register_task(task)
