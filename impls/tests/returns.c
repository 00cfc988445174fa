/* returns.c -- proves of a collector that it gives memory back while the program runs, without
 * being told to: what it holds follows the live size down; and that with both a limit and a growth
 * it holds what the growth allows.  It prints what share of the time that took, for the page of
 * marksweep; it holds it to nothing, since a step may lose its core. */
#include "chain.h"
#include "parts/events.h"

#include <stdio.h>

enum {
    KEPT_NODES = 14000,
    KEPT_BYTES = 1500,
    LARGE_NODES = 60,
    LARGE_BYTES = 500000,
    GARBAGE_NODES = 2000,
    GARBAGE_BYTES = 200
};

/* Of the steps in which memory went back; a collector's own thread takes some, too. */
static struct {
    uint64_t ns, bytes, steps; /* atomic */
} returned;

static void
returns_event(void *user, const struct mm_event *event)
{
    (void)user;
    if (event->kind != MM_EVENT_PAGE_RETURN)
        return;
    (void)MM_ADD_RELAXED(&returned.ns, event->end_ns - event->begin_ns);
    (void)MM_ADD_RELAXED(&returned.bytes, event->bytes);
    (void)MM_ADD_RELAXED(&returned.steps, 1);
}

/* Gives what was counted so far. */
static uint64_t
returns_reset(uint64_t *count)
{
    return MM_SWAP_RELAXED(count, 0);
}

static uint64_t
returns_held(struct mm_heap *heap)
{
    struct mm_stats stats;
    mm_stats(heap, &stats);
    return stats.held_bytes;
}

static __attribute__((noinline)) void
returns_garbage(struct mm_mutator *m)
{
    MM_LOCALS(m, brief);
    for (uint32_t i = 0; i < GARBAGE_NODES; i++)
        chain_push(m, &locals->brief, GARBAGE_BYTES);
    mm_assert(chain_verify(&locals->brief) == GARBAGE_NODES);
    chain_drop(m, &locals->brief);
}

/* Makes garbage until no more than `most` bytes are held; the test's time limit ends it if that
 * does not come. */
static void
returns_until(struct mm_heap *heap, struct mm_mutator *m, uint64_t most)
{
    uint64_t begin = events_clock();
    (void)returns_reset(&returned.ns), (void)returns_reset(&returned.bytes);
    (void)returns_reset(&returned.steps);
    while (returns_held(heap) > most)
        returns_garbage(m);
    uint64_t took = events_clock() - begin;
    uint64_t ns = returns_reset(&returned.ns), bytes = returns_reset(&returned.bytes);
    uint64_t steps = returns_reset(&returned.steps);
    printf("returns %s: %.1f MB in %.1f ms, in %llu steps; %.2f %% of the time\n", MM_MANAGER.name,
           (double)bytes / 1e6, (double)took / 1e6, (unsigned long long)steps,
           100.0 * (double)ns / (double)took);
}

static __attribute__((noinline)) void
returns_rise_and_fall(struct mm_heap *heap, struct mm_mutator *m, uint32_t nodes, uint32_t bytes)
{
    MM_LOCALS(m, kept);
    for (uint32_t i = 0; i < nodes; i++)
        chain_push(m, &locals->kept, bytes);
    mm_assert(chain_verify(&locals->kept) == nodes);
    uint64_t held = returns_held(heap);
    mm_assert(held >= (uint64_t)nodes * bytes);
    chain_drop(m, &locals->kept);
    returns_until(heap, m, held / 2);
}

static void
returns_follows(void *user)
{
    (void)user;
    struct mm_heap *heap = mm_heap_create(&(struct mm_config){ .event = returns_event });
    struct mm_mutator *m = mm_attach(heap);
    for (int round = 0; round < 2; round++) {
        returns_rise_and_fall(heap, m, KEPT_NODES, KEPT_BYTES);
        returns_rise_and_fall(heap, m, LARGE_NODES, LARGE_BYTES);
    }
    mm_verify(heap);
    mm_detach(m);
    mm_heap_destroy(heap);
}

/* The limit is far away; the growth of a live size of almost nothing is not. */
static void
returns_grows(void *user)
{
    (void)user;
    struct mm_config config = { .heap_bytes = (size_t)256 << 20, .growth_percent = 50 };
    struct mm_heap *heap = mm_heap_create(&config);
    struct mm_mutator *m = mm_attach(heap);
    struct mm_stats stats;
    for (int round = 0; round < 100; round++)
        returns_garbage(m);
    mm_stats(heap, &stats);
    mm_assert(stats.collections > 0);
    mm_assert(stats.peak_held_bytes < config.heap_bytes / 8);
    returns_rise_and_fall(heap, m, KEPT_NODES, KEPT_BYTES);
    mm_verify(heap);
    mm_detach(m);
    mm_heap_destroy(heap);
}

int
main(void)
{
    int follows = test_child(returns_follows, NULL), grows = test_child(returns_grows, NULL);
    if (follows || grows)
        printf("returns %s: status %d and %d\n", MM_MANAGER.name, follows, grows);
    return follows || grows;
}
