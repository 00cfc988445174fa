/* nursery.c -- see nursery.h. */
#include "parts/nursery.h"

#include "parts/block_heap_books.h"

enum {
    NURSERY_BYTES_MIN = 1 << 20, /* unless the heap is small */
    TURNS = 4,                   /* every so many cycles of collect_always is a full one */
    STALE_TIMES = 8              /* see nursery_is_stale */
};

void
nursery_init(struct nursery *nursery, const struct block_heap *heap, size_t share)
{
    nursery->share = share;
    nursery->bytes = nursery_least(heap);
}

/* -- Its length ------------------------------------------------------------------------------ */

/* What the budget leaves for cells and large objects, less what is live. */
static size_t
nursery_room(const struct block_heap *heap)
{
    size_t cells = heap->cells_committed +
                   (heap->large.used_pages + heap->large.free_pages) * PAGES_BYTES;
    size_t taken = MM_LOAD_RELAXED(&heap->pages.held) - cells + heap->live_bytes;
    return heap->budget > taken ? heap->budget - taken : 0;
}

size_t
nursery_least(const struct block_heap *heap)
{
    size_t most = heap->budget / 8;
    return most < NURSERY_BYTES_MIN ? most : NURSERY_BYTES_MIN;
}

size_t
nursery_most(const struct nursery *nursery, const struct block_heap *heap)
{
    size_t least = nursery_least(heap), most = nursery_room(heap) / nursery->share;
    return most > least ? most : least;
}

void
nursery_set(struct nursery *nursery, const struct block_heap *heap, size_t bytes)
{
    size_t least = nursery_least(heap), most = nursery_most(nursery, heap);
    bytes = bytes < most ? bytes : most;
    nursery->bytes = bytes > least ? bytes : least;
}

/* -- Full cycles ----------------------------------------------------------------------------- */

/* Where the budget follows the live size, what is old and dead must be found some day: after so
 * many times the budget was handed out. */
static bool
nursery_is_stale(const struct nursery *nursery, const struct block_heap *heap)
{
    return heap->growth_percent && nursery->full_handed / STALE_TIMES > (uint64_t)heap->budget;
}

bool
nursery_wants_full(struct nursery *nursery, const struct block_heap *heap)
{
    return nursery_is_stale(nursery, heap) ||
           (heap->collect_always && ++nursery->turns % TURNS == 0);
}

/* What the others handed out is known as soon as they take the lock; until then it counts as
 * nothing. */
bool
nursery_is_futile(struct nursery *nursery, const struct block_heap *heap)
{
    futile_tell(&nursery->futile, heap, nursery->full_handed + heap->handed_bytes);
    return futile_is_exhausted(&nursery->futile, FUTILE_TIMES);
}
