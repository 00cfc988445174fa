/* generational.h -- what the files of generational share: the heap, and the remembered set.
 *
 * An object is old if it survived a collection: its mark byte is heap->live, or heap->live with
 * MARK_LOGGED while it is remembered.  It is young if it was made since.
 *
 * Invariants, while no collection runs:
 *  1. An old object that refers to a young one is remembered: a small one by itself, a large one
 * by itself or by the place.
 *  2. An object is in the log at most once; if and only if its mark byte says so.
 * When the log is lost it may lack entries, and the next collection is a full one.  So it is while
 * skip says that no young one will come: then nothing is remembered. */
#ifndef GENERATIONAL_H
#define GENERATIONAL_H

#include "parts/block_heap_books.h"
#include "parts/nursery.h"
#include "parts/object_log.h"

enum { LOG_PLACE = 1 }; /* in a word of the log: a place in a large object, not an object */

struct mm_heap {
    struct block_heap blocks;
    struct object_log log;
    struct nursery nursery;
    unsigned skip;    /* so many full collections come before the next young one */
    unsigned backoff; /* what skip was at last */
};

/* generational_log.c: greys what is remembered, for a young collection.  Nothing runs before it is
 * forgotten. */
void generational_log_replay(struct mm_heap *heap);

/* The mark byte of what the barrier is to remember: of an old object, or of none. */
MM_INLINE uint8_t
generational_old(const struct mm_heap *heap)
{
    return heap->skip ? MARK_LOGGED : heap->blocks.live;
}

/* generational_check.c: asserts the invariants above. */
void generational_check(struct mm_heap *heap);

#endif
