/* tricolor.c -- when a cycle begins, and how fast it must go: the pacing.
 *
 * The heap is in parts/block_heap_books.h, the marking in parts/marker.h.  Colours: white is not
 * marked; grey is what marker.h keeps for later; black is marked and looked at, and what is
 * allocated while a cycle runs.  How much may still be allocated says parts/runway.h.  README.md
 * has the proof of the barrier, and the formula. */
#include "pacer.h"
#include "parts/block_heap_books.h"
#include "parts/runway.h"

#include <stdlib.h>

enum {
    RANGE_PLACES = 64,    /* that are overwritten at once without an event */
    HOLE_BYTES_MIN = 256, /* between two slices, however late it is */
    CLEAN_BLOCKS = 4,     /* of which old mark bytes are cleared in a slow path between cycles */
    FREE_LARGE = 16,      /* dead large objects that are freed in one */
    LOOK_BLOCKS = 1024,   /* looked at for dead ones, while few are free */
    PREPARE = 16,         /* times as much when a cycle is due */
    FUTILE_TIMES = 3,     /* see tricolor_is_futile */
    FUTILE_SHARE = 50
};

struct mm_heap {
    struct block_heap blocks;
    struct runway runway;
    struct pacer pacer;
    unsigned turns;  /* of collect_always */
    unsigned futile; /* cycles in a row */
};

const struct mm_manager MM_MANAGER = {
    .name = "tricolor",
    .summary = "incremental snapshot marking in slices that allocation pays for",
    .max_threads = 1,
    .obeys_limit = true,
    .emits_events = true,
    .collects = true,
};

/* -- Cycles ----------------------------------------------------------------------------- */

/* Takes the snapshot: all roots are grey, all that is white now and reachable will be marked. */
static void
tricolor_start(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    uint64_t begin = events_now(&blocks->events);
    pacer_begin(&heap->pacer, blocks->handed_bytes, runway_now(&heap->runway, blocks), begin);
    block_cycle_begin(blocks);
    block_cycle_blacken(blocks);
    block_cycle_roots(blocks);
    m->marking = 1;
    runway_look(&heap->runway, blocks);
    pacer_pay(&heap->pacer, 0, begin, events_clock());
    events_end(&blocks->events, MM_EVENT_STOP, m->ordinal, begin,
               (size_t)((char *)m->roots.top - (char *)m->roots.bottom));
}

/* Everything reachable is marked. */
static void
tricolor_finish(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    uint64_t handed = blocks->handed_bytes + m->handed_bytes;
    size_t left = runway_now(&heap->runway, blocks);
    m->marking = 0;
    block_cycle_end(blocks);
    block_heap_set_budget(blocks, 0);
    if (!blocks->collect_always)
        blocks->hole_bytes = HOLE_BYTES_MAX;
    pacer_end(&heap->pacer, handed, left, blocks->live_bytes, blocks->marker.steps);
    runway_forget(&heap->runway);
    runway_look(&heap->runway, &heap->blocks);
    pacer_set_trigger(&heap->pacer, heap->runway.bytes);
    bool little = !block_heap_may_grow(blocks) &&
                  heap->runway.bytes < blocks->pages.limit / FUTILE_SHARE;
    heap->futile = little ? heap->futile + 1 : 0;
}

static void
tricolor_slice(struct mm_mutator *m, uint64_t steps)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    uint64_t begin = events_now(&blocks->events), before = blocks->marker.steps;
    bool done = marker_run(blocks, steps, begin + heap->pacer.slice_ns);
    uint64_t ran = blocks->marker.steps - before;
    pacer_pay(&heap->pacer, ran, begin, events_clock());
    if (done)
        tricolor_finish(m);
    events_end(&blocks->events, MM_EVENT_MARK_SLICE, m->ordinal, begin, ran);
}

/* Marks the rest at once. */
static void
tricolor_complete(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    (void)marker_run(&heap->blocks, UINT64_MAX, 0);
    tricolor_finish(m);
}

/* -- The barrier ---------------------------------------------------------------------------- */

/* What the barrier marks is marking done: it is in marker.steps, and lowers what remains. */
static void
tricolor_shade(struct mm_mutator *m, const mm_ref *places, size_t n)
{
    const struct events *events = &m->heap->events;
    uint64_t begin = n > RANGE_PLACES ? events_begin(events) : 0;
    for (size_t i = 0; i < n; i++)
        if (places[i].ptr_)
            marker_mark(m->heap, places[i].ptr_);
    if (n > RANGE_PLACES)
        events_end(events, MM_EVENT_MARK_SLICE, m->ordinal, begin, n);
}

void
tricolor_store(struct mm_mutator *m, mm_ref *field, void *value)
{
    tricolor_shade(m, field, 1);
    MM_STORE_RELEASE(&field->ptr_, value);
}

void
tricolor_copy(struct mm_mutator *m, mm_ref *to, const mm_ref *from, size_t n)
{
    tricolor_shade(m, to, n);
    memmove(to, from, n * sizeof *to);
}

void
tricolor_clear(struct mm_mutator *m, mm_ref *places, size_t n)
{
    tricolor_shade(m, places, n);
    memset(places, 0, n * sizeof *places);
}

bool
tricolor_cas(struct mm_mutator *m, mm_ref *field, void *expected, void *value)
{
    tricolor_shade(m, field, 1);
    return __atomic_compare_exchange_n(&field->ptr_, &expected, value, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

/* -- Pacing ---------------------------------------------------------------------------------- */

static void
tricolor_set_hole(struct mm_heap *heap, size_t runway)
{
    double hole = pacer_bytes_per_slice(&heap->pacer, runway, heap->blocks.marker.steps);
    hole = hole < HOLE_BYTES_MIN ? HOLE_BYTES_MIN : hole;
    MM_STORE_RELAXED(&heap->blocks.hole_bytes,
                     hole < HOLE_BYTES_MAX ? (size_t)hole : HOLE_BYTES_MAX);
}

/* Pays for what was handed out since the last time, and for `bytes` that are about to be.  If a
 * slice for a block is not enough, holes are made shorter; and a large object takes more than one
 * slice if what it leaves of the runway would otherwise be too short for the rest. */
static void
tricolor_pay(struct mm_mutator *m, size_t bytes)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct pacer *pacer = &heap->pacer;
    const uint64_t *done = &heap->blocks.marker.steps;
    size_t runway = runway_now(&heap->runway, &heap->blocks);
    size_t left = runway > bytes ? runway - bytes : 0;
    pacer_owe(pacer, heap->blocks.handed_bytes, bytes, runway, *done);
    tricolor_set_hole(heap, left);
    while (m->marking && pacer->debt >= PACER_STEPS_MIN) {
        uint64_t steps = pacer_steps(pacer, left, *done, events_clock());
        if (!steps)
            break;
        tricolor_slice(m, steps);
        if (!bytes || !pacer_is_late(pacer, left, *done))
            break;
    }
}

/* For tests: cycles begin, go on a little and end at any allocation. */
static void
tricolor_turn(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    if (!m->marking)
        tricolor_start(m);
    else if (++heap->turns % 3 == 0)
        tricolor_complete(m);
    else
        tricolor_slice(m, 2);
}

/* A heap is exhausted when cycle after cycle leaves less than 1/FUTILE_SHARE of the limit. */
static bool
tricolor_is_futile(const struct mm_heap *heap)
{
    return heap->futile >= FUTILE_TIMES && !heap->blocks.collect_always;
}

/* What must be done before a cycle begins, some of it; false: all of it was done. */
static bool
tricolor_prepare(struct block_heap *heap, unsigned times)
{
    bool dirty = block_cycle_clean(heap, CLEAN_BLOCKS * times);
    return block_large_sweep(heap, FREE_LARGE * times) || dirty;
}

void
collector_pace(struct mm_mutator *m, size_t bytes)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    size_t large = bytes > CELL_BYTES_MAX && bytes != BLOCK_BYTES ? bytes : 0;
    if (tricolor_is_futile(heap))
        mm_exhausted(bytes, blocks->pages.limit);
    runway_expect(&heap->runway, large);
    if (blocks->collect_always) {
        tricolor_turn(m);
        return;
    }
    block_holes_stock(blocks, LOOK_BLOCKS);
    if (!m->marking) {
        bool due = runway_now(&heap->runway, blocks) < heap->pacer.trigger + large;
        if (tricolor_prepare(blocks, due ? PREPARE : 1) || !due)
            return;
        tricolor_start(m);
    }
    tricolor_pay(m, large);
}

/* The mutator was faster than the marking: the rest is marked at once, and that is said.  What died
 * since the snapshot is found by one more cycle.  Without a limit a large object is no reason. */
void
collector_make_room(struct mm_mutator *m, size_t bytes, unsigned attempt)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    if (attempt > 2)
        mm_exhausted(bytes, blocks->pages.limit);
    if (!attempt && bytes > CELL_BYTES_MAX && block_heap_may_grow(blocks)) {
        block_heap_set_budget(blocks, bytes);
        return;
    }
    uint64_t begin = events_begin(&blocks->events), past = blocks->handed_bytes;
    if (!m->marking)
        tricolor_start(m);
    tricolor_complete(m);
    if (block_heap_may_grow(blocks))
        block_heap_set_budget(blocks, bytes);
    events_end(&blocks->events, MM_EVENT_FALLBACK, m->ordinal, begin, past);
    events_end(&blocks->events, MM_EVENT_STOP, m->ordinal, begin, blocks->live_bytes);
}

void
collector_attach(struct mm_mutator *m)
{
    (void)m;
}

void
collector_detach(struct mm_mutator *m)
{
    if (m->marking)
        tricolor_complete(m);
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
    heap->runway.bytes = block_heap_room(&heap->blocks);
    pacer_init(&heap->pacer, config->slice_us, heap->runway.bytes, events_clock());
    return heap;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    block_heap_destroy(&heap->blocks);
    free(heap);
}

/* Finishes the cycle that runs, and runs one that sees what died meanwhile. */
void
mm_collect(struct mm_mutator *m)
{
    struct block_heap *heap = m->heap;
    world_lock(&heap->world);
    uint64_t begin = events_begin(&heap->events);
    if (m->marking)
        tricolor_complete(m);
    tricolor_start(m);
    tricolor_complete(m);
    block_heap_trim(m);
    events_end(&heap->events, MM_EVENT_STOP, m->ordinal, begin, heap->live_bytes);
    world_unlock(&heap->world);
}
