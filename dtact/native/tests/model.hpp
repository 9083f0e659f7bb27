// An explorer of interleavings: runs a scenario of a few threads in every order, and with every value that the memory
// model lets a load return, within bounds. Threads are user-level contexts; each atomic operation is a point where
// another may go on.
//
// Memory is the release/acquire part of the C++ model by views: each location is a list of messages, a thread remembers
// for each location the oldest message it may still read, release stores carry the writer's view along, acquire loads
// take it over, a read-modify-write reads the newest message. That is weaker than store buffers (x86) and lets stale
// reads happen as on AArch64. Not modelled: seq_cst, load buffering, stores that enter a location's order before its
// newest. The futex compares with the newest message, as the kernel's barriers make it. "All blocked, not all ended" is
// a failure; so is a data race on a Plain.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <ucontext.h>
#include <vector>

namespace model {

inline constexpr int kMostLocations = 64;
inline constexpr int kMostThreads = 4;

using View = std::array<uint16_t, kMostLocations>;

inline void join(View& into, const View& from)
{
    for (int at = 0; at < kMostLocations; ++at)
        into[at] = std::max(into[at], from[at]);
}

struct Message {
    uint64_t value;
    View view;
};

struct Bounds {
    int preemptions = 2;    // switches away from a thread that could go on
    int stale_reads = 2;    // loads that do not return the newest value
    int spurious_wakes = 1; // futex waits that return without a cause
};

// One scenario: threads over shared state made anew for each run. `check` runs at the end, alone.
struct Scenario {
    virtual ~Scenario() = default;
    virtual std::vector<std::function<void()>> threads() = 0;
    virtual void check() {}
};

class Explorer {
public:
    inline static Explorer* now = nullptr;

    struct Result {
        uint64_t runs = 0;
        std::string failure;  // empty: none found
        bool is_complete = false;
    };

    Result explore(const std::function<std::unique_ptr<Scenario>()>& make, Bounds bounds, uint64_t most_runs)
    {
        now = this;
        trail_.clear();
        Result result;
        do {
            run_once(*make(), bounds);
            ++result.runs;
            result.failure = failure_;
        } while (result.failure.empty() && next_trail() && result.runs < most_runs);
        result.is_complete = result.failure.empty() && trail_.empty();
        return result;
    }

    // --- used by the model of the atomics, on a scenario's thread (or by its construction and check, where nothing
    // competes)

    int new_location(uint64_t value)
    {
        if (locations_.size() == kMostLocations)
            fail("the scenario has too many locations");
        locations_.push_back({{value, View{}}});
        return static_cast<int>(locations_.size()) - 1;
    }

    uint64_t load(int location, std::memory_order order)
    {
        point();
        auto& messages = locations_[location];
        int newest = static_cast<int>(messages.size()) - 1, oldest = is_running() ? view()[location] : newest;
        int back = left_.stale_reads > 0 ? choose(newest - oldest + 1) : 0;
        left_.stale_reads -= back > 0 ? 1 : 0;
        return read(location, newest - back, order);
    }

    void store(int location, uint64_t value, std::memory_order order)
    {
        point();
        append(location, value, order, nullptr);
    }

    // `change` maps the old value to the new one, or returns false to leave it (a failed compare-exchange).
    uint64_t modify(int location, const std::function<bool(uint64_t&)>& change, std::memory_order success,
                    std::memory_order failure)
    {
        point();
        int newest = static_cast<int>(locations_[location].size()) - 1;
        uint64_t old = locations_[location][newest].value, value = old;
        if (!change(value))
            return read(location, newest, failure);
        read(location, newest, success);
        View earlier = locations_[location][newest].view;  // a release sequence goes on through a read-modify-write
        append(location, value, success, &earlier);
        return old;
    }

    // Returns true if the time was up.
    bool futex_wait(int location, uint64_t mask, uint64_t expected, bool is_timed)
    {
        point();
        if ((locations_[location].back().value & mask) != expected)
            return false;
        if (left_.spurious_wakes > 0 && choose(2) == 1) {
            --left_.spurious_wakes;
            return is_timed;
        }
        Thread& self = threads_[running_];
        self.blocked_on = location;
        self.is_timed = is_timed;
        self.is_time_up = false;
        swapcontext(&self.context, &scheduler_);
        return self.is_time_up;
    }

    void futex_wake(int location)
    {
        point();
        for (Thread& thread : threads_)
            if (thread.blocked_on == location)
                thread.blocked_on = -1;
    }

    // Plain memory: a write is a message, a read leaves a mark that a later writer must have seen.
    void plain_write(int location, const std::array<int, kMostThreads>& reads)
    {
        bool is_seen = !is_running() || view()[location] + 1u == locations_[location].size();
        for (int mark : reads)
            is_seen = is_seen && (!is_running() || view()[mark] + 1u == locations_[mark].size());
        if (!is_seen)
            fail("data race: a write that does not come after all reads and writes before it");
        append(location, 0, std::memory_order_relaxed, nullptr);
    }
    void plain_read(int location, const std::array<int, kMostThreads>& reads)
    {
        if (!is_running())
            return;
        if (view()[location] + 1u != locations_[location].size())
            fail("data race: a read that does not come after the newest write");
        append(reads[running_], 0, std::memory_order_relaxed, nullptr);
    }

    void demand(bool holds, const char* what)
    {
        if (!holds)
            fail(what);
    }

private:
    struct Thread {
        std::function<void()> body;
        ucontext_t context{};
        View view{};
        int blocked_on = -1;
        bool is_timed = false, is_time_up = false, is_done = false;
    };
    struct Choice {
        int chosen, count;
    };

    bool is_running() const { return running_ >= 0; }
    View& view() { return threads_[running_].view; }

    static bool acquires(std::memory_order order)
    {
        return order == std::memory_order_acquire || order == std::memory_order_acq_rel;
    }
    static bool releases(std::memory_order order)
    {
        return order == std::memory_order_release || order == std::memory_order_acq_rel;
    }

    uint64_t read(int location, int index, std::memory_order order)
    {
        const Message& message = locations_[location][index];
        if (is_running()) {
            view()[location] = std::max<uint16_t>(view()[location], static_cast<uint16_t>(index));
            if (acquires(order))
                join(view(), message.view);
        }
        return message.value;
    }

    void append(int location, uint64_t value, std::memory_order order, const View* earlier)
    {
        Message message{value, earlier != nullptr ? *earlier : View{}};
        auto index = static_cast<uint16_t>(locations_[location].size());
        if (is_running()) {
            view()[location] = index;
            if (releases(order))
                join(message.view, view());
        }
        message.view[location] = index;
        locations_[location].push_back(message);
    }

    // --- choices, depth first: the trail of the last run is replayed up to its last open choice

    int choose(int count)
    {
        if (count < 2 || !is_exploring_)
            return 0;
        if (at_ == trail_.size())
            trail_.push_back({0, count});
        return trail_[at_++].chosen;
    }

    bool next_trail()
    {
        while (!trail_.empty() && trail_.back().chosen + 1 == trail_.back().count)
            trail_.pop_back();
        if (trail_.empty())
            return false;
        ++trail_.back().chosen;
        return true;
    }

    // --- running

    void run_once(Scenario& scenario, Bounds bounds)
    {
        left_ = bounds;
        at_ = 0;
        failure_.clear();
        is_exploring_ = true;
        threads_.clear();
        for (auto& body : scenario.threads()) {
            threads_.emplace_back();
            threads_.back().body = std::move(body);
        }
        for (size_t index = 0; index < threads_.size(); ++index)
            prepare(static_cast<int>(index));
        for (Thread& thread : threads_)  // the making of the scenario comes before them all
            for (size_t location = 0; location < locations_.size(); ++location)
                thread.view[location] = static_cast<uint16_t>(locations_[location].size() - 1);
        int last = -1;
        while (failure_.empty()) {
            int next = pick(last);
            if (next < 0)
                break;
            last = running_ = next;
            swapcontext(&scheduler_, &threads_[next].context);
            running_ = -1;
        }
        if (failure_.empty())
            scenario.check();
        is_exploring_ = false;
        locations_.clear();
    }

    void prepare(int index)
    {
        Thread& thread = threads_[index];
        getcontext(&thread.context);
        stacks_[index].resize(kStackBytes);
        thread.context.uc_stack.ss_sp = stacks_[index].data();
        thread.context.uc_stack.ss_size = kStackBytes;
        thread.context.uc_link = &scheduler_;
        makecontext(&thread.context, &Explorer::thread_main, 0);
    }

    static void thread_main()
    {
        Thread& self = now->threads_[now->running_];
        self.body();
        self.is_done = true;
    }

    // The thread to go on, or -1 at the end. Going on with the last one is free, leaving it while it could go on is a
    // preemption.
    int pick(int last)
    {
        std::vector<int> ready;
        if (last >= 0 && is_ready(last))
            ready.push_back(last);
        if (ready.empty() || left_.preemptions > 0)
            for (int index = 0; index < static_cast<int>(threads_.size()); ++index)
                if (index != last && is_ready(index))
                    ready.push_back(index);
        if (ready.empty())
            return when_none_is_ready();
        int next = ready[choose(static_cast<int>(ready.size()))];
        left_.preemptions -= ready[0] == last && next != last ? 1 : 0;
        return next;
    }

    bool is_ready(int index) const { return !threads_[index].is_done && threads_[index].blocked_on < 0; }

    int when_none_is_ready()
    {
        for (int index = 0; index < static_cast<int>(threads_.size()); ++index)
            if (threads_[index].blocked_on >= 0 && threads_[index].is_timed) {
                threads_[index].blocked_on = -1;
                threads_[index].is_time_up = true;
                return index;
            }
        for (const Thread& thread : threads_)
            if (!thread.is_done)
                failure_ = "all blocked, but not all ended: a wake-up was lost";
        return -1;
    }

    void point()
    {
        if (is_running() && left_.preemptions > 0)  // else this thread would be picked again
            swapcontext(&threads_[running_].context, &scheduler_);
    }

    void fail(const char* what)
    {
        failure_ = what;
        if (is_running())
            swapcontext(&threads_[running_].context, &scheduler_);  // never resumed
    }

    static constexpr size_t kStackBytes = 64 * 1024;

    std::array<std::vector<char>, kMostThreads> stacks_;
    std::vector<Thread> threads_;
    std::vector<std::vector<Message>> locations_;
    std::vector<Choice> trail_;
    size_t at_ = 0;
    Bounds left_{};
    int running_ = -1;
    bool is_exploring_ = false;
    ucontext_t scheduler_{};
    std::string failure_;
};

// A location is made at its first use, so that unused bells cost nothing.
class Location {
public:
    explicit Location(uint64_t value = 0) : value_(value) {}
    int id() const
    {
        if (id_ < 0)
            id_ = Explorer::now->new_location(value_);
        return id_;
    }

private:
    uint64_t value_;
    mutable int id_ = -1;
};

template <class T>
class Atomic {
public:
    explicit Atomic(T value = 0) : location_(value) {}

    T load(std::memory_order order) const { return static_cast<T>(Explorer::now->load(id(), order)); }
    void store(T value, std::memory_order order) { Explorer::now->store(id(), value, order); }
    T exchange(T value, std::memory_order order) { return change([=](T) { return value; }, order); }
    T fetch_add(T by, std::memory_order order) { return change([=](T old) { return old + by; }, order); }
    T fetch_sub(T by, std::memory_order order) { return change([=](T old) { return old - by; }, order); }
    T fetch_or(T by, std::memory_order order) { return change([=](T old) { return old | by; }, order); }
    T fetch_and(T by, std::memory_order order) { return change([=](T old) { return old & by; }, order); }

    bool compare_exchange_weak(T& expected, T desired, std::memory_order success, std::memory_order failure)
    {
        bool is_equal = false;
        auto change = [&](uint64_t& value) {
            is_equal = static_cast<T>(value) == expected;
            value = desired;
            return is_equal;
        };
        expected = static_cast<T>(Explorer::now->modify(id(), change, success, failure));
        return is_equal;
    }
    bool compare_exchange_weak(T& expected, T desired, std::memory_order order)
    {
        return compare_exchange_weak(expected, desired, order, std::memory_order_relaxed);
    }

    int id() const { return location_.id(); }

private:
    template <class Change>
    T change(Change next, std::memory_order order)
    {
        auto always = [&](uint64_t& value) {
            value = static_cast<T>(next(static_cast<T>(value)));
            return true;
        };
        return static_cast<T>(Explorer::now->modify(id(), always, order, order));
    }

    Location location_;
};

// Memory that only one thread may touch at a time; the explorer finds it out if two do.
class Plain {
public:
    void write() { Explorer::now->plain_write(written_.id(), marks()); }
    void read() { Explorer::now->plain_read(written_.id(), marks()); }

private:
    std::array<int, kMostThreads> marks() const
    {
        std::array<int, kMostThreads> ids{};
        for (int thread = 0; thread < kMostThreads; ++thread)
            ids[thread] = read_by_[thread].id();
        return ids;
    }

    Location written_;
    std::array<Location, kMostThreads> read_by_;
};

// The same with a value in it.
template <class T>
class Cell {
public:
    void put(const T& value)
    {
        plain_.write();
        value_ = value;
    }
    T get()
    {
        plain_.read();
        return value_;
    }

private:
    Plain plain_;
    T value_{};
};

struct Atomics {
    template <class T>
    using Atomic = model::Atomic<T>;
    template <class T>
    using Cell = model::Cell<T>;

    static bool futex_wait(const Atomic<uint32_t>& word, uint32_t expected, int64_t timeout_ns = -1)
    {
        return Explorer::now->futex_wait(word.id(), 0xffff'ffff, expected, timeout_ns >= 0);
    }
    static void futex_wake(const Atomic<uint32_t>& word) { Explorer::now->futex_wake(word.id()); }
    static void futex_wait_low(const Atomic<uint64_t>& word, uint32_t expected)
    {
        Explorer::now->futex_wait(word.id(), 0xffff'ffff, expected, false);
    }
    static void futex_wake_low(const Atomic<uint64_t>& word) { Explorer::now->futex_wake(word.id()); }

    // One look, no second: spinning longer is the same as being scheduled later.
    struct Spin {
        explicit Spin(int64_t) {}
        bool again() { return false; }
    };
};

}  // namespace model
