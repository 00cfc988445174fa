/* block_heap_sizes.h -- the smallest sizes that work, so that a test comes by every rare path: the
 * ring is one object, the mark stack overflows at once, holes are short, tails go in pieces of one,
 * the barrier keeps two values.
 */
#ifndef PARTS_BLOCK_HEAP_SIZES_H
#define PARTS_BLOCK_HEAP_SIZES_H

enum {
    BLOCK_SHIFT = 12,
    BLOCK_COMMIT = 1,
    BLOCK_ROOM = 1,
    HOLE_BYTES_MAX = 64,
    MARKER_STACK_BYTES_MAX = 80 * 8,
    MARKER_PIECE = 1,
    MARKER_CLOCK_STEPS = 1,
    SNAPSHOT_BUFFER = 2,
    SNAPSHOT_INBOX = 4,
    AIDE_WORDS = 69, /* a full basket, a step and the ring */
    AIDE_BASKET = 2,
    AIDE_STEPS = 1,
    AIDE_STEP_NS = 0,
    SWEEP_BLOCKS = 1,
    SWEEP_LARGE = 1,
    LOG_WORDS = 2,
    LOG_WORDS_MAX = 32
};

#endif
