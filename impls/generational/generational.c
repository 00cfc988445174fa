/* generational.c -- when to collect what was made lately, when everything, and when to give up.
 *
 * The heap is in parts/block_heap_books.h, the marking in parts/marker.h, the stopping in
 * parts/world.h, the bounds of the nursery in parts/nursery.h, the remembered set in
 * generational_log.c.  README.md has the idea and its proof.
 *
 * Cost: a young collection looks at the roots, at what is remembered, at what is young and alive,
 * and at the blocks that were handed out since the last one; and at each kind. */
#include "generational.h"

#include <stdlib.h>

enum {
    NURSERY_SHARE = 2, /* at most this part of the room */
    SKIP_MAX = 8       /* full collections without a young one between them, at most */
};

const struct mm_manager MM_MANAGER = {
    .name = "generational",
    .summary = "sticky mark bits: most collections mark only what was made lately",
    .max_threads = MM_ANY_THREADS,
    .obeys_limit = true,
    .emits_events = true,
    .collects = true,
    .tells_stops = true,
};

/* -- Collections ----------------------------------------------------------------------- */

/* A nursery ought to be so long that most of what is made in it is dead by its end, and so short
 * that it stays in the cache.  If the longest is not long enough, there are only full collections
 * for a while, and nothing is remembered. */
static void
generational_learn(struct mm_heap *heap, uint64_t handed, uint64_t alive)
{
    struct nursery *nursery = &heap->nursery;
    size_t bytes = nursery->bytes;
    bool poor = alive > handed / 2;
    if (poor && bytes >= nursery_most(nursery, &heap->blocks)) {
        heap->backoff = heap->backoff < SKIP_MAX ? 2 * heap->backoff + 1 : SKIP_MAX;
        heap->skip = heap->backoff;
        return;
    }
    heap->backoff = poor ? heap->backoff : 0;
    if (alive > handed / 8)
        bytes *= poor ? 4 : 2;
    else if (alive < handed / 32)
        bytes /= alive < handed / 128 ? 4 : 2;
    nursery_set(nursery, &heap->blocks, bytes);
}

/* Marks what is young and reachable; it is old from then on.  Says how many bytes. */
static uint64_t
generational_young(struct mm_heap *heap)
{
    struct block_heap *blocks = &heap->blocks;
    uint64_t before = blocks->live_bytes, handed = block_cycle_handed_bytes(blocks);
    block_cycle_begin_young(blocks);
    generational_log_replay(heap);
    block_cycle_roots(blocks);
    (void)marker_run(blocks, UINT64_MAX, 0);
    block_cycle_end_young(blocks);
    heap->nursery.full_handed += handed;
    generational_learn(heap, handed, blocks->live_bytes - before);
    return blocks->live_bytes - before;
}

/* Marks everything that is reachable; it is old from then on. */
static uint64_t
generational_full(struct mm_heap *heap, size_t bytes)
{
    struct block_heap *blocks = &heap->blocks;
    block_cycle_drop_holes(blocks);
    block_cycle_begin(blocks);
    block_cycle_roots(blocks);
    (void)marker_run(blocks, UINT64_MAX, 0);
    block_cycle_end(blocks);
    block_heap_set_budget(blocks, bytes);
    heap->nursery.full_handed = 0;
    if (heap->skip && !--heap->skip)
        heap->nursery.bytes = nursery_most(&heap->nursery, blocks);
    return blocks->live_bytes;
}

/* Called with the lock held.  The log may be lost while the others come to a stop. */
static void
generational_collect(struct mm_mutator *m, size_t bytes, bool young)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    const struct events *events = &heap->blocks.events;
    uint64_t begin = events_begin(events);
    world_stop(m);
    young = young && !heap->log.lost && !heap->skip;
    uint64_t marked = young ? generational_young(heap) : generational_full(heap, bytes);
    object_log_forget(&heap->log, &heap->blocks, generational_old(heap));
    world_start(m);
    events_end(events, MM_EVENT_STOP, m->ordinal, begin, marked);
}

/* -- When ------------------------------------------------------------------------------------ */

void
collector_pace(struct mm_mutator *m, size_t bytes)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    const struct block_heap *blocks = &heap->blocks;
    if (!blocks->collect_always && !heap->log.lost &&
        (heap->skip || blocks->handed_bytes < heap->nursery.bytes))
        return;
    generational_collect(m, bytes, !nursery_wants_full(&heap->nursery, blocks));
}

/* Whether a young collection is likely to make enough room. */
static bool
generational_young_will_do(const struct mm_heap *heap)
{
    return !heap->skip && !heap->log.lost &&
           heap->blocks.handed_bytes >= nursery_least(&heap->blocks);
}

void
collector_make_room(struct mm_mutator *m, size_t bytes, unsigned attempt)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    bool young = !attempt && generational_young_will_do(heap);
    if (attempt > 1 || (!attempt && !young && nursery_is_futile(&heap->nursery, &heap->blocks)))
        mm_exhausted(bytes, heap->blocks.pages.limit);
    generational_collect(m, bytes, young);
}

struct object_log *
object_log_of(struct block_heap *heap)
{
    return &((struct mm_heap *)heap)->log;
}

void
collector_attach(struct mm_mutator *m)
{
    object_log_attach(m, generational_old((const struct mm_heap *)m->heap));
}

/* What it remembered stays in the log. */
void
collector_detach(struct mm_mutator *m)
{
    (void)m;
}

/* -- The calls of mm_heap.h -------------------------------------------------------------------- */

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    struct mm_heap *heap = calloc(1, sizeof *heap);
    if (!heap)
        mm_exhausted(sizeof *heap, config->heap_bytes);
    block_heap_create(&heap->blocks, config, sizeof *heap);
    object_log_create(&heap->log, &heap->blocks);
    nursery_init(&heap->nursery, &heap->blocks, NURSERY_SHARE);
    return heap;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    object_log_destroy(&heap->log, &heap->blocks);
    block_heap_destroy(&heap->blocks);
    free(heap);
}

void
mm_collect(struct mm_mutator *m)
{
    world_lock(&m->heap->world);
    world_pause(m);
    generational_collect(m, 0, false);
    block_heap_trim(m);
    world_unlock(&m->heap->world);
}

void
mm_verify(struct mm_heap *heap)
{
    world_lock(&heap->blocks.world);
    block_check(&heap->blocks);
    generational_check(heap);
    world_unlock(&heap->blocks.world);
}
