"""Machine code into executable memory, and what this processor is. Memory is never writable and executable at once."""

from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.stdint cimport uint32_t, uintptr_t
from libc.string cimport memcpy

cdef extern from *:
    """
    #include <dlfcn.h>
    #include <sys/mman.h>
    #include <unistd.h>

    #if defined(__x86_64__)
    #include <cpuid.h>
    /* What decides which code runs here: the maker and model, the features, and the registers the system saves. */
    static int rssn_describe_cpu(uint32_t out[24]) {
        static const uint32_t leaves[4][2] = {{1, 0}, {7, 0}, {7, 1}, {0x80000001u, 0}};
        uint32_t a, b, c, d, n = 0;
        if (!__get_cpuid(0, &a, &b, &c, &d)) return 0;
        out[n++] = b; out[n++] = c; out[n++] = d;
        for (int k = 0; k < 4; k++) {
            if (!__get_cpuid_count(leaves[k][0], leaves[k][1], &a, &b, &c, &d)) a = b = c = d = 0;
            /* b of leaf 1 says which processor of the machine this is. */
            out[n++] = a; out[n++] = k == 0 ? 0 : b; out[n++] = c; out[n++] = d;
            if (k == 0 && (c & (1u << 27))) {
                uint32_t low, high;
                __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
                out[n++] = low; out[n++] = high;
            }
        }
        return (int)n;
    }
    #elif defined(__aarch64__)
    #include <sys/auxv.h>
    static int rssn_describe_cpu(uint32_t out[24]) {
        unsigned long first = getauxval(AT_HWCAP), second = getauxval(AT_HWCAP2);
        out[0] = (uint32_t)first; out[1] = (uint32_t)(first >> 32);
        out[2] = (uint32_t)second; out[3] = (uint32_t)(second >> 32);
        return 4;
    }
    #else
    static int rssn_describe_cpu(uint32_t out[24]) { (void)out; return 0; }
    #endif

    static void *rssn_find(const char *name) { return dlsym(RTLD_DEFAULT, name); }

    static void *rssn_writable(size_t size) {
        void *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return start == MAP_FAILED ? NULL : start;
    }

    static int rssn_make_executable(void *start, size_t size) {
        __builtin___clear_cache((char *)start, (char *)start + size);
        return mprotect(start, size, PROT_READ | PROT_EXEC);
    }

    static void rssn_release(void *start, size_t size) { munmap(start, size); }
    static size_t rssn_page(void) { return (size_t)sysconf(_SC_PAGESIZE); }
    """
    int rssn_describe_cpu(uint32_t *out) nogil
    void *rssn_find(const char *name) nogil
    void *rssn_writable(size_t size) nogil
    int rssn_make_executable(void *start, size_t size) nogil
    void rssn_release(void *start, size_t size) nogil
    size_t rssn_page() nogil


cdef class Mapping:
    """A block of machine code in memory of its own, given back when the object dies."""

    cdef readonly uintptr_t address
    cdef readonly size_t size

    def __cinit__(self, const unsigned char[::1] code not None, size_t slots, tuple imports):
        cdef size_t k, page = rssn_page(), used = code.shape[0], count = len(imports)
        cdef size_t size = (used + page - 1) // page * page
        cdef void *start
        cdef void *function
        if used == 0 or slots > used or used - slots < 8 * count:
            raise ValueError("no code, or slots outside it")
        start = rssn_writable(size)
        if start == NULL:
            raise MemoryError("no memory for machine code")
        # From here on __dealloc__ gives it back.
        self.address, self.size = <uintptr_t>start, size
        memcpy(start, &code[0], used)
        for k in range(count):
            function = rssn_find((<str>imports[k]).encode())
            if function == NULL:
                raise LookupError(imports[k])
            memcpy(<char *>start + slots + 8 * k, &function, 8)
        if rssn_make_executable(start, size) != 0:
            raise PermissionError("this system does not let programs make machine code")

    def __dealloc__(self):
        if self.address:
            rssn_release(<void *>self.address, self.size)


def describe_cpu() -> bytes:
    """Return what decides which code this processor runs; empty where we do not know how to ask."""
    cdef uint32_t[24] words
    cdef int count = rssn_describe_cpu(words)
    return PyBytes_FromStringAndSize(<char *>words, 4 * count)
