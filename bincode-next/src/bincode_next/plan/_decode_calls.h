/* Cases of the decoder's switch: the crate's limit, order of keys, times, and Python code. */
        case OP_TIME: {
            uint64_t nanos;
            PyObject *time;
            if (varint) {
                p = get_varint(p, end, &u, 8, strict, BIG);
                p = p == NULL || p == end ? NULL : get_varint(p, end, &nanos, 4, strict, BIG);
                if (UNLIKELY(p == NULL)) {
                    goto wrong;
                }
            } else {
                u = get64(p, BIG);
                nanos = get32(p + 8, BIG);
                p += 12;
            }
            outcome = time_of(op->kind, u, (uint32_t)nanos, &time);
            if (UNLIKELY(outcome != DONE)) {
                outcome = outcome == WRONG && program->lenient ? ODD : outcome;
                goto undo;
            }
            CELL = time;
            LEAST(op)
            break;
        }
        case OP_NET32:
            STORE(PyLong_FromUnsignedLong(get32(p, 1)));
            p += 4;
            break;
        case OP_NET128:
            STORE(int_of_u128(get128(p, 1), 0));
            p += 16;
            break;
        case OP_BEFORE:
            before = op;
            break;
        case OP_CLAIM:
            claimed += (uintptr_t)op->kind;
            if (UNLIKELY(claimed > program->limit)) {
                goto odd;
            }
            break;
        case OP_CLAIM_LENGTH:
            claimed += u;
            if (UNLIKELY(claimed > program->limit)) {
                goto odd;
            }
            break;
        case OP_RELEASE:
            claimed -= (uintptr_t)op->kind;
            break;
        case OP_MARK:
            top->mark = p;
            break;
        case OP_ORDER:
            if (program->ordered) {
                size_t size = (size_t)(p - top->mark);
                if (top->before != NULL && compare_keys(top->before, top->before_size, top->mark, size) >= 0) {
                    goto wrong;
                }
                top->before = top->mark;
                top->before_size = size;
            }
            break;
        case OP_HOLD:
        case OP_LET_GO:
            break;
        case OP_CUSTOM:
            PUSH(raised);
            top->cells[0] = NULL;
            HOLD(NULL, NULL, 1);
            base = (char *)top->cells;
            break;
        case OP_END_CUSTOM:
            v = called(op->kind, top->cells[0]);
            LET_GO();
            POP();
            if (UNLIKELY(v == NULL)) {
                goto refusal;
            }
            CELL = v;
            break;
        case OP_AFTER:
            v = called(op->kind, CELL);
            if (UNLIKELY(v == NULL)) {
                goto refusal;
            }
            Py_DECREF(v);
            break;
