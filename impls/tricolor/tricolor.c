/* tricolor.c -- marking in slices, by whichever mutator comes by its slow path: the steps of a
 * cycle.
 *
 * The heap is in parts/block_heap_books.h, the marking in parts/marker.h, the barrier and what may
 * run beside what in parts/snapshot_books.h; how much may still be allocated says parts/runway.h,
 * and when to mark how much pacer.h.  Colours: white is not marked; grey is what marker.h keeps for
 * later; black is marked and looked at, and what is allocated while a cycle runs.  README.md has
 * the proof of the barrier, and the formulas.
 *
 * Invariants, while the world's lock is held:
 *  1. At most one mutator is in a slice, and `slicing` says so.  It holds no lock of the world's
 *     meanwhile, and does not stand still, so nobody ends the cycle under it.
 *  2. `steps` is at most what was marked in the running cycle: what slices told. */
#include "pacer.h"
#include "parts/block_heap_books.h"
#include "parts/runway.h"

#include <stdlib.h>

enum {
    HOLE_BYTES_MIN = 256, /* between two slices, however late it is */
    PREPARE_BLOCKS = 4,   /* made ready for the next cycle in a slow path */
    PREPARE_DUE = 16,     /* times as many when it is due */
    LOOK_BLOCKS = 1024    /* looked at for dead ones, while few are free */
};

struct mm_heap {
    struct block_heap blocks;
    struct runway runway;
    struct pacer pacer;
    uint64_t steps; /* of the running cycle */
    bool slicing;
    unsigned turns; /* of collect_always */
};

const struct mm_manager MM_MANAGER = {
    .name = "tricolor",
    .summary = "incremental snapshot marking in slices that allocation pays for",
    .max_threads = MM_ANY_THREADS,
    .obeys_limit = true,
    .emits_events = true,
    .collects = true,
    .tells_stops = true,
};

/* -- Cycles, with the world at rest --------------------------------------------------------- */

/* Takes the snapshot: all roots are grey, all that is white now and reachable will be marked.  Says
 * how many bytes of roots there were. */
static size_t
tricolor_snapshot(struct mm_heap *heap, uint64_t now)
{
    struct block_heap *blocks = &heap->blocks;
    size_t roots = 0;
    pacer_begin(&heap->pacer, block_cycle_handed_bytes(blocks), runway_now(&heap->runway, blocks),
                now);
    snapshot_start(blocks);
    heap->steps = 0;
    runway_look(&heap->runway, blocks);
    for (const struct mm_mutator *m = blocks->world.mutators; m; m = m->following)
        roots += (size_t)((char *)m->roots.top - (char *)m->roots.bottom);
    return roots;
}

/* Everything reachable is marked. */
static void
tricolor_finish(struct mm_heap *heap)
{
    struct block_heap *blocks = &heap->blocks;
    size_t left = runway_now(&heap->runway, blocks);
    block_cycle_end(blocks);
    block_heap_set_budget(blocks, 0);
    if (!blocks->collect_always)
        MM_STORE_RELAXED(&blocks->hole_bytes, HOLE_BYTES_MAX);
    pacer_end(&heap->pacer, blocks->between_bytes, left, blocks->live_bytes, blocks->marker.steps);
    runway_renew(&heap->runway, blocks);
    pacer_set_trigger(&heap->pacer, heap->runway.bytes);
}

/* Marks all, or the rest, at once. */
static void
tricolor_complete(struct mm_heap *heap)
{
    if (!block_heap_is_marking(&heap->blocks))
        (void)tricolor_snapshot(heap, events_clock());
    (void)snapshot_finish(&heap->blocks, 0);
    tricolor_finish(heap);
}

/* -- Steps of a cycle, with the lock held -------------------------------------------------------
 */

static void
tricolor_start(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    uint64_t begin = events_now(&heap->blocks.events);
    world_stop(m);
    size_t roots = tricolor_snapshot(heap, begin);
    world_start(m);
    pacer_pay(&heap->pacer, 0, begin, events_clock());
    events_end(&heap->blocks.events, MM_EVENT_STOP, m->ordinal, begin, roots);
}

/* Nothing was grey but what buffers hold, and blocks that only a stop may look at.  If that is more
 * than a slice, the cycle goes on. */
static void
tricolor_end(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    uint64_t begin = events_now(&blocks->events);
    world_stop(m);
    uint64_t before = blocks->marker.steps;
    bool done = snapshot_finish(blocks, events_clock() + heap->pacer.slice_ns);
    uint64_t ran = blocks->marker.steps - before;
    heap->steps += ran;
    if (done)
        tricolor_finish(heap);
    world_start(m);
    pacer_pay(&heap->pacer, ran, begin, events_clock());
    events_end(&blocks->events, MM_EVENT_STOP, m->ordinal, begin, ran);
}

/* Others run meanwhile; one of them may have asked for a stop, and have ended the cycle in it. */
static void
tricolor_slice(struct mm_mutator *m, uint64_t steps)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    uint64_t begin = events_now(&blocks->events), ran = 0, cycles = blocks->cycles;
    heap->slicing = true;
    world_unlock(&blocks->world);
    bool done = snapshot_mark(blocks, steps, begin + heap->pacer.slice_ns, &ran);
    uint64_t end = events_clock();
    world_lock(&blocks->world);
    heap->slicing = false;
    heap->steps += ran;
    pacer_pay(&heap->pacer, ran, begin, end);
    events_end(&blocks->events, MM_EVENT_MARK_SLICE, m->ordinal, begin, ran);
    world_pause(m);
    if (done && blocks->cycles == cycles && !heap->slicing)
        tricolor_end(m);
}

/* -- Pacing ---------------------------------------------------------------------------------- */

static void
tricolor_set_hole(struct mm_heap *heap, size_t runway)
{
    double hole = pacer_bytes_per_slice(&heap->pacer, runway, heap->steps);
    hole = hole < HOLE_BYTES_MIN ? HOLE_BYTES_MIN : hole;
    MM_STORE_RELAXED(&heap->blocks.hole_bytes,
                     hole < HOLE_BYTES_MAX ? (size_t)hole : HOLE_BYTES_MAX);
}

static bool
tricolor_may_slice(const struct mm_heap *heap)
{
    return block_heap_is_marking(&heap->blocks) && !heap->slicing;
}

/* Pays for what was handed out since the last time, and for `bytes` that are about to be.  If a
 * slice for a block is not enough, holes are made shorter; and a large object takes more than one
 * slice if what it leaves of the runway would otherwise be too short for the rest. */
static void
tricolor_pay(struct mm_mutator *m, size_t bytes)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct pacer *pacer = &heap->pacer;
    size_t runway = runway_now(&heap->runway, &heap->blocks);
    size_t left = runway > bytes ? runway - bytes : 0;
    pacer_owe(pacer, heap->blocks.handed_bytes, bytes, runway, heap->steps);
    tricolor_set_hole(heap, left);
    while (tricolor_may_slice(heap) && pacer->debt >= PACER_STEPS_MIN) {
        uint64_t steps = pacer_steps(pacer, left, heap->steps, events_clock());
        if (!steps)
            break;
        tricolor_slice(m, steps);
        if (!bytes || !pacer_is_late(pacer, left, heap->steps))
            break;
    }
}

/* For tests: cycles begin, go on a little and end at any allocation. */
static void
tricolor_turn(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    if (!block_heap_is_marking(&heap->blocks)) {
        tricolor_start(m);
    } else if (++heap->turns % 3 == 0) {
        world_stop(m);
        tricolor_complete(heap);
        world_start(m);
    } else if (!heap->slicing) {
        tricolor_slice(m, 2);
    }
}

void
collector_pace(struct mm_mutator *m, size_t bytes)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    size_t large = runway_expect(&heap->runway, bytes);
    if (runway_is_futile(&heap->runway, blocks))
        mm_exhausted(bytes, blocks->pages.limit);
    if (blocks->collect_always) {
        tricolor_turn(m);
        return;
    }
    block_holes_stock(blocks, LOOK_BLOCKS);
    if (!block_heap_is_marking(blocks)) {
        bool due = runway_now(&heap->runway, blocks) < heap->pacer.trigger + large;
        if (snapshot_prepare(blocks, due ? PREPARE_BLOCKS * PREPARE_DUE : PREPARE_BLOCKS) || !due)
            return;
        tricolor_start(m);
    }
    tricolor_pay(m, large);
}

/* The mutators were faster than the marking: the rest is marked at once, and that is said.  What
 * died since the snapshot is found by one more cycle.  As long as the heap may grow, and the goal
 * was not passed far, a large object is no reason. */
void
collector_make_room(struct mm_mutator *m, size_t bytes, unsigned attempt)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    if (attempt > 2)
        mm_exhausted(bytes, blocks->pages.limit);
    if (!attempt && bytes > CELL_BYTES_MAX && block_heap_stretch_for_large(blocks, bytes))
        return;
    uint64_t begin = events_begin(&blocks->events), past = block_heap_past_goal(blocks);
    world_stop(m);
    tricolor_complete(heap);
    if (block_heap_may_grow(blocks))
        block_heap_set_budget(blocks, bytes);
    world_start(m);
    events_end(&blocks->events, MM_EVENT_FALLBACK, m->ordinal, begin, past);
    events_end(&blocks->events, MM_EVENT_STOP, m->ordinal, begin, blocks->live_bytes);
}

void
collector_attach(struct mm_mutator *m)
{
    snapshot_attach(m);
}

void
collector_detach(struct mm_mutator *m)
{
    snapshot_detach(m);
}

/* -- The calls of mm_heap.h ---------------------------------------------------------------------
 */

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    struct mm_heap *heap = calloc(1, sizeof *heap);
    if (!heap)
        mm_exhausted(sizeof *heap, config->heap_bytes);
    block_heap_create(&heap->blocks, config, sizeof *heap);
    snapshot_create(&heap->blocks);
    heap->runway.bytes = block_heap_room(&heap->blocks);
    pacer_init(&heap->pacer, config->slice_us, heap->runway.bytes, events_clock());
    return heap;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    snapshot_destroy(&heap->blocks);
    block_heap_destroy(&heap->blocks);
    free(heap);
}

/* Finishes the cycle that runs, and runs one that sees what died meanwhile. */
void
mm_collect(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    world_lock(&blocks->world);
    world_pause(m);
    uint64_t begin = events_begin(&blocks->events);
    world_stop(m);
    if (block_heap_is_marking(blocks))
        tricolor_complete(heap);
    tricolor_complete(heap);
    block_heap_trim(m);
    world_start(m);
    events_end(&blocks->events, MM_EVENT_STOP, m->ordinal, begin, blocks->live_bytes);
    world_unlock(&blocks->world);
}
