// A growing ring of owned references: what is ready, first in, first out.
#pragma once

#include <Python.h>

#include <cstddef>
#include <cstdlib>

namespace dtact::scheduler {

// The GIL is the lock: no operation runs Python code or lets the GIL go, so any thread that holds it may push.
class Ring {
  public:
    size_t size() const { return tail_ - head_; }

    // Takes over the reference; false (and the reference stays with the caller) if memory ran out.
    bool push(PyObject *item) {
        if (size() == capacity_ && !resize(capacity_ ? capacity_ * 2 : kSmall)) {
            return false;
        }
        items_[tail_++ & (capacity_ - 1)] = item;
        return true;
    }

    // The same at the other end, for what was taken and comes back.
    bool push_front(PyObject *item) {
        if (size() == capacity_ && !resize(capacity_ ? capacity_ * 2 : kSmall)) {
            return false;
        }
        items_[--head_ & (capacity_ - 1)] = item;
        return true;
    }

    // Hands the reference over; the ring must not be empty. A ring that a burst made large is given back once empty.
    PyObject *pop() {
        PyObject *item = items_[head_++ & (capacity_ - 1)];
        if (head_ == tail_ && capacity_ > kLarge) {
            std::free(items_);
            items_ = nullptr;
            head_ = tail_ = capacity_ = 0;
        }
        return item;
    }

    PyObject *at(size_t index) const { return items_[(head_ + index) & (capacity_ - 1)]; }

    ~Ring() {
        while (size()) {
            Py_DECREF(pop());
        }
        std::free(items_);
    }

  private:
    static constexpr size_t kSmall = 64;
    static constexpr size_t kLarge = 1 << 16;

    [[gnu::noinline, gnu::cold]] bool resize(size_t capacity) {
        auto *items = static_cast<PyObject **>(std::malloc(capacity * sizeof(PyObject *)));
        if (items == nullptr) {
            return false;
        }
        size_t count = size();
        for (size_t index = 0; index < count; ++index) {
            items[index] = at(index);
        }
        std::free(items_);
        items_ = items;
        head_ = 0;
        tail_ = count;
        capacity_ = capacity;
        return true;
    }

    PyObject **items_ = nullptr;
    size_t head_ = 0, tail_ = 0, capacity_ = 0;
};

// One ring a priority.
struct Rings {
    static constexpr int kLevels = 4;
    Ring level[kLevels];

    size_t size() const { return level[0].size() + level[1].size() + level[2].size() + level[3].size(); }
};

}  // namespace dtact::scheduler
