"""The native pool as a Python module. Its C table, see dtact/pool.h, travels in the capsule `pool_api`."""

from cpython.pycapsule cimport PyCapsule_CheckExact, PyCapsule_GetName, PyCapsule_GetPointer, PyCapsule_New
from libc.stdint cimport int32_t, int64_t, uint64_t, uintptr_t
from libcpp.string cimport string
from libcpp.vector cimport vector

from dtact.mesh.capi cimport DTACT_POOL_CAPSULE_NAME, dtact_body, dtact_pool_api


cdef extern from "mesh/process_pool.hpp" namespace "dtact::mesh" nogil:
    const dtact_pool_api kPoolApi

    cdef struct PoolStatistics "dtact::mesh::Statistics":
        uint64_t calls
        uint64_t joins
        uint64_t steals
        uint64_t wakes
        uint64_t sleeps
        uint64_t moves
        int workers

    cdef cppclass Pool:
        PoolStatistics statistics()
        int start_for_jobs() nogil
        void set_pinned(bint is_pinned)

    cdef struct Span "dtact::mesh::Span":
        const void *function
        int64_t began_ns
        int64_t ended_ns
        int64_t thread

    void turn_spans "dtact::mesh::Spans::turn"(bint)

    void prepare_process "dtact::mesh::ProcessPool::prepare"()
    Pool &process_pool "dtact::mesh::ProcessPool::get"()

    int c_cpu_limit "dtact::mesh::cgroup::cpu_limit"(const string &proc) except +
    int c_affinity_count "dtact::mesh::affinity_count"()


cdef extern from *:
    """
    #include <cxxabi.h>
    #include <dlfcn.h>
    #include <string>
    #include <vector>
    #include "mesh/spans.hpp"

    namespace dtact_pool {
    inline uint64_t take_spans(std::vector<dtact::mesh::Span>& into)
    {
        return dtact::mesh::Spans::take([&](const dtact::mesh::Span& span) { into.push_back(span); });
    }

    // The name of a function that a shared library exports, or nothing.
    inline std::string symbol_at(const void* address)
    {
        Dl_info found{};
        if (dladdr(address, &found) == 0 || found.dli_sname == nullptr || found.dli_saddr != address)
            return {};
        int failed = 0;
        char* plain = abi::__cxa_demangle(found.dli_sname, nullptr, nullptr, &failed);
        std::string name = failed == 0 ? plain : found.dli_sname;
        std::free(plain);
        return name;
    }
    }
    """
    uint64_t take_spans_c "dtact_pool::take_spans"(vector[Span]&) nogil
    string c_symbol_at "dtact_pool::symbol_at"(const void*)


prepare_process()
pool_api = PyCapsule_New(<void *>&kPoolApi, DTACT_POOL_CAPSULE_NAME, NULL)


def run(uintptr_t function, uintptr_t context, int64_t count, int64_t grain, int32_t max_threads):
    """Run the native function over all rows, without the GIL."""
    with nogil:
        kPoolApi.parallel_for(<dtact_body>function, <void *>context, count, grain, max_threads)


def thread_count():
    """Return how many threads take part in a parallel_for, the caller included."""
    return kPoolApi.thread_count()


def set_thread_count(int32_t count):
    """Set that number; below 1 means what the machine allows."""
    return kPoolApi.set_thread_count(count)


def statistics():
    """Return the counters in the order of `Statistics`."""
    cdef PoolStatistics now = process_pool().statistics()
    return now.calls, now.joins, now.steals, now.wakes, now.sleeps, now.moves, now.workers


def start_workers():
    """Start the workers that jobs would start; return how many there are."""
    with nogil:
        started = process_pool().start_for_jobs()
    return started


def set_pinned(bint is_pinned):
    """Say whether somebody has bound the workers to CPUs."""
    process_pool().set_pinned(is_pinned)


def record(bint on):
    """Keep a span of each job and each share of a parallel_for from now on, or no longer."""
    turn_spans(on)


def take_spans():
    """Return the spans since the last call as (function, began, took, thread), times in ns, and how many were lost."""
    cdef vector[Span] spans
    cdef uint64_t lost
    with nogil:
        lost = take_spans_c(spans)
    found = []
    cdef Span span
    for span in spans:
        found.append((<uintptr_t>span.function, span.began_ns, span.ended_ns - span.began_ns, span.thread))
    return found, lost


def symbol_at(uintptr_t address):
    """Return the name of the exported function at an address, or "" if there is none."""
    return c_symbol_at(<void *>address).decode(errors="replace")


def capsule_address(capsule):
    """Return the pointer in a PyCapsule of any name, or None if the object is none."""
    if not PyCapsule_CheckExact(capsule):
        return None
    return <uintptr_t>PyCapsule_GetPointer(capsule, PyCapsule_GetName(capsule))


def affinity_count():
    """Return how many CPUs the affinity mask of this process allows."""
    return c_affinity_count()


def cgroup_cpu_limit(str proc):
    """Return the CPU quota in whole CPUs, rounded up, read through the given /proc/self; INT_MAX without one."""
    return c_cpu_limit(proc.encode())
