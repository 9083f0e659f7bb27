# Callbacks.

@cython.no_gc
cdef class Handle(Runnable):
    """A callback that a loop will call: what `loop.call_soon` returns. Works like `asyncio.Handle`."""

    def __init__(self):
        raise TypeError("handles are made by the methods of a loop, such as call_soon")

    cdef int run(self) except -1:
        return self.scheduler.run_handle(self)

    cdef void drop(self):
        self.callback = self.arguments = self.context = None

    def cancel(self):
        """Make sure that the callback will not be called; harmless if it was, or is cancelled already."""
        if not self._cancelled:
            self._cancelled = True
            if self.scheduler is not None and self.scheduler.debug:
                self.source = describe_callback(self.callback, self.arguments)
            self.drop()

    def cancelled(self):
        """Return whether it was cancelled."""
        return bool(self._cancelled)

    def get_context(self):
        """Return the context in which the callback is called, or None once it was."""
        return public_context(self.context)

    @property
    def _callback(self):
        return self.callback

    @property
    def _args(self):
        return self.arguments

    @property
    def _context(self):
        return public_context(self.context)

    @property
    def _source_traceback(self):
        return self.made_at

    @property
    def _loop(self):
        return self.scheduler.loop if self.scheduler is not None else None

    def _run(self):
        self.scheduler.run_handle(self)

    def __repr__(self):
        what = " cancelled" if self._cancelled else ""
        if self.callback is not None:
            what += " " + describe_callback(self.callback, self.arguments)
        elif self.source is not None:
            what += f" {self.source}"
        if self.made_at:
            maker = self.made_at[len(self.made_at) - 1]
            what += f" created at {maker.filename}:{maker.lineno}"
        return f"<{type(self).__name__}{what}>"


@cython.no_gc
cdef class TimerHandle(Handle):
    """A callback that a loop will call at some time: what `loop.call_later` returns."""

    def cancel(self):
        """Make sure that the callback will not be called."""
        if not self._cancelled:
            Handle.cancel(self)
            if self.in_heap:
                self.scheduler.timer_died()

    def when(self):
        """Return the time, in seconds of `loop.time()`, at which the callback is due."""
        return self.deadline

    @property
    def _when(self):
        return self.deadline

    def __repr__(self):
        return f"{Handle.__repr__(self).removesuffix(">")} when={self.deadline}>"

    def __lt__(self, other):
        return self.deadline < other.when()

    def __le__(self, other):
        return self.deadline <= other.when()

    def __gt__(self, other):
        return self.deadline > other.when()

    def __ge__(self, other):
        return self.deadline >= other.when()


cdef object public_context(object context):
    """The context that stands for a handle's or task's own: a group's is never shown to anybody."""
    return PyContext_Copy((<ContextGroup>context).pristine) if type(context) is ContextGroup else context


cdef object describe_callback(object callback, object arguments):
    """Text of a call, as asyncio's debug mode shows it."""
    import reprlib

    name = getattr(callback, "__qualname__", None) or repr(callback)
    code = getattr(getattr(callback, "__func__", callback), "__code__", None)
    shown = ", ".join(reprlib.repr(argument) for argument in arguments or ())
    place = f" at {code.co_filename}:{code.co_firstlineno}" if code is not None else ""
    return f"{name}({shown}){place}"


cdef int is_dead_timer(PyObject *item) noexcept:
    if kind_of(item) == <PyObject *>TimerHandle:
        return (<TimerHandle>item)._cancelled
    return (<Waiter>item).dead or (<Waiter>item).woken
