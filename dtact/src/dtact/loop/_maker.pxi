# What a loop does about tasks.


class _QuietLoop:
    """All that a future's initialiser asks of a loop."""

    def get_debug(self):
        return False


cdef Py_ssize_t loop_field():
    loop = _QuietLoop()
    return find_loop_field(asyncio.Future(loop=loop), loop)


# A Python implementation of futures has no such field, and 3.14's sets more.
cdef Py_ssize_t loop_offset = loop_field()

cdef object eager_factory = getattr(asyncio, "eager_task_factory", None)


cdef class TaskMaker:
    """A loop's `create_task`, and its task factory."""

    cdef object loop, factory
    cdef Scheduler scheduler
    cdef dict keywords

    def __init__(self, loop, Scheduler scheduler not None):
        self.loop = loop
        self.scheduler = scheduler
        self.keywords = {"loop": loop}

    def create_task(self, coro, *, name=None, context=None, eager_start=None):
        """Start a task that runs a coroutine, soon or (`eager_start`) at once; return it. As `asyncio`'s method."""
        cdef Task task
        if self.scheduler.closed | self.scheduler.forked:
            self.scheduler.check_open()
        if self.factory is not None:
            if self.factory is not eager_factory or not PyCoro_CheckExact(coro):
                return self.ask_factory(coro, name, context, eager_start)
            if eager_start is None:
                eager_start = True  # what that factory does, with a task of ours
        task = Task.__new__(Task)
        if loop_offset and not self.scheduler.debug:
            set_loop_field(task, loop_offset, self.loop)
        else:
            init_future(task, NO_ARGUMENTS, self.keywords)
        task.loop = self.loop
        task.scheduler = self.scheduler
        task.begin(coro, name, context, eager_start is not None and eager_start)
        return task

    def set_task_factory(self, factory):
        """Let another function make the tasks: factory(loop, coro, context=..., eager_start=...); None: undo that."""
        if factory is not None and not callable(factory):
            raise TypeError("task factory must be a callable or None")
        self.factory = factory

    def get_task_factory(self):
        """Return the function that makes the tasks, or None."""
        return self.factory

    cdef object ask_factory(self, object coro, object name, object context, object eager_start):
        options = {}
        if context is not None:
            options["context"] = context
        if eager_start is not None:
            options["eager_start"] = eager_start
        task = self.factory(self.loop, coro, **options)
        if name is not None:
            task.set_name(name)
        return task
