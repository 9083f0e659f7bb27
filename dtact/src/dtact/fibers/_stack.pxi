# Greenlets that are used again, and where they come from.

cdef load_greenlet():
    """Find greenlet when the first fiber starts, or say why there are none."""
    global greenlet_api, CancelledError
    import asyncio
    import sysconfig

    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        raise FibersMissingError(
            "fibers do not run on a free-threaded interpreter",
            wanted="an interpreter with the GIL",
            hint="greenlets are not safe without it; use dtact.spawn and coroutines, or the ordinary build of Python",
        )
    try:
        import greenlet
    except ImportError:
        greenlet = None
    if greenlet is None:
        raise FibersMissingError("fibers need the package greenlet", hint="install it: pip install 'dtact[fibers]'")
    found = tuple(int(part) for part in greenlet.__version__.split(".")[:2] if part.isdigit())
    if found < (3, 2):
        raise FibersMissingError(
            "this greenlet is too old", wanted="3.2 or newer", found=greenlet.__version__, hint="pip install -U greenlet"
        )
    CancelledError = asyncio.CancelledError
    greenlet_api = <void **>PyCapsule_Import("greenlet._C_API", 0)


@cython.final
cdef class Stack:
    """A greenlet that runs the functions of fibers, one after another."""

    cdef object greenlet
    cdef object home  # the greenlet of the loop that it was last entered from: that of its thread
    cdef Fiber fiber  # whose function it runs, or None
    cdef bint closing

    def __call__(self):
        """What the greenlet runs: a function, a switch to whoever made the step, and the next function."""
        cdef Fiber fiber
        cdef PyObject *answer
        while not self.closing:
            fiber = self.fiber
            lend_context(fiber.lent)
            self.work(fiber)
            lend_context(NULL)
            outside = fiber.outside
            fiber = None
            if self.closing:
                if outside is not None:  # one stack too many: it ends in the middle of a step
                    greenlet_set_parent(<PyObject *>self.greenlet, <PyObject *>outside)
                break
            answer = greenlet_switch(<PyObject *>outside, <PyObject *>NOTHING)
            outside = None
            if answer == NULL:
                break  # GreenletExit: the loop is closed
            Py_DECREF(<object>answer)
        take_and_drop()

    cdef int work(self, Fiber fiber) except -1:
        """Call the fiber's function and keep what comes of it, without any except clause: a traceback stays as it is."""
        cdef PyObject *found
        function, arguments = fiber.function, fiber.arguments
        found = PyObject_Call(<PyObject *>function, <PyObject *>arguments, NULL)
        fiber.failed = found == NULL
        if found == NULL:
            found = take_exception()
        value = <object>found
        Py_DECREF(value)
        fiber.outcome = value
        fiber.ended = True
        fiber.function = fiber.arguments = None
        fiber.stack = None
        fiber.inside = None
        self.fiber = None
        if not self.closing:
            give_stack(fiber.scheduler, self)
        return 0

    def close(self):
        """End it where it stands, by GreenletExit: called for fibers that are left when their loop closes."""
        cdef PyObject *answer
        cdef PyObject *here
        cdef Fiber fiber = self.fiber
        if self.closing or self.greenlet is None:
            return
        self.closing = True
        inside = self.greenlet if fiber is None else fiber.inside
        here = greenlet_current()
        current = <object>here
        Py_DECREF(current)
        greenlet_set_parent(<PyObject *>self.greenlet, here)
        if fiber is not None:
            fiber.lent = current_context()
        answer = greenlet_throw(<PyObject *>inside, greenlet_exit())
        self.fiber = None
        self.greenlet = self.home = None
        if answer == NULL:
            error = <object>take_exception()
            Py_DECREF(error)
            raise error
        Py_DECREF(<object>answer)
        if fiber is not None:
            fiber.lent = NULL
            error, fiber.outcome = fiber.outcome, None
            if fiber.failed and not isinstance(error, (<object>greenlet_exit(), CancelledError)):
                raise error

    @property
    def __qualname__(self):
        """The name of the function that it runs."""
        return getattr(self.fiber.function, "__qualname__", repr(self.fiber.function)) if self.fiber is not None else ""


cdef int take_and_drop() except -1:
    """Drop a pending exception, if there is one."""
    cdef PyObject *error = take_exception()
    if error != NULL:
        Py_DECREF(<object>error)
    return 0


@cython.final
cdef class Stacks:
    """The idle greenlets of one loop; closed with it."""

    cdef list idle
    cdef Fiber last  # the one that runs, while fibers switch from one to the next
    cdef size_t ahead  # so many did so since the loop's greenlet ran
    cdef bint chains  # they may

    def __init__(self):
        self.idle = []

    def __len__(self):
        return len(self.idle)

    def close(self):
        """End them all. Those of another thread are left to it: a greenlet never changes its thread."""
        while self.idle:
            try:
                (<Stack>self.idle.pop()).close()
            except Exception:
                continue


cdef Stack take_stack(Scheduler scheduler):
    cdef Stacks stacks = scheduler.stacks
    cdef Stack stack
    cdef PyObject *made
    if stacks is None:
        stacks = scheduler.stacks = Stacks()
    if stacks.idle:
        return <Stack>stacks.idle.pop()
    stack = Stack.__new__(Stack)
    made = greenlet_new(<PyObject *>stack)
    if made == NULL:
        error = <object>take_exception()
        Py_DECREF(error)
        raise error
    stack.greenlet = <object>made
    Py_DECREF(stack.greenlet)
    return stack


cdef int give_stack(Scheduler scheduler, Stack stack) except -1:
    """Keep a stack whose function has ended; one too many ends by itself."""
    cdef Stacks stacks = scheduler.stacks
    if stacks is None or len(stacks.idle) >= KEPT or scheduler.closed:
        stack.closing = True
        return 0
    stacks.idle.append(stack)
    return 0
