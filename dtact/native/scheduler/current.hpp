// asyncio's note of which task runs in a loop: an entry of the dict `asyncio.tasks._current_tasks`. It changes with
// every step of a task, so its place is found once and then written without a look-up.
//
// The place holds as long as the dict has the same block of keys, of the same shape, with the loop at that place: such
// a block is only ever replaced as a whole, and within it entries don't move. Where the layout is not known, or a probe
// at import does not find what it has put into a dict, every step goes through the dict.
#pragma once

#include <Python.h>

#include <cstdint>
#include <cstring>

#include "scheduler/layout.hpp"

namespace dtact::scheduler {

#if PY_VERSION_HEX < 0x030E0000 && !defined(Py_GIL_DISABLED)
inline constexpr bool kDictIsKnown = true;
#else
inline constexpr bool kDictIsKnown = false;
#endif

// The head of a dict's block of keys; then come the indices, then the entries.
struct DictKeys {
    Py_ssize_t references;
    uint8_t size_bits, index_bits, kind, unused;  // kind 0: any keys, with their hashes
    uint32_t version;
    Py_ssize_t usable, used;

    struct Entry {
        Py_hash_t hash;
        PyObject *key, *value;
    };
    Entry *entries() { return reinterpret_cast<Entry *>(reinterpret_cast<char *>(this + 1) + (size_t{1} << index_bits)); }
    uint32_t shape() const { return size_bits | index_bits << 8 | kind << 16; }
};

class CurrentEntry {
public:
    // Checks the layout on a dict of its own. False if an error is set.
    static bool probe() {
        PyObject *dict = PyDict_New(), *keys[3] = {}, *value = PyLong_FromLong(123456789);
        bool is_made = dict != nullptr && value != nullptr;
        for (long at = 0; is_made && at < 3; ++at) {
            keys[at] = PyLong_FromLong(123456790 + at);
            is_made = keys[at] != nullptr && PyDict_SetItem(dict, keys[at], at == 2 ? value : Py_None) == 0;
        }
        is_made = is_made && PyDict_DelItem(dict, keys[0]) == 0;
        if (is_made && kDictIsKnown) {
            CurrentEntry entry;
            entry.dict_ = dict;
            entry.loop_ = keys[2];
            is_probed_ = true;
            is_probed_ = entry.find() && entry.holds() && *entry.value_ == value;
            entry.loop_ = keys[0];
            is_probed_ = is_probed_ && !entry.find();
        }
        Py_XDECREF(dict);
        Py_XDECREF(value);
        for (PyObject *key : keys)
            Py_XDECREF(key);
        return is_made;
    }

    // Both are borrowed: the scheduler keeps them.
    void open(PyObject *dict, PyObject *loop, Py_hash_t hash) {
        dict_ = dict;
        loop_ = loop;
        hash_ = hash;
        value_ = nullptr;
    }

    // Borrowed, or NULL.
    PyObject *get() const { return holds() ? *value_ : _PyDict_GetItem_KnownHash(dict_, loop_, hash_); }

    // Whether it is known, without a look-up, that this task is noted.
    bool is_set_to(PyObject *task) const { return holds() && *value_ == task; }

    // -1 and an error set if it can't be noted.
    int set(PyObject *task) {
        if (holds()) {
            PyObject *before = *value_;
            *value_ = Py_NewRef(task);
            Py_DECREF(before);
            return 0;
        }
        if (_PyDict_SetItem_KnownHash(dict_, loop_, task, hash_) != 0)
            return -1;
        find();
        return 0;
    }

    // Notes a task and hands out whom it held before, owned or NULL.
    int exchange(PyObject *task, PyObject **before) {
        if (holds()) {
            *before = *value_;
            *value_ = Py_NewRef(task);
            return 0;
        }
        *before = Py_XNewRef(get());
        return set(task);
    }

    // Takes that back.
    int put_back(PyObject *before) {
        if (before == nullptr)
            return clear();
        int status = set(before);
        Py_DECREF(before);
        return status;
    }

    int clear() {
        value_ = nullptr;
        return PyDict_DelItem(dict_, loop_);
    }

private:
    DictKeys *keys() const { return reinterpret_cast<DictKeys *>(reinterpret_cast<PyDictObject *>(dict_)->ma_keys); }

    bool holds() const {
        return value_ != nullptr && keys() == keys_ && keys_->shape() == shape_ && value_[-1] == loop_;
    }

    bool find() {
        value_ = nullptr;
        keys_ = keys();
        if (!is_probed_ || keys_->kind != 0)
            return false;
        shape_ = keys_->shape();
        DictKeys::Entry *entries = keys_->entries();
        for (Py_ssize_t at = 0; at < keys_->used; ++at)
            if (entries[at].key == loop_)
                value_ = &entries[at].value;
        return value_ != nullptr;
    }

    inline static bool is_probed_ = false;

    PyObject *dict_ = nullptr, *loop_ = nullptr;
    Py_hash_t hash_ = 0;
    DictKeys *keys_ = nullptr;
    uint32_t shape_ = 0;
    PyObject **value_ = nullptr;
};

}  // namespace dtact::scheduler
