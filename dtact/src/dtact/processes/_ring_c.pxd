cimport cython
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libcpp cimport bool as boolean
from libcpp.vector cimport vector


cdef extern from "processes/channel.hpp" namespace "dtact::processes" nogil:
    cdef enum class Kind "dtact::processes::Kind"(uint32_t):
        hello
        job
        bye
        value
        error
        dropped

    cdef enum class Sleep "dtact::processes::Sleep"(uint32_t):
        awake
        futex
        polling
        spinning

    cdef struct Owner:
        int64_t pid
        uint64_t started

    cdef cppclass SharedAtomics:
        pass

    cdef cppclass Bell "dtact::processes::Bell<dtact::processes::SharedAtomics>":
        void wake_up()
        Sleep ring()
        Sleep ring_again()

    cdef cppclass ClaimWord "dtact::processes::ClaimWord<dtact::processes::SharedAtomics>":
        void post(uint64_t)
        boolean start(uint64_t)
        boolean withdraw(uint64_t)

    cdef cppclass Control:
        Owner parent, worker
        Bell worker_bell
        ClaimWord* claims

    cdef struct Frame:
        uint32_t bytes, kind, slot, descriptors
        uint64_t generation, elapsed_ns, began_ns
        uint32_t function_bytes, payload_bytes, flags

    cdef cppclass Channel:
        @staticmethod
        Channel* open(int, boolean)
        Control& control()
        Frame* begin(uint64_t)
        void publish(uint64_t)
        boolean has_frame()
        void note_cpu()
        Frame* front(boolean&)
        void release(uint64_t)

    cdef const uint64_t kMostFrame
    cdef const uint32_t kSlots


cdef extern from *:
    """
    #include <cstring>
    #include <sys/eventfd.h>
    #include <vector>
    #include "processes/channel.hpp"

    namespace dtact_ring {
    using namespace dtact::processes;

    struct Slept { bool is_rung; };

    // Sleep on `bell` until one of the channels has a frame. False: returned for another reason.
    inline bool sleep_for_frames(Bell<SharedAtomics>& bell, std::vector<Channel*>& channels, bool& is_announced)
    {
        is_announced = bell.announce(Sleep::spinning, [&] {
            for (Channel* channel : channels)
                if (channel->has_frame())
                    return true;
            return false;
        });
        return !is_announced;
    }

    inline bool arm(Bell<SharedAtomics>& bell, std::vector<Channel*>& channels)
    {
        return bell.announce(Sleep::polling, [&] {
            for (Channel* channel : channels)
                if (channel->has_frame())
                    return true;
            return false;
        });
    }

    // How long it is worth spinning for a frame of one of these workers.
    inline int64_t spin_for(std::vector<Channel*>& channels, int64_t spin_ns)
    {
        for (Channel* channel : channels)
            if (channel->is_busy_elsewhere())
                return spin_ns;
        return 0;
    }

    // Look for a frame for so long. False: there is none yet.
    inline bool spin_for_frames(std::vector<Channel*>& channels, int64_t spin_ns)
    {
        SharedAtomics::Spin spin(spin_ns);
        while (spin.again())
            for (Channel* channel : channels)
                if (channel->has_frame())
                    return true;
        return false;
    }

    // After sleep_for_frames has announced it. Needs no GIL.
    inline bool go_to_sleep(Bell<SharedAtomics>& bell, int64_t spin_ns, int64_t timeout_ns)
    {
        bool is_rung = bell.sleep(spin_ns, timeout_ns) == Bell<SharedAtomics>::Slept::rung;
        if (!is_rung)
            bell.wake_up();
        return is_rung;
    }

    // The worker: until there is a frame, or room for one of so many bytes. False: interrupted.
    inline bool worker_sleeps(Channel& channel, uint64_t room, int64_t spin_ns)
    {
        Bell<SharedAtomics>& bell = channel.control().worker_bell;
        auto has_work = [&] { return room == 0 ? channel.has_frame() : channel.begin(room) != nullptr; };
        while (!has_work()) {
            if (!bell.announce(Sleep::spinning, has_work))
                break;
            if (bell.sleep(channel.may_spin() ? spin_ns : 0, -1) != Bell<SharedAtomics>::Slept::rung) {
                bell.wake_up();
                return has_work();
            }
        }
        channel.note_cpu();
        return true;
    }

    inline void write_frame(Frame* place, Frame head, const char* function, const char* payload)
    {
        *place = head;
        char* at = reinterpret_cast<char*>(place + 1);
        std::memcpy(at, function, head.function_bytes);
        std::memcpy(at + head.function_bytes, payload, head.payload_bytes);
    }

    inline Bell<SharedAtomics>* open_bell(int memory, bool is_new)
    {
        void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
        if (page == MAP_FAILED)
            return nullptr;
        return is_new ? new (page) Bell<SharedAtomics>() : static_cast<Bell<SharedAtomics>*>(page);
    }
    inline void close_bell(Bell<SharedAtomics>* bell) { munmap(bell, 4096); }
    inline void ring_eventfd(int descriptor)
    {
        uint64_t one = 1;
        [[maybe_unused]] ssize_t written = write(descriptor, &one, sizeof one);
    }
    inline void hush_eventfd(int descriptor)
    {
        uint64_t count;
        [[maybe_unused]] ssize_t got = read(descriptor, &count, sizeof count);
    }
    }
    """
    cdef boolean sleep_for_frames "dtact_ring::sleep_for_frames"(Bell&, vector[Channel*]&, boolean&) nogil
    cdef boolean arm_bell "dtact_ring::arm"(Bell&, vector[Channel*]&) nogil
    cdef int64_t spin_for "dtact_ring::spin_for"(vector[Channel*]&, int64_t) nogil
    cdef boolean spin_for_frames "dtact_ring::spin_for_frames"(vector[Channel*]&, int64_t) nogil
    cdef boolean go_to_sleep "dtact_ring::go_to_sleep"(Bell&, int64_t, int64_t) nogil
    cdef boolean worker_sleeps "dtact_ring::worker_sleeps"(Channel&, uint64_t, int64_t) nogil
    cdef void write_frame "dtact_ring::write_frame"(Frame*, Frame, const char*, const char*) nogil
    cdef Bell* open_bell "dtact_ring::open_bell"(int, boolean) nogil
    cdef void close_bell "dtact_ring::close_bell"(Bell*) nogil
    cdef void ring_eventfd "dtact_ring::ring_eventfd"(int) nogil
    cdef void hush_eventfd "dtact_ring::hush_eventfd"(int) nogil


@cython.final
cdef class Doorbell:
    cdef Bell* bell
    cdef readonly int descriptor  # the eventfd
    cpdef void ring(self)
    cpdef void hush(self)


@cython.final
cdef class Link:
    cdef Channel* channel
    cdef bint push(self, Kind kind, uint32_t slot, uint64_t generation, uint32_t descriptors, bytes function,
                   bytes payload, uint32_t flags, uint64_t elapsed_ns, uint64_t began_ns) except -1
    cdef tuple read(self)
