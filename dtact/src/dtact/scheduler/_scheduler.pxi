# The queues of one loop, and the drain that runs what is ready.

cdef enum:
    GROUPS = 8  # so many different sets of variables are found again
    AGE_LIMIT = 61  # a ring that was passed over so often is served once


cdef class Scheduler:
    """The queues of one event loop: four rings of what is ready, a heap of timers, and the tasks that are running.

    `arm` makes the backend call `drain` soon (None: it calls it in each turn anyway), `arm_threadsafe` does so from
    another thread. `others` is the backend's own queue, if it has one: nothing of ours overtakes it.
    """

    def __init__(self, loop, arm=None, arm_threadsafe=None, others=None):
        load_asyncio()
        self.loop = loop
        self.arm = arm
        self.arm_threadsafe = arm_threadsafe
        self.others = others
        self.swap_current = getattr(asyncio_tasks, "_swap_current_task", None) if PY_VERSION_HEX >= 0x030E0000 else None
        self.current_tasks = None if self.swap_current is not None else asyncio_tasks._current_tasks
        if self.current_tasks is not None:
            self.entry.open(<PyObject *>self.current_tasks, <PyObject *>loop, PyObject_Hash(loop))
        self.alarm = 0.0
        self.alarm_file = -1
        SCHEDULERS.add(self)

    # ------------------------------------------------------------ what the loop calls

    def call_soon(self, callback, *args, context=None):
        """Call callback(*args) in the order of asking; see asyncio's loop.call_soon."""
        if isinstance(callback, Wakeup):
            (<Wakeup>callback).fire(args[0] if args else None)
            return None
        if self.closed | self.debug | self.forked:
            self.check_call(callback, "call_soon")
        cdef Handle handle = Handle.__new__(Handle)
        handle.callback = callback
        handle.arguments = args
        handle.context = group_now(self, PyThreadState_Get()) if context is None else context
        handle.scheduler = self
        if self.debug:
            handle.made_at = calling_stack()
        Py_INCREF(handle)
        self.push_owned(<PyObject *>handle, NORMAL)
        return handle

    def call_soon_threadsafe(self, callback, *args, context=None):
        """The same from any thread; wakes the loop, with one write a burst."""
        if self.closed | self.debug | self.forked:
            self.check_call(callback, "call_soon_threadsafe")
        cdef Handle handle = Handle.__new__(Handle)
        handle.callback = callback
        handle.arguments = args
        handle.context = PyContext_CopyCurrent() if context is None else context
        handle.scheduler = self
        if self.debug:
            handle.made_at = calling_stack()
        Py_INCREF(handle)
        self.push_owned(<PyObject *>handle, NORMAL)
        return handle

    def call_later(self, delay, callback, *args, context=None):
        """Call callback(*args) after `delay` seconds, not earlier; see asyncio's loop.call_later."""
        if delay is None:
            raise TypeError("delay must not be None")
        return self.timer(now_seconds() + <double>delay, callback, args, context, "call_later")

    def call_at(self, when, callback, *args, context=None):
        """Call callback(*args) when loop.time() has reached `when`."""
        if when is None:
            raise TypeError("when cannot be None")
        return self.timer(<double>when, callback, args, context, "call_at")

    cdef object timer(self, double when, object callback, tuple args, object context, str caller):
        if self.closed | self.debug | self.forked:
            self.check_call(callback, caller)
        if when != when:
            raise DelayError("the time of a timer is not a number", found="nan")
        cdef TimerHandle handle = TimerHandle.__new__(TimerHandle)
        handle.callback = callback
        handle.arguments = args
        handle.context = group_now(self, PyThreadState_Get()) if context is None else context
        handle.scheduler = self
        if self.debug:
            handle.made_at = calling_stack()
        handle.deadline = when
        self.add_timer(when, handle)
        handle.in_heap = True
        return handle

    def wake_at(self, double when, Waiter waiter):
        """Wake a waiter with None when the loop's time has reached `when`."""
        if waiter.woken or waiter.dead or waiter.timing is not None:
            raise RuntimeStateError("this waiter was used already", hint="make a new one for each wait")
        self.check_open()
        self.add_timer(when, waiter)
        waiter.timing = self

    cdef int add_timer(self, double when, object item) except -1:
        Py_INCREF(item)
        if not self.timers.push(when, <PyObject *>item):
            Py_DECREF(item)
            raise MemoryError
        if not self.draining and self.timers.top().item == <PyObject *>item:
            self.notify()
        return 0

    cdef int timer_died(self) except -1:
        self.timers.note_dead()
        if self.timers.wants_rebuild():
            release_dead(self.timers, is_dead_timer)
        return 0

    cdef int check_open(self) except -1:
        if self.closed:
            raise RuntimeError("Event loop is closed")
        if self.forked:
            raise RuntimeStateError(
                "this runtime belongs to the parent process; it does not go on after a fork",
                hint="start a new one with dtact.run, or use dtact.processes",
            )
        return 0

    cdef int check_call(self, object callback, str caller) except -1:
        self.check_open()
        if self.debug:
            if caller != "call_soon_threadsafe" and self.thread and self.thread != PyThread_get_thread_ident():
                raise RuntimeError("Non-thread-safe operation invoked on an event loop other than the current one")
            if asyncio_tasks.coroutines.iscoroutine(callback) or asyncio_tasks.coroutines.iscoroutinefunction(callback):
                raise TypeError(f"coroutines cannot be used with {caller}()")
            if not callable(callback):
                raise TypeError(f"a callable object was expected by {caller}(), got {callback!r}")
        return 0

    # ------------------------------------------------------------ queues

    cdef int push_owned(self, PyObject *item, int level) except -1:
        return push_ready(<PyObject *>self, item, level)

    cdef int push(self, object item, int level) except -1:
        """Append to a ring, from any thread; an item is a Runnable, or anything with `_run()`."""
        Py_INCREF(item)
        return self.push_owned(<PyObject *>item, level)

    def add(self, item, int level=NORMAL):
        """Append to a ring something that has `_run()`: the backend's own handles."""
        self.push(item, level)

    cdef int notify(self) except -1:
        """Make sure that `drain` is called soon; outside a drain only."""
        if self.arm is None:
            if self.polling:
                self.polling = False
                self.arm_threadsafe()
        elif not self.armed:
            self.armed = True
            if self.thread and self.thread != PyThread_get_thread_ident():
                self.arm_threadsafe()
            else:
                self.arm()
        return 0

    cdef int schedule(self, Task task) except -1:
        """Put a task into its ring."""
        return schedule_task(<PyObject *>self, <PyObject *>task)

    cdef int expire(self, double now) except -1:
        """Move the timers that are due into the rings."""
        cdef PyObject *item
        while self.timers.size() and self.timers.top().when <= now:
            item = self.timers.pop()
            if is_dead_timer(item):
                self.timers.note_dead_gone()
                Py_DECREF(<object>item)
            elif kind_of(item) == <PyObject *>TimerHandle:
                (<TimerHandle>item).in_heap = False
                self.push_owned(item, NORMAL)
            else:
                try:
                    (<Runnable>item).run()
                finally:
                    Py_DECREF(<object>item)
        return 0

    # ------------------------------------------------------------ the drain

    def drain(self):
        """Run what is ready: all that was when called, then what follows from it, up to a bound.

        Called by the backend. Returns whether something is left; the backend is armed again in that case.
        """
        cdef size_t batch, began_with
        cdef bint in_chain = False
        cdef Chain chain
        cdef double now = chain.begin()
        cdef PyObject *item = NULL  # owned: what ran last
        if self.draining:
            raise RuntimeError("this event loop is already running")
        self.armed = False
        self.polling = False
        if self.halted:
            return self.rings.size() > 0
        self.draining = True
        self.allowed = -1
        try:
            self.expire(now)
            began_with = batch = self.rings.size()
            while True:
                if self.next_task != NULL:
                    run_out_of_turn(self)
                    continue
                Py_XDECREF(item)
                item = choose(self)
                if item == NULL:
                    break
                if batch:
                    batch -= 1
                if self.allowed > 0:
                    self.allowed -= 1
                if kind_of(item) == <PyObject *>Task:
                    plain_step(self, item)
                else:
                    scheduler_run_one(self, item)
                if batch == 0 or (in_chain and self.allowed == 0 and not self.stopping):
                    if self.stopping or self.allowed == 0:
                        break
                    in_chain = True
                    if chain.ran(began_with if began_with else 1):
                        now = chain.look()
                        if chain.over():
                            break
                        self.expire(now)
                    began_with = batch = self.rings.size()  # one turn of asyncio's: all that is ready by now
        finally:
            Py_XDECREF(item)
            scheduler_leave(self)
            if self.collecting:
                collector_look(self.rings.size() == 0)
            self.draining = False
            if self.stopping:
                self.halted = True
            elif self.rings.size():
                self.notify()
            elif self.timers.size() and (self.alarm_file >= 0 or self.set_alarm is not None):
                self.wind_alarms()
        return self.rings.size() > 0

    def set_arm(self, arm, arm_threadsafe, writes=()):
        """Set what `Scheduler(...)` could not yet be given; `writes`: up to two sets of what waits to be written."""
        self.arm, self.arm_threadsafe = arm, arm_threadsafe
        self.writes, self.more_writes = (*writes, None, None)[:2]

    def check_alive(self):
        """Raise if the loop is closed, or its process was forked."""
        self.check_open()

    cdef int wind_alarms(self) except -1:
        """Tell the backend when the next timer is due, unless it knows of an earlier time."""
        self.drop_dead_timers()
        if self.timers.size():
            when = self.timers.top().when
            if self.alarm == 0.0 or when < self.alarm:
                self.alarm = when
                if self.alarm_file >= 0:
                    alarm_set(self.alarm_file, when)
                else:
                    self.set_alarm(when)
        return 0

    def alarm_rang(self):
        """The backend's timer has fired: drain."""
        self.alarm = 0.0
        if self.alarm_file >= 0:
            alarm_clear(self.alarm_file)
        return self.drain()

    def wind_alarm(self, double when):
        """Set the descriptor of `open_alarm`."""
        alarm_set(self.alarm_file, when)

    def open_alarm(self):
        """Return a descriptor that becomes readable when the next timer is due, or -1 where the system has none."""
        self.alarm_file = alarm_open()
        return self.alarm_file

    cdef int drop_dead_timers(self) except -1:
        while self.timers.size() and is_dead_timer(self.timers.top().item):
            self.timers.note_dead_gone()
            Py_DECREF(<object>self.timers.pop())
        return 0

    def poll_timeout(self):
        """Return how long the backend may sleep: 0, seconds, or None; from now on others must wake it."""
        if self.rings.size() or self.stopping:
            return 0
        self.drop_dead_timers()
        self.polling = True
        if not self.timers.size():
            return None
        return min(max(0.0, self.timers.top().when - now_seconds()), 86400.0)

    def begin_run(self):
        """The loop starts to run in this thread."""
        self.thread = PyThread_get_thread_ident()
        self.halted = False
        set_this_scheduler(self)
        NoRuntimeError.lost_by_fork = False
        if self.collects:
            self.collecting = True
            collector_begin()
        if self.arm is not None and not self.armed:
            self.armed = True
            self.arm()

    def end_run(self):
        """It has stopped."""
        self.thread = 0
        self.stopping = self.halted = False
        if self.collecting:
            self.collecting = False
            collector_end()
        self.polling = False
        set_this_scheduler(None)

    def close(self):
        """Forget everything: what is ready, timers, tasks."""
        cdef PyObject *item
        if self.closed:
            return
        self.closed = True
        while self.first_task != NULL:
            self.abandon(<Task>self.first_task)
        if self.stacks is not None:
            self.stacks.close()
            self.stacks = None
        while self.rings.size():
            item = choose(self)
            if isinstance(<object>item, Handle):
                (<Handle>item).cancel()
            Py_DECREF(<object>item)
        while self.timers.size():
            item = self.timers.pop()
            if isinstance(<object>item, TimerHandle):
                (<TimerHandle>item).in_heap = False
                (<TimerHandle>item).cancel()
            elif isinstance(<object>item, Waiter):
                (<Waiter>item).timing = None
            Py_DECREF(<object>item)
        self.arm = self.arm_threadsafe = self.others = self.set_alarm = None
        self.alarm_file = -1

    cdef int abandon(self, Task task) except -1:
        """End a task that will never run again."""
        coroutine = task.coroutine
        task.waiting = None
        task.message = "the loop was closed"
        self.finish(task, CANCELLED, None)
        close = getattr(coroutine, "close", None)
        if close is not None:
            try:
                close()
            except BaseException as error:
                self.loop.call_exception_handler({"message": f"closing {coroutine!r} failed", "exception": error})
        return 0

    # ------------------------------------------------------------ contexts

    cdef object group(self):
        return group_now(self, PyThreadState_Get())

    # ------------------------------------------------------------ what `_step.pxi` does, for other modules

    cdef int step(self, Task task) except -1:
        return scheduler_step(self, task)

    cdef int settle_step(self, Task task, int status, PyObject *result) except -1:
        return scheduler_settle(self, task, status, result)

    cdef int finish(self, Task task, int status, object value) except -1:
        return scheduler_finish(self, task, status, value)

    cdef int run_one(self, PyObject *item) except -1:
        if kind_of(item) == <PyObject *>Task:
            return plain_step(self, item)
        return scheduler_run_one(self, item)

    cdef int run_handle(self, Handle handle) except -1:
        return scheduler_run_handle(self, handle)

    cdef int enter(self, object owner) except -1:
        return 0 if self.entered_owner is owner else scheduler_enter(self, <PyObject *>owner)

    cdef int leave(self) except -1:
        return scheduler_leave(self)

    cdef int set_current(self, Task task) except -1:
        return set_current_task(self, <PyObject *>task)

    cdef int clear_current(self) except -1:
        return scheduler_clear_current(self)

    cdef int start_now(self, Task task) except -1:
        return scheduler_start_now(self, task)

    cdef Task new_task(self, object coroutine, object context):
        return make_task(self, coroutine, context)

    cdef int enlist(self, Task task, object coroutine, object context) except -1:
        return enlist(self, task, coroutine, context)

    # ------------------------------------------------------------ looking at it

    def tasks(self):
        """Return the tasks that have not ended, oldest first."""
        cdef PyObject *item = self.first_task
        found = []
        while item != NULL:
            found.append(<object>item)
            item = (<Task>item).next
        found.reverse()
        return found

    def current_task(self):
        """Return the cheap task that is running, or None."""
        return <object>self.current if self.current != NULL else None

    def next_deadline(self):
        """Return the loop time at which the next timer is due, or None."""
        self.drop_dead_timers()
        return self.timers.top().when if self.timers.size() else None

    def statistics(self):
        """Return counters: tasks spawned, finished and live; steps, yields, callbacks; ready by priority; timers."""
        return {
            "spawned": self.spawned,
            "finished": self.finished,
            "live": self.live,
            "steps": self.steps,
            "yields": self.yields,
            "callbacks": self.callbacks,
            "ready": tuple(self.rings.level[level].size() for level in range(4)),
            "timers": self.timers.live(),
            "longest_step": self.longest,
        }


cdef inline PyObject *choose(Scheduler self) noexcept:
    """Take the next item: from the highest ring, or from one that was passed over too often."""
    if not (self.rings.level[0].size() | self.rings.level[1].size() | self.rings.level[3].size()):
        return self.rings.level[2].pop() if self.rings.level[2].size() else NULL
    return choose_of_several(self)


cdef PyObject *choose_of_several(Scheduler self) noexcept:
    cdef int level, other
    for level in range(4):
        if self.rings.level[level].size():
            break
    else:
        return NULL
    for other in range(3, level, -1):
        if self.rings.level[other].size():
            self.passed[other] += 1
            if self.passed[other] > AGE_LIMIT:
                self.passed[other] = 0
                return self.rings.level[other].pop()
    self.passed[level] = 0
    return self.rings.level[level].pop()


cdef inline object group_now(Scheduler self, PyThreadState *thread):
    """The group of contexts equal to the current one; or a copy, where groups do not work."""
    cdef PyObject *context = current_context(thread)
    cdef PyObject *variables
    if context == NULL or not contexts_are_readable:
        return PyContext_CopyCurrent()
    variables = context_variables(context)
    if self.recent_group != NULL and (<ContextGroup>self.recent_group).variables == variables:
        return <object>self.recent_group
    return find_group(self, variables)


cdef object find_group(Scheduler self, PyObject *variables):
    cdef ContextGroup group
    for known in self.groups:
        if (<ContextGroup>known).variables == variables:
            self.recent_group = known
            return <object>known
    group = ContextGroup.__new__(ContextGroup)
    if self.groups.size() >= GROUPS:
        self.groups.erase(self.groups.begin())
    group.begin(self, PyContext_CopyCurrent())
    self.recent_group = <PyObject *>group
    return group


cdef inline int push_ready(PyObject *self, PyObject *item, int level) except -1:
    """Append to a ring, and take over the reference."""
    if unlikely(not (<Scheduler>self).rings.level[level].push(item)):
        return no_room(item)
    if likely((<Scheduler>self).draining and ((<Scheduler>self).allowed >= 0 or not backend_waits(self))):
        return 0
    return was_pushed(<Scheduler>self)


cdef int no_room(PyObject *item) except -1:
    release(item)
    raise MemoryError


cdef int was_pushed(Scheduler self) except -1:
    """Something became ready outside a drain, or behind what the backend has queued."""
    if not self.draining:
        return self.notify()
    self.allowed = self.rings.size() - 1  # what the backend has queued comes before this item
    return 0


cdef inline int schedule_task(PyObject *self, PyObject *task) except -1:
    """Put a task into its ring."""
    (<Task>task).queued += 1
    return push_ready(self, new_reference(task), (<Task>task).level)


cdef inline bint backend_waits(PyObject *self) noexcept:
    """Whether the backend has queued callbacks or writes of its own, which come before what is queued from now on."""
    cdef PyObject *others = <PyObject *>(<Scheduler>self).others
    cdef PyObject *writes = <PyObject *>(<Scheduler>self).writes
    if others == Py_None:
        return False
    if size_of_queue(others):
        return True
    return writes != Py_None and set_size(writes) | set_size(<PyObject *>(<Scheduler>self).more_writes)


cdef int forget_group(Scheduler self, PyObject *group) noexcept:
    cdef size_t index
    if self.recent_group == group:
        self.recent_group = NULL
    for index in range(self.groups.size()):
        if self.groups[index] == group:
            self.groups[index] = self.groups.back()
            self.groups.pop_back()
            break
    return 0


cdef object calling_stack():
    """The stack of the Python code that called, for debug mode."""
    import sys
    from asyncio import format_helpers

    return format_helpers.extract_stack(sys._getframe(0))


cdef object SCHEDULERS


cdef int set_this_scheduler(Scheduler scheduler) except -1:
    global this_scheduler
    this_scheduler = <PyObject *>scheduler if scheduler is not None else NULL
    return 0


def after_fork_in_child():
    """Mark every runtime as dead: its threads, files and timers belong to the parent."""
    global this_scheduler
    this_scheduler = NULL
    for scheduler in list(SCHEDULERS):
        (<Scheduler>scheduler).forked = True
        if (<Scheduler>scheduler).thread:
            NoRuntimeError.lost_by_fork = True
        refuse = getattr((<Scheduler>scheduler).loop, "_refuse_after_fork", None)
        if refuse is not None:
            refuse()
