"""What the headers declare."""

cdef extern from "_ops.h":
    ctypedef struct Op:
        uint16_t code, small
        int32_t off
        uint32_t reserve, least
        int32_t next
        uint32_t extra
        void *kind

    ctypedef struct Shape:
        PyTypeObject *type
        Py_ssize_t count, body, capacity
        int tracked, as_dict, by_attribute
        PyObject **names
        uint8_t *place
        uint8_t *order

    ctypedef struct Choice:
        uint32_t count, mask
        int by_type, byte, compared
        PyObject **keys
        PyObject **values
        PyObject **at
        uint32_t *table
        int32_t *targets
        int32_t *inside

    ctypedef struct Block:
        PyObject *type
        PyObject *read
        PyObject *write
        PyObject *node
        PyObject *config
        char kind
        int item, sizes
        Py_ssize_t *size

    ctypedef struct Program:
        Op *ops
        Py_ssize_t count
        int big, varint, strict, unique, lenient, ordered, careful
        uint64_t limit, most_elements, most_empty, most_depth, most_memory

    ctypedef enum Outcome:
        DONE, ODD, WRONG, RAISED

    uint32_t spread(const void *address) noexcept

    enum:
        OP_HALT, OP_RESERVE, OP_BOOL, OP_U8, OP_I8, OP_U16, OP_I16, OP_U32, OP_I32, OP_U64, OP_I64, OP_U128, OP_I128
        OP_VU16, OP_VI16, OP_VU32, OP_VI32, OP_VU64, OP_VI64, OP_VU128, OP_VI128, OP_F32, OP_F64, OP_CHAR
        OP_UNIT, OP_CONST, OP_STR, OP_BYTES, OP_BYTES_FIXED, OP_OPTION, OP_SLOTS, OP_VALUES, OP_NAMED, OP_TUPLE
        OP_END, OP_END_SLOTS, OP_END_NAMED, OP_SEQ, OP_SCALARS, OP_OBJECTS, OP_ARRAY, OP_LOOP, OP_LOOP_OBJECTS
        OP_CONVERT, OP_DICT, OP_LOOP_DICT
        OP_ENUM, OP_MEMBERS, OP_JUMP, OP_CALL, OP_RETURN, OP_NDARRAY, OP_FOREIGN, OP_TIME, OP_NET32, OP_NET128
        OP_BEFORE, OP_CLAIM, OP_CLAIM_LENGTH, OP_RELEASE, OP_MARK, OP_ORDER, OP_HOLD, OP_LET_GO
        OP_CUSTOM, OP_END_CUSTOM, OP_AFTER
        NO_NUL
        SEQ_LIST, SEQ_TUPLE, SEQ_SET, SEQ_FROZENSET, SEQ_DEQUE

cdef extern from "_choice.h":
    Choice *make_choice(Py_ssize_t count) except NULL
    void free_choice(Choice *choice) noexcept

cdef extern from "_time.h":
    ctypedef struct Clock:
        Shape *own
        Py_ssize_t secs, nanos
        PyObject *epoch
        int is_instant, is_own

    int start_clock() except -1

cdef extern from "_entries.h":
    int knows_keys
    int try_keys(object dict) noexcept

cdef extern from "_calls.h":
    PyObject *refusals

cdef extern from "_layout.h":
    PyObject *no_arguments
    int may_hold_values(PyTypeObject *type) noexcept
    PyObject **values_of(PyObject *o) noexcept
    Py_ssize_t values_capacity(PyObject *o) noexcept
    Py_ssize_t values_count(PyObject **values) noexcept
    Py_ssize_t values_place(PyObject **values, Py_ssize_t i, Py_ssize_t capacity) noexcept
    Py_ssize_t order_index(Py_ssize_t i, Py_ssize_t count) noexcept
    Py_ssize_t slot_offset(object descriptor) noexcept
    bint has_gc(PyTypeObject *type) noexcept
    bint is_slotted(PyTypeObject *type) noexcept
    bint is_plain(PyTypeObject *type) noexcept
    bint allocates_plainly(PyTypeObject *type) noexcept

cdef extern from "_engine.h":
    PyObject *encode_whole(const Program *program, PyObject *value, char *scratch, size_t size,
                           Outcome *outcome) noexcept
    Outcome decode_run_little(const Program *program, PyObject *data, const char *origin, const char *start,
                              const char *end, PyObject **result, const char **used) noexcept
    Outcome decode_run_big(const Program *program, PyObject *data, const char *origin, const char *start,
                           const char *end, PyObject **result, const char **used) noexcept
    object taken(PyObject *o) noexcept
    int reraise() except -1
