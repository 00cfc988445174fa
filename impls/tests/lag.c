/* lag.c -- proves of a collector whose cycles begin by themselves: what died before a cycle began
 * is gone when it has ended, so garbage of one cycle is gone after the next; and under a limit the
 * heap is never past it, while cycle follows cycle. */
#include "chain.h"

#include <stdlib.h>

enum {
    LIMIT_BYTES = 48 << 20,
    DEAD_NODES = 28000,
    KEPT_NODES = 2000,
    NODE_BYTES = 1000,
    BRIEF_NODES = 100,
    ROUNDS = 3
};

struct lag {
    struct mm_heap *heap;
    struct mm_mutator *m;
};

static struct mm_stats
lag_stats(const struct lag *lag)
{
    struct mm_stats stats;
    mm_stats(lag->heap, &stats);
    mm_assert(stats.peak_held_bytes <= LIMIT_BYTES);
    return stats;
}

static __attribute__((noinline)) void
lag_push(struct lag *lag, mm_ref *chain, uint32_t nodes)
{
    for (uint32_t i = 0; i < nodes; i++)
        chain_push(lag->m, chain, NODE_BYTES);
}

static __attribute__((noinline)) void
lag_brief(struct lag *lag)
{
    struct mm_mutator *m = lag->m;
    MM_LOCALS(m, brief);
    lag_push(lag, &locals->brief, BRIEF_NODES);
    chain_drop(m, &locals->brief);
}

/* Bytes that were made in the last of the cycles: it takes them for live, and they are many where
 * the collector's thread gets no core for a while. */
static uint64_t
lag_wait(struct lag *lag, uint64_t cycles)
{
    uint64_t born = 0;
    for (uint64_t done; (done = lag_stats(lag).collections) < cycles; lag_brief(lag)) {
        if (done + 1 == cycles)
            born += BRIEF_NODES * (uint64_t)chain_bytes(NODE_BYTES);
    }
    return born;
}

static void
lag_child(void *user)
{
    (void)user;
    struct mm_config config = { .heap_bytes = LIMIT_BYTES };
    struct lag lag = { .heap = mm_heap_create(&config) };
    struct mm_mutator *m = lag.m = mm_attach(lag.heap);
    {
        MM_LOCALS(m, kept, dead);
        lag_push(&lag, &locals->kept, KEPT_NODES);
        uint64_t kept = KEPT_NODES * (uint64_t)chain_bytes(NODE_BYTES);
        for (unsigned round = 0; round < ROUNDS; round++) {
            lag_push(&lag, &locals->dead, DEAD_NODES);
            uint64_t dead = DEAD_NODES * (uint64_t)chain_bytes(NODE_BYTES);
            chain_drop(m, &locals->dead);
            /* The cycle that runs may have seen it alive; the next one does not. */
            uint64_t born = lag_wait(&lag, lag_stats(&lag).collections + 2);
            mm_assert(lag_stats(&lag).live_bytes <= kept + born + dead / 2);
        }
        mm_assert(chain_verify(&locals->kept) == KEPT_NODES);
        chain_drop(m, &locals->kept);
    }
    mm_detach(m);
    mm_heap_destroy(lag.heap);
}

int
main(void)
{
    return test_only("lag", lag_child);
}
