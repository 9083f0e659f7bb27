/* What NumPy calls for a stretch of rows: brings arrays of any layout to a loop of machine code, which wants
 * neighbouring rows, a whole number of vectors; and tells NumPy of overflow and the like from the results.
 *
 * NumPy has seen to alignment, byte order and copies where arrays overlap. What it leaves to us: an output that is
 * an input (in place), an input that is ahead of the output, and the sequential rule of `reduce` and `accumulate`. */
#pragma once
#include <fenv.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <numpy/npy_common.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

enum { RSSN_MOST = 5, RSSN_BLOCK = 512, RSSN_LANES = 32 };

/* Which finite arguments give an infinity exactly (division by zero); others overflow. */
enum { RSSN_POLE_NONE, RSSN_POLE_ALWAYS, RSSN_POLE_AT_ZERO, RSSN_POLE_UP_TO_ZERO };

typedef int32_t (*rssn_run)(int64_t rows, char *const *arrays);

typedef struct {
    rssn_run run;
    int32_t inputs, outputs;
    int32_t lanes;
    int32_t size;  /* of an element in the loop: 8 or 4 */
    int32_t half;  /* the arrays hold float16, the loop works on float32 */
    int32_t pole;
    int32_t vanishes;  /* results too small for a normal number mean underflow */
    int32_t silent;    /* raises nothing but "invalid" */
} rssn_loop;

/* -- floating-point status: x86's vector unit is asked directly, the C library would ask the x87 too */

#if defined(__SSE2__)
enum { RSSN_INVALID = 1, RSSN_DIVIDE = 4, RSSN_OVERFLOW = 8, RSSN_UNDERFLOW = 16, RSSN_ALL = 29 };
static inline int rssn_status(void) { return (int)_mm_getcsr() & RSSN_ALL; }
static inline void rssn_set_status(int status) {
    _mm_setcsr((_mm_getcsr() & ~(unsigned)RSSN_ALL) | (unsigned)status);
}
#else
enum {
    RSSN_INVALID = FE_INVALID, RSSN_DIVIDE = FE_DIVBYZERO, RSSN_OVERFLOW = FE_OVERFLOW, RSSN_UNDERFLOW = FE_UNDERFLOW,
    RSSN_ALL = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW
};
static inline int rssn_status(void) { return fetestexcept(RSSN_ALL); }
static inline void rssn_set_status(int status) {
    feclearexcept(RSSN_ALL);
    feraiseexcept(status);
}
#endif

static inline double rssn_item(const rssn_loop *loop, const char *array, npy_intp row) {
    return loop->size == 8 ? ((const double *)array)[row] : (double)((const float *)array)[row];
}

static int rssn_pole(const rssn_loop *loop, double x) {
    switch (loop->pole) {
    case RSSN_POLE_ALWAYS: return 1;
    case RSSN_POLE_AT_ZERO: return x == 0;
    case RSSN_POLE_UP_TO_ZERO: return x <= 0;
    default: return 0;
    }
}

/* What one row's results say: by value alone, so that neither spare lanes nor untaken branches raise anything. */
static int rssn_judge(const rssn_loop *loop, char *const *arrays, npy_intp row) {
    const double smallest = loop->size == 8 ? 0x1p-1022 : 0x1p-126;
    double first = rssn_item(loop, arrays[0], row);
    int nan = 0, infinite = 0, found = 0, k;
    for (k = 0; k < loop->inputs; k++) {
        double x = rssn_item(loop, arrays[k], row);
        nan |= isnan(x);
        infinite |= isinf(x);
    }
    if (nan) return 0;
    for (k = loop->inputs; k < loop->inputs + loop->outputs; k++) {
        double y = rssn_item(loop, arrays[k], row);
        if (isnan(y)) found |= RSSN_INVALID;
        else if (infinite || loop->silent) continue;
        else if (isinf(y)) found |= rssn_pole(loop, first) ? RSSN_DIVIDE : RSSN_OVERFLOW;
        else if (loop->vanishes && first != 0 && fabs(y) < smallest) found |= RSSN_UNDERFLOW;
    }
    return found;
}

/* Run neighbouring rows; those that fill no vector in a padded copy whose spare lanes repeat a row. Returns status. */
static int rssn_rows(const rssn_loop *loop, npy_intp rows, char *const *arrays) {
    const int count = loop->inputs + loop->outputs, size = loop->size;
    const npy_intp tail = rows % loop->lanes, whole = rows - tail;
    int odd = 0, found = 0, k;
    if (whole) odd = loop->run(whole, arrays);
    if (tail) {
        char pads[RSSN_MOST][RSSN_LANES * 8] __attribute__((aligned(64)));
        char *padded[RSSN_MOST];
        for (k = 0; k < count; k++) {
            int at;
            padded[k] = pads[k];
            if (k >= loop->inputs) continue;
            memcpy(pads[k], arrays[k] + whole * size, (size_t)(tail * size));
            for (at = (int)tail * size; at < loop->lanes * size; at += size) memcpy(pads[k] + at, pads[k], (size_t)size);
        }
        odd |= loop->run(loop->lanes, padded);
        for (k = loop->inputs; k < count; k++) memcpy(arrays[k] + whole * size, pads[k], (size_t)(tail * size));
    }
    if (odd || (loop->vanishes && (rssn_status() & RSSN_UNDERFLOW))) {
        npy_intp row;
        for (row = 0; row < rows; row++) found |= rssn_judge(loop, arrays, row);
    }
    return found;
}

/* -- float16, exact one way and rounded to nearest even the other */

static float rssn_from_half(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16, rest = half & 0x7fffu;
    uint32_t bits;
    float result;
    if (rest >= 0x7c00u) bits = sign | 0x7f800000u | (rest & 0x3ffu) << 13;
    else if (rest >= 0x400u) bits = sign | ((rest << 13) + 0x38000000u);
    else {
        result = (float)rest * 0x1p-24f;
        return sign ? -result : result;
    }
    memcpy(&result, &bits, 4);
    return result;
}

static uint16_t rssn_to_half(float value) {
    uint32_t bits, rest;
    uint16_t sign;
    memcpy(&bits, &value, 4);
    sign = (uint16_t)(bits >> 16 & 0x8000u);
    rest = bits & 0x7fffffffu;
    if (rest > 0x7f800000u) return (uint16_t)(sign | 0x7e00u);
    if (rest >= 0x477ff000u) return (uint16_t)(sign | 0x7c00u);
    if (rest < 0x38800000u) {  /* added to 0.5, the unit in the last place is that of a subnormal half */
        float magnitude;
        memcpy(&magnitude, &rest, 4);
        magnitude += 0.5f;
        memcpy(&rest, &magnitude, 4);
        return (uint16_t)(sign | (rest - 0x3f000000u));
    }
    return (uint16_t)(sign | (rest - 0x38000000u + 0xfffu + (rest >> 13 & 1u)) >> 13);
}

/* -- any layout */

static void rssn_gather(const rssn_loop *loop, char *to, const char *from, npy_intp step, npy_intp rows) {
    npy_intp row;
    if (loop->half) {
        for (row = 0; row < rows; row++) ((float *)to)[row] = rssn_from_half(*(const uint16_t *)(from + row * step));
    } else if (step == loop->size) {
        memcpy(to, from, (size_t)(rows * step));
    } else if (loop->size == 8) {
        for (row = 0; row < rows; row++) ((uint64_t *)to)[row] = *(const uint64_t *)(from + row * step);
    } else {
        for (row = 0; row < rows; row++) ((uint32_t *)to)[row] = *(const uint32_t *)(from + row * step);
    }
}

static int rssn_scatter(const rssn_loop *loop, char *to, const char *from, npy_intp step, npy_intp rows) {
    npy_intp row;
    int found = 0;
    if (loop->half) {
        for (row = 0; row < rows; row++) {
            const float value = ((const float *)from)[row];
            const uint16_t half = rssn_to_half(value);
            if ((half & 0x7fffu) == 0x7c00u && isfinite(value)) found = RSSN_OVERFLOW;
            *(uint16_t *)(to + row * step) = half;
        }
    } else if (loop->size == 8) {
        for (row = 0; row < rows; row++) *(uint64_t *)(to + row * step) = ((const uint64_t *)from)[row];
    } else {
        for (row = 0; row < rows; row++) *(uint32_t *)(to + row * step) = ((const uint32_t *)from)[row];
    }
    return found;
}

enum { RSSN_APART, RSSN_BY_BLOCKS, RSSN_ONE_BY_ONE };

/* May rows of this input be read before earlier rows of the output are written? */
static int rssn_overlap(const char *in, npy_intp in_step, const char *out, npy_intp out_step, npy_intp rows, int size) {
    const npy_intp in_span = (rows - 1) * in_step, out_span = (rows - 1) * out_step;
    const char *in_low = in + (in_span < 0 ? in_span : 0), *in_high = in + (in_span > 0 ? in_span : 0) + size;
    const char *out_low = out + (out_span < 0 ? out_span : 0), *out_high = out + (out_span > 0 ? out_span : 0) + size;
    if (in_high <= out_low || out_high <= in_low) return RSSN_APART;
    if (rows == 1) return RSSN_BY_BLOCKS;
    if (in_step != out_step || in_step == 0) return RSSN_ONE_BY_ONE;
    /* In place, or the input is ahead in the direction of the walk: what is written has been read. */
    return (in_step > 0 ? in >= out : in <= out) ? RSSN_BY_BLOCKS : RSSN_ONE_BY_ONE;
}

static void rssn_inner(char **args, npy_intp const *dimensions, npy_intp const *steps, void *data) {
    const rssn_loop *loop = (const rssn_loop *)data;
    const npy_intp rows = dimensions[0];
    const int inputs = loop->inputs, count = inputs + loop->outputs, outer = loop->half ? 2 : loop->size;
    char buffers[RSSN_MOST][RSSN_BLOCK * 8] __attribute__((aligned(64)));
    char *arrays[RSSN_MOST];
    int copied[RSSN_MOST], any_copied = 0, nearness = RSSN_APART, found = rssn_status(), j, k;
    npy_intp block, start;
    if (rows <= 0) return;
    for (k = 0; k < count; k++) copied[k] = loop->half || steps[k] != loop->size;
    for (k = 0; k < inputs; k++) {
        for (j = inputs; j < count; j++) {
            const int here = rssn_overlap(args[k], steps[k], args[j], steps[j], rows, outer);
            if (here != RSSN_APART) copied[k] = 1;
            if (here > nearness) nearness = here;
        }
    }
    for (k = 0; k < count; k++) any_copied |= copied[k];
    block = nearness == RSSN_ONE_BY_ONE ? 1 : any_copied ? RSSN_BLOCK : rows;
    if (found) rssn_set_status(0);
    for (start = 0; start < rows; start += block) {
        const npy_intp here = rows - start < block ? rows - start : block;
        for (k = 0; k < count; k++) {
            char *from = args[k] + start * steps[k];
            arrays[k] = copied[k] ? buffers[k] : from;
            /* One value for all rows stays in its buffer, unless it is what the last block wrote. */
            if (k < inputs && copied[k] && (start == 0 || steps[k] != 0 || nearness == RSSN_ONE_BY_ONE)) {
                rssn_gather(loop, buffers[k], from, steps[k], here);
            }
        }
        found |= rssn_rows(loop, here, arrays);
        for (k = inputs; k < count; k++) {
            if (copied[k]) found |= rssn_scatter(loop, args[k] + start * steps[k], buffers[k], steps[k], here);
        }
    }
    if (rssn_status() != found) rssn_set_status(found);
}

/* -- the processor, asked without LLVM */

static const char *rssn_instruction_set(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd")) return "avx512";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi")
        && __builtin_cpu_supports("bmi2")) return "avx2";
    return "sse2";
#elif defined(__aarch64__)
    return "neon";
#else
    return "generic";
#endif
}
