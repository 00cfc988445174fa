/* goal.c -- proves that what a collector holds is bounded by its goal, while garbage is made beside
 * a live size that stays: the most ever held is at most a tenth above the goal, without a limit and
 * far below one, with small objects and with large ones.
 *
 * The goal is the live size and its growth, and a sixteenth for blocks that are not full.  What was
 * made while a cycle ran is dead by its end here, and must not count.  Besides there may be:
 *   tables, a sixteenth of the cells and a little
 *   a large object that found no room, twice, before a cycle and after it (block_heap_set_budget)
 *   where cycles run beside the program, a tenth: what is made meanwhile goes into holes of blocks
 *     that are dead but for it, and blocks in use may be held beyond the goal
 *   FIXED_BYTES: mutator, kinds, barrier's buffers, mark stack, blocks asked for at once */
#include "chain.h"

#include <stdio.h>

enum {
    KEPT_NODES = 60000,
    KEPT_BYTES = 360,
    SMALL_NODES = 500,
    SMALL_BYTES = 200,
    LARGE_BYTES = 1 << 20,
    CYCLES = TEST_FEWER ? 10 : 30,
    FIXED_BYTES = 2 << 20
};

struct goal_case {
    size_t limit_bytes;
    unsigned growth_percent;
    uint32_t nodes, bytes; /* made and dropped */
    unsigned cores;        /* that the manager is told of */
};

static struct mm_stats
goal_stats(struct mm_heap *heap)
{
    struct mm_stats stats;
    mm_stats(heap, &stats);
    return stats;
}

static __attribute__((noinline)) void
goal_garbage(struct mm_mutator *m, uint32_t nodes, uint32_t bytes)
{
    MM_LOCALS(m, brief);
    for (uint32_t i = 0; i < nodes; i++)
        chain_push(m, &locals->brief, bytes);
    chain_drop(m, &locals->brief);
}

/* Says how many bytes that took. */
static __attribute__((noinline)) uint64_t
goal_keep(struct mm_heap *heap, struct mm_mutator *m, mm_ref *kept)
{
    for (uint32_t i = 0; i < KEPT_NODES; i++)
        chain_push(m, kept, KEPT_BYTES);
    mm_collect(m);
    return goal_stats(heap).live_bytes;
}

static double
goal_bound(const struct goal_case *what, uint64_t live_bytes, bool beside)
{
    double cells = (double)live_bytes * (1 + what->growth_percent / 100.0) * 17 / 16;
    double large = what->bytes >= LARGE_BYTES ? 4.0 * what->bytes : 0;
    return 1.1 * (cells + cells / 15) + (beside ? cells / 10 : 0) + large + FIXED_BYTES;
}

static void
goal_child(void *user)
{
    const struct goal_case *what = user;
    struct mm_config config = { .heap_bytes = what->limit_bytes,
                                .growth_percent = what->growth_percent,
                                .cores = what->cores };
    struct mm_heap *heap = mm_heap_create(&config);
    struct mm_mutator *m = mm_attach(heap);
    uint64_t live_bytes;
    bool beside = false;
    {
        MM_LOCALS(m, kept);
        live_bytes = goal_keep(heap, m, &locals->kept);
        uint64_t until = goal_stats(heap).collections + CYCLES;
        for (struct mm_stats stats = goal_stats(heap); stats.collections < until;) {
            goal_garbage(m, what->nodes, what->bytes);
            stats = goal_stats(heap);
            beside |= stats.marking;
        }
        mm_assert(chain_verify(&locals->kept) == KEPT_NODES);
        chain_drop(m, &locals->kept);
    }
    double held = (double)goal_stats(heap).peak_held_bytes;
    double bound = goal_bound(what, live_bytes, beside);
    printf("goal %s: %u cores, growth %u %%, garbage of %u bytes: %.1f MB live, %.1f MB held, "
           "bound %.1f MB\n",
           MM_MANAGER.name, what->cores, what->growth_percent, what->bytes,
           (double)live_bytes / 1e6, held / 1e6, bound / 1e6);
    fflush(stdout);
    mm_assert(held <= bound);
    mm_detach(m);
    mm_heap_destroy(heap);
}

int
main(void)
{
    static const size_t far = (size_t)1 << 30;
    struct goal_case cases[] = {
        { 0, 100, SMALL_NODES, SMALL_BYTES, 1 }, { far, 100, SMALL_NODES, SMALL_BYTES, 1 },
        { 0, 50, SMALL_NODES, SMALL_BYTES, 1 },  { 0, 50, SMALL_NODES, SMALL_BYTES, 2 },
        { 0, 100, 1, LARGE_BYTES, 1 },           { far, 100, 1, LARGE_BYTES, 1 },
        { far, 100, 1, LARGE_BYTES, 2 },
    };
    int failed = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        failed |= test_child(goal_child, &cases[i]);
    return failed != 0;
}
