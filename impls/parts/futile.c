/* futile.c -- see futile.h. */
#include "parts/futile.h"

#include "parts/block_heap_books.h"

enum { FUTILE_SHARE = 50 };

void
futile_tell(struct futile *futile, const struct block_heap *heap, uint64_t bytes)
{
    bool little = heap->cycles && !block_heap_may_grow(heap) &&
                  bytes < heap->pages.limit / FUTILE_SHARE;
    futile->times = little ? futile->times + 1 : 0;
}

bool
futile_is_exhausted(const struct futile *futile, unsigned times)
{
    return futile->times >= times;
}
