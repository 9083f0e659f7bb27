/* Bytes of numbers. `big` is a constant wherever these are called, so each order has code of its own. */
#ifndef BINCODE_NEXT_NUMBERS_H
#define BINCODE_NEXT_NUMBERS_H

#include "_layout.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the native engine is written for little-endian machines; use BINCODE_NEXT_PURE=1"
#endif

#define ALWAYS static inline __attribute__((always_inline))

ALWAYS void put16(char *p, uint16_t v, int big) { v = big ? __builtin_bswap16(v) : v; memcpy(p, &v, 2); }
ALWAYS void put32(char *p, uint32_t v, int big) { v = big ? __builtin_bswap32(v) : v; memcpy(p, &v, 4); }
ALWAYS void put64(char *p, uint64_t v, int big) { v = big ? __builtin_bswap64(v) : v; memcpy(p, &v, 8); }
ALWAYS uint16_t get16(const char *p, int big) { uint16_t v; memcpy(&v, p, 2); return big ? __builtin_bswap16(v) : v; }
ALWAYS uint32_t get32(const char *p, int big) { uint32_t v; memcpy(&v, p, 4); return big ? __builtin_bswap32(v) : v; }
ALWAYS uint64_t get64(const char *p, int big) { uint64_t v; memcpy(&v, p, 8); return big ? __builtin_bswap64(v) : v; }

ALWAYS void put128(char *p, u128 v, int big) {
    put64(p + (big ? 8 : 0), (uint64_t)v, big);
    put64(p + (big ? 0 : 8), (uint64_t)(v >> 64), big);
}

ALWAYS u128 get128(const char *p, int big) {
    return (u128)get64(p + (big ? 0 : 8), big) << 64 | get64(p + (big ? 8 : 0), big);
}

/* ---- variable widths ---- */

/* Three or five bytes: which can't be foreseen in most data, so nothing branches on it, and eight are written. */
ALWAYS char *put_varint_of_4(char *p, uint64_t v, int big) {
    if (v < 251) {
        *p = (char)v;
        return p + 1;
    }
    unsigned wide = v > 0xffff;
    uint64_t bytes = big ? __builtin_bswap64(v) >> (wide ? 32 : 48) : v;
    put64(p, bytes << 8 | (0xfb + wide), 0);
    return p + 3 + 2 * wide;
}

ALWAYS char *put_varint(char *p, uint64_t v, int big) {
    if (LIKELY(v <= 0xffffffffu)) {
        return put_varint_of_4(p, v, big);
    }
    *p = (char)0xfd;
    put64(p + 1, v, big);
    return p + 9;
}

ALWAYS char *put_varint128(char *p, u128 v, int big) {
    if (v <= UINT64_MAX) {
        return put_varint(p, (uint64_t)v, big);
    }
    *p = (char)0xfe;
    put128(p + 1, v, big);
    return p + 17;
}

/* Read a varint of a type of at most `width` bytes; NULL: there is none. The first byte must be there. */
ALWAYS const char *get_varint(const char *p, const char *end, uint64_t *out, int width, int strict, int big) {
    uint8_t tag = (uint8_t)*p;
    if (LIKELY(tag < 251)) {
        *out = tag;
        return p + 1;
    }
    if (tag == 251) {
        if (end - p < 3) {
            return NULL;
        }
        *out = get16(p + 1, big);
        return strict && *out < 251 ? NULL : p + 3;
    }
    if (tag == 252 && width >= 4) {
        if (end - p < 5) {
            return NULL;
        }
        *out = get32(p + 1, big);
        return strict && *out <= 0xffff ? NULL : p + 5;
    }
    if (tag == 253 && width >= 8) {
        if (end - p < 9) {
            return NULL;
        }
        *out = get64(p + 1, big);
        return strict && *out <= 0xffffffffu ? NULL : p + 9;
    }
    return NULL;
}

ALWAYS const char *get_varint128(const char *p, const char *end, u128 *out, int strict, int big) {
    uint64_t small;
    if (LIKELY((uint8_t)*p != 254)) {
        p = get_varint(p, end, &small, 8, strict, big);
        *out = p ? small : 0;
        return p;
    }
    if (end - p < 17) {
        return NULL;
    }
    *out = get128(p + 1, big);
    return strict && *out <= UINT64_MAX ? NULL : p + 17;
}

ALWAYS char *put_length(char *p, uint64_t v, int varint, int big) {
    if (varint) {
        return put_varint(p, v, big);
    }
    put64(p, v, big);
    return p + 8;
}

ALWAYS const char *get_length(const char *p, const char *end, uint64_t *out, int varint, int strict, int big) {
    if (varint) {
        return p < end ? get_varint(p, end, out, 8, strict, big) : NULL;
    }
    if (end - p < 8) {
        return NULL;
    }
    *out = get64(p, big);
    return p + 8;
}

/* A tag of 32 bits. */
ALWAYS const char *get_tag(const char *p, const char *end, uint64_t *out, int varint, int strict, int big) {
    if (varint) {
        return p < end ? get_varint(p, end, out, 4, strict, big) : NULL;
    }
    if (end - p < 4) {
        return NULL;
    }
    *out = get32(p, big);
    return p + 4;
}

#endif
