// The memory between a parent and one worker: a page of control, then two rings. Offsets only, a layout version, who
// owns it. Each ring is mapped twice in a row, so that every frame is contiguous.
#pragma once

#include <cstring>
#include <new>

#include <sched.h>
#include <sys/mman.h>

#include "processes/bell.hpp"
#include "processes/claims.hpp"
#include "processes/ring.hpp"
#include "processes/shared_atomics.hpp"

namespace dtact::processes {

inline constexpr uint64_t kMagic = 0x6474616374726e67;  // "dtactrng"
inline constexpr uint32_t kLayout = 2;
inline constexpr uint32_t kSlots = 256;
inline constexpr uint64_t kRingBytes = 256 * 1024;
inline constexpr uint64_t kControlBytes = 8192;
inline constexpr uint64_t kChannelBytes = kControlBytes + 2 * kRingBytes;

struct Owner {
    int64_t pid;
    uint64_t started;  // in clock ticks after boot: tells a process from a later one of the same number
};

struct Control {
    uint64_t magic;
    uint32_t layout, slots;
    uint64_t ring_bytes;
    Owner parent, worker;
    Counters<SharedAtomics> requests, answers;
    Bell<SharedAtomics> worker_bell;  // the worker sleeps: no request, or no room for its answer
    alignas(mesh::kLine) SharedAtomics::Atomic<int32_t> parent_cpu{-1};  // where each ran last
    alignas(mesh::kLine) SharedAtomics::Atomic<int32_t> worker_cpu{-1};
    ClaimWord<SharedAtomics> claims[kSlots];
};
static_assert(sizeof(Control) <= kControlBytes);
static_assert(std::is_trivially_destructible_v<Control>);

enum class Kind : uint32_t { hello = 1, job = 2, bye = 3, value = 4, error = 5, dropped = 6 };

// A request is this, the function's bytes, the argument's bytes; an answer has no function.
struct Frame {
    uint32_t bytes;  // all of it, a multiple of 8
    uint32_t kind;
    uint32_t slot;
    uint32_t descriptors;  // how many come over the socket with it
    uint64_t generation;
    uint64_t elapsed_ns, began_ns;  // of an answer; the clock is the same in all processes
    uint32_t function_bytes, payload_bytes;
    uint32_t flags, reserved;
};
static_assert(sizeof(Frame) % 8 == 0);

inline constexpr uint64_t kMostFrame = kRingBytes / 4;

// One side's view of the memory.
class Channel {
public:
    // `is_parent` makes the memory ready, the other side checks it. Returns nullptr and sets errno if it can't be
    // mapped, EPROTO if it is of another layout.
    static Channel* open(int memory, bool is_parent)
    {
        char* control = static_cast<char*>(mmap(nullptr, kControlBytes, kProtection, MAP_SHARED, memory, 0));
        if (control == MAP_FAILED)
            return nullptr;
        char* requests = map_twice(memory, kControlBytes);
        char* answers = map_twice(memory, kControlBytes + kRingBytes);
        auto* channel = new Channel(reinterpret_cast<Control*>(control), requests, answers, is_parent);
        if (requests == nullptr || answers == nullptr || !channel->is_ready()) {
            int reason = errno;
            delete channel;
            errno = reason;
            return nullptr;
        }
        return channel;
    }

    ~Channel()
    {
        munmap(control_, kControlBytes);
        if (requests_ != nullptr)
            munmap(requests_, 2 * kRingBytes);
        if (answers_ != nullptr)
            munmap(answers_, 2 * kRingBytes);
    }
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    Control& control() { return *control_; }

    // Where a frame of so many bytes may be written, or nullptr: no room now.
    Frame* begin(uint64_t bytes)
    {
        return writer_.has_room(bytes) ? reinterpret_cast<Frame*>(out() + writer_.position() % kRingBytes) : nullptr;
    }
    void publish(uint64_t bytes) { writer_.publish(bytes); }

    bool has_frame() { return reader_.available() > 0; }

    // The next frame, or nullptr. `is_sound` is false if what lies there is none: the other side wrote over it.
    Frame* front(bool& is_sound)
    {
        uint64_t available = reader_.available();
        is_sound = true;
        if (available == 0)
            return nullptr;
        auto* frame = reinterpret_cast<Frame*>(in() + reader_.position() % kRingBytes);
        is_sound = available >= sizeof(Frame) && available <= kRingBytes && frame->bytes <= available &&
                   frame->bytes % 8 == 0 && frame->slot < kSlots &&
                   sizeof(Frame) + uint64_t{frame->function_bytes} + frame->payload_bytes <= frame->bytes;
        return is_sound ? frame : nullptr;
    }
    void release(uint64_t bytes) { reader_.release(bytes); }

    // Who spins on the CPU that the other side needs waits for itself: the kernel likes to put both on one.
    void note_cpu() { cpu_of(is_parent_).store(sched_getcpu(), std::memory_order_relaxed); }
    bool may_spin() { return cpu_of(!is_parent_).load(std::memory_order_relaxed) != sched_getcpu(); }

    // For the parent: whether the worker is at something, elsewhere.
    bool is_busy_elsewhere() { return control_->worker_bell.is_awake() && may_spin(); }

private:
    static constexpr int kProtection = PROT_READ | PROT_WRITE;

    Channel(Control* control, char* requests, char* answers, bool is_parent)
        : control_(is_parent ? new (control) Control{} : control), requests_(requests), answers_(answers),
          is_parent_(is_parent), writer_(is_parent ? control_->requests : control_->answers, kRingBytes),
          reader_(is_parent ? control_->answers : control_->requests)
    {
        if (is_parent) {
            control_->magic = kMagic;
            control_->layout = kLayout;
            control_->slots = kSlots;
            control_->ring_bytes = kRingBytes;
        }
    }

    bool is_ready() const
    {
        bool is_known = control_->magic == kMagic && control_->layout == kLayout && control_->slots == kSlots &&
                        control_->ring_bytes == kRingBytes;
        if (!is_known)
            errno = EPROTO;
        return is_known;
    }

    static char* map_twice(int memory, uint64_t offset)
    {
        void* space = mmap(nullptr, 2 * kRingBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (space == MAP_FAILED)
            return nullptr;
        for (uint64_t half = 0; half < 2; ++half) {
            char* place = static_cast<char*>(space) + half * kRingBytes;
            if (mmap(place, kRingBytes, kProtection, MAP_SHARED | MAP_FIXED, memory, static_cast<off_t>(offset)) ==
                MAP_FAILED) {
                munmap(space, 2 * kRingBytes);
                return nullptr;
            }
        }
        return static_cast<char*>(space);
    }

    SharedAtomics::Atomic<int32_t>& cpu_of(bool is_parent)
    {
        return is_parent ? control_->parent_cpu : control_->worker_cpu;
    }

    char* out() { return is_parent_ ? requests_ : answers_; }
    char* in() { return is_parent_ ? answers_ : requests_; }

    Control* control_;
    char *requests_, *answers_;
    bool is_parent_;
    Writer<SharedAtomics> writer_;
    Reader<SharedAtomics> reader_;
};

}  // namespace dtact::processes
