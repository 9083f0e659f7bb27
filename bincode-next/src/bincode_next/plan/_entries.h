/* The entries of a dict one after another: straight from its table where the keys are text and the layout is known. */
#ifndef BINCODE_NEXT_ENTRIES_H
#define BINCODE_NEXT_ENTRIES_H

#include "_layout.h"

/* CPython 3.11 to 3.13: what stands before the indices of a dict's keys. */
typedef struct {
    Py_ssize_t references;
    uint8_t log2_size, log2_index_bytes, kind;
    uint32_t version;
    Py_ssize_t usable, entries;
    char indices[];
} Keys;

#define TEXT_KEYS 1

typedef struct {
    PyObject *key, *value;
} Pair;

typedef struct {
    const Pair *at, *end; /* NULL: by PyDict_Next */
    PyObject *dict;
    Py_ssize_t position;
} Pairs;

static int knows_keys; /* whether the layout is what we take it for */

static inline __attribute__((always_inline)) Pairs pairs_of(PyObject *dict, int known) {
    Pairs pairs = {NULL, NULL, dict, 0};
#if VALUES_KNOWN
    const Keys *keys = (const Keys *)((PyDictObject *)dict)->ma_keys;
    if (known && ((PyDictObject *)dict)->ma_values == NULL && keys->kind == TEXT_KEYS) {
        pairs.at = (const Pair *)(keys->indices + ((size_t)1 << keys->log2_index_bytes));
        pairs.end = pairs.at + keys->entries;
    }
#else
    (void)known;
#endif
    return pairs;
}

/* The next entry, borrowed; 0 behind the last. The dict must not change meanwhile. */
static inline __attribute__((always_inline)) int pairs_next(Pairs *pairs, PyObject **key, PyObject **value) {
    if (pairs->at == NULL) {
        return PyDict_Next(pairs->dict, &pairs->position, key, value);
    }
    while (pairs->at != pairs->end) {
        const Pair *pair = pairs->at++;
        if (pair->value != NULL) { /* one that was deleted */
            *key = pair->key;
            *value = pair->value;
            return 1;
        }
    }
    return 0;
}

/* Try the layout on dicts whose entries are known by other ways; it is not used where it does not fit. */
static int try_keys(PyObject *dict) {
    Pairs pairs = pairs_of(dict, 1);
    Py_ssize_t position = 0, left = PyDict_GET_SIZE(dict);
    PyObject *key, *value, *other_key, *other;
    while (PyDict_Next(dict, &position, &key, &value)) {
        if (!pairs_next(&pairs, &other_key, &other) || key != other_key || value != other) {
            return 0;
        }
        left--;
    }
    return pairs.at != NULL && left == 0 && !pairs_next(&pairs, &other_key, &other);
}

#endif
