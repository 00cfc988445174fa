/* mix.c -- proves that a heap is not called exhausted because the program comes to make other sizes
 * than before: what lives is small objects with holes between them and large ones that fill the
 * rest of a tight limit; from then on only small ones are made, for which the holes have room.
 *
 * A collector that reckons how much can be made yet by what was made lately thinks at first that
 * there is no room. */
#include "chain.h"

#include <stdio.h>

enum {
    LIMIT_BYTES = 8 << 20,
    SMALL_BYTES = 40,
    LARGE_BYTES = 40000,
    BRIEF_NODES = 20,
    TURNS = 40000 / (TEST_FEWER ? 8 : 1)
};

/* Shares of the limit, in hundredths. */
struct mix {
    unsigned kept, dead; /* of small objects, which lie side by side */
    unsigned large;
};

static uint32_t
mix_nodes(unsigned hundredths, uint32_t bytes)
{
    return (uint32_t)(LIMIT_BYTES / 100 * hundredths / chain_bytes(bytes));
}

static __attribute__((noinline)) void
mix_brief(struct mm_mutator *m)
{
    MM_LOCALS(m, brief);
    for (unsigned i = 0; i < BRIEF_NODES; i++)
        chain_push(m, &locals->brief, SMALL_BYTES);
    chain_drop(m, &locals->brief);
}

/* Small objects of two lists in turns, one of which is dropped. */
static __attribute__((noinline)) void
mix_fill(struct mm_mutator *m, const struct mix *mix, mm_ref *kept)
{
    MM_LOCALS(m, dead);
    uint32_t nodes = mix_nodes(mix->kept + mix->dead, SMALL_BYTES), owed = 0;
    for (uint32_t i = 0; i < nodes; i++) {
        owed += mix->dead;
        bool dies = owed >= mix->kept + mix->dead;
        owed -= dies ? mix->kept + mix->dead : 0;
        chain_push(m, dies ? &locals->dead : kept, SMALL_BYTES);
    }
    chain_drop(m, &locals->dead);
}

static void
mix_child(void *user)
{
    const struct mix *mix = user;
    struct mm_heap *heap = mm_heap_create(&(struct mm_config){ .heap_bytes = LIMIT_BYTES });
    struct mm_mutator *m = mm_attach(heap);
    {
        MM_LOCALS(m, kept, large);
        mix_fill(m, mix, &locals->kept);
        uint32_t small = chain_verify(&locals->kept), many = mix_nodes(mix->large, LARGE_BYTES);
        for (uint32_t i = 0; i < many; i++)
            chain_push(m, &locals->large, LARGE_BYTES);
        for (unsigned i = 0; i < TURNS; i++)
            mix_brief(m);
        mm_assert(chain_verify(&locals->kept) == small);
        mm_assert(chain_verify(&locals->large) == many);
        chain_drop(m, &locals->kept);
        chain_drop(m, &locals->large);
    }
    mm_verify(heap);
    mm_detach(m);
    mm_heap_destroy(heap);
}

int
main(void)
{
    static const struct mix mixes[] = { { 30, 20, 40 }, { 20, 20, 50 }, { 10, 10, 70 } };
    int failed = 0;
    for (size_t i = 0; i < sizeof mixes / sizeof *mixes; i++) {
        struct mix mix = mixes[i];
        int status = test_child(mix_child, &mix);
        if (status)
            printf("mix %s: %u kept, %u dead, %u large: status %d\n", MM_MANAGER.name, mix.kept,
                   mix.dead, mix.large, status);
        failed |= status;
    }
    return failed;
}
