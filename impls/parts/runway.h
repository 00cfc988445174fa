/* runway.h -- how much can still be allocated before some kind of cell finds no room.
 *
 * A collector that marks between allocations must end before that.  Free bytes in blocks with live
 * cells are good for one kind only, so their sum says little: let r be the room that any kind can
 * use, o_k what only kind k can, s_k the share of k in what was made lately, and s that of large
 * objects.  The runway is the A for which
 *     s A + sum over k of max(0, s_k A - o_k) = r.
 * The left side is convex, so Newton's method comes down to A from above.
 *
 * Cost: a look goes through all kinds of all mutators; RUNWAY_LOOKS of them while it is used up. */
#ifndef PARTS_RUNWAY_H
#define PARTS_RUNWAY_H

#include "mm_heap.h"
#include "parts/futile.h"

enum {
    RUNWAY_LOOKS = 16,     /* while it is used up */
    RUNWAY_KEPT_BLOCKS = 8 /* at least, of the room that any kind can use: it is used up in steps */
};

struct runway {
    size_t bytes;          /* that could be allocated, when last looked at */
    uint64_t looked_bytes; /* heap->handed_bytes then */
    size_t largest;        /* bytes of a large object that was asked for lately: kept back too */
    struct futile futile;  /* by what cycles left of it */
};

/* All are called with the lock held.  Looks anew. */
void runway_look(struct runway *runway, struct block_heap *heap);

/* The runway now: what it was, less what was handed out since; looked at anew now and then. */
size_t runway_now(struct runway *runway, struct block_heap *heap);

/* collector_pace was called for so many bytes; says how many of them are a large object's. */
size_t runway_expect(struct runway *runway, size_t bytes);

/* A cycle ended, and the next budget is set: looks anew, and what was asked for before counts less.
 */
void runway_renew(struct runway *runway, struct block_heap *heap);

/* Whether the heap is exhausted, by what was handed out between one cycle's end and the next, and
 * the runway after it, cycle after cycle; never in a test that
 * always collects. */
bool runway_is_futile(const struct runway *runway, const struct block_heap *heap);

#endif
