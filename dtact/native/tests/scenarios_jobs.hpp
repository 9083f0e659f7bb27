// Scenarios of jobs: rings, the shared queue, the search, ports and tickets.
#pragma once

#include "scenario.hpp"

#include "mesh/board.hpp"
#include "mesh/mailbox.hpp"
#include "mesh/overflow.hpp"
#include "mesh/ticket.hpp"

namespace scenarios {

using dtact::mesh::Board;
using dtact::mesh::Eventcount;
using dtact::mesh::Mailbox;
using dtact::mesh::Overflow;
using dtact::mesh::Port;
using dtact::mesh::Ring;
using dtact::mesh::TicketState;

// A sender, the receiver and a thief at one ring of two: every item once, none seen half, the oldest first.
struct OneRing : model::Scenario {
    Ring<Atomics, int, 2> ring;
    int pushed = 0;
    std::vector<int> taken;

    void send()
    {
        for (int tries = 0; tries < 4; ++tries)
            pushed += ring.push(pushed) ? 1 : 0;
    }

    void receive(uint32_t most)
    {
        for (int tries = 0; tries < 2; ++tries) {
            int items[2];
            uint32_t count = ring.take(items, most);
            for (uint32_t index = 0; index < count; ++index)
                taken.push_back(items[index]);
        }
    }

    Threads threads() override
    {
        return {[this] { send(); }, [this] { receive(2); }, [this] { receive(1); }};
    }

    void check() override
    {
        receive(2);
        std::sort(taken.begin(), taken.end());
        demand(static_cast<int>(taken.size()) == pushed, "an item was lost or taken twice");
        for (int item = 0; item < pushed; ++item)
            demand(taken[item] == item, "an item was taken twice");
    }
};

// A sender and a receiver that sleeps between letters: it gets them all.
struct MailAndSleep : model::Scenario {
    using Two = Ring<Atomics, int, 2>;
    Eventcount<Atomics> events;
    Mailbox<Atomics, Two, int, 1> box;
    Two ring;

    MailAndSleep() { box.add_ring(0, &ring); }

    void announce()
    {
        if (events.observe() & 1)
            events.wake(0);
    }

    void send()
    {
        for (int item = 0; item < 2; ++item) {
            if (dtact::mesh::mutated(dtact::mesh::Mutation::notify_before_push))
                announce();
            ring.push(item);
            box.mark(0);
            if (!dtact::mesh::mutated(dtact::mesh::Mutation::notify_before_push))
                announce();
        }
    }

    void receive()
    {
        for (uint32_t got = 0; got < 2;) {
            int items[2];
            uint32_t count = box.take(items, 2);
            got += count;
            if (count == 0 && events.sleep(0, [this] { return box.has_mail(1); }) != decltype(events)::Slept::woken)
                box.refresh(1);
        }
    }

    Threads threads() override
    {
        return {[this] { receive(); }, [this] { send(); }};
    }
};

// Two senders and two receivers at a shared queue of two, over its end: every item once, none seen half.
struct SharedQueue : model::Scenario {
    Overflow<Atomics, int, 2> queue;
    bool was_pushed[4] = {};
    int taken[4] = {};

    void send(int first)
    {
        for (int item = first; item < first + 2; ++item)
            was_pushed[item] = queue.push(item);
    }

    void receive(int tries)
    {
        for (int item; tries > 0; --tries)
            if (queue.take(item))
                ++taken[item];
    }

    Threads threads() override
    {
        return {[this] { send(0); }, [this] { send(2); }, [this] { receive(1); }, [this] { receive(1); }};
    }

    void check() override
    {
        receive(4);
        for (int item = 0; item < 4; ++item)
            demand(taken[item] == (was_pushed[item] ? 1 : 0), "an item was lost or taken twice");
    }
};

// One slot after the other of the shared queue is filled, emptied and filled again.
struct SharedQueueWraps : SharedQueue {
    Threads threads() override
    {
        return {[this] {
                    send(0);
                    send(2);
                },
                [this] { receive(2); }};
    }
};

// Two workers that search, one at a time, and sleep; a sender that wakes nobody while one searches. A job waits in the
// shared queue while the other one comes: each is run, and if one is left lying, all block.
struct SearchAndSleep : model::Scenario {
    Board<Atomics, 1> board;
    Overflow<Atomics, int, 2> queue;
    model::Atomic<uint32_t> searching{0}, ran{0};

    void submit(int item)
    {
        queue.push(item);
        uint64_t sleepers[1] = {};
        board.observe(sleepers, 2);
        if (sleepers[0] != 0 && searching.load(std::memory_order_relaxed) == 0)
            board.wake_worker(std::countr_zero(sleepers[0]));
    }

    // As in the pool, the searcher looks at what is not its own, ends its search, and passes it on if there is more.
    bool search()
    {
        if (searching.exchange(1, std::memory_order_relaxed) != 0) {
            Atomics::futex_wait(searching, 1);  // in the pool it looks again and again
            return false;
        }
        int item = 0;
        bool found = queue.take(item);
        searching.store(0, std::memory_order_relaxed);
        Atomics::futex_wake(searching);
        if (!found)
            return false;
        uint64_t sleepers[1] = {};
        board.observe(sleepers, 2);
        if (queue.has_items() && sleepers[0] != 0)
            board.wake_worker(std::countr_zero(sleepers[0]));
        return true;
    }

    // Runs one job; it ends only when both are run, so each worker must get one or the other must get both.
    void live(int worker)
    {
        while (ran.load(kAcquire) != 2)
            if (search()) {
                if (ran.fetch_add(1, std::memory_order_acq_rel) == 1)
                    board.wake_worker(1 - worker);
            } else {
                board.rest(worker, [this] { return ran.load(kAcquire) == 2 || queue.has_items(); }, 0, -1);
            }
    }

    Threads threads() override
    {
        return {[this] { live(0); }, [this] { live(1); },
                [this] {
                    submit(0);
                    submit(1);
                }};
    }
};

// Two senders and the owner of a port, which sleeps until it is rung for: it gets both nodes, and no bell rings idly.
struct PortAndBell : model::Scenario {
    Port<Atomics> port;
    dtact::mesh::PortNode<Atomics> nodes[2];
    model::Plain contents[2];
    model::Atomic<uint32_t> bell{0};

    void send(int who)
    {
        contents[who].write();
        if (port.push(&nodes[who])) {
            bell.store(1, kRelease);
            Atomics::futex_wake(bell);
        }
    }

    void own()
    {
        for (int got = 0;;) {
            for (auto* node = port.take(); node != nullptr; node = node->next.get(), ++got)
                contents[node - nodes].read();
            if (got == 2)
                return;
            if (port.arm())
                while (bell.exchange(0, kAcquire) == 0)
                    Atomics::futex_wait(bell, 0);
        }
    }

    Threads threads() override
    {
        return {[this] { own(); }, [this] { send(0); }, [this] { send(1); }};
    }
};

// Two jobs of one ticket: who waits for it, by thread and by port, sees what both wrote.
struct TicketOfTwo : model::Scenario {
    TicketState<Atomics> state;
    model::Plain results[2];
    model::Atomic<uint32_t> bell{0};

    void run(int who)
    {
        results[who].write();
        if (state.add_done(1, 2) && state.finish()) {
            bell.store(1, kRelease);
            Atomics::futex_wake(bell);
        }
    }

    void see()
    {
        for (model::Plain& result : results)
            result.read();
    }

    Threads threads() override
    {
        return {[this] { run(0); }, [this] { run(1); },
                [this] {
                    state.wait(-1);
                    see();
                },
                [this] {
                    if (state.want_port())
                        while (bell.load(kAcquire) == 0)
                            Atomics::futex_wait(bell, 0);
                    demand(state.is_done(), "a ticket is announced that is not done");
                    see();
                }};
    }
};

}  // namespace scenarios
