/* Cases of the encoder: arrays, limits of sequences, order of keys, times, and Python code, which may do anything. */
        case OP_NDARRAY: {
            const Block *block = op->kind;
            Py_buffer view;
            n = block_take(block, CELL, &view);
            if (n < 0) {
                goto odd;
            }
            size_t most = (size_t)view.len + (varint ? (size_t)n : 0) + 9 + op->reserve;
            if ((size_t)(limit - p) < most) {
                if ((p = out_grow(out, p, most)) == NULL) {
                    PyBuffer_Release(&view);
                    goto raised;
                }
                limit = out->limit;
            }
            if (block->sizes < 0) {
                p = put_length(p, (uint64_t)n, varint, BIG);
            }
            p = block_put(p, block, view.buf, n, varint, BIG);
            PyBuffer_Release(&view);
            break;
        }
        case OP_TIME: {
            uint64_t secs;
            uint32_t nanos;
            outcome = time_parts(op->kind, CELL, &secs, &nanos);
            if (UNLIKELY(outcome != DONE)) {
                goto end;
            }
            if (varint) {
                p = put_varint(p, secs, BIG);
                p = put_varint(p, nanos, BIG);
            } else {
                put64(p, secs, BIG);
                put32(p + 8, nanos, BIG);
                p += 12;
            }
            break;
        }
        case OP_NET32:
        case OP_NET128: {
            u128 wide;
            v = CELL;
            if (UNLIKELY(v == NULL || !PyLong_CheckExact(v) || IS_NEGATIVE(v) || !magnitude128(v, &wide))) {
                goto odd;
            }
            if (op->code == OP_NET128) {
                put128(p, wide, 1);
                p += 16;
            } else {
                put32(p, (uint32_t)wide, 1);
                p += 4;
            }
            break;
        }
        case OP_BEFORE:
            if (op->extra) {
                v = CELL;
                if (v == NULL) {
                    goto odd;
                }
                n = PyList_CheckExact(v) || PyTuple_CheckExact(v) ? Py_SIZE(v) : -1;
                if (n < 0 || n >= (Py_ssize_t)op->extra) {
                    goto odd;
                }
            }
            break;
        case OP_CLAIM:
        case OP_CLAIM_LENGTH:
        case OP_RELEASE:
        case OP_AFTER:
            break;
        case OP_MARK:
        case OP_ORDER: {
            int is_held = top == holders;
            size_t *marks = marked(is_held ? (size_t *)top->scratch : NULL, top->left, (size_t)(p - out->start));
            if (UNLIKELY(marks == NULL)) {
                goto raised;
            }
            if (!is_held) {
                HOLD(NULL, NULL, 0);
            }
            top->scratch = (PyObject **)marks;
            break;
        }
        case OP_HOLD: { /* `v` was just entered */
            const Shape *shape = op[-1].kind;
            PyObject **scratch;
            if (op[-1].code == OP_SLOTS || op[-1].code == OP_TUPLE) {
                HOLD(Py_NewRef(v), NULL, 0);
            } else if (top != holders) {
                scratch = held_values(shape, (PyObject **)base);
                if (scratch == NULL) {
                    goto odd;
                }
                HOLD(NULL, scratch, shape->count);
                base = (char *)(scratch + shape->count);
            } else if (top->values == 0) {
                for (n = 0; n < shape->count; n++) {
                    Py_INCREF(top->scratch[n]);
                }
                top->values = shape->count;
            }
            break;
        }
        case OP_LET_GO:
            if (top == holders) {
                LET_GO();
            }
            break;
        case OP_CUSTOM:
            v = CELL;
            if (UNLIKELY(v == NULL)) {
                goto odd;
            }
            v = called(op->kind, v);
            if (UNLIKELY(v == NULL)) {
                goto refusal;
            }
            PUSH(failed_custom);
            HOLD(v, NULL, 0);
            top->cells[0] = v;
            base = (char *)top->cells;
            break;
        failed_custom:
            Py_DECREF(v);
            goto raised;
        case OP_END_CUSTOM:
            LET_GO();
            POP();
            break;
        case OP_FOREIGN: {
            PyObject *parts;
            v = CELL;
            if (UNLIKELY(v == NULL)) {
                goto odd;
            }
            Py_INCREF(v);
            parts = block_parts(op->kind, v);
            Py_DECREF(v);
            if (UNLIKELY(parts == NULL)) {
                goto refusal;
            }
            for (n = 0; n < PyTuple_GET_SIZE(parts); n++) {
                Py_buffer view;
                size_t more = op->reserve;
                int is_there = PyObject_GetBuffer(PyTuple_GET_ITEM(parts, n), &view, PyBUF_SIMPLE) == 0;
                if (is_there) {
                    more += (size_t)view.len;
                    if ((size_t)(limit - p) < more) {
                        p = out_grow(out, p, more);
                    }
                    is_there = p != NULL;
                    if (is_there) {
                        memcpy(p, view.buf, (size_t)view.len);
                        p += view.len;
                    }
                    PyBuffer_Release(&view);
                }
                limit = out->limit;
                if (!is_there) {
                    Py_DECREF(parts);
                    goto raised;
                }
            }
            Py_DECREF(parts);
            break;
        }
