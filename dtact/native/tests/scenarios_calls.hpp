// Scenarios of sleeping and of parallel_for.
#pragma once

#include "scenario.hpp"

#include "mesh/board.hpp"
#include "mesh/gate.hpp"
#include "mesh/range.hpp"

namespace scenarios {

using dtact::mesh::Board;
using dtact::mesh::Eventcount;
using dtact::mesh::Gate;
using dtact::mesh::Range;

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

}  // namespace scenarios
