# Telling those who wait, and traces. Included by _jobs_c.pyx.

cdef void release(lock):
    try:
        lock.release()
    except RuntimeError:
        pass  # it was released already: its owner is on the way


cdef void tell(Job job, tuple watcher):
    loop, target = watcher
    try:
        if loop is None:
            call_back(job, target)
        elif loop is loop_of_this_thread():
            wake_future(target)
        else:
            loop.call_soon_threadsafe(wake_future, target)
    except RuntimeError:
        if not loop.is_closed():
            raise


cdef void call_back(Job job, callback):
    try:
        callback(job)
    except Exception:
        PyErr_WriteUnraisable(callback)


def wake_future(future):
    """End the wait of a coroutine."""
    if not future.done():
        future.set_result(None)


cdef void tell_future(Job job):
    future, job.future = job.future, None
    if job.state == CANCELLED:
        future.cancel()
    if not future.running() and not future.set_running_or_notify_cancel():
        return
    job.open()
    if job.error is not None:
        future.set_exception(job.error)
    else:
        future.set_result(job.value)
    job.value = None


def record(bint on):
    """Keep (name, process, began, took) of each job that was answered, or no longer; the oldest go first."""
    global is_recorded
    is_recorded = on


def take_spans():
    """Return those kept since the last call."""
    found = list(spans)
    spans.clear()
    return found
