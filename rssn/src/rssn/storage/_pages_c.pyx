"""Extents of a store, mapped: where a byte is, whether its block was checked, and which blocks stay in memory.

A block is read through the file once and compared with its checksum before a
mapped byte of it is looked at, so what the disk can't give is an error and
never a signal. With a budget, blocks that were visited seldom and long ago
give their pages back; the hand of the clock lowers what each block has
earned, so both how often and how lately count.
"""

from libc.errno cimport EINTR, errno
from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcmp, memset, strerror
from posix.mman cimport MAP_FAILED, MAP_SHARED, PROT_READ, mmap, munmap
from posix.types cimport off_t
from posix.unistd cimport close, dup, pread

from rssn.errors import StorageError, StoreDamageError

cdef extern from "<sys/mman.h>" nogil:
    int madvise(void *address, size_t size, int advice)
    int MADV_DONTNEED
    int MADV_RANDOM

cdef enum:
    MOST_EARNED = 7
    PAGE = 4096
    ROOM = 1 << 26      # mapped beyond the end of a file, for what will be appended


cdef class Pages:
    """The extents of one generation of a store."""

    def __cinit__(self, *_, **__):
        self.names = []
        self.last_block = <uint64_t>-1
        self.scratch = <uint8_t *>malloc(BLOCK)
        if self.scratch == NULL:
            raise MemoryError("no memory to read a store")

    def __dealloc__(self):
        cdef uint32_t i
        cdef int k
        for i in range(self.extent_count):
            free(self.extents[i].sums)
            free(self.extents[i].state)
        for k in range(self.file_count):
            if self.files[k].map != NULL:
                munmap(self.files[k].map, self.files[k].mapped)
            close(self.files[k].fd)
        for i in range(self.old_count):
            munmap(self.old_maps[i].map, self.old_maps[i].mapped)
        free(self.old_maps)
        free(self.extents)
        free(self.files)
        free(self.scratch)

    def limit_pages(self, size):
        """Keep at most so many bytes of blocks in memory; 0 for no limit."""
        self.limit = max(<uint64_t>size // BLOCK, 8) if size else 0

    def add_file(self, name, int fd):
        """Add a file by an open descriptor, which is duplicated, and return its number."""
        cdef void *grown = realloc(self.files, (self.file_count + 1) * sizeof(File))
        if grown == NULL:
            raise MemoryError("no memory to open a store")
        self.files = <File *>grown
        memset(&self.files[self.file_count], 0, sizeof(File))
        self.files[self.file_count].fd = dup(fd)
        if self.files[self.file_count].fd < 0:
            raise StorageError(f"can't open {name}", found=strerror(errno).decode())
        self.names.append(name)
        self.file_count += 1
        return self.file_count - 1

    def attach(self, int file, uint64_t offset, uint64_t size, uint32_t count):
        """Add an extent that lies in a file; nothing of it is read yet."""
        cdef void *grown
        cdef Extent *e
        cdef uint32_t capacity
        if self.extent_count == self.extent_capacity:
            capacity = 2 * self.extent_capacity + 16
            grown = realloc(self.extents, capacity * sizeof(Extent))
            if grown == NULL:
                raise MemoryError("no memory to open a store")
            self.extents = <Extent *>grown
            self.extent_capacity = capacity
        e = &self.extents[self.extent_count]
        memset(e, 0, sizeof(Extent))
        e.first, e.count, e.file, e.offset = self.stored, count, file, offset
        e.header.bytes = size
        self.extent_count += 1
        self.stored += count

    cdef object damage(self, Extent *e, str text, uint64_t at):
        return StoreDamageError(text, where=f"{self.names[e.file]}, byte {e.offset + at}", hint="rssn store verify")

    cdef int read(self, Extent *e, uint64_t at, void *target, size_t size) except -1:
        """Read bytes of an extent through the file."""
        cdef size_t done = 0
        cdef Py_ssize_t got
        while done < size:
            got = pread(self.files[e.file].fd, <uint8_t *>target + done, size - done, <off_t>(e.offset + at + done))
            if got < 0 and errno == EINTR:
                continue
            if got < 0:
                place = f"{self.names[e.file]}, byte {e.offset + at + done}"
                raise StorageError("the disk can't give what is stored", where=place, found=strerror(errno).decode())
            if got == 0:
                raise self.damage(e, "the file is cut short", at + done)
            done += got
        return 0

    cdef int open_extent(self, Extent *e) except -1:
        """Read the header and the checksums, and map the extent."""
        cdef rssn_extent h
        cdef uint64_t size = e.header.bytes, table
        cdef uint8_t *head
        self.read(e, 0, &h, HEADER)
        if memcmp(h.magic, b"rssnext1", 8) != 0:
            raise self.damage(e, "no extent begins here", 0)
        if (
            h.bytes != size or h.first != e.first or h.nodes != e.count or h.block_bytes != BLOCK
            or h.payload > size or h.payload < HEADER or h.payload % 64 or size % 64
            or h.blocks != (size - h.payload + BLOCK - 1) // BLOCK or HEADER + 4 * <uint64_t>h.blocks > h.payload
            or h.text > size or rssn_text_at(&h) + h.text > size
        ):
            raise self.damage(e, "the header of an extent is damaged", 0)
        table = h.payload
        head = <uint8_t *>malloc(table)
        if head == NULL:
            raise MemoryError("no memory to open a store")
        try:
            self.read(e, 0, head, table)
            if crc32c(head + 12, table - 12) != h.check:
                raise self.damage(e, "the header of an extent is damaged", 0)
            self.map_extent(e, size)
            e.sums = <uint32_t *>malloc(4 * h.blocks + 4)
            e.state = <uint8_t *>calloc(h.blocks + 1, 1)
            if e.sums == NULL or e.state == NULL:
                raise MemoryError("no memory to open a store")
            for i in range(h.blocks):
                e.sums[i] = (<uint32_t *>(head + HEADER))[i]
        finally:
            free(head)
        e.header = h
        e.nodes = <const rssn_node *>(e.base + h.payload)
        e.is_open = True
        return 0

    cdef int map_extent(self, Extent *e, uint64_t size) except -1:
        cdef File *file = &self.files[e.file]
        cdef size_t wanted
        cdef void *address
        if e.offset + size > file.mapped:
            # Extents that were mapped before stay where they are.
            if file.map != NULL:
                address = realloc(self.old_maps, (self.old_count + 1) * sizeof(File))
                if address == NULL:
                    raise MemoryError("no memory to open a store")
                self.old_maps = <File *>address
            wanted = (e.offset + size + (e.offset + size) // 2 + ROOM) // PAGE * PAGE
            address = mmap(NULL, wanted, PROT_READ, MAP_SHARED, file.fd, 0)
            if address == MAP_FAILED:
                raise StorageError(f"can't map {self.names[e.file]}", found=strerror(errno).decode())
            if self.limit:
                madvise(address, wanted, MADV_RANDOM)
            if file.map != NULL:
                self.old_maps[self.old_count] = file[0]
                self.old_count += 1
            file.map, file.mapped = <uint8_t *>address, wanted
        e.base = file.map + e.offset
        return 0

    cdef int bring(self, Extent *e, uint64_t block) except -1:
        """Check a block against its checksum, and count it as being in memory."""
        cdef uint64_t at = e.header.payload + block * BLOCK
        cdef size_t size = min(<uint64_t>BLOCK, e.header.bytes - at)
        self.read(e, at, self.scratch, size)
        if crc32c(self.scratch, size) != e.sums[block]:
            raise self.damage(e, f"block {block} of an extent is damaged: its checksum does not fit", at)
        self.reads += 1
        self.resident += 1
        e.state[block] = 1
        while self.limit and self.resident > self.limit:
            self.evict()
        return 0

    cdef int evict(self) noexcept:
        """Turn the hand of the clock until a block has nothing left, and give its pages back."""
        cdef Extent *e
        cdef size_t start, stop
        while True:
            e = &self.extents[self.hand_extent]
            if not e.is_open or self.hand_block >= e.header.blocks:
                self.hand_block = 0
                self.hand_extent = self.hand_extent + 1 if self.hand_extent + 1 < self.extent_count else 0
                continue
            if e.state[self.hand_block]:
                e.state[self.hand_block] -= 1
                if e.state[self.hand_block] == 0:
                    break
            self.hand_block += 1
        start = <size_t>e.base + e.header.payload + self.hand_block * BLOCK
        stop = (start + BLOCK + PAGE - 1) // PAGE * PAGE
        start = start // PAGE * PAGE
        madvise(<void *>start, stop - start, MADV_DONTNEED)
        self.hand_block += 1
        self.resident -= 1
        self.evictions += 1
        self.last_block = <uint64_t>-1
        return 0

    cdef int need(self, Extent *e, uint64_t at, uint64_t size) except -1:
        """Make sure that bytes of the payload are what was written; `at` counts from the payload."""
        cdef uint64_t block, last
        if not e.is_open:
            self.open_extent(e)
        if at > e.header.bytes - e.header.payload or size > e.header.bytes - e.header.payload - at:
            raise self.damage(e, "a node names a place outside its extent", e.header.payload)
        if size == 0:
            return 0
        block, last = at // BLOCK, (at + size - 1) // BLOCK
        while block <= last:
            if e.state[block] == 0:
                self.bring(e, block)
            elif e.state[block] < MOST_EARNED:
                e.state[block] += 1
            block += 1
        self.visits += 1
        return 0

    cdef Extent *extent_of(self, uint32_t id) except NULL:
        """The extent that a stored node lies in."""
        cdef uint32_t low = 0, high = self.extent_count, middle
        if self.current < high and id - self.extents[self.current].first < self.extents[self.current].count:
            return &self.extents[self.current]
        while high - low > 1:
            middle = (low + high) // 2
            if self.extents[middle].first <= id:
                low = middle
            else:
                high = middle
        if low >= self.extent_count or id - self.extents[low].first >= self.extents[low].count:
            raise StoreDamageError(f"there is no node {id}", wanted=f"fewer than {self.stored}")
        self.current = low
        self.last_block = <uint64_t>-1
        return &self.extents[low]

    cdef const rssn_node *visit(self, uint32_t id) except NULL:
        cdef Extent *e = self.extent_of(id)
        cdef uint64_t at = <uint64_t>(id - e.first) * NODE
        self.need(e, at, NODE)
        self.last_block = at // BLOCK if at // BLOCK == (at + NODE - 1) // BLOCK else <uint64_t>-1
        return &e.nodes[id - e.first]

    def check(self, uint32_t number):
        """Read an extent and compare every checksum; return what is wrong as a list of errors."""
        cdef Extent *e = &self.extents[number]
        cdef uint64_t block, at
        cdef list found = []
        try:
            if not e.is_open:
                self.open_extent(e)
        except StorageError as error:
            return [error]
        for block in range(e.header.blocks):
            at = e.header.payload + block * BLOCK
            size = min(<uint64_t>BLOCK, e.header.bytes - at)
            try:
                self.read(e, at, self.scratch, size)
                if crc32c(self.scratch, size) != e.sums[block]:
                    raise self.damage(e, f"block {block} of an extent is damaged: its checksum does not fit", at)
            except StorageError as error:
                found.append(error)
        return found

    @property
    def pages(self):
        """Bytes of blocks in memory now."""
        return self.resident * BLOCK

    @property
    def extent_total(self):
        """How many extents there are."""
        return self.extent_count


def checksum(const unsigned char[::1] data):
    """Return the CRC-32C of bytes."""
    return crc32c(&data[0], data.shape[0]) if data.shape[0] else crc32c(NULL, 0)
