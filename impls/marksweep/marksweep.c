/* marksweep.c -- when the budget is full: stop the world, mark everything, start over.
 *
 * The heap is in parts/block_heap_books.h, the marking in parts/marker.h, the stopping in
 * parts/world.h; here is when to collect, and when to give up. */
#include "parts/block_heap_books.h"
#include "parts/futile.h"

#include <stdlib.h>

struct mm_heap {
    struct block_heap blocks;
    struct futile futile;
};

const struct mm_manager MM_MANAGER = {
    .name = "marksweep" MARKER_RING_NAME,
    .summary = "stop-the-world marking, lazy sweeping, bump allocation into holes",
    .max_threads = MM_ANY_THREADS,
    .obeys_limit = true,
    .emits_events = true,
    .collects = true,
    .tells_stops = true,
};

/* Called with the lock held. */
static void
marksweep_collect(struct mm_mutator *m, size_t bytes)
{
    struct block_heap *heap = m->heap;
    uint64_t begin = events_begin(&heap->events);
    world_stop(m);
    block_cycle_drop_holes(heap);
    block_cycle_begin(heap);
    block_cycle_roots(heap);
    (void)marker_run(heap, UINT64_MAX, 0);
    block_cycle_end(heap);
    block_heap_set_budget(heap, bytes);
    world_start(m);
    events_end(&heap->events, MM_EVENT_STOP, m->ordinal, begin, heap->live_bytes);
}

void
collector_pace(struct mm_mutator *m, size_t bytes)
{
    if (m->heap->collect_always)
        marksweep_collect(m, bytes);
}

/* What the others handed out is known as soon as they take the lock; until then it counts as
 * nothing. */
static bool
marksweep_is_futile(struct mm_heap *heap)
{
    futile_tell(&heap->futile, &heap->blocks, heap->blocks.handed_bytes);
    return futile_is_exhausted(&heap->futile, FUTILE_TIMES);
}

void
collector_make_room(struct mm_mutator *m, size_t bytes, unsigned attempt)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    if (attempt > 1 || (!attempt && marksweep_is_futile(heap)))
        mm_exhausted(bytes, heap->blocks.pages.limit);
    marksweep_collect(m, bytes);
}

void
collector_attach(struct mm_mutator *m)
{
    (void)m;
}

void
collector_detach(struct mm_mutator *m)
{
    (void)m;
}

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    struct mm_heap *heap = calloc(1, sizeof *heap);
    if (!heap)
        mm_exhausted(sizeof *heap, config->heap_bytes);
    block_heap_create(&heap->blocks, config, sizeof *heap);
    return heap;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    block_heap_destroy(&heap->blocks);
    free(heap);
}

void
mm_collect(struct mm_mutator *m)
{
    world_lock(&m->heap->world);
    world_pause(m);
    marksweep_collect(m, 0);
    block_heap_trim(m);
    world_unlock(&m->heap->world);
}
