/* CRC-32C (Castagnoli), by the processor's instruction where it has one. */
#ifndef RSSN_CRC32C_H
#define RSSN_CRC32C_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

static uint32_t crc32c_table[8][256];

static void crc32c_fill(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? 0x82F63B78u : 0);
        crc32c_table[0][byte] = value;
    }
    for (uint32_t byte = 0; byte < 256; byte++)
        for (int k = 1; k < 8; k++)
            crc32c_table[k][byte] = (crc32c_table[k - 1][byte] >> 8) ^ crc32c_table[0][crc32c_table[k - 1][byte] & 255];
}

/* Eight bytes a step, each through a table of its own. */
static uint32_t crc32c_portable(uint32_t state, const uint8_t *data, size_t size) {
    if (!crc32c_table[0][1]) crc32c_fill();
    for (; size >= 8; size -= 8, data += 8) {
        uint64_t word = 0;
        for (int k = 0; k < 8; k++) word |= (uint64_t)data[k] << (8 * k);
        word ^= state;
        state = 0;
        for (int k = 0; k < 8; k++) state ^= crc32c_table[7 - k][word >> (8 * k) & 255];
    }
    while (size--) state = (state >> 8) ^ crc32c_table[0][(state ^ *data++) & 255];
    return state;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t state, const uint8_t *data, size_t size) {
    uint64_t wide = state, word;
    for (; size >= 8; size -= 8, data += 8) {
        memcpy(&word, data, 8);
        wide = _mm_crc32_u64(wide, word);
    }
    state = (uint32_t)wide;
    while (size--) state = _mm_crc32_u8(state, *data++);
    return state;
}
#endif

/* Go on from a state, which begins as ~0 and is inverted at the end. */
static uint32_t crc32c_part(uint32_t state, const void *data, size_t size) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return crc32c_sse42(state, (const uint8_t *)data, size);
#endif
    return crc32c_portable(state, (const uint8_t *)data, size);
}

static uint32_t crc32c(const void *data, size_t size) { return ~crc32c_part(~0u, data, size); }

#endif
