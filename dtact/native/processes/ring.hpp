// A ring of bytes from one process to another. Its two counters lie in shared memory and only grow; what each side
// remembers of the other's lies in its own. A frame that was not published when its writer died was never there.
#pragma once

#include <cstddef>

#include "mesh/atomics.hpp"
#include "processes/orders.hpp"

namespace dtact::processes {

template <class A>
struct Counters {
    alignas(mesh::kLine) typename A::template Atomic<uint64_t> tail{0};  // bytes ever written, by the writer
    alignas(mesh::kLine) typename A::template Atomic<uint64_t> head{0};  // bytes ever read, by the reader
};

template <class A>
class Writer {
public:
    Writer(Counters<A>& counters, uint64_t capacity) : counters_(counters), capacity_(capacity) {}

    // Whether `bytes` fit behind what is there.
    bool has_room(uint64_t bytes)
    {
        if (tail_ + bytes - head_ <= capacity_)
            return true;
        head_ = counters_.head.load(orders::kReuse);
        return tail_ + bytes - head_ <= capacity_;
    }

    uint64_t position() const { return tail_; }  // where the next frame begins; take it modulo the capacity

    void publish(uint64_t bytes) { counters_.tail.store(tail_ += bytes, orders::kPublish); }

private:
    Counters<A>& counters_;
    uint64_t capacity_, tail_ = 0, head_ = 0;
};

template <class A>
class Reader {
public:
    explicit Reader(Counters<A>& counters) : counters_(counters) {}

    // How many bytes can be read.
    uint64_t available()
    {
        if (tail_ == head_)
            tail_ = counters_.tail.load(orders::kLook);
        return tail_ - head_;
    }

    uint64_t position() const { return head_; }

    void release(uint64_t bytes) { counters_.head.store(head_ += bytes, orders::kFree); }

private:
    Counters<A>& counters_;
    uint64_t tail_ = 0, head_ = 0;
};

}  // namespace dtact::processes
