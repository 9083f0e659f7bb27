// What the scheduler must know of the interpreter beyond its public functions, by version, each with a way to do without.
#pragma once

#include <Python.h>

#include <cstdint>
#include <cstring>

extern "C" {
// Exported by every supported version, declared in different headers.
PyAPI_FUNC(int) _PyDict_SetItem_KnownHash(PyObject *dict, PyObject *key, PyObject *item, Py_hash_t hash);
PyAPI_FUNC(PyObject *) _PyDict_GetItem_KnownHash(PyObject *dict, PyObject *key, Py_hash_t hash);
PyAPI_FUNC(int) _PyGen_FetchStopIterationValue(PyObject **value);
}

namespace dtact::scheduler {

// ---------------------------------------------------------------- contexts

// The head of PyContext. `probe_context` in _core_c.pyx checks it when the module loads; if it answers differently,
// every task copies its context.
struct ContextHead {
    PyObject_HEAD
    PyObject *previous;
    PyObject *variables;
};

inline PyObject *context_variables(PyObject *context) { return reinterpret_cast<ContextHead *>(context)->variables; }

// Borrowed; NULL if this thread has not yet made a context.
inline PyObject *current_context(PyThreadState *thread = PyThreadState_Get()) { return thread->context; }

// ---------------------------------------------------------------- coroutines

// The state byte of a coroutine, or -128 where its place is not known.
inline int coroutine_state(PyObject *coroutine) {
#if PY_VERSION_HEX < 0x030E0000
    return reinterpret_cast<PyCoroObject *>(coroutine)->cr_frame_state;
#else
    return -128;
#endif
}

// `PyIter_Send` without its questions, for what is known to be a coroutine of the interpreter.
inline PySendResult send_none(PyObject *coroutine, PyObject **result) {
    return Py_TYPE(coroutine)->tp_as_async->am_send(coroutine, Py_None, result);
}

// ---------------------------------------------------------------- who calls

#if PY_VERSION_HEX < 0x030C0000
struct FrameHead {
    PyObject *function, *globals, *builtins, *locals;
    PyCodeObject *code;
    PyObject *frame;
    void *previous;
    uint16_t *instruction;
};
#endif

// The code object of the Python function that called into C (owned, or NULL) and the offset of its instruction.
inline PyObject *calling_code(int *offset, PyThreadState *thread = PyThreadState_Get()) {
#if PY_VERSION_HEX < 0x030C0000
    auto *frame = reinterpret_cast<FrameHead *>(thread->cframe->current_frame);
    if (frame == nullptr) {
        return nullptr;
    }
    auto *first = reinterpret_cast<uint16_t *>(frame->code->co_code_adaptive);
    *offset = static_cast<int>(frame->instruction - first) * 2;
    return Py_NewRef(reinterpret_cast<PyObject *>(frame->code));
#elif PY_VERSION_HEX < 0x030E0000
#if PY_VERSION_HEX < 0x030D0000
    auto *frame = thread->cframe->current_frame;
#else
    auto *frame = thread->current_frame;
#endif
    if (frame == nullptr) {
        return nullptr;
    }
    *offset = PyUnstable_InterpreterFrame_GetLasti(frame);
    return PyUnstable_InterpreterFrame_GetCode(frame);
#else
    (void)thread;
    PyFrameObject *frame = PyEval_GetFrame();
    if (frame == nullptr) {
        return nullptr;
    }
    *offset = PyFrame_GetLasti(frame);
    return reinterpret_cast<PyObject *>(PyFrame_GetCode(frame));
#endif
}

// ---------------------------------------------------------------- exceptions

// The pending exception as one object with its traceback (owned), or NULL.
inline PyObject *take_exception() {
#if PY_VERSION_HEX >= 0x030C0000
    return PyErr_GetRaisedException();
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (type == nullptr) {
        return nullptr;
    }
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != nullptr) {
        PyException_SetTraceback(value, traceback);
    }
    Py_DECREF(type);
    Py_XDECREF(traceback);
    return value;
#endif
}

// What a `tp_iternext` returns to end an await with a value: without an object if the value is None, else in a
// StopIteration, one for all as long as nobody keeps it.
inline PyObject *end_await(PyObject *value) {
    if (value == Py_None) {
        return nullptr;
    }
#if PY_VERSION_HEX >= 0x030C0000
    static PyObject *reused = nullptr;
    if (reused != nullptr && Py_REFCNT(reused) == 1) {
        auto *stop = reinterpret_cast<PyStopIterationObject *>(reused);
        PyObject *old = stop->value;
        stop->value = Py_NewRef(value);
        Py_XDECREF(old);
        Py_CLEAR(stop->traceback);
        Py_CLEAR(stop->context);
        PyErr_SetRaisedException(Py_NewRef(reused));
        return nullptr;
    }
    PyObject *stop = PyObject_CallOneArg(PyExc_StopIteration, value);
    if (stop == nullptr) {
        return nullptr;
    }
    Py_XSETREF(reused, Py_NewRef(stop));
    PyErr_SetRaisedException(stop);
#else
    // A tuple or an exception as the value must be wrapped by hand.
    PyObject *stop = PyObject_CallOneArg(PyExc_StopIteration, value);
    if (stop != nullptr) {
        PyErr_SetObject(PyExc_StopIteration, stop);
        Py_DECREF(stop);
    }
#endif
    return nullptr;
}

// ---------------------------------------------------------------- memory of small objects

// Objects of one size, kept for reuse and invisible to the collector until somebody tracks them. Blocks come from
// the object allocator and do not count as container allocations, so a burst of tasks starts no collection.
template <int kKept>
class Stash {
  public:
    PyObject *take(PyTypeObject *type) {
#ifdef Py_GIL_DISABLED
        return PyType_GenericAlloc(type, 0);
#else
        size_t size = static_cast<size_t>(type->tp_basicsize);
        char *block;
        if (count_ > 0) {
            block = kept_[--count_];
        } else {
            block = static_cast<char *>(PyObject_Malloc(kHead + size));
            if (block == nullptr) {
                return PyErr_NoMemory();
            }
        }
        std::memset(block, 0, kHead + size);
        auto *object = reinterpret_cast<PyObject *>(block + kHead);
        if (type->tp_flags & Py_TPFLAGS_HEAPTYPE) {
            return PyObject_Init(object, type);
        }
        Py_SET_TYPE(object, type);
        Py_SET_REFCNT(object, 1);
        return object;
#endif
    }

    void give(void *object) {
#ifdef Py_GIL_DISABLED
        PyObject_GC_Del(object);
#else
        char *block = static_cast<char *>(object) - kHead;
        if (count_ < kKept) {
            kept_[count_++] = block;
        } else {
            PyObject_Free(block);
        }
#endif
    }

  private:
    static constexpr size_t kHead = 2 * sizeof(void *);  // PyGC_Head
    char *kept_[kKept];
    int count_ = 0;
};

inline bool is_tracked(PyObject *object) { return PyObject_GC_IsTracked(object) != 0; }

}  // namespace dtact::scheduler
