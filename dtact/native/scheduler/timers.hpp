// Timers: a heap with four children a node, ordered by time and, among equal times, by age.
#pragma once

#include <Python.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <new>
#include <utility>
#include <vector>

namespace dtact::scheduler {

// Seconds of the monotonic clock: what time.monotonic() returns.
inline double now_seconds() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Timer {
    double when;
    uint64_t age;
    PyObject *item;  // owned

    bool before(const Timer &other) const { return when < other.when || (when == other.when && age < other.age); }
};

// Cancelling marks the item and calls `note_dead`; the entry goes when it comes to the top, or when half of all are
// dead and the heap is rebuilt. So both scheduling and cancelling are cheap, and memory stays within twice the need.
class TimerHeap {
  public:
    size_t size() const { return entries_.size(); }
    size_t live() const { return entries_.size() - dead_; }
    const Timer &top() const { return entries_.front(); }
    PyObject *at(size_t index) const { return entries_[index].item; }

    bool push(double when, PyObject *item) {
        try {
            entries_.push_back({when, ++age_, item});
        } catch (const std::bad_alloc &) {
            return false;
        }
        up(entries_.size() - 1);
        return true;
    }

    // Hands over the reference to the earliest item.
    PyObject *pop() {
        PyObject *item = entries_.front().item;
        Timer last = entries_.back();
        entries_.pop_back();
        if (!entries_.empty()) {
            down(0, last);
        }
        return item;
    }

    void note_dead() { ++dead_; }
    void note_dead_gone() { --dead_; }
    bool wants_rebuild() const { return dead_ > 64 && dead_ * 2 > entries_.size(); }

    // Moves dead items to `graveyard`, which the caller releases afterwards: releasing may run Python code.
    template <class IsDead>
    void rebuild(IsDead is_dead, std::vector<PyObject *> &graveyard) {
        graveyard.reserve(dead_);
        size_t kept = 0;
        for (const Timer &entry : entries_) {
            if (is_dead(entry.item)) {
                graveyard.push_back(entry.item);
            } else {
                entries_[kept++] = entry;
            }
        }
        entries_.resize(kept);
        if (entries_.capacity() > 4 * kept + 1024) {
            entries_.shrink_to_fit();
        }
        dead_ = 0;
        for (size_t index = kept / 4 + 1; index-- > 0;) {
            if (index < kept) {
                down(index, entries_[index]);
            }
        }
    }

    ~TimerHeap() {
        for (Timer &entry : entries_) {
            Py_DECREF(entry.item);
        }
    }

  private:
    void up(size_t index) {
        Timer moving = entries_[index];
        while (index > 0) {
            size_t parent = (index - 1) / 4;
            if (!moving.before(entries_[parent])) {
                break;
            }
            entries_[index] = entries_[parent];
            index = parent;
        }
        entries_[index] = moving;
    }

    void down(size_t index, Timer moving) {
        size_t count = entries_.size();
        for (;;) {
            size_t first = 4 * index + 1, least = first;
            if (first >= count) {
                break;
            }
            size_t end = first + 4 < count ? first + 4 : count;
            for (size_t child = first + 1; child < end; ++child) {
                if (entries_[child].before(entries_[least])) {
                    least = child;
                }
            }
            if (!entries_[least].before(moving)) {
                break;
            }
            entries_[index] = entries_[least];
            index = least;
        }
        entries_[index] = moving;
    }

    std::vector<Timer> entries_;
    uint64_t age_ = 0;
    size_t dead_ = 0;
};

}  // namespace dtact::scheduler
