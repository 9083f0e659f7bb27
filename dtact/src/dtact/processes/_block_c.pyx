"""A piece of a memfd, mapped: what arrays in shared memory lie in. Unmapped when the last array on it dies.

The kernel counts who has it mapped, in all processes, so there is nothing to give back after a death. Blocks that
are shared on purpose can be found by an address inside them: they cross again without a copy.
"""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_FillInfo, PyBuffer_Release, PyObject_GetBuffer
from cpython.exc cimport PyErr_SetFromErrno
from cpython.ref cimport PyObject
from libc.stdint cimport int64_t, uintptr_t
from libcpp.map cimport map as ordered_map
from posix.mman cimport MAP_FAILED, MAP_SHARED, PROT_READ, PROT_WRITE, mmap, munmap
from posix.unistd cimport close


cdef extern from *:
    """
    #include <map>
    #include <cstdint>
    #include <poll.h>
    #include <pthread.h>
    #include <unistd.h>
    #include <csignal>
    #include <sys/prctl.h>

    struct _object;
    // The last block that begins at or below the address.
    static _object* dtact_block_below(std::map<uintptr_t, _object*>& blocks, uintptr_t address)
    {
        auto above = blocks.upper_bound(address);
        return above == blocks.begin() ? nullptr : std::prev(above)->second;
    }

    // Ends the process when the other end of the socket is gone; needs no GIL and reads nothing.
    static void* dtact_watch_lifeline(void* socket)
    {
        pollfd line{static_cast<int>(reinterpret_cast<intptr_t>(socket)), 0, 0};
        while (poll(&line, 1, -1) <= 0 || (line.revents & (POLLHUP | POLLERR | POLLNVAL)) == 0) {
        }
        _exit(0);
    }
    static int dtact_die_with_parent(int socket)
    {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
            return -1;
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);  // signals are the main thread's business
        pthread_t thread;
        int failed = pthread_create(&thread, nullptr, dtact_watch_lifeline,
                                    reinterpret_cast<void*>(static_cast<intptr_t>(socket)));
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return failed;
    }
    """
    PyObject* dtact_block_below(ordered_map[uintptr_t, PyObject*]&, uintptr_t)
    int dtact_die_with_parent(int)


cdef extern from "mesh/cpu_budget.hpp" namespace "dtact::mesh":
    int count_cpus "dtact::mesh::cpu_budget"()


cdef ordered_map[uintptr_t, PyObject*] shared_blocks


@cython.final
cdef class Block:
    """`length` bytes of the memfd `descriptor`, mapped.

    A shared block owns its descriptor and keeps it, to pass it on; for any other it is only looked at.
    """

    cdef void* address
    cdef readonly Py_ssize_t length
    cdef readonly int descriptor
    cdef readonly bint is_shared
    cdef object __weakref__

    def __cinit__(self, int descriptor, Py_ssize_t length, bint is_shared):
        self.descriptor = descriptor if is_shared else -1
        self.length = length
        self.is_shared = is_shared
        self.address = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        if self.address == MAP_FAILED:
            self.address = NULL
            PyErr_SetFromErrno(OSError)
        if is_shared:
            shared_blocks[<uintptr_t>self.address] = <PyObject*>self

    def __dealloc__(self):
        if self.address != NULL:
            if self.is_shared:
                shared_blocks.erase(<uintptr_t>self.address)
            munmap(self.address, self.length)
        if self.descriptor >= 0:
            close(self.descriptor)

    def __getbuffer__(self, Py_buffer* view, int flags):
        PyBuffer_FillInfo(view, self, self.address, self.length, 0, flags)


def find_shared(object view):
    """Return (block, offset) if the memory of `view` lies in a shared block, else None. The view is contiguous."""
    cdef Py_buffer buffer
    PyObject_GetBuffer(view, &buffer, PyBUF_SIMPLE)
    cdef uintptr_t address = <uintptr_t>buffer.buf
    cdef Py_ssize_t length = buffer.len
    PyBuffer_Release(&buffer)
    cdef PyObject* below = dtact_block_below(shared_blocks, address)
    if below == NULL:
        return None
    block = <Block>below
    cdef uintptr_t start = <uintptr_t>block.address
    if address + length > start + block.length:
        return None
    return block, <Py_ssize_t>(address - start)


def shared_count():
    """How many shared blocks this process has mapped."""
    return shared_blocks.size()


def die_with_parent(int socket):
    """For a worker: be killed when the thread that started it ends, and end when the socket's other end is gone."""
    if dtact_die_with_parent(socket) != 0:
        raise OSError("the kernel refuses to tie this process to its parent")


def cpu_budget():
    """How many CPUs this process may use: its affinity mask, or the quota of its control group if that is less."""
    return max(count_cpus(), 1)
