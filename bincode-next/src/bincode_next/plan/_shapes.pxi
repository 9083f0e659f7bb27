"""Where classes keep the values of their fields, found by looking at the class and at a fresh instance."""

cdef layout_of(Code code, cls, tuple names):
    """How a class keeps the values of its fields: operation, Shape, where each lies."""
    cdef Shape *shape
    try:
        return layout_in_memory(code, cls, names)
    except _ByAttribute:
        shape = code.new_shape(cls, len(names), names)
        shape.by_attribute = True
        return OP_NAMED, <uintptr_t>shape, tuple(range(len(names)))


class _ByAttribute(Exception):
    """A class whose values are only known by asking for them."""


cdef layout_in_memory(Code code, cls, tuple names):
    cdef Shape *shape = code.new_shape(cls, len(names), names)
    cdef bint is_struct = is_msgspec(cls)
    if not names and not is_struct and not is_slotted(<PyTypeObject *>cls) and not is_plain(<PyTypeObject *>cls):
        raise _ByAttribute("classes of another base")
    if hasattr(cls, "__del__"):
        raise NotNative("classes that say what is done with incomplete objects")
    if cls.__getattribute__ is not object.__getattribute__:
        raise _ByAttribute("classes that read their fields in a way of their own")
    found = [[base.__dict__[name] for base in cls.__mro__ if name in base.__dict__][:1] for name in names]
    offsets = [slot_offset(each[0]) if each else -1 for each in found]
    if is_slotted(<PyTypeObject *>cls) and all(offset > 0 for offset in offsets):
        if is_struct:
            if len(cls.__struct_fields__) != len(names):
                raise NotNative("structs with fields that do not travel")
            shape.tracked = 2 if has_gc(<PyTypeObject *>cls) else 0
        else:
            probe_of(cls)
            if not allocates_plainly(<PyTypeObject *>cls):
                raise _ByAttribute("classes that allocate in a way of their own")
            shape.tracked = 1 if has_gc(<PyTypeObject *>cls) else 0
        return OP_SLOTS, <uintptr_t>shape, tuple(offsets)
    if is_struct or any(each and hasattr(type(each[0]), "__set__") for each in found):
        raise _ByAttribute("classes whose fields are descriptors")
    if not is_plain(<PyTypeObject *>cls):
        raise _ByAttribute("classes with slots and a dict")
    places = probe_values(cls, names, shape)
    if places is None:
        return OP_NAMED, <uintptr_t>shape, tuple(range(len(names)))
    return OP_VALUES, <uintptr_t>shape, places


cdef tuple probe_values(cls, tuple names, Shape *shape):
    """Set marks in a new instance and find them again in its array of values; None: they are not there."""
    cdef Py_ssize_t i, place, count = len(names)
    cdef PyObject **values
    probe = probe_of(cls)
    if not may_hold_values(<PyTypeObject *>cls) or not 0 < count <= 30:
        return None
    marks = [object() for _ in names]
    for name, mark in zip(names, marks, strict=True):
        object.__setattr__(probe, name, mark)
    values = values_of(<PyObject *>probe)
    if values == NULL or values_count(values) != count:
        return None
    shape.capacity = values_capacity(<PyObject *>probe)
    for i in range(count):
        place = values_place(values, i, shape.capacity)
        if place >= shape.capacity or values[place] != <PyObject *>marks[i]:
            return None
        shape.place[i] = place
        shape.order[order_index(i, count)] = place
    return tuple(shape.place[i] for i in range(count))


cdef object probe_of(cls):
    """An empty instance, made as the decoder makes them."""
    try:
        return object.__new__(cls)
    except TypeError as error:
        raise NotNative(str(error)) from None


cdef bint is_msgspec(cls):
    return hasattr(cls, "__struct_fields__") and type(cls).__module__ == "msgspec._core"


cdef bint keys_are_known():
    """Whether dicts of text lie in memory as `_entries.h` takes them to: with gaps, small and large."""
    cdef bint known = True
    for size in (0, 1, 7, 300):
        entries = {f"key {number}": number for number in range(size)}
        for number in range(0, size, 3):
            del entries[f"key {number}"]
        known = known and try_keys(entries)
    return known
