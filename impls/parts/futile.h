/* futile.h -- when a heap is exhausted although every collection still finds a little room: it
 * would only go on ever more slowly. */
#ifndef PARTS_FUTILE_H
#define PARTS_FUTILE_H

#include <stdbool.h>
#include <stdint.h>

struct block_heap;

/* How many collections in a row are enough: where what followed each of them is known, and where it
 * is foreseen by what was made lately.  That halves from one to the next, so after so many what the
 * program makes no more counts for nothing, and room for something else does. */
enum { FUTILE_TIMES = 3, FUTILE_TIMES_FORESEEN = 12 };

struct futile {
    unsigned times; /* collections in a row that left less than 1/FUTILE_SHARE of the limit */
};

/* With the lock held, once for each collection that finds all that is dead: what it left, told by
 * the bytes that were handed out since or that can be now. */
void futile_tell(struct futile *futile, const struct block_heap *heap, uint64_t bytes);

/* Whether there were so many. */
bool futile_is_exhausted(const struct futile *futile, unsigned times);

#endif
