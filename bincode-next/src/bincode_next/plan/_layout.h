/* CPython's layouts, by exact minor version: digits of ints, values of plain objects, offsets of slots.
 *
 * What is not known by name here goes by the object's dict, which every version has.
 */
#ifndef BINCODE_NEXT_LAYOUT_H
#define BINCODE_NEXT_LAYOUT_H

#include "_ops.h"

#include <structmember.h>

#if PY_VERSION_HEX >= 0x030B0000 && PY_VERSION_HEX < 0x030E0000 && !defined(Py_GIL_DISABLED) && !defined(PYPY_VERSION)
#define VALUES_KNOWN 1
#else
#define VALUES_KNOWN 0
#endif

/* ---- ints ---- */

#if PY_VERSION_HEX >= 0x030C0000
#define DIGITS(v) (((PyLongObject *)(v))->long_value.ob_digit)
#define DIGIT_COUNT(v) ((Py_ssize_t)(((PyLongObject *)(v))->long_value.lv_tag >> 3))
#define IS_NEGATIVE(v) ((((PyLongObject *)(v))->long_value.lv_tag & 3) == 2)
#define IS_ONE_DIGIT(v) (((PyLongObject *)(v))->long_value.lv_tag < 16) /* or 0 */
#define ONE_DIGIT(v) (DIGITS(v)[0])
#else
#define DIGITS(v) (((PyLongObject *)(v))->ob_digit)
#define DIGIT_COUNT(v) (Py_SIZE(v) < 0 ? -Py_SIZE(v) : Py_SIZE(v))
#define IS_NEGATIVE(v) (Py_SIZE(v) < 0)
#define IS_ONE_DIGIT(v) ((size_t)(Py_SIZE(v) + 1) < 3) /* or 0 */
#define ONE_DIGIT(v) (Py_SIZE(v) ? DIGITS(v)[0] : 0)
#endif

typedef unsigned __int128 u128;

/* Magnitude of an int, 0 if it has more than 64 bits. */
static inline int magnitude(PyObject *v, uint64_t *out) {
    Py_ssize_t n = DIGIT_COUNT(v);
    const digit *d = DIGITS(v);
    if (LIKELY(n <= 1)) {
        *out = n ? d[0] : 0;
        return 1;
    }
    if (n == 2) {
        *out = (uint64_t)d[0] | (uint64_t)d[1] << PyLong_SHIFT;
        return 1;
    }
    if (n > 3 || (PyLong_SHIFT == 30 && d[2] >> 4)) {
        return 0;
    }
    *out = (uint64_t)d[0] | (uint64_t)d[1] << PyLong_SHIFT | (uint64_t)d[2] << (2 * PyLong_SHIFT);
    return 1;
}

static inline int magnitude128(PyObject *v, u128 *out) {
    Py_ssize_t n = DIGIT_COUNT(v);
    const digit *d = DIGITS(v);
    u128 value = 0;
    if (n > 5 || (n == 5 && d[4] >> 8)) {
        return 0;
    }
    while (n--) {
        value = value << PyLong_SHIFT | d[n];
    }
    *out = value;
    return 1;
}

_Static_assert(PyLong_SHIFT == 30, "ints of 30-bit digits");

static PyObject *int_of_u128(u128 value, int negative) {
    if (value <= INT64_MAX) {
        return PyLong_FromLongLong(negative ? -(long long)value : (long long)value);
    }
    unsigned char bytes[17];
    u128 two = negative ? ~value + 1 : value;
    for (int i = 0; i < 16; i++, two >>= 8) {
        bytes[i] = (unsigned char)two;
    }
    bytes[16] = negative ? 0xff : 0;
    return _PyLong_FromByteArray(bytes, 17, 1, 1);
}

/* ---- the values of a plain object ---- */

/* Where the values lie, or NULL: not inside the object (any more), or not known. */
static inline PyObject **values_of(PyObject *o) {
#if !VALUES_KNOWN
    return NULL;
#elif PY_VERSION_HEX >= 0x030D0000
    char *values = (char *)o + Py_TYPE(o)->tp_basicsize;
    return ((uint8_t *)values)[3] ? (PyObject **)(values + 8) : NULL;
#elif PY_VERSION_HEX >= 0x030C0000
    char *p = ((char **)o)[-3];
    return (uintptr_t)p & 1 ? (PyObject **)(p + 1) : NULL;
#else
    return ((PyObject ***)o)[-4];
#endif
}

static int may_hold_values(PyTypeObject *type) {
#if !VALUES_KNOWN
    return 0;
#else
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE) || type->tp_itemsize != 0) {
        return 0;
    }
#if PY_VERSION_HEX >= 0x030D0000
    return (type->tp_flags & (1UL << 2)) != 0;
#else
    return (type->tp_flags & Py_TPFLAGS_MANAGED_DICT) != 0;
#endif
#endif
}

/* How many values an object like this fresh one has room for. The bytes before the values are for as many at least;
 * what is read is only what the order of insertion names. */
static Py_ssize_t values_capacity(PyObject *o) {
#if !VALUES_KNOWN
    (void)o;
    return 0;
#elif PY_VERSION_HEX >= 0x030D0000
    return ((uint8_t *)o)[Py_TYPE(o)->tp_basicsize];
#else
    PyObject **values = values_of(o);
    return values == NULL ? 0 : ((uint8_t *)values)[-1] - 2;
#endif
}

/* How many values were set. */
static Py_ssize_t values_count(PyObject **values) {
#if !VALUES_KNOWN
    (void)values;
    return 0;
#elif PY_VERSION_HEX >= 0x030D0000
    return ((uint8_t *)values)[-8 + 1];
#else
    return ((uint8_t *)values)[-2];
#endif
}

/* Where the i-th value that was set lies. */
static Py_ssize_t values_place(PyObject **values, Py_ssize_t i, Py_ssize_t capacity) {
#if VALUES_KNOWN && PY_VERSION_HEX >= 0x030D0000
    return ((uint8_t *)(values + capacity))[i];
#else
    (void)capacity;
    return ((uint8_t *)values)[-3 - i];
#endif
}

/* The order of insertion runs upwards in memory or down. */
static Py_ssize_t order_index(Py_ssize_t i, Py_ssize_t count) {
#if VALUES_KNOWN && PY_VERSION_HEX >= 0x030D0000
    (void)count;
    return i;
#else
    return count - 1 - i;
#endif
}

/* Say in a fresh object that all its values were set, in the order of the fields. Room is the object's own affair:
 * each new object of a class has a place less, down to what its known attributes need. */
static inline void values_fill_order(PyObject **values, const Shape *shape) {
#if !VALUES_KNOWN
    (void)values, (void)shape;
#elif PY_VERSION_HEX >= 0x030D0000
    /* Each of a class's first objects has room for fewer values than the one before: its own head says how many. */
    memcpy(values + ((uint8_t *)values)[-8], shape->order, (size_t)shape->count);
    ((uint8_t *)values)[-8 + 1] = (uint8_t)shape->count;
#else
    memcpy((uint8_t *)values - 2 - shape->count, shape->order, (size_t)shape->count);
    ((uint8_t *)values)[-2] = (uint8_t)shape->count;
#endif
}

/* The dict of a plain object: borrowed, made if there is none yet. */
static PyObject *dict_of(PyObject *o) {
    PyObject *dict = PyObject_GenericGetDict(o, NULL);
    if (dict == NULL) {
        PyErr_Clear();
        return NULL;
    }
    Py_DECREF(dict); /* the object holds it */
    return PyDict_CheckExact(dict) ? dict : NULL;
}

static Py_ssize_t name_index(const Shape *shape, PyObject *key, Py_ssize_t at) {
    for (Py_ssize_t tries = 0; tries < shape->count; tries++, at++) {
        at = at < shape->count ? at : 0;
        if (shape->names[at] == key) {
            return at;
        }
    }
    if (PyUnicode_CheckExact(key) && !PyUnicode_CHECK_INTERNED(key)) { /* made at run time, as a parser does */
        for (at = 0; at < shape->count; at++) {
            if (PyUnicode_Compare(shape->names[at], key) == 0) {
                return at;
            }
        }
    }
    return -1;
}

/* Look in a dict without running Python code: borrowed values into `out`, 0 if one is missing. */
static int read_named(PyObject *dict, const Shape *shape, PyObject **out) {
    Py_ssize_t position = 0, found = 0, at = 0;
    PyObject *key, *value;
    while (PyDict_Next(dict, &position, &key, &value)) {
        Py_ssize_t i = name_index(shape, key, at);
        if (i >= 0) {
            out[i] = value;
            found++;
            at = i + 1;
        }
    }
    return found == shape->count && !(shape->as_dict && PyDict_GET_SIZE(dict) != found);
}

/* The values of a plain object whose dict was looked at: inside that dict while it shares the class's keys. */
static PyObject **values_elsewhere(PyObject *o) {
#if VALUES_KNOWN
    PyDictObject *dict = (PyDictObject *)dict_of(o);
    if (dict != NULL && dict->ma_values != NULL &&
        dict->ma_keys == ((PyHeapTypeObject *)Py_TYPE(o))->ht_cached_keys) {
#if PY_VERSION_HEX >= 0x030D0000
        return (PyObject **)((char *)dict->ma_values + 8);
#else
        return (PyObject **)dict->ma_values;
#endif
    }
#endif
    return NULL;
}

static inline PyObject **new_scratch(const Shape *shape) {
    return PyMem_Calloc((size_t)(shape->count + shape->capacity) + 1, sizeof(PyObject *));
}

/* The same values in memory of their own, at the places of the fields (`placed`) or in their order. */
static PyObject **values_by_name(const Shape *shape, PyObject *o, int placed, PyObject **values) {
    PyObject *dict = shape->as_dict ? o : dict_of(o);
    if (values == NULL || dict == NULL || !read_named(dict, shape, values)) {
        return NULL;
    }
    if (!placed) {
        return values;
    }
    for (Py_ssize_t i = 0; i < shape->count; i++) {
        values[shape->count + shape->place[i]] = values[i];
    }
    return values + shape->count;
}

/* ---- new objects ---- */

static inline PyObject *new_slots(const Shape *shape) {
    PyObject *o;
    if (LIKELY(shape->type->tp_flags & Py_TPFLAGS_HAVE_GC)) {
        o = (PyObject *)_PyObject_GC_New(shape->type);
        if (o != NULL) {
            memset((char *)o + sizeof(PyObject), 0, (size_t)shape->body);
        }
        return o;
    }
    return shape->type->tp_alloc(shape->type, 0);
}

static PyObject *no_arguments; /* an empty tuple */

static inline PyObject *new_plain(const Shape *shape) {
    return PyBaseObject_Type.tp_new(shape->type, no_arguments, NULL);
}

static inline PyObject *new_dict(Py_ssize_t count) {
#if PY_VERSION_HEX < 0x030E0000
    return count > 5 ? _PyDict_NewPresized(count) : PyDict_New();
#else
    (void)count;
    return PyDict_New();
#endif
}

static int has_gc(PyTypeObject *type) { return (type->tp_flags & Py_TPFLAGS_HAVE_GC) != 0; }

static int has_managed_dict(PyTypeObject *type) {
#if PY_VERSION_HEX >= 0x030B0000
    return (type->tp_flags & Py_TPFLAGS_MANAGED_DICT) != 0;
#else
    return 0;
#endif
}

/* Objects are nothing but their head and slots. */
static int is_slotted(PyTypeObject *type) {
    return type->tp_itemsize == 0 && type->tp_dictoffset == 0 && !has_managed_dict(type);
}

/* Objects have a dict, and nothing of a base other than `object`. */
static int is_plain(PyTypeObject *type) { return type->tp_itemsize == 0 && type->tp_dictoffset != 0; }

static int allocates_plainly(PyTypeObject *type) { return type->tp_alloc == PyType_GenericAlloc; }

/* Offset of a field that is a slot of objects, -1: it is none. */
static Py_ssize_t slot_offset(PyObject *descriptor) {
    if (!Py_IS_TYPE(descriptor, &PyMemberDescr_Type)) {
        return -1;
    }
    PyMemberDef *member = ((PyMemberDescrObject *)descriptor)->d_member;
    return member->type == T_OBJECT_EX && member->offset > 0 ? member->offset : -1;
}

#endif
