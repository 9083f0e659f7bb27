// The protocols of the pool, explored: see model.hpp. Exits with 1 if a scenario fails or a mutation goes unnoticed.
//
// Usage: explore [deep | mutations]. "deep" gives the largest scenario wider bounds: a minute or two.
#define DTACT_MUTATE_AT_RUN_TIME
#include "model.hpp"

#include "mesh/board.hpp"
#include "mesh/gate.hpp"
#include "mesh/mailbox.hpp"
#include "mesh/overflow.hpp"
#include "mesh/range.hpp"
#include "mesh/ticket.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace {

using dtact::mesh::Board;
using dtact::mesh::Eventcount;
using dtact::mesh::Gate;
using dtact::mesh::Mailbox;
using dtact::mesh::Overflow;
using dtact::mesh::Port;
using dtact::mesh::Range;
using dtact::mesh::Ring;
using dtact::mesh::TicketState;
using model::Atomics;
using model::Explorer;
using Threads = std::vector<std::function<void()>>;

constexpr uint64_t kMostRuns = 5'000'000;
constexpr auto kAcquire = std::memory_order_acquire;
constexpr auto kRelease = std::memory_order_release;

void demand(bool holds, const char* what) { Explorer::now->demand(holds, what); }

// Producers publish by a plain release store, as a mailbox does, then notify; the sleeper ends when it has seen all.
template <int kProducers, int kItems>
struct Mailboxes : model::Scenario {
    Eventcount<Atomics> events;
    model::Atomic<uint32_t> tails[2] = {model::Atomic<uint32_t>(0), model::Atomic<uint32_t>(0)};
    model::Plain letters[2];

    void produce(int who)
    {
        letters[who].write();
        for (uint32_t item = 1; item <= kItems; ++item) {
            tails[who].store(item, kRelease);
            if (events.observe() & 1)
                events.wake(0);
        }
    }

    void consume()
    {
        uint32_t seen[2] = {};
        auto has_mail = [&] {
            for (int who = 0; who < kProducers; ++who)
                if (tails[who].load(kAcquire) != seen[who])
                    return true;
            return false;
        };
        while (seen[0] < kItems || (kProducers > 1 && seen[1] < kItems)) {
            for (int who = 0; who < kProducers; ++who) {
                uint32_t tail = tails[who].load(kAcquire);
                if (tail != seen[who])
                    letters[who].read();
                seen[who] = tail;
            }
            if (!has_mail() && (seen[0] < kItems || (kProducers > 1 && seen[1] < kItems)))
                events.sleep(0, has_mail);
        }
    }

    Threads threads() override
    {
        Threads all{[this] { consume(); }};
        for (int who = 0; who < kProducers; ++who)
            all.push_back([this, who] { produce(who); });
        return all;
    }
};

// A sleep that may time out just when somebody rings loses neither the work nor a later ring.
struct TimedSleep : model::Scenario {
    Eventcount<Atomics> events;
    model::Atomic<uint32_t> tail{0};

    Threads threads() override
    {
        return {[this] {
                    uint32_t first = 0;
                    events.sleep(0, [&] { return (first = tail.load(kAcquire)) != 0; }, 1);
                    while (tail.load(kAcquire) < 2)
                        events.sleep(0, [this] { return tail.load(kAcquire) >= 2; });
                },
                [this] {
                    for (uint32_t item = 1; item <= 2; ++item) {
                        tail.store(item, kRelease);
                        if (events.observe() & 1)
                            events.wake(0);
                    }
                }};
    }
};

// Each caller posts a slot and stays until a helper came; each worker helps once and stays too. If one is left alone,
// all block.
template <int kCallers>
struct EveryoneIsHelped : model::Scenario {
    Board<Atomics, 1> board;
    Gate<Atomics> gates[2];
    model::Atomic<uint32_t> came[2] = {model::Atomic<uint32_t>(0), model::Atomic<uint32_t>(0)};

    void call(int slot)
    {
        gates[slot].open(1);
        board.post(slot, 1, kCallers);
        while (came[slot].load(kAcquire) == 0)
            Atomics::futex_wait(came[slot], 0);
    }

    int wanted_slot() const
    {
        uint64_t posted = board.posted();
        for (int slot = 0; slot < kCallers; ++slot)
            if ((posted >> slot & 1) != 0 && gates[slot].has_seat())
                return slot;
        return -1;
    }

    int seats_wanted() const
    {
        uint64_t posted = board.posted();
        int seats = 0;
        for (int slot = 0; slot < kCallers; ++slot)
            seats += (posted >> slot & 1) != 0 && gates[slot].has_seat() ? 1 : 0;
        return seats;
    }

    void help(int worker)
    {
        for (;;) {
            int slot = wanted_slot();
            if (slot >= 0 && gates[slot].join()) {
                if (kCallers > 1)
                    board.found([this] { return seats_wanted(); }, kCallers);
                came[slot].store(1, kRelease);
                Atomics::futex_wake(came[slot]);
                return;
            }
            board.rest(worker, [this] { return wanted_slot() >= 0; }, 1, -1);
        }
    }

    Threads threads() override
    {
        Threads all;
        for (int index = 0; index < kCallers; ++index) {
            all.push_back([this, index] { help(index); });
            all.push_back([this, index] { call(index); });
        }
        return all;
    }
};

// Two calls through one gate: what the caller wrote before opening and what helpers wrote inside is never seen half.
template <int kHelpers>
struct TwoCallsOneGate : model::Scenario {
    Gate<Atomics> gate;
    model::Plain job;
    model::Plain results[2];

    void call()
    {
        for (int round = 0; round < 2; ++round) {
            job.write();
            gate.open(kHelpers);
            gate.close();
            gate.wait_until_empty(0);
            for (int helper = 0; helper < kHelpers; ++helper)
                results[helper].read();
        }
    }

    void help(int who)
    {
        for (int tries = 0; tries < 2; ++tries)
            if (gate.join()) {
                job.read();
                results[who].write();
                gate.leave();
            }
    }

    Threads threads() override
    {
        Threads all{[this] { call(); }};
        for (int who = 0; who < kHelpers; ++who)
            all.push_back([this, who] { help(who); });
        return all;
    }
};

// Owner in front, thieves behind: each chunk once.
struct ChunksOnce : model::Scenario {
    static constexpr uint32_t kChunks = 3;
    Range<Atomics> range;
    int runs[kChunks] = {};

    ChunksOnce() { range.fill(0, kChunks); }

    Threads threads() override
    {
        return {[this] {
                    for (uint32_t chunk; range.take_front(chunk);)
                        ++runs[chunk];
                },
                [this] { steal(); }, [this] { steal(); }};
    }

    void steal()
    {
        for (uint32_t chunk; range.take_back(chunk);)
            ++runs[chunk];
    }

    void check() override
    {
        for (int times : runs)
            demand(times == 1, "a chunk was not run exactly once");
    }
};

// All together: two calls in a row, a worker that searches, sleeps, helps and is stopped at last.
struct WholePool : model::Scenario {
    Board<Atomics, 1> board;
    Gate<Atomics> gate;
    Range<Atomics> range;
    model::Plain job, done[2];
    model::Atomic<uint32_t> stopping{0};

    void work()
    {
        for (uint32_t chunk; range.take_front(chunk);) {
            job.read();
            done[chunk].write();
        }
    }

    void call()
    {
        for (int round = 0; round < 2; ++round) {
            job.write();
            range.fill(0, 2);
            gate.open(1);
            board.post(0, 1, 1);
            work();
            board.withdraw(0);
            gate.close();
            gate.wait_until_empty(0);
            for (model::Plain& piece : done)
                piece.read();
        }
        stopping.store(1, kRelease);
        board.wake_worker(0);
    }

    bool is_wanted() const { return (board.posted() & 1) != 0 && gate.has_seat(); }

    void live()
    {
        while (stopping.load(kAcquire) == 0) {
            if (is_wanted() && gate.join()) {
                work();
                gate.leave();
            } else {
                board.rest(0, [this] { return stopping.load(kAcquire) != 0 || is_wanted(); }, 1, -1);
            }
        }
    }

    Threads threads() override
    {
        return {[this] { call(); }, [this] { live(); }};
    }
};

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

bool is_quiet = false;

template <class S>
bool explore(const char* name, model::Bounds bounds)
{
    auto start = std::chrono::steady_clock::now();
    Explorer explorer;
    auto result = explorer.explore([] { return std::make_unique<S>(); }, bounds, kMostRuns);
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!is_quiet || !result.failure.empty())
        std::printf("explore  %-30s %8lu runs %6.2f s  %s\n", name, static_cast<unsigned long>(result.runs), seconds,
                    !result.failure.empty() ? result.failure.c_str() : result.is_complete ? "sound" : "CUT SHORT");
    return result.failure.empty() && result.is_complete;
}

bool explore_all(bool is_deep)
{
    model::Bounds large{.preemptions = is_deep ? 2 : 1, .stale_reads = 1, .spurious_wakes = 0};
    return explore<Mailboxes<1, 2>>("1 mailbox, 2 letters", {.preemptions = 3, .stale_reads = 3}) &&
           explore<Mailboxes<2, 1>>("2 mailboxes, 1 letter each", {}) &&
           explore<TimedSleep>("sleep with a time limit", {.preemptions = 3}) &&
           explore<TwoCallsOneGate<1>>("2 calls, 1 helper, one gate", {.preemptions = 3, .stale_reads = 3}) &&
           explore<TwoCallsOneGate<2>>("2 calls, 2 helpers, one gate", {}) &&
           explore<EveryoneIsHelped<1>>("1 caller, 1 worker", {.preemptions = 3, .stale_reads = 3}) &&
           explore<ChunksOnce>("chunks run once", {.preemptions = 3}) &&
           explore<OneRing>("sender, receiver, thief", {}) &&
           explore<MailAndSleep>("mail for a sleeper", {.preemptions = 3, .stale_reads = 3}) &&
           explore<SharedQueue>("2 senders, 2 receivers", {.preemptions = 2, .stale_reads = 1}) &&
           explore<SharedQueueWraps>("shared queue, round again", {.preemptions = 3}) &&
           explore<PortAndBell>("2 senders, a port", {.preemptions = 2, .stale_reads = 1}) &&
           explore<TicketOfTwo>("2 jobs, 2 who wait", {.preemptions = 2, .stale_reads = 1}) &&
           explore<EveryoneIsHelped<2>>("2 callers, 2 workers", large) &&
           explore<WholePool>("2 calls, a worker, its end", {}) &&
           explore<SearchAndSleep>("2 jobs, one searcher at a time", {.preemptions = 2, .stale_reads = 1});
}

// Break one thing at a time: some scenario must fail.
bool notice_mutations()
{
    using dtact::mesh::Mutation;
    struct Named {
        Mutation mutation;
        const char *name, *meaning;
    };
#define DTACT_ROW(name, meaning) {Mutation::name, #name, meaning},
    static constexpr Named kAll[] = {DTACT_MUTATIONS(DTACT_ROW)};
#undef DTACT_ROW
    bool ok = true;
    is_quiet = true;
    for (const Named& broken : kAll) {
        std::printf("mutation %s: %s\n", broken.name, broken.meaning);
        dtact::mesh::mutation_now = broken.mutation;
        if (explore_all(false)) {
            std::printf("mutation %s: NOT NOTICED\n", broken.name);
            ok = false;
        }
    }
    return ok;
}

}  // namespace

int main(int count, char** arguments)
{
    std::string what = count > 1 ? arguments[1] : "";
    return (what == "mutations" ? notice_mutations() : explore_all(what == "deep")) ? 0 : 1;
}
