/* futile.h -- when a heap is exhausted although every collection still finds a little room: it
 * would only go on ever more slowly. */
#ifndef PARTS_FUTILE_H
#define PARTS_FUTILE_H

#include <stdbool.h>
#include <stdint.h>

struct block_heap;

struct futile {
    unsigned times; /* collections in a row that left less than 1/FUTILE_SHARE of the limit */
};

/* With the lock held, once for each collection that finds all that is dead: what it left, told by
 * the bytes that were handed out since or that can be now. */
void futile_tell(struct futile *futile, const struct block_heap *heap, uint64_t bytes);

/* Whether that is enough. */
bool futile_is_exhausted(const struct futile *futile);

#endif
