"""Extents of a store, mapped: where a byte is, whether its block was checked, and which blocks stay in memory."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

cdef extern from "rssn_store.h":
    ctypedef struct rssn_node:
        uint32_t a
        uint32_t b
        unsigned short op
        unsigned short zero
    ctypedef struct rssn_operator:
        uint32_t name
        uint32_t name_bytes
        uint32_t commutative
    ctypedef struct rssn_root:
        uint32_t node
        uint32_t name
        uint32_t name_bytes
    ctypedef struct rssn_extent:
        char magic[8]
        uint32_t check
        uint32_t block_bytes
        uint64_t bytes
        uint32_t first
        uint32_t nodes
        uint32_t operands
        uint32_t operators
        uint64_t text
        uint32_t roots
        uint32_t blocks
        uint64_t payload
    size_t rssn_aligned(size_t size) noexcept
    size_t rssn_nodes_at(const rssn_extent *e) noexcept
    size_t rssn_operands_at(const rssn_extent *e) noexcept
    size_t rssn_operators_at(const rssn_extent *e) noexcept
    size_t rssn_roots_at(const rssn_extent *e) noexcept
    size_t rssn_text_at(const rssn_extent *e) noexcept

cdef extern from "crc32c.h":
    uint32_t crc32c(const void *data, size_t size) noexcept
    uint32_t crc32c_part(uint32_t state, const void *data, size_t size) noexcept

cdef enum:
    BLOCK = 65536
    HEADER = 64
    NODE = 12

ctypedef struct Extent:
    uint32_t first
    uint32_t count
    int file
    uint64_t offset            # in the file
    const uint8_t *base        # where it is mapped
    bint is_open               # whether what follows has been read from the header, and its checksum fits
    rssn_extent header
    const rssn_node *nodes
    uint32_t *sums
    uint8_t *state             # per block: 0 not in memory, else how often it was visited, which fades

ctypedef struct File:
    int fd
    uint8_t *map
    size_t mapped

cdef class Pages:
    cdef Extent *extents
    cdef uint32_t extent_count, extent_capacity
    cdef uint32_t current      # the extent visited last
    cdef uint64_t last_block   # the block of it that needs no visit
    cdef uint32_t stored       # nodes in all extents
    cdef File *files
    cdef int file_count
    cdef list names            # of the files
    cdef File *old_maps        # of files that have grown since
    cdef uint32_t old_count
    cdef uint8_t *scratch
    cdef uint64_t limit, resident  # in blocks; a limit of 0 is none
    cdef uint32_t hand_extent
    cdef uint64_t hand_block
    cdef readonly uint64_t visits, reads, evictions

    cdef Extent *extent_of(self, uint32_t id) except NULL
    cdef int open_extent(self, Extent *e) except -1
    cdef int bring(self, Extent *e, uint64_t block) except -1
    cdef int need(self, Extent *e, uint64_t at, uint64_t size) except -1
    cdef const rssn_node *visit(self, uint32_t id) except NULL
    cdef int read(self, Extent *e, uint64_t at, void *target, size_t size) except -1
    cdef int evict(self) noexcept
    cdef object damage(self, Extent *e, str text, uint64_t at)
    cdef int map_extent(self, Extent *e, uint64_t size) except -1
