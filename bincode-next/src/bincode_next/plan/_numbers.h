/* Bytes of numbers and of text. `big` is a constant wherever these are called, so each order has code of its own. */
#ifndef BINCODE_NEXT_NUMBERS_H
#define BINCODE_NEXT_NUMBERS_H

#include "_layout.h"

#include <math.h>

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

ALWAYS char *put_varint(char *p, uint64_t v, int big) {
    if (LIKELY(v < 251)) {
        *p = (char)v;
        return p + 1;
    }
    if (v <= 0xffff) {
        *p = (char)0xfb;
        put16(p + 1, (uint16_t)v, big);
        return p + 3;
    }
    if (v <= 0xffffffffu) {
        *p = (char)0xfc;
        put32(p + 1, (uint32_t)v, big);
        return p + 5;
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

/* ---- text ---- */

/* Bytes of a string in UTF-8, -1 if it holds a surrogate. */
static Py_ssize_t utf8_length(PyObject *s) {
    Py_ssize_t n = PyUnicode_GET_LENGTH(s), length = n;
    int surrogates = 0;
    switch (PyUnicode_KIND(s)) {
    case PyUnicode_1BYTE_KIND: {
        const Py_UCS1 *c = PyUnicode_1BYTE_DATA(s);
        for (Py_ssize_t i = 0; i < n; i++) {
            length += c[i] >> 7;
        }
        break;
    }
    case PyUnicode_2BYTE_KIND: {
        const Py_UCS2 *c = PyUnicode_2BYTE_DATA(s);
        for (Py_ssize_t i = 0; i < n; i++) {
            length += (c[i] >= 0x80) + (c[i] >= 0x800);
            surrogates |= (c[i] & 0xf800) == 0xd800;
        }
        break;
    }
    default: {
        const Py_UCS4 *c = PyUnicode_4BYTE_DATA(s);
        for (Py_ssize_t i = 0; i < n; i++) {
            length += (c[i] >= 0x80) + (c[i] >= 0x800) + (c[i] >= 0x10000);
            surrogates |= (c[i] & 0xfffff800) == 0xd800;
        }
    }
    }
    return surrogates ? -1 : length;
}

ALWAYS char *put_utf8(char *p, Py_UCS4 c) {
    if (c < 0x80) {
        *p++ = (char)c;
    } else if (c < 0x800) {
        *p++ = (char)(0xc0 | c >> 6);
        *p++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *p++ = (char)(0xe0 | c >> 12);
        *p++ = (char)(0x80 | (c >> 6 & 0x3f));
        *p++ = (char)(0x80 | (c & 0x3f));
    } else {
        *p++ = (char)(0xf0 | c >> 18);
        *p++ = (char)(0x80 | (c >> 12 & 0x3f));
        *p++ = (char)(0x80 | (c >> 6 & 0x3f));
        *p++ = (char)(0x80 | (c & 0x3f));
    }
    return p;
}

/* UTF-8 that the string has kept of itself, or NULL. Making it here would let the caller's strings grow. */
static inline const char *kept_utf8(PyObject *s, Py_ssize_t *n) {
    if (PyUnicode_IS_COMPACT(s)) {
        *n = ((PyCompactUnicodeObject *)s)->utf8_length;
        return ((PyCompactUnicodeObject *)s)->utf8;
    }
    return NULL;
}

static char *put_text(char *p, PyObject *s) {
    Py_ssize_t n = PyUnicode_GET_LENGTH(s);
    switch (PyUnicode_KIND(s)) {
    case PyUnicode_1BYTE_KIND:
        for (const Py_UCS1 *c = PyUnicode_1BYTE_DATA(s), *end = c + n; c != end; c++) {
            if (*c < 0x80) {
                *p++ = (char)*c;
            } else {
                *p++ = (char)(0xc0 | *c >> 6);
                *p++ = (char)(0x80 | (*c & 0x3f));
            }
        }
        break;
    case PyUnicode_2BYTE_KIND:
        for (const Py_UCS2 *c = PyUnicode_2BYTE_DATA(s), *end = c + n; c != end; c++) {
            p = put_utf8(p, *c);
        }
        break;
    default:
        for (const Py_UCS4 *c = PyUnicode_4BYTE_DATA(s), *end = c + n; c != end; c++) {
            p = put_utf8(p, *c);
        }
    }
    return p;
}

/* memcpy is a call; most strings are a few bytes. */
ALWAYS void put_short(char *to, const char *from, size_t n) {
    if (n > 16) {
        memcpy(to, from, n);
    } else if (n >= 8) {
        uint64_t a, b;
        memcpy(&a, from, 8);
        memcpy(&b, from + n - 8, 8);
        memcpy(to, &a, 8);
        memcpy(to + n - 8, &b, 8);
    } else if (n >= 4) {
        uint32_t a, b;
        memcpy(&a, from, 4);
        memcpy(&b, from + n - 4, 4);
        memcpy(to, &a, 4);
        memcpy(to + n - 4, &b, 4);
    } else if (n) {
        to[0] = from[0];
        to[n >> 1] = from[n >> 1];
        to[n - 1] = from[n - 1];
    }
}

static inline int is_ascii(const char *p, Py_ssize_t n) {
    uint64_t seen = 0, word;
    for (; n >= 8; p += 8, n -= 8) {
        memcpy(&word, p, 8);
        seen |= word;
    }
    for (; n > 0; p++, n--) {
        seen |= (uint64_t)(uint8_t)*p << 56;
    }
    return !(seen & 0x8080808080808080ull);
}

static PyObject *text_of(const char *p, Py_ssize_t n) {
    if (LIKELY(is_ascii(p, n))) {
        PyObject *s = PyUnicode_New(n, 127);
        if (s != NULL) {
            memcpy(PyUnicode_DATA(s), p, (size_t)n); /* n = 0: the empty string, nothing is written */
        }
        return s;
    }
    return PyUnicode_DecodeUTF8(p, n, NULL);
}

#define CACHED_LENGTH 32
#define CACHED_BITS 11
static PyObject *short_strings[1 << CACHED_BITS];

/* A short ASCII string seen before is given again: one comparison instead of an allocation. */
static inline PyObject *short_text_of(const char *p, Py_ssize_t n) {
    uint64_t first = 0, last = 0, hash;
    if (n == 0) {
        return PyUnicode_New(0, 127);
    }
    if (n >= 8) {
        memcpy(&first, p, 8);
        memcpy(&last, p + n - 8, 8);
        if (n > 16) {
            uint64_t more;
            memcpy(&more, p + 8, 8);
            first ^= more * 0x9E3779B97F4A7C15ull;
            memcpy(&more, p + n - 16, 8);
            last ^= more * 0xD6E8FEB86659FD93ull;
        }
    } else if (n >= 4) {
        uint32_t a, b;
        memcpy(&a, p, 4);
        memcpy(&b, p + n - 4, 4);
        first = (uint64_t)a << 32 | b;
    } else {
        first = (uint64_t)(uint8_t)p[0] | (uint64_t)(uint8_t)p[n >> 1] << 8 | (uint64_t)(uint8_t)p[n - 1] << 16;
    }
    hash = (first ^ (last * 0xD6E8FEB86659FD93ull) ^ (uint64_t)n << 59) * 0x9E3779B97F4A7C15ull;
    hash ^= hash >> 29;
    hash *= 0xBF58476D1CE4E5B9ull;
    PyObject **cell = &short_strings[hash >> (64 - CACHED_BITS)];
    PyObject *s = *cell;
    if (s != NULL && PyUnicode_GET_LENGTH(s) == n && memcmp(PyUnicode_DATA(s), p, (size_t)n) == 0) {
        Py_INCREF(s);
        return s;
    }
    s = text_of(p, n);
    if (LIKELY(s != NULL) && PyUnicode_IS_COMPACT_ASCII(s)) {
        PyObject *old = *cell;
        Py_INCREF(s);
        *cell = s;
        Py_XDECREF(old);
    }
    return s;
}

/* Bytes of the character that starts with this byte, 0: none does. */
ALWAYS int char_width(uint8_t c) {
    return c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
}

#endif
