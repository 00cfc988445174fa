/* deferred.h -- what the files of refcount-deferred share: the heap, the log, and what is owed.
 *
 * An object is counted once it has survived a round: its mark byte is heap->live, or heap->live
 * with MARK_LOGGED while it is in the log.  It is new if it was made since, and has no count.
 *
 * Invariants, while no round ends, unless the log is lost:
 *  1. The count of an object is the number of these: references in objects that are counted and not
 *     in the log; old values in the log; words in `owed`, a tail that waits there unit by unit; and
 *     words in `roots`.  New values in the log count against it.  A count that is stuck is no less.
 *     With `imprecise` counts may be higher, never lower.
 *  2. A counted object's count is 0 if and only if its tail waits in `owed`; a new one's is 0.
 *  3. An object is in the log at most once; if and only if its mark byte says so.
 *  4. block_link.counted is the number of counted objects in a block. */
#ifndef DEFERRED_H
#define DEFERRED_H

#include "parts/block_heap_books.h"
#include "parts/nursery.h"
#include "parts/object_log.h"

enum {
    COUNT_STUCK = UINT8_MAX, /* the highest count: it stays, until everything is counted again */
    /* Of a word of the log; else it is an old value. */
    LOG_OBJECT = 1,
    LOG_NEW = 2,
    LOG_TAGS = 3,
    LOG_WHOLE = 32 /* longer tails are logged by the place */
};

/* An array of words that grows within the limit. */
struct deferred_words {
    uintptr_t *words;
    size_t used, reserved, committed; /* words; bytes; bytes */
};

struct mm_heap {
    struct block_heap blocks;
    struct object_log log;       /* if it is lost, the next round counts everything */
    size_t log_due;              /* words; a round ends when so many are used */
    struct deferred_words owed;  /* references that are no more, to be taken off counts */
    struct deferred_words roots; /* what roots referred to when the last round ended */
    bool imprecise;              /* some of these found no room */
    struct nursery nursery;      /* a round ends in a young cycle; a full one counts everything */
};

/* deferred_count.c */
/* Counts one reference more, with all that this makes a survivor; and those of an object. */
void deferred_count(struct mm_heap *heap, void *obj);
void deferred_count_fields(struct mm_heap *heap, void *obj);

/* Goes on until nothing is left to be counted. */
void deferred_count_all(struct mm_heap *heap);

/* deferred_release.c */
void deferred_words_create(struct mm_heap *heap, struct deferred_words *words, size_t reserved);
void deferred_words_destroy(struct mm_heap *heap, struct deferred_words *words);

/* Gives back what was needed for a large number. */
void deferred_words_shrink(struct mm_heap *heap, struct deferred_words *words);

/* False: there is no room, and heap->imprecise says so. */
bool deferred_words_push(struct mm_heap *heap, struct deferred_words *words, uintptr_t word);

/* Takes references that are owed off the counts, `steps` at most, and until so many bytes are free;
 * says how many are. */
uint64_t deferred_release(struct mm_heap *heap, uint64_t steps, uint64_t enough);

/* deferred_log.c: counts what is referred to now, and owes what was before.  Nothing runs before
 * the log is forgotten. */
void deferred_log_replay(struct mm_heap *heap);

/* deferred_check.c: asserts the invariants above, those of the block heap besides. */
void deferred_check(struct mm_heap *heap);

/* The count of a small object. */
MM_INLINE uint8_t *
deferred_count_byte(const struct block_heap *blocks, const void *obj)
{
    return &blocks->counts[block_heap_offset(blocks, obj) >> GRANULE_SHIFT];
}

#endif
