"""The native parser: one pass over UTF-8 straight into the store. The readable twin is `_parse_py.py`.

It works as the twin does, on bytes and raw node ids, with the store pinned. What it does not do is explain: where a
text is no formula, or is larger than the limits allow, it refuses, and the twin reads the text again to say why. Rare
tokens (hexadecimal, long and imaginary numbers, names beyond ASCII or in backticks) go to functions of `_scan_py.py`.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from cpython.exc cimport PyErr_CheckSignals
from cpython.unicode cimport PyUnicode_DecodeUTF8
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memchr, memcmp, memcpy

from rssn.expr._arena_c cimport BIG, FLOAT, INTEGER, RATIONAL, Id, arena
from rssn.expr._store_c cimport (
    Expr, handle, intern1, intern2, intern_float, intern_int, intern_n, intern_rational, intern_symbol, need_node,
    node_of, operator_id, pin, settle, unpin,
)
from rssn.parser._grammar_c cimport (
    KEYWORD_IF, KEYWORD_INFIX, KEYWORD_NOT, NO_KEYWORD, Sign, Word, constants, doubles, find_word, fold_hash, hash_seed,
    hash_step, singles, words,
)
from rssn.parser._scan_c cimport BLANK, DECIMAL, DIGIT, HIGH, LETTER, NO_NUMBER, WHOLE, Number, class_of, scan_number

from functools import partial
from importlib import import_module

from rssn.errors import RssnError
from rssn.expr import Precedence, symbol
from rssn.parser._grammar_py import COMPARISON, CONSTANTS
from rssn.parser._program import Program
twin = partial(import_module, package=__package__)  # a readable twin, loaded where something is rare or wrong

cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL
    bint PyUnicode_IS_ASCII(object text)

cdef uint16_t NEG, NOT, AND, WHERE
cdef uint8_t LOOSEST, LEVEL_NOT, LEVEL_COMPARISON, LEVEL_MINUS


# ---- one parse ------------------------------------------------------------------------------------------------------

@cython.final
cdef class Reader:
    """The state of one parse. Lives only while the store is pinned."""

    cdef const char *p
    cdef const char *end
    cdef Open *stack
    cdef Id *values
    cdef uint32_t height, stack_capacity, count, value_capacity, brackets
    cdef Open few_open[FEW]
    cdef Id few_values[FEW]
    cdef Known known[KNOWN_NAMES]
    cdef int64_t nodes, most_nodes, most_depth, most_bits, most_digits, longest_name
    cdef bint implicit, exact, minus_before
    cdef object limits, target
    cdef dict bindings

    def __cinit__(self):
        self.stack, self.stack_capacity, self.values, self.value_capacity = self.few_open, FEW, self.few_values, FEW

    def __dealloc__(self):
        if self.stack != self.few_open:
            free(self.stack)
        if self.values != self.few_values:
            free(self.values)

    # -- stacks

    cdef int push_value(self, Id id) except -1:
        cdef void *grown
        if self.count == self.value_capacity:
            grown = malloc(2 * <size_t>self.count * sizeof(Id))
            if grown == NULL:
                raise MemoryError("no memory to parse this text")
            memcpy(grown, self.values, self.count * sizeof(Id))
            if self.values != self.few_values:
                free(self.values)
            self.values, self.value_capacity = <Id *>grown, 2 * self.count
        self.values[self.count] = id
        self.count += 1
        return 0

    cdef int operand(self, Id id) except -1:
        """Put a finished operand on the stack of values; OPERATOR_NEXT, or REFUSED where the limit is reached."""
        self.nodes += 1
        self.push_value(id)
        return OPERATOR_NEXT if self.nodes <= self.most_nodes else REFUSED

    cdef int push(self, uint8_t kind, uint8_t precedence, uint16_t op, uint32_t word, bint chained) except -1:
        """Open an operator or bracket; OPERAND_NEXT, or REFUSED where a limit is reached."""
        cdef void *grown
        cdef Open *entry
        if self.height == self.stack_capacity:
            grown = malloc(2 * <size_t>self.height * sizeof(Open))
            if grown == NULL:
                raise MemoryError("no memory to parse this text")
            memcpy(grown, self.stack, self.height * sizeof(Open))
            if self.stack != self.few_open:
                free(self.stack)
            self.stack, self.stack_capacity = <Open *>grown, 2 * self.height
        entry = &self.stack[self.height]
        entry.kind, entry.precedence, entry.literal, entry.chained = kind, precedence, 0, chained
        entry.op, entry.values, entry.word = op, self.count, word
        self.height += 1
        self.nodes += 1
        return OPERAND_NEXT if self.height <= self.most_depth and self.nodes <= self.most_nodes else REFUSED

    # -- reducing

    cdef int reduce(self, uint8_t precedence) except -1:
        """Apply the open operators that bind at least as tightly; stop at a bracket, an `if`, a link of a chain."""
        cdef Open *top
        while self.height:
            top = &self.stack[self.height - 1]
            if top.precedence < precedence or top.kind == IF_WORD:
                break
            if precedence == LEVEL_COMPARISON and top.kind == COMPARISON_SIGN:
                break
            self.reduce_one()
        return 0

    cdef int reduce_one(self) except -1:
        cdef Open entry = self.stack[self.height - 1]
        cdef Id *last = &self.values[self.count - 1]
        cdef Id *before = last - 1
        cdef Id made
        self.height -= 1
        if entry.kind == INFIX_SIGN:
            before[0] = intern2(entry.op, before[0], last[0])
            self.count -= 1
        elif entry.kind == COMPARISON_SIGN:
            made = intern2(entry.op, before[0], last[0])
            if entry.chained:
                (before - 1)[0] = intern2(AND, (before - 1)[0], made)
                self.count -= 2
            else:
                before[0] = made
                self.count -= 1
        elif entry.kind == MINUS_SIGN:
            last[0] = negated(last[0]) if entry.literal else intern1(NEG, last[0])
        elif entry.kind == NOT_WORD:
            last[0] = intern1(NOT, last[0])
        else:
            # chosen, condition, otherwise lie on the stack in the order of the text
            (before - 1)[0] = where(before[0], (before - 1)[0], last[0])
            self.count -= 2
        return 0

    # -- blanks, names

    cdef inline void skip(self, bint lines) noexcept:
        """Skip blanks and comments, with `lines` also ends of lines."""
        cdef const char *p = self.p
        while True:
            if class_of(p[0]) == BLANK or (lines and p[0] == c"\n"):
                p += 1
            elif p[0] == c"#":
                p = <const char *>memchr(p, c"\n", self.end - p)
                if p == NULL:
                    p = self.end
            else:
                break
        self.p = p

    cdef int scan_name(self, const char **stop, uint64_t *h) except -1:
        """Find where the name that starts here ends, and its hash; 0 if there is none or it is too long."""
        cdef const char *p = self.p
        cdef uint64_t value = hash_seed()
        if class_of(p[0]) < LETTER:
            return 0
        while class_of(p[0]) == LETTER or class_of(p[0]) == DIGIT:
            value = hash_step(value, <uint8_t>p[0])
            p += 1
        if class_of(p[0]) == HIGH:
            return self.scan_wide_name(stop, h)
        stop[0], h[0] = p, value
        return p - self.p <= self.longest_name

    cdef int scan_wide_name(self, const char **stop, uint64_t *h) except -1:
        """The same for a name with letters beyond ASCII."""
        cdef const char *p = self.p
        cdef uint64_t value = hash_seed()
        cdef str run
        cdef Py_ssize_t length, i
        while class_of(p[0]) >= DIGIT:
            p += 1
        run = PyUnicode_DecodeUTF8(self.p, p - self.p, NULL)
        length = twin("._scan_py").name_end(run, 0, self.limits)
        if length == 0:
            return 0
        p = self.p + len(run[:length].encode())
        stop[0] = p
        for i in range(p - self.p):
            value = hash_step(value, <uint8_t>self.p[i])
        h[0] = value
        return 1

    cdef Id name_node(self, const char *name, uint32_t length, uint64_t h) except 0xFFFFFFFFu:
        """What a name that is no constant stands for: its value in this text, or a free symbol."""
        cdef Known *known = &self.known[fold_hash(h) & (KNOWN_NAMES - 1)]
        if known.length == length and memcmp(known.name, name, length) == 0:
            return known.id
        known.id = 0
        known.length = 0
        value = self.bindings.get(PyUnicode_DecodeUTF8(name, length, NULL)) if self.bindings else None
        known.id = intern_symbol(name, length) if value is None else node_of(<Expr>value)
        known.name, known.length = name, length
        return known.id

    # -- statements

    cdef int read(self) except -1:
        """Read all statements; FINISHED leaves the last one's value, or REFUSED."""
        cdef int answer, tokens = 0
        cdef bint has_result = False
        while True:
            self.skip(True)
            while self.p[0] == c";":
                self.p += 1
                self.skip(True)
            if self.p == self.end:
                break
            if has_result or self.read_target() == REFUSED:
                return REFUSED
            answer = OPERAND_NEXT
            while answer < FINISHED:
                answer = self.read_operand() if answer == OPERAND_NEXT else self.read_operator()
                tokens += 1
                if tokens & 0xFFFF == 0:
                    PyErr_CheckSignals()
            if answer == REFUSED:
                return REFUSED
            if self.target is None:
                has_result = True
            else:
                self.count -= 1
                self.bindings[self.target] = handle(self.values[self.count])
                self.forget_target()
        return FINISHED if has_result or self.bindings else REFUSED

    cdef int read_target(self) except -1:
        """Read ``name =`` if the statement starts so."""
        cdef const char *start = self.p
        cdef const char *stop = NULL
        cdef uint64_t h = 0
        cdef int64_t word
        cdef str name
        self.target = None
        if start[0] == c"`":
            name = self.quoted()
            if name is None:
                return REFUSED
            stop = self.p
        elif class_of(start[0]) < LETTER:
            return FINISHED
        elif self.scan_name(&stop, &h) == 0:
            return REFUSED
        else:
            name = None
        self.p = stop
        self.skip(False)
        if self.p[0] != c"=" or self.p[1] == c"=":
            self.p = start
            return FINISHED
        if name is None:
            word = find_word(start, <uint32_t>(stop - start), h)
            if word >= 0 and words[word].keyword:
                return REFUSED
            name = PyUnicode_DecodeUTF8(start, stop - start, NULL)
        if not name or name in CONSTANTS or name in self.bindings:
            return REFUSED
        self.target = name
        self.p += 1
        return FINISHED

    cdef int forget_target(self) except -1:
        """The name may have been read as a symbol; from here on it means its value."""
        cdef bytes utf8 = self.target.encode()
        cdef const char *name = PyBytes_AS_STRING(utf8)
        cdef uint64_t h = hash_seed()
        cdef Py_ssize_t i
        for i in range(PyBytes_GET_SIZE(utf8)):
            h = hash_step(h, <uint8_t>name[i])
        self.known[fold_hash(h) & (KNOWN_NAMES - 1)].length = 0
        return 0

    # -- operands

    cdef int read_operand(self) except -1:
        cdef bint after_minus = self.minus_before
        cdef uint8_t first, kind
        self.minus_before = False
        self.skip(True)
        first = <uint8_t>self.p[0]
        kind = class_of(<char>first)
        if kind == DIGIT or (first == c"." and class_of(self.p[1]) == DIGIT):
            return self.read_number(after_minus)
        if kind >= LETTER:
            return self.read_word(after_minus)
        if first == c"(":
            self.p += 1
            self.brackets += 1
            return self.push(GROUP, 0, 0, 0, False)
        if first == c"-":
            self.p += 1
            self.minus_before = True
            return self.push(MINUS_SIGN, LEVEL_MINUS, 0, 0, False)
        if first == c"`":
            return self.read_quoted()
        if first == c"+":
            self.p += 1
            return OPERAND_NEXT
        if first == c")" and self.height and self.stack[self.height - 1].kind == CALL:
            # f(): only if no operand has been read, or a comma stands before the bracket
            return REFUSED if self.count > self.stack[self.height - 1].values else self.read_close()
        return REFUSED

    cdef int read_word(self, bint after_minus) except -1:
        cdef const char *start = self.p
        cdef const char *stop = NULL
        cdef uint64_t h = 0
        cdef int64_t word
        if self.scan_name(&stop, &h) == 0:
            return REFUSED
        word = find_word(start, <uint32_t>(stop - start), h)
        if word >= 0 and words[word].keyword:
            if words[word].keyword != KEYWORD_NOT:
                return REFUSED
            if self.height and self.stack[self.height - 1].precedence > LEVEL_NOT:
                return REFUSED
            self.p = stop
            return self.push(NOT_WORD, LEVEL_NOT, 0, 0, False)
        self.p = stop
        self.skip(self.brackets > 0)
        if self.p[0] == c"(":
            if word < 0 or not (words[word].is_function or words[word].is_rational):
                return REFUSED
            self.p += 1
            self.brackets += 1
            return self.push(CALL, 0, 0, <uint32_t>word, False)
        if word >= 0 and words[word].constant >= 0:
            if after_minus and words[word].signed_:
                self.stack[self.height - 1].literal = 1
            return self.operand(node_of(<Expr>constants[words[word].constant]))
        return self.operand(self.name_node(start, <uint32_t>(stop - start), h))

    cdef str quoted(self):
        """Read a name between backticks; None if it is not closed."""
        cdef const char *p = self.p + 1
        while True:
            p = <const char *>memchr(p, c"`", self.end - p)
            if p == NULL:
                return None
            if p[1] != c"`":
                break
            p += 2
        name, _ = twin("._scan_py").quoted_name(PyUnicode_DecodeUTF8(self.p, p + 1 - self.p, NULL), 0, self.limits)
        self.p = p + 1
        return name

    cdef int read_quoted(self) except -1:
        cdef str name = self.quoted()
        if not name or name in CONSTANTS:
            return REFUSED
        value = self.bindings.get(name)
        return self.operand(need_node(symbol(name) if value is None else value))

    cdef int read_number(self, bint after_minus) except -1:
        cdef Number found
        scan_number(self.p, self.exact, self.most_bits, self.most_digits, &found)
        if found.form == WHOLE:
            return self.number(intern_int(found.whole), found.stop, after_minus)
        if found.form == DECIMAL:
            return self.number(intern_float(found.decimal), found.stop, after_minus)
        return REFUSED if found.form == NO_NUMBER else self.read_rare_number(found.stop, after_minus)

    cdef int read_rare_number(self, const char *stop, bint after_minus) except -1:
        cdef const char *start = self.p
        text = PyUnicode_DecodeUTF8(start, stop - start, NULL)
        value, length, takes_minus = twin("._scan_py").number(text, 0, self.limits, exact=self.exact)
        return self.number(need_node(value), start + <Py_ssize_t>length, after_minus and takes_minus)

    cdef int number(self, Id id, const char *stop, bint after_minus) except -1:
        if after_minus:
            self.stack[self.height - 1].literal = 1
        self.p = stop
        return self.operand(id)

    # -- operators

    cdef int read_operator(self) except -1:
        cdef uint8_t first
        cdef Sign *sign
        self.skip(self.brackets > 0)
        first = <uint8_t>self.p[0]
        sign = &doubles[first]
        if sign.op and <uint8_t>self.p[1] == sign.second:
            return self.open_infix(sign, 2)
        sign = &singles[first]
        if sign.op:
            return self.open_infix(sign, 1)
        if first == c")":
            return self.read_close()
        if first == c",":
            self.reduce(LOOSEST)
            if not self.height or self.stack[self.height - 1].kind != CALL:
                return REFUSED
            self.p += 1
            return OPERAND_NEXT
        if first == c";" or first == c"\n" or self.p == self.end:
            self.reduce(LOOSEST)
            return REFUSED if self.height else FINISHED
        if class_of(<char>first) >= LETTER:
            return self.read_infix_word()
        if self.implicit and (first == c"(" or first == c"`"):
            return self.open_infix(&singles[<uint8_t>c"*"], 0)
        return REFUSED

    cdef int open_infix(self, Sign *sign, int length) except -1:
        cdef bint chained
        self.p += length
        self.reduce(sign.precedence + sign.right)
        if sign.precedence != LEVEL_COMPARISON:
            return self.push(INFIX_SIGN, sign.precedence, sign.op, 0, False)
        chained = self.height > 0 and self.stack[self.height - 1].kind == COMPARISON_SIGN
        if chained:
            middle = self.values[self.count - 1]
            self.reduce_one()
            self.push_value(middle)
        return self.push(COMPARISON_SIGN, LEVEL_COMPARISON, sign.op, 0, chained)

    cdef int read_infix_word(self) except -1:
        cdef const char *stop = NULL
        cdef uint64_t h = 0
        cdef int64_t word
        cdef uint8_t keyword
        cdef Sign infix
        if self.scan_name(&stop, &h) == 0:
            return REFUSED
        word = find_word(self.p, <uint32_t>(stop - self.p), h)
        keyword = NO_KEYWORD if word < 0 else words[word].keyword
        if keyword == NO_KEYWORD:
            return self.open_infix(&singles[<uint8_t>c"*"], 0) if self.implicit else REFUSED
        if keyword == KEYWORD_NOT:
            return REFUSED
        self.p = stop
        if keyword == KEYWORD_INFIX:
            infix = words[word].infix
            return self.open_infix(&infix, 0)
        if keyword == KEYWORD_IF:
            self.reduce(LOOSEST + 1)
            if self.height and self.stack[self.height - 1].kind == IF_WORD:
                return REFUSED
            return self.push(IF_WORD, LOOSEST, 0, 0, False)
        self.reduce(LOOSEST)
        if not self.height or self.stack[self.height - 1].kind != IF_WORD:
            return REFUSED
        self.stack[self.height - 1].kind = ELSE_WORD
        return OPERAND_NEXT

    cdef int read_close(self) except -1:
        """Close a bracket, and apply the function if it is a call's."""
        cdef Open entry
        self.reduce(LOOSEST)
        if not self.height or self.stack[self.height - 1].kind == IF_WORD:
            return REFUSED
        entry = self.stack[self.height - 1]
        self.height -= 1
        self.brackets -= 1
        self.p += 1
        return self.close_call(entry) if entry.kind == CALL else OPERATOR_NEXT

    cdef int close_call(self, Open entry) except -1:
        cdef Word *word = &words[entry.word]
        cdef uint32_t count = self.count - entry.values
        if word.is_rational:
            return self.close_rational(entry.values, count)
        if word.pads and count % 2 == 0:
            self.push_value(intern_float(word.filler))
            count += 1
        if count < word.fewest or count > word.most:
            return REFUSED
        self.values[entry.values] = intern_n(word.op, self.values + entry.values, count)
        self.count = entry.values + 1
        return OPERATOR_NEXT

    cdef int close_rational(self, uint32_t first, uint32_t count) except -1:
        cdef uint32_t i
        cdef Id made
        if count != 2:
            return REFUSED
        for i in range(first, first + 2):
            if arena.op[self.values[i]] != INTEGER and arena.op[self.values[i]] != BIG:
                return REFUSED
        over, under = handle(self.values[first]).value, handle(self.values[first + 1]).value
        if under == 0:
            return REFUSED
        made = intern_rational(over, under)
        self.values[first] = made
        self.count = first + 1
        return OPERATOR_NEXT


# ---- what needs no state --------------------------------------------------------------------------------------------

cdef Id negated(Id id) except 0xFFFFFFFFu:
    """Minus an operand whose sign stood directly before a number: a constant if the operand is that number."""
    cdef uint16_t op = arena.op[id]
    if op == INTEGER or op == BIG or op == RATIONAL or op == FLOAT:
        return need_node(-handle(id).value)
    return intern1(NEG, id)


cdef Id where(Id condition, Id chosen, Id otherwise) except 0xFFFFFFFFu:
    cdef Id operands[3]
    operands[0], operands[1], operands[2] = condition, chosen, otherwise
    return intern_n(WHERE, operands, 3)


# ---- entry ----------------------------------------------------------------------------------------------------------

cdef Reader run(str text, bint implicit, bint exact, object limits):
    """Read a text with the store pinned; None where it is refused."""
    cdef Reader reader = Reader()
    cdef Py_ssize_t size = 0
    cdef int answer = REFUSED
    cdef object utf8 = text
    if PyUnicode_IS_ASCII(text):
        reader.p = PyUnicode_AsUTF8AndSize(text, &size)
    else:
        # Bytes of our own: AsUTF8 would keep its copy inside the caller's string.
        try:
            utf8 = text.encode()
        except UnicodeEncodeError:
            return None
        reader.p, size = PyBytes_AS_STRING(utf8), PyBytes_GET_SIZE(utf8)
    reader.end = reader.p + size
    reader.implicit, reader.exact, reader.limits, reader.bindings = implicit, exact, limits, {}
    reader.most_nodes, reader.most_depth, reader.most_bits = limits.nodes, limits.depth, limits.integer_bits
    reader.most_digits, reader.longest_name = limits.exponent_digits, limits.name_length
    if len(text) > limits.length:
        return None
    try:
        answer = reader.read()
    except RssnError:
        answer = REFUSED
    reader.p = reader.end = NULL
    return reader if answer == FINISHED else None


def try_value(str text not None, bint implicit, bint exact, limits):
    """Return the value of a text, or None where this parser refuses it."""
    cdef Reader reader
    result = None
    pin()
    try:
        reader = run(text, implicit, exact, limits)
        if reader is not None:
            result = handle(reader.values[0]) if reader.count else reader.bindings[reader.target]
    finally:
        unpin()
    settle()
    return result


def try_program(str text not None, bint implicit, bint exact, limits):
    """Return the statements of a text, or None where this parser refuses it."""
    cdef Reader reader
    result = None
    pin()
    try:
        reader = run(text, implicit, exact, limits)
        if reader is not None:
            result = Program(tuple(reader.bindings.items()), handle(reader.values[0]) if reader.count else None)
    finally:
        unpin()
    settle()
    return result


def read_value(text, implicit, exact, limits):
    """Return the value of a text; the errors of `rssn.parser` where it is not a formula."""
    result = try_value(text, implicit, exact, limits)
    return twin("._parse_py").read_value(text, implicit, exact, limits) if result is None else result


def read_program(text, implicit, exact, limits):
    """Return the statements of a text; the errors of `rssn.parser` where it is not a formula."""
    result = try_program(text, implicit, exact, limits)
    return twin("._parse_py").read_program(text, implicit, exact, limits) if result is None else result


NEG, NOT, AND, WHERE = operator_id("neg"), operator_id("not"), operator_id("and"), operator_id("where")
LOOSEST, LEVEL_NOT, LEVEL_MINUS = Precedence.CONDITIONAL, Precedence.NOT, Precedence.NEGATION
LEVEL_COMPARISON = COMPARISON
