# Straight from one fiber to the next. A switch costs more than all else in a step, so when a fiber waits and the next in
# turn is a fiber with the same context that needs no more than a switch, it is switched to from here, not by way of the
# loop's greenlet. Everything else is left to that: errors and ends, cancellations, other contexts, timed steps.

cdef object PARKED_KIND = type_of_parked()
cdef Task STEP_MADE = Task.__new__(Task)  # stands in the ring for a step that was made ahead
STEP_MADE.status = DONE


cdef object type_of_parked():
    from dtact.scheduler import _core_c

    return _core_c.Parked


cdef inline bint is_plain(Scheduler scheduler, Fiber fiber):
    """Whether a step of this fiber, which stands in a ring, needs no more than a switch."""
    return (
        fiber.status == PENDING
        and fiber.stack is not None
        and fiber.thrown is None
        and not (fiber.skips | fiber.must_cancel | scheduler.tracing | scheduler.debug)
        and (scheduler.steps + 1) & SAMPLE != 0
    )


cdef int run_chain(Scheduler self, Fiber fiber) except -1:
    """One step of a fiber, and those of others that follow straight from it; then what came of the last."""
    cdef Stacks stacks = self.stacks
    cdef Fiber last
    cdef PyObject *answer
    cdef PyObject *result
    cdef int status
    owner = fiber.context
    if self.entered_owner is not owner:
        self.enter(owner)
    begin_step(self, fiber)
    self.running_context = self.entered
    stacks.last = fiber
    stacks.chains = True
    stacks.ahead = 0
    answer = fiber.switch_in()
    stacks.chains = False
    last, stacks.last = stacks.last, None
    if stacks.ahead:
        account(self, stacks.ahead)
    status = last.harvest(answer, &result)
    self.current = NULL
    if not is_clean(self, last.context):
        keep_context(self, last)
    return self.settle_step(last, status, result)


cdef inline int begin_step(Scheduler self, Fiber fiber) except -1:
    fiber.queued -= 1
    self.set_current(fiber)
    self.current = <PyObject *>fiber
    self.steps += 1
    fiber.status = RUNNING
    fiber.carries = False
    return 0


cdef Fiber successor(Scheduler self, Fiber fiber):
    """End the step of a fiber that waits and begin that of the next in turn, or return None: go to the loop."""
    cdef Stacks stacks = self.stacks
    cdef PyObject *item
    cdef Fiber other
    if kind_of(fiber.yielded) != <PyObject *>PARKED_KIND or fiber.must_cancel | fiber.scope_cancelled:
        return None
    if self.rings.level[<int>NORMAL].size() == 0 or self.rings.size() != self.rings.level[<int>NORMAL].size():
        return None
    item = self.rings.level[<int>NORMAL].at(0)
    if kind_of(item) != <PyObject *>Fiber or self.allowed == 0 or self.stopping or self.next_task != NULL:
        return None
    other = <Fiber>item
    if other is not fiber:
        if other.context is not fiber.context or not is_plain(self, other) or other.stack.home is not fiber.outside:
            return None
    elif fiber.skips or (self.steps + 1) & SAMPLE == 0 or self.tracing or self.debug:
        return None
    if not is_clean(self, fiber.context):
        return None
    self.rings.level[<int>NORMAL].pop()
    Py_DECREF(other)  # the ring's; while its step lasts, `stacks.last` holds it
    Py_DECREF(<object>fiber.yielded)
    fiber.yielded = NULL
    fiber.status = PENDING
    if other is not fiber:
        other.outside, fiber.outside = fiber.outside, None
        other.lent = fiber.lent
        fiber.lent = NULL
        stacks.last = other
    begin_step(self, other)
    if self.allowed > 0:
        self.allowed -= 1
    stacks.ahead += 1
    return other


cdef bint is_clean(Scheduler self, object owner):
    """Whether the last step left the context of a group, which is lent to nobody now, as it was; or it is its own."""
    cdef ContextGroup group
    cdef PyObject *context = self.entered
    if type(owner) is not ContextGroup:
        return self.entered_owner is owner
    group = <ContextGroup>owner
    return (
        self.entered_owner is group
        and <PyObject *>group.working == context
        and context_variables(context) == group.variables
        and references_of(context) == 2
    )


cdef int keep_context(Scheduler self, Fiber fiber) except -1:
    """Who changed the context of a group, or keeps a token of it, keeps it."""
    cdef ContextGroup group
    if type(fiber.context) is not ContextGroup:
        return 0
    group = <ContextGroup>fiber.context
    if self.entered_owner is group and <PyObject *>group.working == self.entered:
        fiber.context = self.entered_owner = <object>self.entered
        group.working = None
    return 0


cdef int account(Scheduler self, size_t ahead) except -1:
    """Let the drain count the steps that were made ahead, against its bounds, as it counts all others."""
    cdef size_t index
    if self.allowed >= 0:
        self.allowed += ahead
    for index in range(ahead):
        Py_INCREF(STEP_MADE)
        STEP_MADE.queued += 1
        if not self.rings.level[<int>NORMAL].push_front(<PyObject *>STEP_MADE):
            Py_DECREF(STEP_MADE)
            STEP_MADE.queued -= 1
            break
    return 0
