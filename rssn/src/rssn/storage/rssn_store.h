/* Expressions on disk: what a segment of a store and a packed image are made of.
 *
 * Everything is little-endian. A file of segments holds extents one after another; an image is one extent. An extent
 * is a header, the checksums of its blocks, and a payload. The sections of the payload follow each other in this
 * order, each begins at a multiple of RSSN_ALIGNMENT from the start of the extent, and all padding is zero:
 *
 *     nodes       rssn_node     [nodes]
 *     operands    uint32_t      [operands]    of nodes with three operands and more: numbers of nodes
 *     operators   rssn_operator [operators]   images only; in a store the catalogue has them
 *     roots       rssn_root     [roots]       images only
 *     text        char          [text]        UTF-8 names, and big integers in two's complement
 *
 * A node's number is `first` of its extent plus its place. An operand's number is smaller than its user's, so one
 * loop upwards computes everything. What the fields of a node hold:
 *
 *     op                    a                           b
 *     0 integer, 3 float    low half of the 64 bits     high half
 *     1 big, 5 symbol       place in text               length in bytes
 *     2 rational            node of the numerator       node of the denominator
 *     4 constant            0 pi, 1 true, 2 false, 3 i  0
 *     8 and more            first operand               second operand, or RSSN_NONE
 *       with 3 operands up  place in operands           RSSN_MANY + how many
 *
 * The operator of op is operators[op - RSSN_FIRST_OPERATOR].
 */
#ifndef RSSN_STORE_H
#define RSSN_STORE_H

#include <stddef.h>
#include <stdint.h>

#define RSSN_MAGIC "rssnext1"
#define RSSN_ALIGNMENT 64u
#define RSSN_BLOCK 65536u
#define RSSN_NONE 0xFFFFFFFFu
#define RSSN_MANY 0x80000000u
#define RSSN_FIRST_OPERATOR 8u

enum rssn_kind { RSSN_INTEGER, RSSN_BIG, RSSN_RATIONAL, RSSN_FLOAT, RSSN_CONSTANT, RSSN_SYMBOL };

typedef struct {
    uint32_t a, b;
    uint16_t op, zero;
} rssn_node;

typedef struct {
    uint32_t name, name_bytes, commutative;
} rssn_operator;

typedef struct {
    uint32_t node, name, name_bytes;
} rssn_root;

typedef struct {
    char magic[8];        /* RSSN_MAGIC; the last character is the version */
    uint32_t check;       /* CRC-32C of everything from `block_bytes` to the payload */
    uint32_t block_bytes; /* RSSN_BLOCK */
    uint64_t bytes;       /* of the whole extent */
    uint32_t first, nodes, operands, operators;
    uint64_t text;
    uint32_t roots;
    uint32_t blocks;  /* of the payload; their CRC-32C follow the header, uint32_t each */
    uint64_t payload; /* where it begins */
} rssn_extent;

static inline size_t rssn_aligned(size_t bytes) { return (bytes + RSSN_ALIGNMENT - 1) / RSSN_ALIGNMENT * RSSN_ALIGNMENT; }

/* Where each section begins, in bytes from the start of the extent. */
static inline size_t rssn_nodes_at(const rssn_extent *e) { return (size_t)e->payload; }
static inline size_t rssn_operands_at(const rssn_extent *e) {
    return rssn_nodes_at(e) + rssn_aligned(e->nodes * sizeof(rssn_node));
}
static inline size_t rssn_operators_at(const rssn_extent *e) {
    return rssn_operands_at(e) + rssn_aligned(e->operands * sizeof(uint32_t));
}
static inline size_t rssn_roots_at(const rssn_extent *e) {
    return rssn_operators_at(e) + rssn_aligned(e->operators * sizeof(rssn_operator));
}
static inline size_t rssn_text_at(const rssn_extent *e) {
    return rssn_roots_at(e) + rssn_aligned(e->roots * sizeof(rssn_root));
}

#endif
