/* left_cells.c -- proves that what one thread left free between its own objects is found by another
 * when it is all that is left: one makes two lists in turns, drops one of them and parks; under a
 * limit that has no room otherwise the other makes half as many nodes as were dropped. */
#include "chain.h"

#include <pthread.h>

enum { LIMIT_BYTES = 25 << 19, KEPT = 22000, MORE = KEPT / 2, NODE_BYTES = 200 };

static mm_ref left_kept, left_more;

static void *
left_other(void *user)
{
    struct mm_mutator *m = mm_attach(user);
    for (uint32_t i = 0; i < MORE; i++)
        chain_push(m, &left_more, NODE_BYTES);
    mm_detach(m);
    return NULL;
}

static __attribute__((noinline)) void
left_fill(struct mm_mutator *m)
{
    MM_LOCALS(m, dropped);
    for (uint32_t i = 0; i < KEPT; i++) {
        chain_push(m, &left_kept, NODE_BYTES);
        chain_push(m, &locals->dropped, NODE_BYTES);
    }
    chain_drop(m, &locals->dropped);
}

static void
left_child(void *user)
{
    (void)user;
    struct mm_heap *heap = mm_heap_create(
        &(struct mm_config){ .heap_bytes = LIMIT_BYTES, .cores = 2 });
    struct mm_mutator *m = mm_attach(heap);
    mm_global(m, &left_kept);
    mm_global(m, &left_more);
    left_fill(m);
    pthread_t other;
    mm_assert(pthread_create(&other, NULL, left_other, heap) == 0);
    mm_park(m);
    pthread_join(other, NULL);
    mm_unpark(m);
    mm_assert(chain_verify(&left_kept) == KEPT && chain_verify(&left_more) == MORE);
    mm_verify(heap);
    chain_drop(m, &left_kept);
    chain_drop(m, &left_more);
    mm_detach(m);
    mm_heap_destroy(heap);
}

int
main(void)
{
    return test_only("left_cells", left_child);
}
