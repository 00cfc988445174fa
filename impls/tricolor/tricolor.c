/* tricolor.c -- when a cycle begins, and how fast it must go: the pacing.
 *
 * The heap is in parts/block_heap_books.h, the marking in parts/marker.h.  Colours: white is not
 * marked; grey is what marker.h keeps for later; black is marked and looked at, and what is
 * allocated while a cycle runs.  How much may still be allocated says parts/runway.h.  README.md
 * has the proof of the barrier, and the formula. */
#include "parts/block_heap_books.h"

#include "parts/runway.h"

#include <stdlib.h>

enum {
    SLICE_US = 150,
    STEPS_MIN = 1024,       /* of a slice; less debt than that is put off */
    RANGE_PLACES = 64,      /* that are overwritten at once without an event */
    HOLE_BYTES_EASY = 4096, /* a large object leaves at least this between two slices */
    HOLE_BYTES_MIN = 256,   /* between two slices, however late it is */
    FUTILE_TIMES = 3,       /* see tricolor_is_futile */
    FUTILE_SHARE = 50
};

struct mm_heap {
    struct block_heap blocks;
    uint64_t slice_ns;
    struct runway runway;
    uint64_t paid_bytes;   /* of blocks.handed_bytes, for which marking was reckoned */
    size_t trigger;        /* a cycle begins when the runway is as short as this */
    double debt;           /* steps */
    uint64_t start_bytes;  /* blocks.handed_bytes when the cycle began */
    double steps_likely;   /* of this cycle, if what was made since the last one is dead */
    double steps_most;     /* if it is all reachable */
    double steps_per_byte; /* that was marked, in the last cycles */
    double ns_per_step;    /* in the last slices */
    unsigned turns;        /* of collect_always */
    unsigned futile;       /* cycles in a row */
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
    uint64_t begin = events_begin(&heap->blocks.events);
    double live = (double)heap->blocks.live_bytes, fresh = (double)heap->blocks.handed_bytes;
    heap->steps_likely = live * heap->steps_per_byte + STEPS_MIN;
    heap->steps_most = (live + fresh) * heap->steps_per_byte + STEPS_MIN;
    heap->start_bytes = heap->blocks.handed_bytes;
    heap->debt = 0;
    block_cycle_begin(&heap->blocks);
    block_cycle_blacken(&heap->blocks);
    block_cycle_roots(&heap->blocks);
    m->marking = 1;
    runway_look(&heap->runway, &heap->blocks);
    events_end(&heap->blocks.events, MM_EVENT_STOP, m->ordinal, begin,
               (size_t)((char *)m->roots.top - (char *)m->roots.bottom));
}

/* What was born black took no steps.  A cycle that found little tells little. */
static void
tricolor_learn(struct mm_heap *heap, uint64_t black)
{
    const struct block_heap *blocks = &heap->blocks;
    double found = (double)blocks->live_bytes - (double)black, steps = (double)blocks->marker.steps;
    if (found < (double)blocks->live_bytes / 8 || steps < STEPS_MIN)
        return;
    double now = steps / found;
    heap->steps_per_byte = now > heap->steps_per_byte ? now : (now + heap->steps_per_byte) / 2;
}

/* The runway at which the next cycle begins: two fifths of what there is, or more if marking all
 * that lives would take more slices than that has blocks. */
static size_t
tricolor_trigger(const struct mm_heap *heap)
{
    double slices = (double)heap->blocks.live_bytes * heap->steps_per_byte * heap->ns_per_step /
                    (double)heap->slice_ns;
    double wanted = 2 * slices * BLOCK_BYTES, share = 0.3 * (double)heap->runway.bytes;
    wanted = wanted < (double)heap->runway.bytes ? wanted : (double)heap->runway.bytes;
    return (size_t)(wanted > share ? wanted : share);
}

/* Everything reachable is marked. */
static void
tricolor_finish(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    uint64_t black = blocks->handed_bytes + m->handed_bytes - heap->start_bytes;
    m->marking = 0;
    block_cycle_end(blocks);
    block_heap_set_budget(blocks, 0);
    tricolor_learn(heap, black);
    if (!blocks->collect_always)
        blocks->hole_bytes = HOLE_BYTES_MAX;
    heap->paid_bytes = 0;
    runway_forget(&heap->runway);
    runway_look(&heap->runway, &heap->blocks);
    heap->trigger = tricolor_trigger(heap);
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
    bool done = marker_run(blocks, steps, begin + heap->slice_ns);
    uint64_t ran = blocks->marker.steps - before, ns = events_clock() - begin;
    heap->debt -= (double)ran;
    if (ran >= STEPS_MIN)
        heap->ns_per_step = 0.9 * heap->ns_per_step + 0.1 * (double)ns / (double)ran;
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

/* Steps that are still to do: never thought to be less than an eighth of all. */
static double
tricolor_remaining(const struct mm_heap *heap)
{
    double done = (double)heap->blocks.marker.steps;
    double all = done < heap->steps_likely ? heap->steps_likely : heap->steps_most;
    return all - done > all / 8 ? all - done : all / 8;
}

/* How much may be handed out for a slice, so that twice the slices that are needed fit the runway.
 */
static double
tricolor_bytes_per_slice(const struct mm_heap *heap, size_t runway)
{
    double slices = tricolor_remaining(heap) * heap->ns_per_step / (double)heap->slice_ns;
    return (double)runway / (2 * slices + 1);
}

static void
tricolor_set_hole(struct mm_heap *heap, size_t runway)
{
    double hole = tricolor_bytes_per_slice(heap, runway);
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
    size_t runway = runway_now(&heap->runway, &heap->blocks);
    uint64_t owed = heap->blocks.handed_bytes + bytes;
    uint64_t fresh = owed > heap->paid_bytes ? owed - heap->paid_bytes : 0;
    double rate = tricolor_remaining(heap) / (0.9 * (double)runway + BLOCK_BYTES);
    heap->debt += rate * (double)fresh;
    heap->paid_bytes = owed;
    size_t left = runway > bytes ? runway - bytes : 0;
    tricolor_set_hole(heap, left);
    while (m->marking && heap->debt >= STEPS_MIN) {
        tricolor_slice(m, (uint64_t)heap->debt);
        if (!bytes || tricolor_bytes_per_slice(heap, left) >= HOLE_BYTES_EASY)
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

void
collector_pace(struct mm_mutator *m, size_t bytes)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    size_t large = bytes > CELL_BYTES_MAX && bytes != BLOCK_BYTES ? bytes : 0;
    if (tricolor_is_futile(heap))
        mm_exhausted(bytes, heap->blocks.pages.limit);
    runway_expect(&heap->runway, large);
    if (heap->blocks.collect_always) {
        tricolor_turn(m);
        return;
    }
    if (!m->marking) {
        (void)block_cycle_clean(&heap->blocks, 4);
        (void)block_large_sweep(&heap->blocks, 16);
        if (runway_now(&heap->runway, &heap->blocks) >= heap->trigger + large)
            return;
        tricolor_start(m);
        heap->paid_bytes = heap->blocks.handed_bytes;
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
    heap->slice_ns = (config->slice_us ? config->slice_us : SLICE_US) * UINT64_C(900);
    heap->steps_per_byte = 1.0 / 24;
    heap->ns_per_step = 10;
    heap->runway.bytes = block_heap_room(&heap->blocks);
    heap->trigger = tricolor_trigger(heap);
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
