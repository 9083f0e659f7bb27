/* The program of a plan: an array of operations of 32 bytes, and what they point to.
 *
 * Every operation works on one cell, a `PyObject *` at `base + off`. The base is the object itself (slots), its
 * array of values (a plain dataclass), the items of a list or tuple, the pair of a dict's entry, or a local for the
 * root: so one set of operations serves all of them, and a half-built tree is always owned by its root.
 */
#ifndef BINCODE_NEXT_OPS_H
#define BINCODE_NEXT_OPS_H

#include <Python.h>
#include <stdint.h>
#include <string.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

typedef enum {
    OP_HALT,
    OP_RESERVE, /* nothing but its `reserve` and `least` */
    OP_BOOL,
    OP_U8,
    OP_I8,
    OP_U16, /* fixed widths */
    OP_I16,
    OP_U32,
    OP_I32,
    OP_U64,
    OP_I64,
    OP_U128,
    OP_I128,
    OP_VU16, /* variable widths */
    OP_VI16,
    OP_VU32,
    OP_VI32,
    OP_VU64,
    OP_VI64,
    OP_VU128,
    OP_VI128,
    OP_F32,
    OP_F64,
    OP_CHAR,
    OP_UNIT,  /* no bytes: `kind` is the value */
    OP_CONST, /* no bytes, and what was there is known already */
    OP_STR,
    OP_BYTES,       /* `small`: 0 bytes, 1 bytearray, 2 memoryview; or NO_NUL */
    OP_BYTES_FIXED, /* `extra` bytes without a length */
    OP_OPTION,      /* None: on to `next` */
    OP_SLOTS,       /* a class with slots: fields in the object */
    OP_VALUES,      /* a plain dataclass: fields in its array of values */
    OP_NAMED,       /* fields in a dict, the object's or the value itself */
    OP_TUPLE,
    OP_END,       /* of any of the four, back to the base before */
    OP_END_SLOTS, /* the collector learns of the object now that it is whole */
    OP_END_NAMED,
    OP_SEQ,      /* `small`: kind of sequence; empty: on to `next`, behind its loop */
    OP_SCALARS,  /* a sequence whose items are one scalar operation, the next one; or an option, then one */
    OP_OBJECTS,  /* a sequence of one class, entered by the next operation, which only this one does */
    OP_ARRAY,    /* `extra` items without a length */
    OP_LOOP,     /* another item: back to `next`; no more: on to `extra` */
    OP_LOOP_OBJECTS, /* the same in an object that ends: `small` as the operation that entered it, 1 bit: tracked */
    OP_CONVERT,  /* decode: the list in the cell becomes what `small` says */
    OP_DICT,
    OP_LOOP_DICT,
    OP_ENUM,    /* a tag, then on to the variant's operations */
    OP_MEMBERS, /* a tag alone: variants without payload */
    OP_JUMP,
    OP_CALL, /* the operations of a type that contains itself */
    OP_RETURN,
    OP_NDARRAY,
    OP_FOREIGN, /* an array by the functions of `arrays`: `kind` is a Block */
    OP_TIME,    /* `kind` is a Clock */
    OP_NET32,   /* fixed, high byte first whatever the configuration */
    OP_NET128,
    OP_BEFORE,  /* of the sequence that comes next: `extra` - 1 items at most (0: any), and its claim */
    /* The crate's limit, in decoding: */
    OP_CLAIM,        /* `kind` bytes */
    OP_CLAIM_LENGTH, /* as many as the length just read says */
    OP_RELEASE,      /* an element begins: what its sequence claimed for it is given back */
    /* Keys in the order of their bytes: */
    OP_MARK,  /* one begins here */
    OP_ORDER, /* it ends here */
    /* Python code that may do anything, also to the value being written: */
    OP_HOLD, /* behind OP_SLOTS, …: what was entered can't go */
    OP_LET_GO,
    OP_CUSTOM,     /* encode: `kind` makes another value, which is written */
    OP_END_CUSTOM, /* decode: `kind` makes the value of what was read */
    OP_AFTER,      /* decode: `kind` looks at the object */
} Code;

#define NO_NUL 4 /* C strings */

enum { SEQ_LIST, SEQ_TUPLE, SEQ_SET, SEQ_FROZENSET, SEQ_DEQUE };

typedef struct {
    uint16_t code;
    uint16_t small;
    int32_t off;      /* of the cell, from the base */
    uint32_t reserve; /* encode: most bytes of the run of bounded operations that follows */
    uint32_t least;   /* decode: fewest bytes of the run that follows, which then looks no more */
    int32_t next;     /* operation to go on with, counted from the first */
    uint32_t extra;
    void *kind; /* a Shape, a Choice, a Block, or an object */
} Op;

typedef struct {
    PyTypeObject *type;
    Py_ssize_t count;    /* fields */
    Py_ssize_t body;     /* bytes behind the object's head */
    int tracked;         /* the collector must know its objects */
    int as_dict;         /* values are dicts themselves */
    int by_attribute;    /* values are what attributes say, and are set as such */
    PyObject **names;    /* interned */
    Py_ssize_t capacity; /* values: places that an object has */
    uint8_t place[32];   /* values: of each field */
    uint8_t order[32];   /* the same places, as the order of insertion lies in memory */
} Shape;

typedef struct {
    uint32_t count;
    uint32_t mask; /* of the table, which is a power of two */
    int by_type;   /* looked up by the value's class, else by the value */
    int byte;      /* the tag is one byte in every configuration */
    int compared;  /* values without identity: looked at once more if not found */
    PyObject **keys; /* by variant */
    PyObject **values; /* by variant, where it has no payload */
    PyObject **at;   /* keys by the hash of their addresses, NULL: none */
    uint32_t *table; /* their variants */
    int32_t *targets; /* operations by variant */
    int32_t *inside;  /* the same, behind making room: encode has done that */
} Choice;

/* Arrays: of numbers written from their memory, of records by `write(node, array, config)`; read by
 * `read(node, data, offset, end, config)`. */
typedef struct {
    PyObject *type, *read, *write, *node, *config;
    char kind; /* 'u' 'i' 'f' or '?' */
    int item;  /* bytes of an element; 0: the array says it */
    int sizes; /* how many fixed sizes, -1: one dimension with a length */
    Py_ssize_t size[8];
} Block;

typedef struct {
    Op *ops;
    Py_ssize_t count;
    int big, varint;
    int strict; /* numbers as short as they can be */
    int unique; /* no key twice */
    int lenient; /* bincode 1 takes numbers in a wider form than their type's: those are the twin's */
    int ordered; /* keys must come in the order of their bytes */
    int careful; /* Python code runs while values are written */
    uint64_t limit; /* the crate's own */
    uint64_t most_elements, most_empty, most_depth, most_memory; /* UINT64_MAX: no limit */
} Program;

/* What a run of a program comes to. ODD: a case for the twin, whose answer counts; WRONG: it must find an error. */
typedef enum { DONE = 0, ODD = 1, WRONG = 2, RAISED = 3 } Outcome;

typedef struct Frame {
    char *base;          /* to go back to */
    struct Frame *below;
    const Op *back;
    PyObject *source;    /* dict at work */
    PyObject **cursor;   /* item at work */
    Py_ssize_t left, position;
    PyObject *cells[2];  /* key and value of a dict's entry; a value on the way to or from a custom one */
    const char *mark, *before; /* where this key starts, and the one before it, if there is one */
    size_t before_size;
    /* Only in frames that hold something to give back: these are linked. */
    struct Frame *held;
    PyObject *owned;
    PyObject **scratch;  /* values read or made by name */
    Py_ssize_t values;   /* of scratch or cells that are owned */
} Frame;

#define FRAMES_INSIDE 48

/* Memory that an element of a sequence takes at least, as the limit on memory counts it. */
#define WEIGHT(op) ((uint64_t)((op)->small >> 3) << 3)

/* Frames lie on the C stack first, then in blocks that never move (bases point into them). */
typedef struct Frames {
    struct Frames *before, *after;
    Frame *end;
    Frame items[FRAMES_INSIDE];
} Frames;

static inline void frames_start(Frames *frames) {
    frames->before = frames->after = NULL;
    frames->end = frames->items + FRAMES_INSIDE;
}

static Frame *frames_more(Frames **at) {
    Frames *more = (*at)->after;
    if (more == NULL) {
        Py_ssize_t count = ((*at)->end - (*at)->items) * 2;
        if (count > 4096) {
            count = 4096;
        }
        more = PyMem_Malloc(offsetof(Frames, items) + (size_t)count * sizeof(Frame));
        if (more == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        more->before = *at;
        more->after = NULL;
        more->end = more->items + count;
        (*at)->after = more;
    }
    *at = more;
    return more->items;
}

static void frames_end(Frames *first) {
    Frames *block = first->after;
    while (block != NULL) {
        Frames *after = block->after;
        PyMem_Free(block);
        block = after;
    }
}

/* A new top frame; `block` follows it. Popping compares with the block's first frame. */
#define PUSH(failed)                                                   \
    do {                                                               \
        Frame *f_ = top + 1;                                           \
        if (UNLIKELY(f_ == block->end)) {                              \
            f_ = frames_more(&block);                                  \
            if (f_ == NULL) {                                          \
                goto failed;                                           \
            }                                                          \
        }                                                              \
        f_->below = top;                                               \
        f_->base = base;                                               \
        top = f_;                                                      \
    } while (0)

#define POP()                                                          \
    do {                                                               \
        base = top->base;                                              \
        if (UNLIKELY(top == block->items) && block->before != NULL) {  \
            block = block->before;                                     \
        }                                                              \
        top = top->below;                                              \
    } while (0)

/* The top frame holds what must be given back when it goes, in an error too. */
#define HOLD(owned_, scratch_, values_)                                \
    do {                                                               \
        top->owned = (owned_);                                         \
        top->scratch = (scratch_);                                     \
        top->values = (values_);                                       \
        top->held = holders;                                           \
        holders = top;                                                 \
    } while (0)

#define CELL (*(PyObject **)(base + op->off))

static void give_back(Frame *frame) {
    PyObject **values = frame->scratch ? frame->scratch : frame->cells;
    for (Py_ssize_t i = 0; i < frame->values; i++) {
        Py_XDECREF(values[i]);
    }
    PyMem_Free(frame->scratch);
    Py_XDECREF(frame->owned);
}

#define LET_GO()                                                       \
    do {                                                               \
        holders = top->held;                                           \
        give_back(top);                                                \
    } while (0)

static inline uint32_t spread(const void *address) {
    return (uint32_t)(((uintptr_t)address >> 4) * 0x9E3779B97F4A7C15ull >> 40);
}

/* The variant of a value, or -1. No Python code runs. */
static Py_ssize_t choice_find(const Choice *choice, PyObject *value) {
    const void *key = choice->by_type ? (const void *)Py_TYPE(value) : (const void *)value;
    uint32_t i = spread(key) & choice->mask;
    while (choice->at[i]) {
        if (LIKELY(choice->at[i] == key)) {
            return choice->table[i];
        }
        i = (i + 1) & choice->mask;
    }
    if (choice->compared && (PyUnicode_CheckExact(value) || PyLong_CheckExact(value) || PyBytes_CheckExact(value))) {
        for (uint32_t v = 0; v < choice->count; v++) {
            if (Py_TYPE(choice->keys[v]) == Py_TYPE(value) && PyObject_RichCompareBool(choice->keys[v], value, Py_EQ) == 1) {
                return v;
            }
        }
    }
    return -1;
}

#endif
