// Rounding mode, flush-to-zero and the like: helpers take over the caller's, so that a result never depends on which
// thread got the row.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace dtact::mesh {

inline uint64_t fp_control()
{
#if defined(__x86_64__)
    return _mm_getcsr() & ~0x3fu;  // without the sticky exception flags
#elif defined(__aarch64__)
    uint64_t control;
    asm volatile("mrs %0, fpcr" : "=r"(control));
    return control;
#else
    return 0;
#endif
}

inline void set_fp_control([[maybe_unused]] uint64_t control)
{
    if (control == fp_control())
        return;
#if defined(__x86_64__)
    _mm_setcsr(static_cast<unsigned>(control));
#elif defined(__aarch64__)
    asm volatile("msr fpcr, %0" ::"r"(control));
#endif
}

}  // namespace dtact::mesh
