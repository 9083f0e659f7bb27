# Sends and receives that need not wait, and the slots of the types in `_channel_c.pyx`.

# Most sends and receives of a stream find room or an item, and nobody in line: so much of `attempt` is done here.

cdef WayOfWaiting send_way, receive_way


cdef inline bint sends_at_once(PyObject *me) noexcept:
    cdef PyObject *channel = <PyObject *>(<Send>me).channel
    if (
        (<Send>me).woken | (<Send>me).used | (<Channel>channel).closed
        or (<Channel>channel).receivers.length
        or not (
            (<Channel>channel).most < 0
            or <Py_ssize_t>(<Channel>channel).buffer.size() + (<Channel>channel).kept < (<Channel>channel).most
        )
        or not (<Channel>channel).buffer.push(<PyObject *>(<Send>me).item)
    ):
        return False
    new_reference(<PyObject *>(<Send>me).item)  # the buffer's
    (<Send>me).used = True
    (<Send>me).channel = (<Send>me).item = None
    return True


cdef inline PyObject *received_at_once(PyObject *me) noexcept:
    """The item, owned; or NULL."""
    cdef PyObject *channel = <PyObject *>(<Receive>me).channel
    cdef PyObject *item
    if (<Receive>me).woken | (<Receive>me).used or (<Channel>channel).senders.length:
        return NULL
    if (<Channel>channel).buffer.size() == 0:
        return NULL
    item = (<Channel>channel).buffer.pop()
    (<Receive>me).used = True
    (<Receive>me).channel = None
    return item


cdef PyObject *send_iternext(PyObject *me) noexcept:
    if likely(sends_at_once(me)):
        return NULL
    return send_way.next(me)


cdef PySendResult send_send(PyObject *me, PyObject *sent, PyObject **result) noexcept:
    if likely(sends_at_once(me)):
        result[0] = new_reference(Py_None)
        return PYGEN_RETURN
    return send_way.send(me, sent, result)


cdef PyObject *receive_iternext(PyObject *me) noexcept:
    cdef PyObject *item = received_at_once(me)
    if item == NULL:
        return receive_way.next(me)
    end_with(item)
    release(item)
    return NULL


cdef PySendResult receive_send(PyObject *me, PyObject *sent, PyObject **result) noexcept:
    cdef PyObject *item = received_at_once(me)
    if item == NULL:
        return receive_way.send(me, sent, result)
    result[0] = item
    return PYGEN_RETURN


# ---------------------------------------------------------------- slots

cdef WaitStash send_stash, receive_stash


cdef PyObject *send_alloc(PyTypeObject *kind, Py_ssize_t count) except? NULL:
    return send_stash.take(kind)


cdef void send_free(PyObject *o) noexcept:
    send_stash.give(o)


cdef PyObject *receive_alloc(PyTypeObject *kind, Py_ssize_t count) except? NULL:
    return receive_stash.take(kind)


cdef void receive_free(PyObject *o) noexcept:
    receive_stash.give(o)


cdef int channel_traverse(PyObject *o, visitproc visit, void *argument) noexcept:
    cdef size_t index
    cdef int found = channel_fields(o, visit, argument)
    for index in range((<Channel>o).buffer.size()):
        if found:
            break
        found = visit((<Channel>o).buffer.at(index), argument)
    return found


cdef int channel_clear(PyObject *o) noexcept:
    while (<Channel>o).buffer.size():
        Py_DECREF(<object>(<Channel>o).buffer.pop())
    return channel_clear_fields(o)


cdef int fill_slots() except -1:
    fill_wait_slots(Send)
    fill_wait_slots(Receive)
    fill_wait_slots(ReceiveMany)
    send_way.shorten(<PyObject *>Send, <void *>send_iternext, <void *>send_send)
    receive_way.shorten(<PyObject *>Receive, <void *>receive_iternext, <void *>receive_send)
    set_memory(<PyObject *>Send, <void *>send_alloc, <void *>send_free)
    set_memory(<PyObject *>Receive, <void *>receive_alloc, <void *>receive_free)
    set_collection(<PyObject *>Channel, <void *>channel_traverse, <void *>channel_clear)
    return 0


fill_slots()
