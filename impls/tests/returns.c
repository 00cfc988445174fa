/* returns.c -- proves of a collector that it gives memory back while the program runs, without
 * being told to: what it holds follows the live size down; and that with both a limit and a growth
 * it holds what the growth allows. */
#include "chain.h"

#include <stdio.h>

enum {
    KEPT_NODES = 14000,
    KEPT_BYTES = 1500,
    LARGE_NODES = 60,
    LARGE_BYTES = 500000,
    GARBAGE_NODES = 2000,
    GARBAGE_BYTES = 200
};

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
    while (returns_held(heap) > most)
        returns_garbage(m);
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
    struct mm_heap *heap = mm_heap_create(&(struct mm_config){ .heap_bytes = 0 });
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
