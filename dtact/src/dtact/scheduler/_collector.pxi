# The policy for Python's cycle collector while a loop runs. With its defaults it looks at every living task again and
# again, and is most of what a burst of tasks costs. Here its first threshold follows the number of tasks that are
# alive, so that tasks alone never start it; what else keeps memory bounded is stated at each number.

cdef enum:
    YOUNG_FLOOR = 50_000  # new containers, beyond the tasks', between two collections of the young
    OLDER = 5  # young collections before one of the middle generation; in turn 2 of these before a full one
    IDLE_YOUNG = 10_000  # with so many new ones, a loop that is about to sleep collects first
    GROWTH_BYTES = 64 << 20  # the process grew by so much and by half since the last full collection: another one
    TASK_BYTES = 700  # growth that living tasks explain
    LOOK_NS = 50_000_000  # between two looks at the size of the process

cdef uint64_t all_live = 0  # tasks of all schedulers
cdef uint64_t live_high = <uint64_t>-1  # more than these: raise the threshold
cdef uint64_t live_low = 0  # fewer: lower it
cdef int collector_users = 0
cdef object saved_thresholds = None, set_thresholds = None
cdef int64_t next_look = 0
cdef int64_t full_size = 0  # bytes of the process after the last full collection
cdef object gc_module = None


cdef int collector_begin() except -1:
    """A loop with the policy starts to run."""
    global collector_users, saved_thresholds, gc_module, full_size, next_look
    if gc_module is None:
        import gc

        gc_module = gc
        keep_heap()
    collector_users += 1
    if collector_users == 1:
        saved_thresholds = gc_module.get_threshold()
        full_size = max(full_size, resident_bytes())
        next_look = coarse_ns() + LOOK_NS
        collector_follow()
    return 0


cdef int collector_end() except -1:
    """It has stopped: the last one restores what it found, unless somebody else has changed it meanwhile."""
    global collector_users, saved_thresholds, set_thresholds, live_high, live_low
    collector_users -= 1
    if collector_users == 0:
        if gc_module.get_threshold() == set_thresholds:
            gc_module.set_threshold(*saved_thresholds)
        live_high, live_low = <uint64_t>-1, 0
        set_thresholds = None
    return 0


cdef int count_live(int change) except -1:
    """So many tasks more, or fewer, are alive: for other kinds of task than this module's."""
    global all_live
    all_live += change
    if all_live > live_high:
        collector_follow()
    return 0


cdef int collector_follow() except -1:
    """Set the threshold by the number of living tasks."""
    global live_high, live_low, set_thresholds
    live_high = 2 * all_live + YOUNG_FLOOR // 4
    live_low = all_live // 4
    if set_thresholds is not None and gc_module.get_threshold() != set_thresholds:
        live_high, live_low = <uint64_t>-1, 0  # somebody else decides now
        return 0
    if saved_thresholds[0] == 0:
        return 0  # switched off, and stays so
    young = max(saved_thresholds[0], YOUNG_FLOOR + 4 * all_live)
    set_thresholds = (young, *(min(old, new) for old, new in zip(saved_thresholds[1:], (OLDER, 2))))
    gc_module.set_threshold(*set_thresholds)
    set_thresholds = gc_module.get_threshold()
    return 0


cdef int collector_look(bint idle) except -1:
    """Between two batches: collect if the process has grown, or if there is time."""
    global next_look, full_size
    cdef int64_t now = coarse_ns()
    cdef int64_t size
    if all_live < live_low:
        collector_follow()
    if idle and gc_module.get_count()[0] > IDLE_YOUNG + <int64_t>all_live and gc_module.isenabled():
        gc_module.collect(1)
    if now < next_look:
        return 0
    next_look = now + LOOK_NS
    size = resident_bytes() - TASK_BYTES * <int64_t>all_live
    if size > full_size + GROWTH_BYTES and size > full_size + full_size // 2 and gc_module.isenabled():
        gc_module.collect()
        full_size = max(0, resident_bytes() - TASK_BYTES * <int64_t>all_live)
    return 0
