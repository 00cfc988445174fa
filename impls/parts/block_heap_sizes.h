/* block_heap_sizes.h -- the sizes of the block heap and of its marker.  A test that wants tiny ones
 * puts a folder with a parts/block_heap_sizes.h of its own in front of the include path. */
#ifndef PARTS_BLOCK_HEAP_SIZES_H
#define PARTS_BLOCK_HEAP_SIZES_H

enum {
    BLOCK_SHIFT = 14,         /* a block is 16 KiB: small, so that many kinds fit a small heap */
    BLOCK_COMMIT = 2,         /* blocks asked of the system, and brought in, at once: a pause */
    BLOCK_ROOM = 16,          /* blocks that there is room for when memory changes hands */
    HOLE_BYTES_MAX = 1 << 14, /* handed out at once, at most; but always a cell */
    MARKER_STACK_BYTES_MAX = 1 << 30, /* of the mark stack, if the limit allows it */
    MARKER_PIECE = 64,                /* references of a tail that are looked at in one go */
    MARKER_CLOCK_STEPS = 256,         /* steps of marking between two looks at the clock */
    SNAPSHOT_BUFFER = 128,  /* old values that a mutator keeps before others hear of them */
    SNAPSHOT_INBOX = 2048,  /* old values that wait for the marker; at least a buffer */
    AIDE_WORDS = 3584,      /* of the stack of who marks beside the marker */
    AIDE_BASKET = 256,      /* grey words that one hands to the other at once */
    AIDE_STEPS = 32,        /* that it takes between two looks at who waits */
    AIDE_STEP_NS = 15,      /* the fastest step for which an aide is worth its swaps */
    SWEEP_BLOCKS = 64,      /* full blocks looked at before a new one is taken instead */
    SWEEP_LARGE = 64,       /* large objects looked at before the next attempt */
    LOG_WORDS = 64,         /* of a log, that a mutator takes at once */
    LOG_WORDS_MAX = 1 << 24 /* of all of it, if the limit allows them */
};

#endif
