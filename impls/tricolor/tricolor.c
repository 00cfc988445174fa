/* tricolor.c -- when a cycle begins, and how fast it must go: the pacing.
 *
 * The heap is in parts/block_heap_books.h, the marking in parts/marker.h.  Colours: white is not
 * marked; grey is what marker.h keeps for later; black is marked and looked at, and what is
 * allocated while a cycle runs.  README.md has the proof of the barrier, and the formula.
 *
 * Cost: tricolor_runway goes through all kinds, LOOKS times between two cycles or so. */
#include "parts/block_heap_books.h"

#include "parts/assert.h"

#include <stdlib.h>

enum {
    SLICE_US = 150,
    LOOKS = 16,               /* at the runway, while it is used up */
    STEPS_MIN = 1024,         /* of a slice; less debt than that is put off */
    RANGE_PLACES = 64,         /* references of a range that are shaded without an event */
    LARGE_SLICE_BYTES = 256 << 10, /* of a large object: it may take a slice for each of them */
    FUTILE_TIMES = 3,         /* see tricolor_is_futile */
    FUTILE_SHARE = 50
};

struct mm_heap {
    struct block_heap blocks;
    uint64_t slice_ns;
    size_t runway;          /* bytes that may be allocated, when last looked at */
    uint64_t looked_bytes;  /* blocks.handed_bytes then */
    uint64_t paid_bytes;    /* of blocks.handed_bytes, for which marking was reckoned */
    size_t trigger;         /* a cycle begins when the runway is as short as this */
    double debt;            /* steps */
    uint64_t steps_last;    /* of the last cycle */
    uint64_t steps_most;    /* of this one, if everything in use were reachable */
    double steps_per_byte;  /* found by the last cycle */
    unsigned turns;         /* of collect_always */
    unsigned futile;        /* cycles in a row */
};

const struct mm_manager MM_MANAGER = {
    .name = "tricolor",
    .summary = "incremental snapshot marking in slices that allocation pays for",
    .max_threads = 1,
    .obeys_limit = true,
    .emits_events = true,
    .collects = true,
};

/* -- The runway --------------------------------------------------------------------- */

/* Free bytes that only objects of this kind can use. */
static uint64_t
tricolor_own_room(const struct mm_mutator *m, size_t kind)
{
    uint64_t holes = m->heap->books[kind].holes_bytes, used = m->bump[kind].handed;
    return holes > used ? holes - used : 0;
}

/* How many bytes can be allocated before there is no room for some kind, if the shares of the kinds
 * stay as they were lately.  Let r be the room that any kind can use, o_k what only kind k can, and s_k
 * the share of k: the largest A with  sum over k of max(0, s_k A - o_k) <= r, which is the
 * largest fixed point of  A = r + sum of min(o_k, s_k A),  approached from above. */
static size_t
tricolor_runway(const struct mm_mutator *m)
{
    const struct block_heap *heap = m->heap;
    double room = (double)block_heap_room(heap), own = 0;
    double total = (double)heap->handed_bytes + 1;
    for (uint32_t k = CELL_CLASSES; k < m->bumps; k++) {
        total += (double)heap->books[k].recent_bytes;
        own += (double)tricolor_own_room(m, k);
    }
    double runway = room + own;
    for (unsigned i = 0; i < 8; i++) {
        double next = room;
        for (uint32_t k = CELL_CLASSES; k < m->bumps; k++) {
            uint64_t lately = heap->books[k].recent_bytes + m->bump[k].handed;
            double wanted = runway * (double)lately / total, can = (double)tricolor_own_room(m, k);
            next += can < wanted ? can : wanted;
        }
        runway = next;
    }
    return (size_t)runway;
}

static void
tricolor_look(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    heap->runway = tricolor_runway(m);
    heap->looked_bytes = heap->blocks.handed_bytes;
}

/* The runway now: what it was, less what was used since; looked at anew now and then. */
static size_t
tricolor_runway_now(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    if ((heap->blocks.handed_bytes - heap->looked_bytes) * LOOKS >= heap->runway)
        tricolor_look(m);
    uint64_t used = heap->blocks.handed_bytes - heap->looked_bytes;
    return used < heap->runway ? heap->runway - (size_t)used : 0;
}

/* -- Cycles ----------------------------------------------------------------------------- */

/* Takes the snapshot: all roots are grey, all that is white now and reachable will be marked. */
static void
tricolor_start(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    uint64_t begin = events_begin(&heap->blocks.events);
    double in_use = (double)(heap->blocks.live_bytes + heap->blocks.handed_bytes);
    heap->steps_most = (uint64_t)(in_use * heap->steps_per_byte) + STEPS_MIN;
    heap->debt = 0;
    block_cycle_begin(&heap->blocks);
    block_cycle_blacken(&heap->blocks);
    block_cycle_roots(&heap->blocks);
    m->marking = 1;
    tricolor_look(m);
    events_end(&heap->blocks.events, MM_EVENT_STOP, m->ordinal, begin,
               (size_t)((char *)m->roots.top - (char *)m->roots.bottom));
}

/* Everything reachable is marked. */
static void
tricolor_finish(struct mm_mutator *m)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    m->marking = 0;
    heap->steps_last = blocks->marker.steps;
    block_cycle_end(blocks);
    block_heap_set_budget(blocks, 0);
    heap->steps_per_byte = (double)heap->steps_last / ((double)blocks->live_bytes + 1);
    heap->paid_bytes = 0;
    tricolor_look(m);
    heap->trigger = heap->runway / 2;
    bool little = blocks->pages.limit && heap->runway < blocks->pages.limit / FUTILE_SHARE;
    heap->futile = little ? heap->futile + 1 : 0;
}

static void
tricolor_slice(struct mm_mutator *m, uint64_t steps)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    uint64_t begin = events_clock(), before = blocks->marker.steps;
    bool done = marker_run(blocks, steps, begin + heap->slice_ns);
    uint64_t ran = blocks->marker.steps - before;
    heap->debt -= (double)ran;
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
void
tricolor_shade(struct mm_mutator *m, void *old)
{
    if (old)
        marker_mark(m->heap, old);
}

void
tricolor_shade_all(struct mm_mutator *m, const mm_ref *places, size_t n)
{
    const struct events *events = &m->heap->events;
    uint64_t begin = n > RANGE_PLACES ? events_begin(events) : 0;
    for (size_t i = 0; i < n; i++)
        tricolor_shade(m, places[i].ptr_);
    if (n > RANGE_PLACES)
        events_end(events, MM_EVENT_MARK_SLICE, m->ordinal, begin, n);
}

/* -- Pacing ---------------------------------------------------------------------------------- */

/* Steps that are still to do, at a guess that is too high rather than too low. */
static double
tricolor_remaining(const struct mm_heap *heap)
{
    double done = (double)heap->blocks.marker.steps, most = (double)heap->steps_most;
    double likely = 1.25 * (double)heap->steps_last + STEPS_MIN;
    double expected = heap->steps_last && likely < most && done < likely ? likely : most;
    double remaining = expected - done;
    return remaining > expected / 16 ? remaining : expected / 16;
}

/* Pays for what was handed out since the last time, and for `bytes` that are about to be. */
static void
tricolor_pay(struct mm_mutator *m, size_t bytes)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    size_t runway = tricolor_runway_now(m);
    uint64_t owed = heap->blocks.handed_bytes + bytes;
    uint64_t fresh = owed > heap->paid_bytes ? owed - heap->paid_bytes : 0;
    double rate = tricolor_remaining(heap) / (0.75 * (double)runway + BLOCK_BYTES);
    heap->debt += rate * (double)fresh;
    heap->paid_bytes = owed;
    if (runway < heap->trigger / 8)
        heap->debt += STEPS_MIN;
    for (size_t slices = 1 + bytes / LARGE_SLICE_BYTES; m->marking && slices; slices--) {
        if (heap->debt < STEPS_MIN)
            break;
        tricolor_slice(m, runway < heap->trigger / 8 ? UINT64_MAX : (uint64_t)heap->debt);
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

/* Whether the next cycle must begin: half of the runway is used up; or there is hardly
 * any room for a kind without room of its own, and some use was made of the last cycle. */
static bool
tricolor_is_due(struct mm_mutator *m, size_t bytes)
{
    const struct mm_heap *heap = (const struct mm_heap *)m->heap;
    const struct block_heap *blocks = &heap->blocks;
    size_t runway = tricolor_runway_now(m);
    if (runway < heap->trigger + bytes)
        return true;
    return block_heap_room(blocks) < blocks->budget / 64 + bytes &&
           blocks->handed_bytes > heap->trigger / 4;
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
    if (heap->blocks.collect_always) {
        tricolor_turn(m);
        return;
    }
    if (!m->marking) {
        (void)block_cycle_clean(&heap->blocks, 4);
        (void)block_large_sweep(&heap->blocks, 16);
        if (!tricolor_is_due(m, large))
            return;
        tricolor_start(m);
        heap->paid_bytes = heap->blocks.handed_bytes;
    }
    tricolor_pay(m, large);
}

/* The mutator was faster than the marking: the rest is marked at once, and that is said.  What died
 * since the snapshot is found by one more cycle. */
void
collector_make_room(struct mm_mutator *m, size_t bytes, unsigned attempt)
{
    struct mm_heap *heap = (struct mm_heap *)m->heap;
    struct block_heap *blocks = &heap->blocks;
    if (attempt > 2)
        mm_exhausted(bytes, blocks->pages.limit);
    uint64_t begin = events_begin(&blocks->events), past = blocks->handed_bytes;
    if (!m->marking)
        tricolor_start(m);
    tricolor_complete(m);
    if (!blocks->budget_max)
        block_heap_set_budget(blocks, bytes);
    events_end(&blocks->events, MM_EVENT_FALLBACK, m->ordinal, begin, past);
    events_end(&blocks->events, MM_EVENT_STOP, m->ordinal, begin, blocks->live_bytes);
}

void
collector_detach(struct mm_mutator *m)
{
    if (m->marking)
        tricolor_complete(m);
}

/* -- The calls of mm_heap.h --------------------------------------------------------------------- */

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    struct mm_heap *heap = calloc(1, sizeof *heap);
    if (!heap)
        mm_exhausted(sizeof *heap, config->heap_bytes);
    block_heap_create(&heap->blocks, config, sizeof *heap);
    heap->slice_ns = (config->slice_us ? config->slice_us : SLICE_US) * UINT64_C(900);
    heap->steps_per_byte = 1.0 / 24;
    heap->runway = block_heap_room(&heap->blocks);
    heap->trigger = heap->runway / 2;
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
    events_end(&heap->events, MM_EVENT_STOP, m->ordinal, begin, heap->live_bytes);
    world_unlock(&heap->world);
}
