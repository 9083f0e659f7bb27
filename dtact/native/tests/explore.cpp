// The protocols of the pool, explored: see model.hpp. Exits with 1 if a scenario fails or a mutation goes unnoticed.
//
// Usage: explore [deep | mutations]. "deep" gives the largest scenario wider bounds: a minute or two.
#include "scenarios_calls.hpp"
#include "scenarios_jobs.hpp"

#include <chrono>
#include <cstdlib>

namespace {

using namespace scenarios;

constexpr uint64_t kMostRuns = 5'000'000;
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
