/* waiting.c -- proves that a search for dead cycles gets on with objects that died by their count
 * since it has read them, and that nobody has taken apart yet: what they refer to may be found dead
 * meanwhile, and dies once.
 *
 * A row holds many pairs: an outer object, and an inner one that refers to itself, so that only a
 * search finds it dead when the outer one goes.  Both are suspected.  The row lets go of all of
 * them at any moment of the search, so that there are more dead ones than a portion takes apart. */
#include "common.h"

enum {
    PAIRS = 20000,
    SLICES = 8,
    MOMENTS = 4 * SLICES,
    STEP = 128,
    FILLERS = 20000,
    CHECK_EVERY = 128
};

struct node {
    mm_ref kept, other;
};
struct row {
    uint64_t unused;
};
struct filler {
    uint64_t bytes[3];
};
MM_TYPE(NODE, struct node, .ref_words = MM_WORD(struct node, kept) | MM_WORD(struct node, other));
MM_TYPE(ROW, struct row, .tail = MM_TAIL_REFS);
MM_TYPE(FILLER, struct filler, .acyclic = true);

struct waiting_roots {
    mm_ref row, fillers;
};
static struct waiting_roots roots;

/* A reference that comes and goes: the object is suspected. */
static void
waiting_suspect(struct mm_mutator *m, void *obj)
{
    MM_LOCALS(m, local);
    mm_set(m, &locals->local, obj);
}

static void
waiting_pair(struct mm_mutator *m, uint32_t i)
{
    MM_LOCALS(m, inner);
    mm_take(m, &locals->inner, mm_new(m, &NODE));
    struct node *inner = mm_get(locals->inner);
    mm_store(m, inner, &inner->other, inner);
    mm_owned owned = mm_new(m, &NODE);
    struct node *outer = mm_peek(owned);
    mm_init(m, outer, &outer->kept, mm_get(locals->inner));
    mm_store_new(m, mm_get(roots.row), mm_items(&ROW, mm_get(roots.row)) + i, owned);
}

/* All of them at once: the next slow half of an allocation begins a search. */
static void
waiting_suspect_all(struct mm_mutator *m)
{
    void *row = mm_get(roots.row);
    waiting_suspect(m, row);
    waiting_suspect(m, mm_get(roots.fillers));
    for (uint32_t i = 0; i < PAIRS; i++) {
        struct node *outer = mm_get(mm_items(&ROW, row)[i]);
        waiting_suspect(m, outer);
        waiting_suspect(m, mm_get(outer->kept));
    }
}

/* Allocations, in whose slow halves the search goes on. */
static void
waiting_fill(struct mm_heap *heap, struct mm_mutator *m, uint32_t n)
{
    void *fillers = mm_get(roots.fillers);
    mm_clear(m, fillers, mm_items(&ROW, fillers), FILLERS);
    for (uint32_t i = 0; i < n; i++) {
        mm_owned owned = mm_new(m, &FILLER);
        fillers = mm_get(roots.fillers);
        mm_store_new(m, fillers, mm_items(&ROW, fillers) + i, owned);
        if (i % CHECK_EVERY == 0)
            mm_verify(heap);
    }
}

static uint64_t
waiting_live_bytes(struct mm_heap *heap, struct mm_mutator *m)
{
    struct mm_stats stats;
    mm_collect(m);
    mm_stats(heap, &stats);
    return stats.live_bytes;
}

/* How long a portion of the search is, and how many objects are made before the row lets go. */
struct waiting_moment {
    unsigned slice_us;
    uint32_t fillers;
};

static void
waiting_child(void *user)
{
    const struct waiting_moment *moment = user;
    struct mm_config config = { .slice_us = moment->slice_us };
    struct mm_heap *heap = mm_heap_create(&config);
    struct mm_mutator *m = mm_attach(heap);
    mm_global(m, &roots.row);
    mm_global(m, &roots.fillers);
    mm_take(m, &roots.fillers, mm_new_array(m, &ROW, FILLERS));
    mm_take(m, &roots.row, mm_new_array(m, &ROW, PAIRS));
    uint64_t before = waiting_live_bytes(heap, m);
    for (uint32_t i = 0; i < PAIRS; i++)
        waiting_pair(m, i);
    (void)waiting_live_bytes(heap, m);
    waiting_suspect_all(m);
    waiting_fill(heap, m, moment->fillers);
    mm_clear(m, mm_get(roots.row), mm_items(&ROW, mm_get(roots.row)), PAIRS);
    waiting_fill(heap, m, 20 * STEP);
    mm_clear(m, mm_get(roots.fillers), mm_items(&ROW, mm_get(roots.fillers)), FILLERS);
    mm_assert(waiting_live_bytes(heap, m) == before);
    mm_set(m, &roots.row, NULL);
    mm_set(m, &roots.fillers, NULL);
    mm_verify(heap);
    mm_detach(m);
    mm_heap_destroy(heap);
}

int
main(void)
{
    int failed = 0;
    for (uint32_t i = 0; i < MOMENTS; i++) {
        /* Of 8 steps each us; a phase takes two for a pair. */
        struct waiting_moment moment = { PAIRS / 8 * (1 + i % SLICES), i / SLICES * STEP };
        failed |= test_child(waiting_child, &moment);
    }
    return failed != 0;
}
