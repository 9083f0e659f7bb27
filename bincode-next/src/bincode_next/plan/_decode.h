/* The decoder. Included twice, with `NAME` and `BIG` defined: once for each order of bytes.
 *
 * Every new object goes into the cell that owns it at once, so giving up is one decrement of the root.
 */

/* Decode from `start` to `end`: a new value in `*result`, and where it ended in `*used`. `data` starts at `origin`. */
static Outcome NAME(decode_run)(const Program *program, PyObject *data, const char *origin, const char *start,
                                const char *end, PyObject **result, const char **used) {
    const Op *const ops = program->ops;
    const Op *op = ops;
    const int varint = program->varint, strict = program->strict;
    const char *p = start;
    PyObject *root = NULL, *v, *holder = NULL; /* of a key whose value is being read */
    char *base = (char *)&root;
    const Op *before = NULL; /* what the next sequence must also keep to */
    uint64_t claim, claimed = 0;
    uint64_t u = 0, depth = 0, elements = program->most_elements, memory = program->most_memory, empty = program->most_empty;
    Py_ssize_t n, made = 0;
    int paused = 0;
    Outcome outcome = DONE;
    Frames frames, *block = &frames;
    Frame *top = frames.items, *holders = NULL;
    frames_start(&frames);
    if (UNLIKELY(memory < (uint64_t)(end - p))) {
        goto odd;
    }
    memory -= (uint64_t)(end - p); /* all text and bytes together */

#define LEAST(o)                                                       \
    if (UNLIKELY((size_t)(end - p) < (o)->least)) {                    \
        goto wrong;                                                    \
    }

/* The length of a sequence, held against the bytes that are left and the limits before anything is made. */
#define LENGTH()                                                       \
    p = get_length(p, end, &u, varint, strict, BIG);                   \
    if (UNLIKELY(p == NULL)) {                                         \
        goto wrong;                                                    \
    }                                                                  \
    if (UNLIKELY(before != NULL)) {                                    \
        if (before->extra && u >= before->extra) {                     \
            goto wrong;                                                \
        }                                                              \
        if (__builtin_mul_overflow(u, (uint64_t)(uintptr_t)before->kind, &claim) || claim > program->limit - claimed) { \
            goto odd;                                                  \
        }                                                              \
        claimed += claim - u * before->reserve;                        \
        before = NULL;                                                 \
    }                                                                  \
    if (LIKELY(op->extra)) {                                           \
        if (UNLIKELY(u > (uint64_t)(end - p) / op->extra)) {           \
            goto wrong;                                                \
        }                                                              \
    } else if (UNLIKELY(u > empty)) {                                  \
        goto odd;                                                      \
    } else {                                                           \
        empty -= u;                                                    \
    }                                                                  \
    if (UNLIKELY(u > elements || u > PY_SSIZE_T_MAX >> 16 || u * WEIGHT(op) > memory)) { \
        goto odd;                                                      \
    }                                                                  \
    elements -= u;                                                     \
    memory -= u * WEIGHT(op);

    for (;; op++) {
        switch (op->code) {
        case OP_HALT:
            goto end;
        case OP_RESERVE:
            LEAST(op)
            break;

#define PUT(o) STORE(o)
#define NEXT break
#define AFTER LEAST(op)
#define nonzero op->small
            SCALAR_READS
#undef nonzero
#undef AFTER
#undef NEXT
#undef PUT
        case OP_U128:
        case OP_VU128:
        case OP_I128:
        case OP_VI128: {
            u128 wide;
            int negative = 0;
            if (op->code == OP_U128 || op->code == OP_I128) {
                wide = get128(p, BIG);
                p += 16;
                negative = op->code == OP_I128 && wide >> 127;
            } else {
                p = get_varint128(p, end, &wide, strict, BIG);
                if (UNLIKELY(p == NULL)) {
                    goto wrong;
                }
                LEAST(op)
                if (op->code == OP_VI128) {
                    wide = wide >> 1 ^ (0 - (wide & 1));
                    negative = (int)(wide >> 127);
                }
            }
            if (wide == 0 && op->small) {
                goto wrong;
            }
            STORE(int_of_u128(negative ? 0 - wide : wide, negative));
            break;
        }
        case OP_CHAR: {
            int width;
            if (UNLIKELY(p == end)) {
                goto wrong;
            }
            width = char_width((uint8_t)*p);
            if (width == 0 || end - p < width) {
                goto wrong;
            }
            v = PyUnicode_DecodeUTF8(p, width, NULL);
            if (v == NULL) {
                goto unsaid;
            }
            CELL = v;
            p += width;
            u = (uint64_t)width;
            LEAST(op)
            break;
        }
        case OP_UNIT:
        case OP_CONST:
            CELL = Py_NewRef((PyObject *)op->kind);
            break;
        case OP_STR:
            p = get_length(p, end, &u, varint, strict, BIG);
            if (UNLIKELY(p == NULL || u > (uint64_t)(end - p))) {
                goto wrong;
            }
            if (UNLIKELY(op->extra && u >= op->extra)) {
                goto wrong;
            }
            v = u <= CACHED_LENGTH ? short_text_of(p, (Py_ssize_t)u) : text_of(p, (Py_ssize_t)u);
            if (UNLIKELY(v == NULL)) {
                goto unsaid;
            }
            CELL = v;
            p += u;
            LEAST(op)
            break;
        case OP_BYTES:
        case OP_BYTES_FIXED:
            if (op->code == OP_BYTES) {
                p = get_length(p, end, &u, varint, strict, BIG);
                if (UNLIKELY(p == NULL || (op->extra && u >= op->extra))) {
                    goto wrong;
                }
            } else {
                u = op->extra;
            }
            if (UNLIKELY(u > (uint64_t)(end - p))) {
                goto wrong;
            }
            if (UNLIKELY(op->small & NO_NUL) && memchr(p, 0, (size_t)u) != NULL) {
                goto wrong;
            }
            STORE(bytes_of(op->small & 3, data, origin, p, (Py_ssize_t)u));
            p += u;
            LEAST(op)
            break;
        case OP_OPTION: {
            uint8_t c = (uint8_t)*p++;
            if (c == 0) {
                CELL = Py_NewRef(Py_None);
                op = ops + op->next - 1;
            } else if (LIKELY(c == 1)) {
                LEAST(op)
            } else {
                goto wrong;
            }
            break;
        }

        /* ---- classes ---- */
        case OP_SLOTS:
            v = new_slots(op->kind);
            STORE(v);
            MADE();
            PUSH(raised);
            base = (char *)v;
            break;
        case OP_VALUES: {
            PyObject **values;
            v = new_plain(op->kind);
            STORE(v);
            values = values_of(v);
            if (UNLIKELY(values == NULL)) {
                goto odd;
            }
            MADE();
            values_fill_order(values, op->kind);
            PUSH(raised);
            base = (char *)values;
            break;
        }
        case OP_NAMED: {
            const Shape *shape = op->kind;
            PyObject **scratch = PyMem_Calloc((size_t)shape->count + 1, sizeof(PyObject *));
            if (scratch == NULL) {
                PyErr_NoMemory();
                goto raised;
            }
            PUSH(failed_scratch);
            HOLD(NULL, scratch, shape->count);
            base = (char *)scratch;
            break;
        failed_scratch:
            PyMem_Free(scratch);
            goto raised;
        }
        case OP_TUPLE: {
            const Shape *shape = op->kind;
            v = shape->type == &PyTuple_Type ? PyTuple_New(shape->count) : shape->type->tp_alloc(shape->type, shape->count);
            STORE(v);
            MADE();
            PUSH(raised);
            base = (char *)((PyTupleObject *)v)->ob_item;
            break;
        }
        case OP_END:
            POP();
            break;
        case OP_END_SLOTS:
            PyObject_GC_Track(base);
            POP();
            break;
        case OP_END_NAMED:
            if (op->kind == NULL) {
                POP(); /* a class of values in place */
                break;
            }
            v = new_named(op->kind, top->scratch);
            LET_GO();
            POP();
            STORE(v);
            MADE();
            break;

        /* ---- containers ---- */
        case OP_SEQ:
        case OP_SCALARS:
        case OP_OBJECTS:
        case OP_ARRAY: {
            PyObject **items;
            if (op->code == OP_ARRAY) {
                u = op->extra;
            } else {
                LENGTH()
            }
            n = (Py_ssize_t)u;
            if ((op->small & 7) == SEQ_TUPLE) {
                v = PyTuple_New(n);
                STORE(v);
                items = ((PyTupleObject *)v)->ob_item;
            } else {
                v = PyList_New(n);
                STORE(v);
                items = ((PyListObject *)v)->ob_item;
            }
            if (n == 0) {
                op = ops + op->next - 1;
                break;
            }
            if (op->code == OP_SCALARS) {
                const int optional = op[1].code == OP_OPTION;
                const int nonzero = op[1 + optional].small, code = op[1 + optional].code;
                const size_t least = op->least, inside = op[1].least;
                PyObject **const stop = items + n;
#define MAYBE                                                          \
    if (optional) {                                                    \
        uint8_t c = (uint8_t)*p++;                                     \
        if (c == 0) {                                                  \
            *items = Py_NewRef(Py_None);                               \
            continue;                                                  \
        }                                                              \
        if (UNLIKELY(c != 1 || (size_t)(end - p) < inside)) {          \
            goto wrong;                                                \
        }                                                              \
    }
#define NEXT break
#define AFTER
#define PUT(o)                                                         \
    if (UNLIKELY((*items = (o)) == NULL)) {                            \
        goto raised;                                                   \
    }
#define EACH(CODE)                                                     \
    case CODE:                                                         \
        for (; items != stop; items++) {                               \
            if (UNLIKELY((size_t)(end - p) < least)) {                 \
                goto wrong;                                            \
            }                                                          \
            MAYBE                                                      \
            switch (CODE) { SCALAR_READS }                             \
        }                                                              \
        break;
                switch (code) {
                    EACH(OP_F64)
                    EACH(OP_I64)
                    EACH(OP_VI64)
                    EACH(OP_U64)
                    EACH(OP_VU64)
                    EACH(OP_U32)
                    EACH(OP_VU32)
                    EACH(OP_U8)
                    EACH(OP_BOOL)
                default:
                    for (; items != stop; items++) {
                        if (UNLIKELY((size_t)(end - p) < least)) {
                            goto wrong;
                        }
                        MAYBE
                        switch (code) { SCALAR_READS }
                    }
                }
#undef EACH
#undef MAYBE
#undef PUT
#undef AFTER
#undef NEXT
                op = ops + op->next - 1;
                break;
            }
            LEAST(op)
            MADE();
            PUSH(raised);
            top->left = n;
            top->before = NULL;
            base = (char *)items;
            if (op->code == OP_OBJECTS) {
                top->cursor = items;
                op++;
                goto object;
            }
            break;
        }
        case OP_LOOP:
            if (--top->left) {
                LEAST(op)
                base += sizeof(PyObject *);
                op = ops + op->next - 1;
            } else {
                POP();
                op = ops + op->extra - 1;
            }
            break;
        case OP_LOOP_OBJECTS:
            if (op->small) {
                PyObject_GC_Track(base);
            }
            if (--top->left == 0) {
                POP();
                op = ops + op->extra - 1;
                break;
            }
            LEAST(op)
            top->cursor++;
            op = ops + op->next;
        object: /* `op` enters the class of a new item */
            MADE();
            if (op->code == OP_SLOTS) {
                v = new_slots(op->kind);
                if (UNLIKELY(v == NULL)) {
                    goto raised;
                }
                *top->cursor = v;
                base = (char *)v;
            } else {
                PyObject **values;
                v = new_plain(op->kind);
                if (UNLIKELY(v == NULL)) {
                    goto raised;
                }
                *top->cursor = v;
                values = values_of(v);
                if (UNLIKELY(values == NULL)) {
                    goto odd;
                }
                values_fill_order(values, op->kind);
                base = (char *)values;
            }
            break;
        case OP_CONVERT:
            v = converted(CELL, op->small & 7, op->kind);
            if (UNLIKELY(v == NULL)) {
                goto unsaid;
            }
            if (program->unique && (op->small & 7) != SEQ_DEQUE && PySet_GET_SIZE(v) != PyList_GET_SIZE(CELL)) {
                Py_DECREF(v);
                goto wrong;
            }
            Py_SETREF(CELL, v);
            break;
        case OP_DICT:
            LENGTH()
            n = (Py_ssize_t)u;
            v = new_dict(n);
            STORE(v);
            if (n == 0) {
                op = ops + op->next - 1;
                break;
            }
            if (op->small & 1) { /* text, then one scalar */
                const int nonzero = op[2].small, code = op[2].code;
                const size_t inside = op[1].least;
                PyObject *const dict = v, *key;
                const Py_ssize_t whole = n;
                while (n--) {
                    p = get_length(p, end, &u, varint, strict, BIG);
                    if (UNLIKELY(p == NULL || u > (uint64_t)(end - p) || (size_t)(end - p) - u < inside)) {
                        goto wrong;
                    }
                    /* keys of a large dict are all different: remembering them only forgets others */
                    key = u <= CACHED_LENGTH && whole < 1000 ? short_text_of(p, (Py_ssize_t)u) : text_of(p, (Py_ssize_t)u);
                    if (UNLIKELY(key == NULL)) {
                        goto unsaid;
                    }
                    p += u;
                    holder = key;
#define NEXT break
#define AFTER
#define PUT(o)                                                         \
    if (UNLIKELY((v = (o)) == NULL)) {                                 \
        goto raised;                                                   \
    }
                    switch (code) { SCALAR_READS }
#undef PUT
#undef AFTER
#undef NEXT
                    int failed = PyDict_SetItem(dict, key, v);
                    holder = NULL;
                    Py_DECREF(key);
                    Py_DECREF(v);
                    if (UNLIKELY(failed)) {
                        goto unsaid;
                    }
                }
                if (program->unique && PyDict_GET_SIZE(dict) != whole) {
                    goto wrong;
                }
                op = ops + op->next - 1;
                break;
            }
            LEAST(op)
            MADE();
            PUSH(raised);
            top->cells[0] = top->cells[1] = NULL;
            HOLD(NULL, NULL, 2);
            top->source = v;
            top->before = NULL;
            top->left = top->position = n;
            base = (char *)top->cells;
            break;
        case OP_LOOP_DICT: {
            PyObject *key = top->cells[0], *value = top->cells[1];
            int failed = PyDict_SetItem(top->source, key, value);
            top->cells[0] = top->cells[1] = NULL;
            Py_DECREF(key);
            Py_DECREF(value);
            if (UNLIKELY(failed)) {
                goto unsaid;
            }
            if (--top->left) {
                LEAST(op)
                op = ops + op->next - 1;
                break;
            }
            if (program->unique && PyDict_GET_SIZE(top->source) != top->position) {
                goto wrong;
            }
            holders = top->held;
            POP();
            break;
        }

        /* ---- tags ---- */
        case OP_ENUM:
        case OP_MEMBERS: {
            const Choice *choice = op->kind;
            if (choice->byte) {
                u = (uint8_t)*p++;
            } else {
                p = get_tag(p, end, &u, varint, strict, BIG);
                if (UNLIKELY(p == NULL)) {
                    goto wrong;
                }
            }
            if (UNLIKELY(u >= choice->count)) {
                goto wrong;
            }
            if (op->code == OP_ENUM) {
                op = ops + choice->targets[u] - 1;
            } else {
                CELL = Py_NewRef(choice->values[u]);
                LEAST(op)
            }
            break;
        }
        case OP_NDARRAY:
        case OP_FOREIGN: {
            const Block *block = op->kind;
            Py_ssize_t stop;
            v = block_read(block, data, p - origin, end - origin, &stop);
            if (v == NULL) {
                goto unsaid;
            }
            CELL = v;
            p = origin + stop;
            n = number_of(v, "size");
            Py_ssize_t item = block->item ? block->item : number_of(v, "itemsize");
            if (n < 0 || item < 0) {
                goto unsaid;
            }
            if ((uint64_t)n > elements || (uint64_t)n * (uint64_t)item > memory) {
                goto odd;
            }
            elements -= (uint64_t)n;
            memory -= (uint64_t)n * (uint64_t)item;
            LEAST(op)
            break;
        }
#include "_decode_calls.h"
        case OP_JUMP:
            op = ops + op->next - 1;
            break;
        case OP_CALL:
            if (UNLIKELY(++depth > program->most_depth)) {
                goto odd;
            }
            PUSH(raised);
            top->back = op;
            base += op->off;
            op = ops + op->next - 1;
            break;
        case OP_RETURN:
            depth--;
            op = top->back;
            POP();
            break;
        default:
            goto odd;
        }
    }

unsaid: /* an exception of Python's own: the twin says it in ours */
    if (PyErr_ExceptionMatches(PyExc_MemoryError)) {
        goto raised;
    }
    PyErr_Clear();
odd:
    outcome = ODD;
    goto undo;
refusal:
    outcome = refused();
    goto undo;
wrong:
    outcome = program->lenient ? ODD : WRONG;
    goto undo;
raised:
    outcome = RAISED;
undo:
    Py_XDECREF(holder);
    for (; holders != NULL; holders = holders->held) {
        give_back(holders);
    }
    Py_CLEAR(root);
end:
    if (UNLIKELY(frames.after != NULL)) {
        frames_end(&frames);
    }
    if (UNLIKELY(paused)) {
        PyGC_Enable();
    }
    *result = root;
    *used = p;
    return outcome;
#undef LENGTH
#undef LEAST
}
