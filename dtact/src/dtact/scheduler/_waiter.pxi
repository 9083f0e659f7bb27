# The one thing that parks a party once.

cdef class Waiter(Runnable):
    """Parks one party once: a task, a fiber, an `asyncio.Task` or a thread. The first `wake` or `fail` wins.

    Await it in a task; call `block` in a plain thread. A party that is cancelled, or whose time is up, leaves a dead
    waiter behind: `wake` then returns False, and the caller gives what it had to the next.
    """

    cdef bint settle(self, object value, bint failed) except -1:
        if self.woken or self.dead:
            return False
        party = self.party
        if party is None or type(party) is Task or isinstance(party, Task):
            pass
        elif hasattr(party, "cancelled") and party.cancelled():
            self.dead = True  # the asyncio task was cancelled
            self.party = None
            return False
        self.woken = True
        self.failed = failed
        if value is not None:
            self.value = value
            if PyObject_IS_GC(<PyObject *>value) and not PyObject_GC_IsTracked(<PyObject *>self):
                PyObject_GC_Track(<PyObject *>self)
        if self.timing is not None:
            timing = self.timing
            self.timing = None
            (<Scheduler>timing).timer_died()
        if party is not None:
            self.party = None
            if type(party) is Task or isinstance(party, Task):
                (<Task>party).carries = True
                (<Task>party).waiting = None
                (<Task>party).scheduler.schedule(<Task>party)
            elif hasattr(party, "release"):
                party.release()
            else:
                wake_future(party)
        return True

    cpdef bint wake(self, value=None) except -1:
        """Let the party go on with a value; from any thread. Return False if it was woken before or has left."""
        return self.settle(value, False)

    cpdef bint fail(self, exception) except -1:
        """Let the party go on with an exception; otherwise like `wake`."""
        return self.settle(exception, True)

    cdef int run(self) except -1:
        # Called when the time it was set to has come.
        self.timing = None
        self.settle(None, False)
        return 0

    cdef int kill(self) except -1:
        self.party = None
        if not self.woken and not self.dead:
            self.dead = True
            if self.timing is not None:
                timing = self.timing
                self.timing = None
                (<Scheduler>timing).timer_died()
        return 0

    def cancel(self):
        """Leave: a later `wake` returns False. Return False if the waiter was woken already."""
        if self.woken:
            return False
        self.kill()
        return True

    cdef bint park(self, Task task) except -1:
        if self.woken:
            return False
        if self.party is not None or self.dead:
            raise RuntimeStateError("this waiter already parks somebody", hint="make a new one for each wait")
        self.party = task
        task.waiting = self
        return True

    cdef object take(self):
        value = self.value
        self.value = None
        self.taken = True
        if self.failed:
            raise value
        return value

    @property
    def lost(self):
        """Whether it was woken and nobody took the value: whoever was cancelled gives it back."""
        return self.woken and not self.taken

    def wake_at(self, double when):
        """Wake it with None at that time of the running loop; for sleeps."""
        need_scheduler().wake_at(when, self)

    def block(self, timeout=None):
        """Block this thread until somebody wakes the waiter; return the value.

        Raises TimeoutError after `timeout` seconds, RuntimeStateError in a thread that runs a loop.
        """
        if this_scheduler != NULL and (<Scheduler>this_scheduler).thread:
            raise RuntimeStateError(
                "this thread runs an event loop, which must not block", hint="await the waiter instead"
            )
        if not self.woken:
            import _thread

            lock = _thread.allocate_lock()
            lock.acquire()
            if self.party is not None or self.dead:
                raise RuntimeStateError("this waiter already parks somebody", hint="make a new one for each wait")
            self.party = lock
            try:
                if not self.woken:  # who woke it before the lock was there found nobody to wake
                    lock.acquire(True, -1 if timeout is None else max(0.0, timeout))
            finally:
                if not self.woken:
                    self.kill()
            if not self.woken:
                raise TimeoutError(f"nobody woke the waiter within {timeout} s")
        return self.take()

    def __await__(self):
        return self

    def __iter__(self):
        return self

    def __next__(self):
        if self.woken:
            value = self.take()
            raise StopIteration(value)
        return self.begin()

    cdef object begin(self):
        """Park whoever awaits; return what its driver must see."""
        cdef Task task = running_task()
        if task is not None:
            if not self.park(task):
                return None
            return parked
        return self.begin_asyncio()

    cdef object begin_asyncio(self):
        load_asyncio()
        if self.party is not None or self.dead:
            raise RuntimeStateError("this waiter already parks somebody", hint="make a new one for each wait")
        future = asyncio_events.get_running_loop().create_future()
        future._asyncio_future_blocking = True
        self.party = future
        if not PyObject_GC_IsTracked(<PyObject *>self):
            PyObject_GC_Track(<PyObject *>self)
        return future

    def __repr__(self):
        state = "woken" if self.woken else "dead" if self.dead else "waiting" if self.party is not None else "new"
        return f"<Waiter {state} at {<size_t><PyObject *>self:#x}>"


cdef int wake_future(object future) except -1:
    """End the future that stands for a waiting asyncio task, from whichever thread."""
    loop = future.get_loop()
    if asyncio_events._get_running_loop() is loop:
        if not future.done():
            future.set_result(None)
    else:
        loop.call_soon_threadsafe(finish_future, future)
    return 0


def finish_future(future):
    """Set a future's result unless it was cancelled meanwhile."""
    if not future.done():
        future.set_result(None)
