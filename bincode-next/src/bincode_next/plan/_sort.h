/* Entries in the order of their keys' bytes: written as they come, then put in order. */
#ifndef BINCODE_NEXT_SORT_H
#define BINCODE_NEXT_SORT_H

#include "_ops.h"

#include <stdlib.h>

typedef struct {
    const char *key;
    size_t key_size, size;
} Entry;

static int compare_keys(const char *a, size_t a_size, const char *b, size_t b_size) {
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

static int compare_entries(const void *a, const void *b) {
    const Entry *one = a, *other = b;
    return compare_keys(one->key, one->key_size, other->key, other->key_size);
}

/* Remember where a key begins or ends: `marks[0]` says how many there are. NULL with MemoryError. */
static size_t *marked(size_t *marks, Py_ssize_t entries, size_t place) {
    if (marks == NULL) {
        marks = PyMem_Malloc((1 + 2 * (size_t)entries) * sizeof(size_t));
        if (marks == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        marks[0] = 0;
    }
    marks[++marks[0]] = place;
    return marks;
}

/* Sort what was written from `start` on up to p; WRONG if two keys have the same bytes. */
static Outcome sort_entries(const size_t *marks, char *start, const char *p) {
    size_t count = marks[0] / 2, whole = (size_t)(p - (start + marks[1]));
    Entry *entries = PyMem_Malloc(count * sizeof(Entry) + whole);
    char *sorted = (char *)(entries + count), *to = sorted;
    Outcome outcome = DONE;
    if (entries == NULL) {
        PyErr_NoMemory();
        return RAISED;
    }
    for (size_t i = 0; i < count; i++) {
        size_t key = marks[1 + 2 * i], after = marks[2 + 2 * i];
        size_t stop = i + 1 < count ? marks[3 + 2 * i] : (size_t)(p - start);
        entries[i] = (Entry){start + key, after - key, stop - key};
    }
    qsort(entries, count, sizeof(Entry), compare_entries);
    for (size_t i = 0; i < count; i++) {
        if (i && compare_entries(entries + i - 1, entries + i) == 0) {
            outcome = WRONG;
        }
        memcpy(to, entries[i].key, entries[i].size);
        to += entries[i].size;
    }
    memcpy(start + marks[1], sorted, whole);
    PyMem_Free(entries);
    return outcome;
}

#endif
