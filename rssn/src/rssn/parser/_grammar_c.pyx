"""The tables of `_grammar_py.py`, compiled: signs by character, and one hash table of all words.

A word is a keyword, a reserved constant, a function, or several of these; names
that are none of them are not here. Functions are learnt as they are registered.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcmp

from rssn.expr._store_c cimport operator_id

from rssn.ops import watch
from rssn.parser._grammar_py import CONSTANTS, INFIX, RATIONAL, SIGNED

cdef uint32_t word_count = 0, word_capacity = 0
cdef uint32_t *word_table = NULL  # word + 1, or 0
cdef uint32_t word_mask = 0
cdef list word_names = []  # keeps the bytes alive


cdef int64_t find_word(const char *name, uint32_t length, uint64_t h) noexcept:
    """The index of a word, or -1."""
    cdef uint32_t cell = fold_hash(h) & word_mask
    cdef Word *word
    while word_table[cell]:
        word = &words[word_table[cell] - 1]
        if word.hash == h and word.length == length and memcmp(word.name, name, length) == 0:
            return word_table[cell] - 1
        cell = (cell + 1) & word_mask
    return -1


cdef int rebuild_table(uint32_t size) except -1:
    global word_table, word_mask
    cdef uint32_t *table = <uint32_t *>malloc(size * sizeof(uint32_t))
    cdef uint32_t i, cell
    if table == NULL:
        raise MemoryError("no memory for the parser's words")
    for i in range(size):
        table[i] = 0
    for i in range(word_count):
        cell = fold_hash(words[i].hash) & (size - 1)
        while table[cell]:
            cell = (cell + 1) & (size - 1)
        table[cell] = i + 1
    free(word_table)
    word_table, word_mask = table, size - 1
    return 0


cdef uint32_t need_word(str name) except? 0xFFFFFFFFu:
    """The index of a word, made if it is new."""
    global words, word_count, word_capacity
    cdef bytes utf8 = name.encode()
    cdef uint32_t length = <uint32_t>PyBytes_GET_SIZE(utf8), i
    cdef uint64_t h = hash_seed()
    cdef const char *text = PyBytes_AS_STRING(utf8)
    cdef int64_t found
    cdef void *grown
    for i in range(length):
        h = hash_step(h, <uint8_t>text[i])
    if word_table != NULL:
        found = find_word(text, length, h)
        if found >= 0:
            return <uint32_t>found
    if word_count == word_capacity:
        grown = realloc(words, (2 * word_capacity + 128) * sizeof(Word))
        if grown == NULL:
            raise MemoryError("no memory for the parser's words")
        words, word_capacity = <Word *>grown, 2 * word_capacity + 128
    word_names.append(utf8)
    words[word_count] = Word(
        name=text, length=length, hash=h, keyword=NO_KEYWORD, infix=Sign(0, 0, 0, 0), constant=-1, signed_=0,
        is_function=0, is_rational=0, pads=0, op=0, fewest=0, most=0, filler=0.0,
    )
    word_count += 1
    if word_table == NULL or 2 * word_count > word_mask:
        rebuild_table(512 if word_table == NULL else 2 * (word_mask + 1))
    else:
        rebuild_table(word_mask + 1)
    return word_count - 1


def learn(record):
    """Make a function known under its names. Called for every operator, also those registered later."""
    cdef Word *word
    for name in (record.name, *record.aliases):
        word = &words[need_word(name)]
        word.is_function, word.is_rational = 1, 0
        word.op = operator_id(record.name)
        word.fewest = record.arity[0]
        word.most = 0xFFFFFFFFu if record.arity[1] is None else record.arity[1]
        word.pads = record.default is not None
        word.filler = record.default if word.pads else 0.0


cdef int prepare() except -1:
    cdef int i
    cdef Sign sign
    for i in range(256):
        singles[i] = doubles[i] = Sign(0, 0, 0, 0)
    for text, infix in INFIX.items():
        sign = Sign(operator_id(infix.operator), infix.precedence, infix.right, 0)
        if text.isalpha():
            i = need_word(text)
            words[i].keyword, words[i].infix = KEYWORD_INFIX, sign
        elif len(text) == 1:
            singles[ord(text)] = sign
        else:
            sign.second = ord(text[1])
            doubles[ord(text[0])] = sign
    for text, keyword in (("if", KEYWORD_IF), ("else", KEYWORD_ELSE), ("not", KEYWORD_NOT)):
        words[need_word(text)].keyword = keyword
    for text, node in CONSTANTS.items():
        i = need_word(text)
        words[i].constant, words[i].signed_ = len(constants), text in SIGNED
        constants.append(node)
    words[need_word(RATIONAL)].is_rational = 1
    watch(learn)
    return 0


constants = []
prepare()
