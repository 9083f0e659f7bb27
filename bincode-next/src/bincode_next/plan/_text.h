/* Text to UTF-8 and back: short strings are most of it. */
#ifndef BINCODE_NEXT_TEXT_H
#define BINCODE_NEXT_TEXT_H

#include "_numbers.h"


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

#define HIGH_BITS 0x8080808080808080ull

static inline int is_ascii(const char *p, Py_ssize_t n) {
    uint64_t seen = 0, word;
    for (; n >= 64; p += 64, n -= 64) {
        for (int i = 0; i < 64; i += 8) {
            memcpy(&word, p + i, 8);
            seen |= word;
        }
        if (seen & HIGH_BITS) {
            return 0;
        }
    }
    for (; n >= 8; p += 8, n -= 8) {
        memcpy(&word, p, 8);
        seen |= word;
    }
    for (; n > 0; p++, n--) {
        seen |= (uint64_t)(uint8_t)*p << 56;
    }
    return !(seen & HIGH_BITS);
}

#define OWN_DECODER 128 /* bytes; beyond, Python's own is the faster */

/* The characters from p to `end` into `to`; jumps to `invalid` if they are no UTF-8. */
#define DECODE_INTO(to)                                                \
    while (p != end) {                                                 \
        Py_UCS4 c = *p++;                                              \
        if (c >= 0x80) {                                               \
            int more = c < 0xc2 ? 4 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : c < 0xf5 ? 3 : 4; \
            Py_UCS4 least = more == 1 ? 0x80 : more == 2 ? 0x800 : 0x10000; \
            if (more > 3 || more > end - p) {                          \
                goto invalid;                                          \
            }                                                          \
            c &= 0x3fu >> more;                                        \
            for (; more; more--, p++) {                                \
                if ((*p & 0xc0) != 0x80) {                             \
                    goto invalid;                                      \
                }                                                      \
                c = c << 6 | (*p & 0x3f);                              \
            }                                                          \
            if (c < least || c > 0x10ffff || (c & 0xfffff800) == 0xd800) { \
                goto invalid;                                          \
            }                                                          \
        }                                                              \
        *(to)++ = c;                                                   \
    }

/* Text that is not all ASCII. The first bytes of its characters say how many there are and how wide. */
static PyObject *wide_text_of(const char *from, Py_ssize_t n) {
    const uint8_t *p = (const uint8_t *)from, *const end = p + n;
    uint8_t widest = 0;
    Py_ssize_t count = 0;
    for (Py_ssize_t i = 0; i < n; i++) {
        widest = p[i] > widest ? p[i] : widest;
        count += (p[i] & 0xc0) != 0x80;
    }
    PyObject *s = PyUnicode_New(count, widest < 0xc4 ? 0xff : widest < 0xf0 ? 0xffff : 0x10ffff);
    if (s == NULL) {
        return NULL;
    }
    if (widest < 0xc4) {
        Py_UCS1 *to = PyUnicode_1BYTE_DATA(s);
        DECODE_INTO(to)
    } else if (widest < 0xf0) {
        Py_UCS2 *to = PyUnicode_2BYTE_DATA(s);
        DECODE_INTO(to)
    } else {
        Py_UCS4 *to = PyUnicode_4BYTE_DATA(s);
        DECODE_INTO(to)
    }
    return s;
invalid:
    Py_DECREF(s);
    return PyUnicode_DecodeUTF8(from, n, NULL); /* its error */
}

static PyObject *text_of(const char *p, Py_ssize_t n) {
    if (UNLIKELY(!is_ascii(p, n))) {
        return n <= OWN_DECODER ? wide_text_of(p, n) : PyUnicode_DecodeUTF8(p, n, NULL);
    }
    PyObject *s = PyUnicode_New(n, 127);
    if (s != NULL) {
        memcpy(PyUnicode_DATA(s), p, (size_t)n); /* n = 0: the empty string, nothing is written */
    }
    return s;
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
