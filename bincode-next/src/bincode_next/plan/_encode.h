/* The encoder. Included twice, with `NAME` and `BIG` defined: once for each order of bytes.
 *
 * Where no Python code runs, what is borrowed from a value stays; where it may, what is entered is held (OP_HOLD).
 * Anything unusual is left to the twin.
 */

static Outcome NAME(encode_run)(const Program *program, PyObject *value, Out *out) {
    const Op *const ops = program->ops;
    const Op *op = ops;
    const int varint = program->varint;
    char *p = out->p, *limit = out->limit, *base = (char *)&value;
    PyObject *v = NULL, *number = NULL;
    const char *text;
    uint64_t u, depth = 0;
    Py_ssize_t n;
    Outcome outcome = DONE;
    Frames frames, *block = &frames;
    Frame *top = frames.items, *holders = NULL;
    frames_start(&frames);

    for (;; op++) {
        switch (op->code) {
        case OP_HALT:
            goto end;
        case OP_RESERVE:
            ROOM(op->reserve);
            break;

#define LOAD v = CELL;
#define NEXT break
#define nonzero op->small
            SCALAR_CASES
#undef nonzero
#undef LOAD
        case OP_U128:
        case OP_VU128:
        case OP_I128:
        case OP_VI128: {
            u128 wide;
            int is_signed = op->code == OP_I128 || op->code == OP_VI128;
            v = CELL;
            if (UNLIKELY(v == NULL || !PyLong_CheckExact(v)) && (v = other_int(v, &number)) == NULL) {
                goto odd;
            }
            if (!magnitude128(v, &wide) || (wide == 0 && op->small)) {
                goto wrong;
            }
            if (IS_NEGATIVE(v)) {
                if (!is_signed || wide > (u128)1 << 127) {
                    goto wrong;
                }
                wide = 0 - wide;
            } else if (is_signed && wide >> 127) {
                goto wrong;
            }
            if (op->code == OP_U128 || op->code == OP_I128) {
                put128(p, wide, BIG);
                p += 16;
            } else {
                p = put_varint128(p, is_signed ? wide << 1 ^ (0 - (wide >> 127)) : wide, BIG);
            }
            break;
        }
        case OP_F32: {
            double d;
            float f;
            uint32_t bits;
            v = CELL;
            if (LIKELY(v != NULL && PyFloat_CheckExact(v))) {
                d = PyFloat_AS_DOUBLE(v);
            } else if (!other_float(v, &d)) {
                goto odd;
            }
            f = (float)d;
            if (UNLIKELY(isinf(f) && !isinf(d))) {
                goto wrong;
            }
            memcpy(&bits, &f, 4);
            if (UNLIKELY(d != d)) { /* a NaN keeps its payload, as far as there is room, and stays a NaN */
                memcpy(&u, &d, 8);
                bits = (uint32_t)(u >> 29) & 0x7fffffu;
                bits = (uint32_t)(u >> 32 & 0x80000000u) | 0x7f800000u | (bits ? bits : 0x400000u);
            }
            put32(p, bits, BIG);
            p += 4;
            break;
        }
        case OP_CHAR:
            v = CELL;
            if (UNLIKELY(v == NULL || !PyUnicode_CheckExact(v))) {
                goto odd;
            }
            if (PyUnicode_GET_LENGTH(v) != 1) {
                goto wrong;
            } else {
                Py_UCS4 c = PyUnicode_READ_CHAR(v, 0);
                if (c >= 0xd800 && c < 0xe000) {
                    goto wrong;
                }
                p = put_utf8(p, c);
            }
            break;
        case OP_UNIT:
            if (UNLIKELY(CELL != (PyObject *)op->kind)) {
                goto odd;
            }
            break;
        case OP_CONST:
            break;
        case OP_STR:
            v = CELL;
            if (UNLIKELY(v == NULL || !PyUnicode_Check(v))) {
                goto odd;
            }
            if (LIKELY(PyUnicode_IS_COMPACT_ASCII(v))) {
                n = PyUnicode_GET_LENGTH(v);
                text = (const char *)((PyASCIIObject *)v + 1);
            } else {
                text = kept_utf8(v, &n);
                if (text == NULL && (n = utf8_length(v)) < 0) {
                    goto wrong;
                }
            }
            if (UNLIKELY(op->extra && n >= (Py_ssize_t)op->extra)) {
                goto odd;
            }
            ROOM((size_t)n + 9 + op->reserve);
            p = put_length(p, (uint64_t)n, varint, BIG);
            if (LIKELY(text != NULL)) {
                put_short(p, text, (size_t)n);
                p += n;
            } else {
                p = put_text(p, v);
            }
            break;
        case OP_BYTES:
        case OP_BYTES_FIXED: {
            const char *from;
            Py_ssize_t size;
            v = CELL;
            if (v != NULL && PyBytes_CheckExact(v)) {
                n = PyBytes_GET_SIZE(v);
                from = PyBytes_AS_STRING(v);
            } else if (v != NULL && PyByteArray_CheckExact(v)) {
                n = PyByteArray_GET_SIZE(v);
                from = PyByteArray_AS_STRING(v);
            } else if (v != NULL && PyMemoryView_Check(v) && (from = flat_view(v, &size)) != NULL) {
                n = size;
            } else {
                goto odd;
            }
            ROOM((size_t)n + 9 + op->reserve);
            if (op->code == OP_BYTES) {
                if (UNLIKELY(op->extra && n >= (Py_ssize_t)op->extra)) {
                    goto odd;
                }
                p = put_length(p, (uint64_t)n, varint, BIG);
            } else if (n != (Py_ssize_t)op->extra) {
                goto wrong;
            }
            if (UNLIKELY(op->small & NO_NUL) && memchr(from, 0, (size_t)n) != NULL) {
                goto wrong;
            }
            memcpy(p, from, (size_t)n);
            p += n;
            break;
        }
        case OP_OPTION:
            if (CELL == Py_None) {
                *p++ = 0;
                op = ops + op->next - 1;
            } else {
                *p++ = 1;
                ROOM(op->reserve);
            }
            break;

        /* ---- classes ---- */
        case OP_SLOTS:
            v = CELL;
            if (UNLIKELY(v == NULL || Py_TYPE(v) != ((const Shape *)op->kind)->type)) {
                goto odd;
            }
            PUSH(raised);
            base = (char *)v;
            break;
        case OP_VALUES:
        case OP_NAMED: {
            const Shape *shape = op->kind;
            PyObject **values = NULL, **scratch = NULL;
            v = CELL;
            if (UNLIKELY(v == NULL || Py_TYPE(v) != shape->type)) {
                goto odd;
            }
            if (op->code == OP_VALUES) {
                values = values_of(v);
                if (UNLIKELY(values == NULL)) {
                    values = values_elsewhere(v);
                }
            }
            if (UNLIKELY(shape->by_attribute)) {
                Py_INCREF(v);
                scratch = values = attributes_of(shape, v);
                Py_DECREF(v);
                if (scratch == NULL) {
                    goto refusal;
                }
            } else if (UNLIKELY(values == NULL)) {
                scratch = new_scratch(shape);
                values = values_by_name(shape, v, op->code == OP_VALUES, scratch);
                if (values == NULL) {
                    PyMem_Free(scratch);
                    goto odd;
                }
            }
            PUSH(failed_scratch);
            if (UNLIKELY(scratch != NULL)) {
                HOLD(NULL, scratch, shape->by_attribute ? shape->count : 0);
            }
            base = (char *)values;
            break;
        failed_scratch:
            for (n = 0; scratch != NULL && shape->by_attribute && n < shape->count; n++) {
                Py_DECREF(scratch[n]);
            }
            PyMem_Free(scratch);
            goto raised;
        }
        case OP_TUPLE:
            v = CELL;
            if (UNLIKELY(v == NULL || Py_TYPE(v) != ((const Shape *)op->kind)->type ||
                         PyTuple_GET_SIZE(v) != ((const Shape *)op->kind)->count)) {
                goto odd;
            }
            PUSH(raised);
            base = (char *)((PyTupleObject *)v)->ob_item;
            break;
        case OP_END:
        case OP_END_SLOTS:
            POP();
            break;
        case OP_END_NAMED:
            if (UNLIKELY(top == holders)) {
                LET_GO();
            }
            POP();
            break;

        /* ---- containers ---- */
        case OP_SCALARS:
        case OP_OBJECTS:
        case OP_SEQ:
        case OP_ARRAY: {
            PyObject **items;
            PyObject *copy = NULL;
            v = CELL;
            if (UNLIKELY(v == NULL)) {
                goto odd;
            }
            if (PyList_CheckExact(v) && (op->small & 7) <= SEQ_TUPLE) {
                n = PyList_GET_SIZE(v);
                items = ((PyListObject *)v)->ob_item;
            } else if (PyTuple_CheckExact(v) && (op->small & 7) <= SEQ_TUPLE) {
                n = PyTuple_GET_SIZE(v);
                items = ((PyTupleObject *)v)->ob_item;
            } else if (UNLIKELY((PyObject *)Py_TYPE(v) != (PyObject *)op->kind)) {
                goto odd;
            } else {
                items = NULL;
            }
            if (items == NULL || UNLIKELY(program->careful && op->code != OP_SCALARS)) {
                copy = PySequence_List(v);
                if (copy == NULL) {
                    goto raised;
                }
                n = PyList_GET_SIZE(copy);
                items = ((PyListObject *)copy)->ob_item;
            }
            if (op->code == OP_ARRAY) {
                if (n != (Py_ssize_t)op->extra) {
                    Py_XDECREF(copy);
                    goto wrong;
                }
            }
            if (UNLIKELY((size_t)(limit - p) < (size_t)9 + op->reserve)) {
                if ((p = out_grow(out, p, (size_t)9 + op->reserve)) == NULL) {
                    Py_XDECREF(copy);
                    goto raised;
                }
                limit = out->limit;
            }
            if (op->code != OP_ARRAY) {
                p = put_length(p, (uint64_t)n, varint, BIG);
            }
            if (n == 0) {
                Py_XDECREF(copy);
                op = ops + op->next - 1;
                break;
            }
            if (op->code == OP_SCALARS && copy == NULL) {
                const int optional = op[1].code == OP_OPTION;
                const int nonzero = op[1 + optional].small, code = op[1 + optional].code;
                const size_t most = op->reserve;
                while (n) {
                    Py_ssize_t some = n < 1 << 22 ? n : 1 << 22;
                    PyObject **const stop = items + some;
                    n -= some;
                    ROOM(most * (size_t)some);
#define LOAD
#define MAYBE                                                          \
    if (optional) {                                                    \
        *p++ = v != Py_None;                                           \
        if (v == Py_None) {                                            \
            continue;                                                  \
        }                                                              \
    }
#define EACH(CODE)                                                     \
    case CODE:                                                         \
        for (; items != stop; items++) {                               \
            v = *items;                                                \
            MAYBE                                                      \
            switch (CODE) { SCALAR_CASES }                             \
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
                            v = *items;
                            MAYBE
                            switch (code) { SCALAR_CASES }
                        }
                    }
                }
#undef EACH
#undef MAYBE
#undef LOAD
#undef NEXT
                op = ops + op->next - 1;
                break;
            }
            PUSH(failed_copy);
            if (copy != NULL) {
                HOLD(copy, NULL, 0);
            }
            top->left = n;
            if (out->outer == NULL) {
                out->outer = top;
                top->position = n;
                top->before_size = (size_t)(p - out->start);
            }
            base = (char *)items;
            if (op->code == OP_OBJECTS) {
                top->cursor = items;
                op++;
                v = *items;
                goto object;
            }
            break;
        failed_copy:
            Py_XDECREF(copy);
            goto raised;
        }
        case OP_LOOP:
            if (--top->left) {
                base += sizeof(PyObject *);
                ROOM(op->reserve);
                op = ops + op->next - 1;
            } else {
                if (top == out->outer) {
                    out->outer = NULL;
                }
                if (UNLIKELY(top == holders)) {
                    if (op->small && (outcome = sort_entries((size_t *)top->scratch, out->start, p)) != DONE) {
                        goto end;
                    }
                    LET_GO();
                }
                POP();
                op = ops + op->extra - 1;
            }
            break;
        case OP_LOOP_OBJECTS:
            if (--top->left == 0) {
                if (top == out->outer) {
                    out->outer = NULL;
                }
                if (UNLIKELY(top == holders)) {
                    LET_GO();
                }
                POP();
                op = ops + op->extra - 1;
                break;
            }
            v = *++top->cursor;
            ROOM(op->reserve);
            op = ops + op->next;
        object: { /* `op` enters the class of `v` */
            const Shape *shape = op->kind;
            if (UNLIKELY(Py_TYPE(v) != shape->type)) {
                goto odd;
            }
            base = (char *)v;
            if (op->code == OP_VALUES) {
                PyObject **values = values_of(v);
                if (UNLIKELY(values == NULL)) {
                    values = values_elsewhere(v);
                }
                if (UNLIKELY(values == NULL)) {
                    if (top != holders) {
                        HOLD(NULL, NULL, 0);
                    }
                    if (top->scratch == NULL) {
                        top->scratch = new_scratch(shape);
                    }
                    values = values_by_name(shape, v, 1, top->scratch);
                    if (values == NULL) {
                        goto odd;
                    }
                }
                base = (char *)values;
            }
            break;
        }
        case OP_CONVERT:
            break;
        case OP_DICT:
            v = CELL;
            if (UNLIKELY(v == NULL || !PyDict_CheckExact(v))) {
                goto odd;
            }
            n = PyDict_GET_SIZE(v);
            ROOM((size_t)9 + op->reserve);
            p = put_length(p, (uint64_t)n, varint, BIG);
            if (n == 0) {
                op = ops + op->next - 1;
                break;
            }
            if (op->small & 1) { /* text, then one scalar */
                const int nonzero = op[2].small, code = op[2].code;
                const size_t most = op[1].reserve + 9;
                Pairs pairs = pairs_of(v, knows_keys);
                PyObject *key, *value;
                while (pairs_next(&pairs, &key, &value)) {
                    v = value;
                    if (UNLIKELY(!PyUnicode_CheckExact(key))) {
                        goto odd;
                    }
                    if (LIKELY(PyUnicode_IS_COMPACT_ASCII(key))) {
                        n = PyUnicode_GET_LENGTH(key);
                        text = (const char *)((PyASCIIObject *)key + 1);
                    } else {
                        text = kept_utf8(key, &n);
                        if (text == NULL && (n = utf8_length(key)) < 0) {
                            goto wrong;
                        }
                    }
                    ROOM((size_t)n + most);
                    p = put_length(p, (uint64_t)n, varint, BIG);
                    if (LIKELY(text != NULL)) {
                        put_short(p, text, (size_t)n);
                        p += n;
                    } else {
                        p = put_text(p, key);
                    }
#define LOAD
#define NEXT break
                    switch (code) { SCALAR_CASES }
#undef NEXT
#undef LOAD
                }
                op = ops + op->next - 1;
                break;
            }
            if (UNLIKELY(program->careful)) {
                v = PyDict_Copy(v);
                if (v == NULL) {
                    goto raised;
                }
                PUSH(failed_custom);
                HOLD(v, NULL, 0);
            } else {
                PUSH(raised);
            }
            top->source = v;
            top->position = 0;
            base = (char *)top->cells;
            if (!PyDict_Next(v, &top->position, &top->cells[0], &top->cells[1])) {
                goto odd;
            }
            top->left = n;
            break;
        case OP_LOOP_DICT:
            if (PyDict_Next(top->source, &top->position, &top->cells[0], &top->cells[1])) {
                ROOM(op->reserve);
                op = ops + op->next - 1;
            } else {
                if (UNLIKELY(top == holders)) {
                    if (op->small && (outcome = sort_entries((size_t *)top->scratch, out->start, p)) != DONE) {
                        goto end;
                    }
                    LET_GO();
                }
                POP();
            }
            break;

        /* ---- tags ---- */
        case OP_ENUM:
        case OP_MEMBERS: {
            const Choice *choice = op->kind;
            v = CELL;
            n = v == NULL ? -1 : choice_find(choice, v);
            if (UNLIKELY(n < 0)) {
                goto odd;
            }
            if (choice->byte) {
                *p++ = (char)n;
            } else if (varint) {
                p = put_varint(p, (uint64_t)n, BIG);
            } else {
                put32(p, (uint32_t)n, BIG);
                p += 4;
            }
            if (op->code == OP_ENUM) {
                ROOM(op->reserve);
                op = ops + choice->inside[n] - 1;
            }
            break;
        }
#include "_encode_calls.h"
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

refusal:
    outcome = refused();
    goto end;
odd:
    outcome = ODD;
    goto end;
wrong:
    outcome = WRONG;
    goto end;
raised:
    outcome = RAISED;
end:
    out->p = p;
    Py_XDECREF(number);
    for (; UNLIKELY(holders != NULL); holders = holders->held) {
        give_back(holders);
    }
    if (UNLIKELY(frames.after != NULL)) {
        frames_end(&frames);
    }
    return outcome;
}
