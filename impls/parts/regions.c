/* regions.c -- the slow half of a manager over a library that has regions: its mutators.
 *
 * What a thread made outside all scopes may be in use after it left, so a mutator stays, and the
 * next thread that attaches goes on with it. */
#include "mm.h"

#include "parts/assert.h"

#include <pthread.h>
#include <stdlib.h>

struct mm_heap {
    pthread_mutex_t lock;    /* of the lists */
    struct mm_mutator *all;  /* every mutator there ever was */
    struct mm_mutator *idle; /* those without a thread */
    struct malloc_books books;
};

static struct mm_heap regions_heap = { .lock = PTHREAD_MUTEX_INITIALIZER };

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    (void)config;
    regions_start();
    return &regions_heap;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    for (struct mm_mutator *m = heap->all, *next; m; m = next) {
        next = m->all;
        regions_close(m);
        free(m);
    }
    heap->all = heap->idle = NULL;
    regions_stop();
}

static struct mm_mutator *
regions_mutator(struct mm_heap *heap)
{
    struct mm_mutator *m = calloc(1, sizeof *m);
    if (!m)
        mm_exhausted(sizeof *m, 0);
    m->heap = heap;
    m->level = m->levels;
    if (!regions_open(m))
        mm_exhausted(sizeof *m, 0);
    return m;
}

struct mm_mutator *
mm_attach(struct mm_heap *heap)
{
    pthread_mutex_lock(&heap->lock);
    struct mm_mutator *m = heap->idle;
    if (m) {
        heap->idle = m->idle;
    } else {
        m = regions_mutator(heap);
        m->all = heap->all;
        heap->all = m;
    }
    pthread_mutex_unlock(&heap->lock);
    return m;
}

void
mm_detach(struct mm_mutator *m)
{
    struct mm_heap *heap = m->heap;
    mm_assert(m->level == m->levels);
    pthread_mutex_lock(&heap->lock);
    m->idle = heap->idle;
    heap->idle = m;
    pthread_mutex_unlock(&heap->lock);
}

/* What a scope held was reclaimed when it ended. */
void
mm_collect(struct mm_mutator *m)
{
    (void)m;
}

void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    regions_books(&heap->books, out);
    out->live_bytes = 0;
    for (const struct mm_mutator *m = heap->all; m; m = m->all)
        for (const struct region *region = m->levels; region <= m->level; region++)
            out->live_bytes += region_used(region);
}

bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    for (const struct mm_mutator *m = heap->all; m; m = m->all)
        for (const struct region *region = m->levels; region <= m->level; region++)
            if (region_owns(region, obj))
                return true;
    return false;
}

void
mm_verify(struct mm_heap *heap)
{
    (void)heap;
}
