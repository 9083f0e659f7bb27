// The ring, the bell and the claims, explored: see dtact/native/tests/model.hpp. Exits with 1 if a scenario fails or a
// mutation goes unnoticed. Usage: explore [mutations]
#define DTACT_MUTATE_AT_RUN_TIME
#include "tests/model.hpp"

#include "processes/bell.hpp"
#include "processes/claims.hpp"
#include "processes/ring.hpp"

#include <cstring>

namespace {

using namespace dtact::processes;
using model::Atomics;
using model::Explorer;
using Threads = std::vector<std::function<void()>>;

void demand(bool holds, const char* what) { Explorer::now->demand(holds, what); }

// A ring of two bytes that carries four: each byte's memory is written, read and written again, in turns.
struct Stream : model::Scenario {
    static constexpr uint64_t kCapacity = 2, kItems = 4;
    Counters<Atomics> counters;
    Bell<Atomics> bell, room_bell;
    model::Plain bytes[kCapacity];

    template <class Condition>
    static void wait(Bell<Atomics>& bell, Condition condition)
    {
        while (!condition())
            if (bell.announce(Sleep::spinning, condition) && bell.sleep(0, -1) != Bell<Atomics>::Slept::rung)
                bell.wake_up();
    }

    void write()
    {
        Writer<Atomics> writer(counters, kCapacity);
        for (uint64_t item = 0; item < kItems; ++item) {
            wait(room_bell, [&] { return writer.has_room(1); });
            bytes[writer.position() % kCapacity].write();
            if (mutated(Mutation::wake_before_publish))
                bell.ring();
            writer.publish(1);
            if (!mutated(Mutation::wake_before_publish))
                bell.ring();
        }
    }

    void read()
    {
        Reader<Atomics> reader(counters);
        for (uint64_t item = 0; item < kItems; ++item) {
            wait(bell, [&] { return reader.available() > 0; });
            bytes[reader.position() % kCapacity].read();
            reader.release(1);
            room_bell.ring();
        }
        demand(reader.available() == 0, "more came out than went in");
    }

    Threads threads() override { return {[this] { write(); }, [this] { read(); }}; }
};

// Two workers answer on rings of their own and ring one bell, as in a pool. The reader's sleep may time out.
struct Pool : model::Scenario {
    Counters<Atomics> counters[2];
    Bell<Atomics> bell;

    void answer(int who)
    {
        Writer<Atomics> writer(counters[who], 8);
        writer.has_room(1);
        if (mutated(Mutation::wake_before_publish))
            bell.ring();
        writer.publish(1);
        if (!mutated(Mutation::wake_before_publish))
            bell.ring();
    }

    void collect()
    {
        Reader<Atomics> readers[2] = {Reader<Atomics>(counters[0]), Reader<Atomics>(counters[1])};
        auto any = [&] { return readers[0].available() + readers[1].available() > 0; };
        for (int left = 2; left > 0;) {
            for (Reader<Atomics>& reader : readers)
                if (reader.available() > 0) {
                    reader.release(1);
                    --left;
                }
            if (left > 0 && bell.announce(Sleep::spinning, any) && bell.sleep(0, -1) != Bell<Atomics>::Slept::rung)
                bell.wake_up();
        }
    }

    Threads threads() override
    {
        return {[this] { collect(); }, [this] { answer(0); }, [this] { answer(1); }};
    }
};

// A ringer that died between taking the word and waking: the one who notices the death rings again.
struct Death : model::Scenario {
    Counters<Atomics> counters;
    Bell<Atomics> bell;
    bool is_done = false;

    void sleep()
    {
        Reader<Atomics> reader(counters);
        Stream::wait(bell, [&] { return reader.available() > 0; });
        is_done = true;
    }

    void die()
    {
        Writer<Atomics> writer(counters, 8);
        writer.has_room(1);
        writer.publish(1);
        DeadAtomics::is_dead = true;
        reinterpret_cast<Bell<DeadAtomics>&>(bell).ring();
        DeadAtomics::is_dead = false;
        bell.ring_again();
    }

    // The same machine, except that a wake never comes to pass.
    struct DeadAtomics : Atomics {
        inline static bool is_dead = false;
        static void futex_wake(const Atomic<uint32_t>& word)
        {
            if (!is_dead)
                Atomics::futex_wake(word);
        }
    };

    Threads threads() override { return {[this] { sleep(); }, [this] { die(); }}; }
    void check() override { demand(is_done, "the sleeper slept on"); }
};

// The worker starts a job while the parent withdraws it: one of them has it.
struct Claiming : model::Scenario {
    ClaimWord<Atomics> claim;
    int owners = 0;

    Claiming() { claim.post(7); }
    Threads threads() override
    {
        return {[this] { owners += claim.start(7) ? 1 : 0; }, [this] { owners += claim.withdraw(7) ? 1 : 0; }};
    }
    void check() override
    {
        demand(owners == 1, "a job has two owners, or none");
        demand(!claim.start(6) && !claim.start(8), "a claim of another generation was granted");
    }
};

struct Case {
    const char* name;
    std::function<std::unique_ptr<model::Scenario>()> make;
    model::Bounds bounds;
};

template <class S>
Case scenario(const char* name, model::Bounds bounds)
{
    return {name, [] { return std::make_unique<S>(); }, bounds};
}

const Case kCases[] = {
    scenario<Stream>("a ring of two bytes carries four", {2, 2, 1}),
    scenario<Pool>("two workers ring one bell", {3, 2, 1}),
    scenario<Death>("a ringer dies before it wakes", {3, 2, 1}),
    scenario<Claiming>("a job is started and withdrawn", {3, 2, 1}),
};

Explorer::Result run(const Case& one) { return Explorer().explore(one.make, one.bounds, 5'000'000); }

int run_all()
{
    int failures = 0;
    for (const Case& one : kCases) {
        Explorer::Result result = run(one);
        bool is_sound = result.failure.empty() && result.is_complete;
        std::printf("%-40s %9llu runs  %s\n", one.name, static_cast<unsigned long long>(result.runs),
                    is_sound ? "sound" : result.failure.empty() ? "NOT COMPLETE" : result.failure.c_str());
        failures += is_sound ? 0 : 1;
    }
    return failures;
}

#define DTACT_NAME(name, meaning) {Mutation::name, #name, meaning},
struct Known {
    Mutation mutation;
    const char *name, *meaning;
};
const Known kMutations[] = {DTACT_RING_MUTATIONS(DTACT_NAME)};

int run_mutations()
{
    int unnoticed = 0;
    for (const Known& known : kMutations) {
        mutation_now = known.mutation;
        std::string failure;
        for (const Case& one : kCases)
            if (failure.empty())
                failure = run(one).failure;
        std::printf("%-20s %s: %s\n", known.name, known.meaning, failure.empty() ? "UNNOTICED" : failure.c_str());
        unnoticed += failure.empty() ? 1 : 0;
    }
    mutation_now = Mutation::none;
    return unnoticed;
}

}  // namespace

int main(int count, char** words)
{
    bool is_mutating = count > 1 && std::strcmp(words[1], "mutations") == 0;
    return (is_mutating ? run_mutations() : run_all()) == 0 ? 0 : 1;
}
