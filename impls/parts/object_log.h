/* object_log.h -- a log of words by all mutators, in which a barrier notes what was written to
 * since the last cycle.
 *
 * What a word says is the manager's.  A mutator writes to a piece of the log of its own, LOG_WORDS
 * long, and takes the lock for the next.  When the log can not grow it is lost, and the next cycle
 * must do without.
 *
 * Invariant O1, while no cycle runs: words of the log beyond `used` are 0, and so are the mutators'
 * own beyond what they wrote.
 *
 * Cost: a compare and a store for a word; the lock once in LOG_WORDS of them. */
#ifndef PARTS_OBJECT_LOG_H
#define PARTS_OBJECT_LOG_H

#include "parts/block_heap_books.h"

struct object_log {
    uintptr_t *words;
    size_t reserved, committed; /* bytes */
    size_t used, max;           /* words */
    bool lost;                  /* it may lack words */
};

/* Ends in mm_exhausted if there is no address space. */
void object_log_create(struct object_log *log, struct block_heap *heap);
void object_log_destroy(struct object_log *log, struct block_heap *heap);

/* With the lock held, for a mutator that has come: what its barrier looks at.  `old` is the mark
 * byte of an object that is to be noted. */
void object_log_attach(struct mm_mutator *m, uint8_t old);

/* The manager defines it: where the log of this heap is. */
struct object_log *object_log_of(struct block_heap *heap);

/* The next piece of the log for this mutator; false: there is none. */
MM_SLOW bool object_log_refill(struct mm_mutator *m);

/* With the world at rest: empties it, for all mutators; `old` as above, from now on. */
void object_log_forget(struct object_log *log, struct block_heap *heap, uint8_t old);

/* Asserts O1. */
void object_log_check(const struct object_log *log);

MM_INLINE void
object_log_put(struct mm_mutator *m, uintptr_t word)
{
    if (MM_LIKELY(m->log_next != m->log_end) || object_log_refill(m))
        *m->log_next++ = word;
}

#endif
