// Jobs that somebody waits for: one, or many that share a function and lie at equal distances. A batch is not a million
// jobs but one per worker; each takes the next few items until none is left, so late workers cost nothing.
//
// Who waits announces itself in the word that the last job marks, so one of the two is second and sees the other.
#pragma once

#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include "mesh/job.hpp"
#include "mesh/port.hpp"
#include "mesh/spans.hpp"

namespace dtact::mesh {

template <class A>
class TicketState {
public:
    // Count `items` as done. True for who counts the last of `all`: it calls finish().
    bool add_done(uint64_t items, uint64_t all) { return done_.fetch_add(items, orders::kFinish) + items == all; }

    // Wake the threads that wait. True: a port wants the ticket, too.
    bool finish()
    {
        uint32_t seen = mutated(Mutation::finish_looks_first) ? word_.load(std::memory_order_acquire) : 0;
        seen |= word_.fetch_or(kDone, orders::kFinish) * (mutated(Mutation::finish_looks_first) ? 0 : 1);
        if ((seen & kThread) != 0)
            A::futex_wake(word_);
        return (seen & kPort) != 0;
    }

    bool is_done() const { return (word_.load(orders::kFinishLook) & kDone) != 0; }

    // False if the ticket is done already: then nothing is pushed.
    bool want_port() { return (word_.fetch_or(kPort, orders::kFinish) & kDone) == 0; }

    // Wait at most timeout_ns (negative: for ever). False: the time is up.
    bool wait(int64_t timeout_ns)
    {
        uint32_t word = word_.fetch_or(kThread, orders::kFinish) | kThread;
        while ((word & kDone) == 0) {
            if (A::futex_wait(word_, word, timeout_ns))
                return is_done();
            word = word_.load(orders::kFinishLook);
        }
        return true;
    }

private:
    static constexpr uint32_t kDone = 1, kPort = 2, kThread = 4;

    typename A::template Atomic<uint64_t> done_{0};
    typename A::template Atomic<uint32_t> word_{0};
};

// The items of a ticket: calls of one function.
struct Items {
    void (*function)(void*) = nullptr;
    char* base = nullptr;
    int64_t stride = 0;     // item i is at base + i * stride
    uint64_t count = 1;
    bool is_table = false;  // what lies there is a pointer to the argument, not the argument itself

    void run(uint64_t item) const
    {
        char* place = base + static_cast<int64_t>(item) * stride;
        function(is_table ? *reinterpret_cast<void**>(place) : place);
    }
};

using RealPort = Port<RealAtomics>;

class Ticket;

// An eventfd and the tickets that are done. Belongs to its owner, and to each ticket that is to come out of it.
class Outlet {
public:
    explicit Outlet(int event_fd) : fd(event_fd) { port_.arm(); }
    ~Outlet()
    {
        close(fd);
        release(port_.take());
        release(rest_);
    }

    const int fd;

    void push(PortNode<RealAtomics>* node)
    {
        if (!port_.push(node))
            return;
        uint64_t one = 1;
        while (write(fd, &one, sizeof one) < 0 && errno == EINTR) {
        }
    }

    // For the owner: one that is done, in the order in which they came; null: none, and the next one rings.
    Ticket* take();

    // Before the first take() after a ring.
    void silence()
    {
        uint64_t rung = 0;
        while (read(fd, &rung, sizeof rung) < 0 && errno == EINTR) {
        }
    }

    void keep() { references_.fetch_add(1, std::memory_order_relaxed); }
    void drop()
    {
        if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }

private:
    static void release(PortNode<RealAtomics>* nodes);

    RealPort port_;
    PortNode<RealAtomics>* rest_ = nullptr;  // taken from the port, not yet from here
    std::atomic<uint32_t> references_{1};
};

// Counted references: the owner's, one per job that is under way, and the port's.
class Ticket : public PortNode<RealAtomics> {
public:
    Ticket(const Items& items, uint32_t forks_now) : forks(forks_now), items_(items) {}

    const uint32_t forks;  // of the process, when it was made
    void* tag = nullptr;   // the owner's

    uint64_t count() const { return items_.count; }
    bool is_done() const { return state_.is_done(); }
    bool is_shed() const { return shed_.load(std::memory_order_acquire); }

    // Push this to the outlet once it is done; the outlet's owner then calls drop(). False if it is done already.
    bool notify(Outlet& outlet)
    {
        outlet_ = &outlet;
        outlet.keep();
        keep();
        if (state_.want_port())
            return true;
        drop();
        outlet.drop();
        return false;
    }

    bool wait(int64_t timeout_ns) { return state_.wait(timeout_ns); }

    // The job to give to workers, once per worker that is to help.
    Job job()
    {
        keep();
        return {&Ticket::run_job, this};
    }

    static bool is_of_ticket(const Job& job) { return job.function == &Ticket::run_job; }

    // The job was dropped from a full queue. What its other jobs leave undone is lost as well.
    static void shed(const Job& job)
    {
        if (!is_of_ticket(job))
            return;
        auto& self = *static_cast<Ticket*>(job.argument);
        self.shed_.store(true, std::memory_order_release);
        self.count_done(self.claim_rest());
        self.drop();
    }

    // A ticket without items is done at once.
    void finish_empty() { state_.finish(); }

    // Work along: what nobody has begun.
    void help()
    {
        uint64_t ran = 0;
        for (uint64_t grain = 1, first; (first = claim(grain)) < items_.count;) {
            int64_t start = items_.count > 1 ? now_ns() : 0;
            uint64_t end = std::min(first + grain, items_.count);
            Spanned span(reinterpret_cast<const void*>(items_.function));
            for (uint64_t item = first; item < end; ++item)
                items_.run(item);
            ran += end - first;
            if (items_.count > 1)
                grain = next_grain(grain, now_ns() - start, first);
        }
        count_done(ran);
    }

    void keep() { references_.fetch_add(1, std::memory_order_relaxed); }
    void drop()
    {
        if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }

private:
    static constexpr int64_t kGrainNs = 10'000;  // what one worker takes at a time

    static void run_job(void* argument)
    {
        auto& self = *static_cast<Ticket*>(argument);
        self.help();
        self.drop();
    }

    uint64_t claim(uint64_t grain)
    {
        // Late comers must not push the counter over its end.
        if (next_.load(std::memory_order_relaxed) >= items_.count)
            return items_.count;
        return next_.fetch_add(grain, std::memory_order_relaxed);
    }

    uint64_t claim_rest()
    {
        uint64_t first = next_.exchange(items_.count, std::memory_order_relaxed);
        return first < items_.count ? items_.count - first : 0;
    }

    // At most kGrainNs, and at most an eighth of what is left, so that all end together.
    uint64_t next_grain(uint64_t grain, int64_t took_ns, uint64_t first) const
    {
        uint64_t most = std::max<uint64_t>((items_.count - first) / 8, 1);
        uint64_t wanted = took_ns < kGrainNs / 2 ? grain * 2 : took_ns > kGrainNs ? grain / 2 : grain;
        return std::clamp<uint64_t>(wanted, 1, most);
    }

    void count_done(uint64_t items)
    {
        if (items == 0 || !state_.add_done(items, items_.count) || !state_.finish())
            return;
        Outlet& outlet = *outlet_;
        outlet.push(this);  // after which this may be gone
        outlet.drop();
    }

    Items items_;
    Outlet* outlet_ = nullptr;
    TicketState<RealAtomics> state_;
    alignas(kLine) std::atomic<uint64_t> next_{0};
    alignas(kLine) std::atomic<uint32_t> references_{1};
    std::atomic<bool> shed_{false};
};

inline Ticket* Outlet::take()
{
    while (rest_ == nullptr)
        if ((rest_ = port_.take()) == nullptr && port_.arm())
            return nullptr;
    auto* ticket = static_cast<Ticket*>(rest_);
    rest_ = rest_->next.get();
    return ticket;
}

inline void Outlet::release(PortNode<RealAtomics>* nodes)
{
    while (nodes != nullptr) {
        auto* ticket = static_cast<Ticket*>(nodes);
        nodes = nodes->next.get();
        ticket->drop();
    }
}

}  // namespace dtact::mesh
