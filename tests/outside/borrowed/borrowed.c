/* borrowed.c -- the slow half of a manager that keeps no books. */
#include "mm.h"

struct mm_heap {
    bool unused;
};

static struct mm_heap borrowed_heap;

const struct mm_manager MM_MANAGER = {
    .name = "borrowed",
    .summary = "a manager from outside the tree",
    .max_threads = MM_ANY_THREADS,
};

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    (void)config;
    return &borrowed_heap;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    (void)heap;
}

struct mm_mutator *
mm_attach(struct mm_heap *heap)
{
    struct mm_mutator *m = malloc(sizeof *m);
    if (!m)
        mm_exhausted(sizeof *m, 0);
    m->heap = heap;
    return m;
}

void
mm_detach(struct mm_mutator *m)
{
    free(m);
}

void
mm_collect(struct mm_mutator *m)
{
    (void)m;
}

void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    (void)heap;
    memset(out, 0xff, sizeof *out); /* all of it MM_UNKNOWN */
}

bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    (void)heap;
    return obj != NULL;
}

void
mm_verify(struct mm_heap *heap)
{
    (void)heap;
}
