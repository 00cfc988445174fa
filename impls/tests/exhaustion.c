/* exhaustion.c -- proves that running out of memory is a clean end, whichever request fails: the
 * n-th request for memory is refused, for every n until the program needs no more of them.  Each
 * time mm_exhausted is called, or the program gets by without; at that moment all that was built
 * is intact, and so is the manager. */
#include "chain.h"

#include <stdio.h>
#include <stdlib.h>

enum { NODES = 4000, REQUESTS_MAX = 2000, ENOUGH = 24 };

static struct mm_heap *exhaustion_heap;
static mm_ref exhaustion_chain, exhaustion_kept;

static void
exhaustion_verify(void)
{
    (void)chain_verify(&exhaustion_chain);
    (void)chain_verify(&exhaustion_kept);
    if (exhaustion_heap)
        mm_verify(exhaustion_heap);
}

/* Small objects, large ones, scopes, and garbage: each kind of request comes up. */
static void
exhaustion_program(struct mm_mutator *m)
{
    mm_global(m, &exhaustion_chain);
    mm_global(m, &exhaustion_kept);
    for (uint32_t i = 0; i < NODES; i++) {
        uint32_t bytes = i % 50 ? i % 1500 : i * 40;
        chain_push(m, &exhaustion_chain, bytes);
        if (i % 10 == 0)
            chain_push(m, &exhaustion_kept, bytes);
        if (i % 300 == 299)
            chain_drop(m, &exhaustion_chain);
        if (i % 500 == 499)
            mm_collect(m);
    }
    struct mm_scope scope = mm_scope_begin(m);
    chain_drop(m, &exhaustion_chain);
    for (uint32_t i = 0; i < NODES; i++)
        chain_push(m, &exhaustion_chain, i % 3000);
    mm_assert(chain_verify(&exhaustion_chain) == NODES);
    chain_drop(m, &exhaustion_chain);
    mm_scope_end(m, scope);
    chain_drop(m, &exhaustion_kept);
}

static void
exhaustion_child(void *user)
{
    const struct mm_config *config = user;
    test_when_exhausted = exhaustion_verify;
    struct mm_heap *heap = mm_heap_create(config);
    exhaustion_heap = heap;
    struct mm_mutator *m = mm_attach(heap);
    exhaustion_program(m);
    mm_verify(heap);
    mm_detach(m);
    exhaustion_heap = NULL;
    mm_heap_destroy(heap);
}

int
main(void)
{
    int exhausted = 0, passed = 0;
    for (uint64_t n = 1; n < REQUESTS_MAX && passed < ENOUGH; n++) {
        struct mm_config config = { .fail_request = n };
        int status = test_child(exhaustion_child, &config);
        if (status != 0 && status != TEST_EXHAUSTED) {
            printf("exhaustion %s: request %llu fails: status %d\n", MM_MANAGER.name,
                   (unsigned long long)n, status);
            return 1;
        }
        exhausted += status == TEST_EXHAUSTED;
        passed = status == 0 ? passed + 1 : 0;
    }
    printf("exhaustion %s: %d requests failed cleanly\n", MM_MANAGER.name, exhausted);
    return exhausted == 0 || passed < ENOUGH;
}
