/* deferred.c -- when a round ends, what is done then, and when everything is counted again.
 *
 * The heap is in parts/block_heap_books.h, the stopping in parts/world.h, the bounds of a round in
 * parts/nursery.h; counting up is in deferred_count.c, counting down in deferred_release.c, the
 * barrier in deferred_log.c.  README.md has the idea and its proof.
 *
 * Cost: a round's end looks at the roots, at the log, at the new objects that are referred to, at a
 * portion of what is owed, and at the blocks that were handed out; and at each kind. */
#include "deferred.h"

#include "parts/assert.h"

#include <stdlib.h>

enum {
    NURSERY_SHARE = 4,       /* at most this part of the room */
    COUNTED_MOST = 1 << 14,  /* references in a round, or it is made shorter */
    RELEASE_LEAST = 4096,    /* references taken off in a round */
    RELEASE_BYTES = 32,      /* one more for so many bytes handed out */
    LOG_DUE_WORDS = 1 << 15, /* see log_due */
    WORDS_SHARE = 16 /* what is owed, and what roots refer to, has this part of the limit each */
};

const struct mm_manager MM_MANAGER = {
    .name = "refcount-deferred",
    .summary = "counts references from objects, coalesced, once a round; roots are not counted",
    .max_threads = MM_ANY_THREADS,
    .obeys_limit = true,
    .emits_events = true,
    .collects = true,
    .tells_stops = true,
};

/* -- Rounds ---------------------------------------------------------------------------- */

/* A round ought to be so long that most of what is made in it is dead by its end, and so short that
 * its end does not take long. */
static void
deferred_learn(struct mm_heap *heap, uint64_t handed, uint64_t alive, uint64_t counted)
{
    size_t bytes = heap->nursery.bytes;
    if (counted > COUNTED_MOST || alive < handed / 32)
        bytes /= 2;
    else if (alive > handed / 8 && counted < COUNTED_MOST / 2)
        bytes *= 2;
    nursery_set(&heap->nursery, &heap->blocks, bytes);
}

static void
deferred_count_root(struct mm_heap *heap, const mm_ref *slot)
{
    if (!slot->ptr_)
        return;
    deferred_count(heap, slot->ptr_);
    (void)deferred_words_push(heap, &heap->roots, (uintptr_t)slot->ptr_);
}

/* Counts what roots refer to, and keeps a list of it; what they referred to before is owed. */
static void
deferred_count_roots(struct mm_heap *heap)
{
    const struct block_heap *blocks = &heap->blocks;
    for (size_t i = 0; i < heap->roots.used; i++)
        (void)deferred_words_push(heap, &heap->owed, heap->roots.words[i]);
    heap->roots.used = 0;
    for (const struct mm_mutator *m = blocks->world.mutators; m; m = m->following)
        for (const mm_ref *slot = m->roots.bottom; slot < m->roots.top; slot++)
            deferred_count_root(heap, slot);
    for (size_t i = 0; i < blocks->globals_count; i++)
        deferred_count_root(heap, blocks->globals[i]);
}

/* Ends a round; says how many bytes of what is new survived.  What is owed is taken off in so many
 * steps, or until so many bytes are free. */
static uint64_t
deferred_round(struct mm_heap *heap, bool urgent, size_t enough)
{
    struct block_heap *blocks = &heap->blocks;
    uint64_t before = blocks->live_bytes, handed = block_cycle_handed_bytes(blocks);
    block_cycle_begin_young(blocks);
    deferred_log_replay(heap);
    deferred_count_roots(heap);
    deferred_count_all(heap);
    block_cycle_end_young(blocks);
    object_log_forget(&heap->log, blocks, blocks->live);
    uint64_t alive = blocks->live_bytes - before, counted = blocks->marker.steps;
    uint64_t steps = RELEASE_LEAST + handed / RELEASE_BYTES;
    enough = urgent ? enough : handed + handed / 2;
    blocks->live_bytes -= deferred_release(heap, urgent ? UINT64_MAX : steps, enough);
    if (urgent)
        block_holes_reopen(blocks);
    heap->nursery.full_handed += handed;
    deferred_learn(heap, handed, alive, counted);
    return alive;
}

/* Forgets all counts, and counts everything that is reachable. */
static uint64_t
deferred_everything(struct mm_heap *heap, size_t bytes)
{
    struct block_heap *blocks = &heap->blocks;
    heap->owed.used = heap->roots.used = 0;
    heap->imprecise = false;
    block_cycle_drop_holes(blocks);
    block_cycle_begin(blocks);
    block_large_forget_counts(blocks);
    if (blocks->blocks_top)
        memset(blocks->counts, 0, (size_t)blocks->blocks_top * BLOCK_MARKS);
    for (size_t block = 0; block < blocks->blocks_top; block++)
        blocks->links[block].counted = 0;
    deferred_count_roots(heap);
    deferred_count_all(heap);
    block_cycle_end(blocks);
    object_log_forget(&heap->log, blocks, blocks->live);
    deferred_words_shrink(heap, &heap->owed);
    deferred_words_shrink(heap, &heap->roots);
    block_heap_set_budget(blocks, bytes);
    heap->nursery.full_handed = 0;
    return blocks->live_bytes;
}

enum deferred_how { DEFERRED_ROUND, DEFERRED_URGENT, DEFERRED_EVERYTHING };

/* Called with the lock held.  The log may be lost while the others come to a stop. */
static void
deferred_collect(struct mm_mutator *m, size_t bytes, enum deferred_how how)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    const struct events *events = &heap->blocks.events;
    uint64_t begin = events_begin(events), counted;
    world_stop(m);
    if (how == DEFERRED_EVERYTHING || heap->log.lost)
        counted = deferred_everything(heap, bytes);
    else
        counted = deferred_round(heap, how == DEFERRED_URGENT, 2 * bytes + heap->nursery.bytes);
    if (MM_DEBUG)
        deferred_check(heap);
    world_start(m);
    events_end(events, MM_EVENT_STOP, m->ordinal, begin, counted);
}

/* -- When ------------------------------------------------------------------------------------ */

void
collector_pace(struct mm_mutator *m, size_t bytes)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    const struct block_heap *blocks = &heap->blocks;
    if (!blocks->collect_always && !heap->log.lost && blocks->handed_bytes < heap->nursery.bytes &&
        heap->log.used < heap->log_due)
        return;
    bool everything = nursery_wants_full(&heap->nursery, blocks);
    deferred_collect(m, bytes, everything ? DEFERRED_EVERYTHING : DEFERRED_ROUND);
}

/* Whether the end of a round is likely to make enough room. */
static bool
deferred_round_will_do(const struct mm_heap *heap)
{
    return !heap->log.lost &&
           (heap->owed.used || heap->blocks.handed_bytes >= nursery_least(&heap->blocks));
}

void
collector_make_room(struct mm_mutator *m, size_t bytes, unsigned attempt)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    bool round = !attempt && deferred_round_will_do(heap);
    if (attempt > 1 || (!attempt && !round && nursery_is_futile(&heap->nursery, &heap->blocks)))
        mm_exhausted(bytes, heap->blocks.pages.limit);
    deferred_collect(m, bytes, round ? DEFERRED_URGENT : DEFERRED_EVERYTHING);
}

struct object_log *
object_log_of(struct block_heap *heap)
{
    return &((struct mm_heap *)heap)->log;
}

void
collector_attach(struct mm_mutator *m)
{
    object_log_attach(m, m->heap->live);
}

/* What it wrote into the log stays there. */
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
    block_heap_create_counts(&heap->blocks);
    object_log_create(&heap->log, &heap->blocks);
    size_t half = heap->log.max / 2, span = heap->blocks.cells_bytes;
    heap->log_due = half < LOG_DUE_WORDS ? half : LOG_DUE_WORDS;
    deferred_words_create(heap, &heap->owed, span / WORDS_SHARE);
    deferred_words_create(heap, &heap->roots, span / WORDS_SHARE);
    nursery_init(&heap->nursery, &heap->blocks, NURSERY_SHARE);
    return heap;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    deferred_words_destroy(heap, &heap->roots);
    deferred_words_destroy(heap, &heap->owed);
    object_log_destroy(&heap->log, &heap->blocks);
    block_heap_destroy(&heap->blocks);
    free(heap);
}

void
mm_collect(struct mm_mutator *m)
{
    world_lock(&m->heap->world);
    world_pause(m);
    deferred_collect(m, 0, DEFERRED_EVERYTHING);
    block_heap_trim(m);
    world_unlock(&m->heap->world);
}

void
mm_verify(struct mm_heap *heap)
{
    world_lock(&heap->blocks.world);
    block_check(&heap->blocks);
    deferred_check(heap);
    world_unlock(&heap->blocks.world);
}
