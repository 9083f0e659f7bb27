// What ran when, on which thread: kept while somebody records, for traces. Otherwise a job pays one relaxed read.
//
// Each thread writes into a ring of its own, whose lock is free but for the moments in which the reader empties it. What
// the reader is too slow for is overwritten, the oldest first, and counted. Rings outlive their threads and are used again.
#pragma once

#include <atomic>
#include <mutex>
#include <new>

#include "mesh/atomics.hpp"

namespace dtact::mesh {

struct Span {
    const void* function;
    int64_t began_ns, ended_ns;
    int64_t thread;  // as the kernel numbers it
};

class Spans {
public:
    static constexpr uint64_t kMost = 32768;  // of each thread

    static bool is_on() { return on_.load(std::memory_order_relaxed); }
    static void turn(bool on) { on_.store(on, std::memory_order_relaxed); }

    // What runs here is to be shown as this function, not as the one that was submitted.
    static void rename(const void* function)
    {
        if (is_on())
            name_ = function;
    }

    static void add(const void* function, int64_t began_ns)
    {
        Span span{name_ != nullptr ? name_ : function, began_ns, now_ns(), 0};
        name_ = nullptr;
        Ring* ring = own();
        if (ring == nullptr)
            return;
        span.thread = ring->thread;
        std::lock_guard lock(ring->lock);
        ring->spans[ring->written++ % kMost] = span;
    }

    // Call `visit` with each span that was not visited before. Returns how many were lost.
    template <class Visit>
    static uint64_t take(Visit visit)
    {
        uint64_t lost = 0;
        std::lock_guard book(book_);
        for (Ring* ring = rings_; ring != nullptr; ring = ring->next) {
            std::lock_guard lock(ring->lock);
            if (ring->written - ring->taken > kMost) {
                lost += ring->written - ring->taken - kMost;
                ring->taken = ring->written - kMost;
            }
            for (; ring->taken != ring->written; ++ring->taken)
                visit(ring->spans[ring->taken % kMost]);
        }
        return lost;
    }

    // In a child made by fork() nobody records, and locks may be held by threads that are not there.
    static void after_fork_in_child()
    {
        turn(false);
        new (&book_) std::mutex;
        rings_ = nullptr;
        forks_.fetch_add(1, std::memory_order_relaxed);
    }

private:
    struct Ring {
        std::mutex lock;
        uint64_t written = 0, taken = 0;
        int64_t thread = 0;
        bool is_owned = true;
        Ring* next = nullptr;
        Span spans[kMost];
    };

    // Gives the ring back when its thread ends.
    struct Owner {
        Ring* ring = nullptr;
        uint32_t forks = 0;
        ~Owner()
        {
            if (ring == nullptr || forks != forks_.load(std::memory_order_relaxed))
                return;
            std::lock_guard book(book_);
            ring->is_owned = false;
        }
    };

    static Ring* own()
    {
        static thread_local Owner owner;
        uint32_t forks = forks_.load(std::memory_order_relaxed);
        if (owner.ring != nullptr && owner.forks == forks) [[likely]]
            return owner.ring;
        owner.ring = find();
        owner.forks = forks;
        return owner.ring;
    }

    [[gnu::noinline]] static Ring* find()
    {
        std::lock_guard book(book_);
        Ring* ring = rings_;
        while (ring != nullptr && (ring->is_owned || ring->taken != ring->written))
            ring = ring->next;
        if (ring == nullptr) {
            ring = new (std::nothrow) Ring;  // pages that are not written to are not there
            if (ring == nullptr)
                return nullptr;
            ring->next = rings_;
            rings_ = ring;
        }
        ring->is_owned = true;
        ring->thread = syscall(SYS_gettid);
        return ring;
    }

    inline static constinit std::atomic<bool> on_{false};
    inline static constinit std::atomic<uint32_t> forks_{0};
    inline static constinit std::mutex book_;
    inline static constinit Ring* rings_ = nullptr;
    inline static thread_local constinit const void* name_ = nullptr;
};

// The time in which this lives is a span, if somebody records.
class Spanned {
public:
    explicit Spanned(const void* function) : function_(function), began_ns_(Spans::is_on() ? now_ns() : 0) {}
    ~Spanned()
    {
        if (began_ns_ != 0) [[unlikely]]
            Spans::add(function_, began_ns_);
    }
    Spanned(const Spanned&) = delete;
    Spanned& operator=(const Spanned&) = delete;

private:
    const void* function_;
    int64_t began_ns_;
};

}  // namespace dtact::mesh
