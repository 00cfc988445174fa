/* none.c -- where the bump allocator's chunks come from.
 *
 * One range of address space is reserved for all mutators; each takes chunks off its front, of a
 * megabyte or as large as an object needs.  Nothing is ever taken back, so a chunk's address
 * alone says that it was handed out.
 *
 * Cost: a request to the system every CHUNK_BYTES, and a page fault every page. */
#include "mm.h"

#include "parts/assert.h"
#include "parts/events.h"
#include "parts/pages.h"

#include <stdlib.h>

enum { CHUNK_BYTES = 1 << 20 };
#define RESERVED_MOST ((size_t)1 << 40)
#define RESERVED_LEAST ((size_t)1 << 30)

struct mm_heap {
    struct pages pages;
    struct events events;
    char *base;
    size_t reserved;   /* bytes */
    size_t used;       /* bytes off the front, atomic */
    size_t lost;       /* of these, bytes that the system refused; atomic */
    uint32_t mutators; /* attached so far, atomic */
};

const struct mm_manager MM_MANAGER = {
    .name = "none",
    .summary = "bump allocation that never reclaims",
    .max_threads = MM_ANY_THREADS,
    .obeys_limit = false,
    .emits_events = true,
};

struct none_mutator {
    struct mm_mutator fast;
    uint32_t ordinal;
};

/* A chunk that was not to be had goes back to the front, or is lost if another came after it. */
static void
none_put_back(struct mm_heap *heap, size_t at, size_t chunk)
{
    size_t end = at + chunk;
    if (!__atomic_compare_exchange_n(&heap->used, &end, at, false, __ATOMIC_RELAXED,
                                     __ATOMIC_RELAXED))
        __atomic_fetch_add(&heap->lost, chunk, __ATOMIC_RELAXED);
}

void
none_refill(struct mm_mutator *m, size_t bytes, size_t align)
{
    struct mm_heap *heap = m->heap;
    uint64_t begin = events_begin(&heap->events);
    size_t chunk = (bytes + align + PAGES_BYTES - 1) & ~(size_t)(PAGES_BYTES - 1);
    if (chunk < CHUNK_BYTES)
        chunk = CHUNK_BYTES;
    size_t at = __atomic_fetch_add(&heap->used, chunk, __ATOMIC_RELAXED);
    if (at + chunk > heap->reserved || !pages_commit(&heap->pages, heap->base + at, chunk)) {
        none_put_back(heap, at, chunk);
        mm_exhausted(bytes, 0);
    }
    m->next = heap->base + at;
    m->next += -(uintptr_t)m->next & (align - 1);
    m->limit = heap->base + at + chunk;
    events_end(&heap->events, MM_EVENT_PAGE_REQUEST, ((struct none_mutator *)m)->ordinal, begin,
               chunk);
}

/* Where the system grants less address space than is asked for, there is less. */
static void
none_reserve(struct mm_heap *heap)
{
    heap->reserved = RESERVED_MOST;
    while (!(heap->base = pages_reserve(&heap->pages, heap->reserved)))
        if ((heap->reserved /= 2) < RESERVED_LEAST)
            mm_exhausted(RESERVED_LEAST, 0);
}

/* It never reclaims, so a limit would only say how much the workload allocates: there is none. */
struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    struct mm_heap *heap = malloc(sizeof *heap);
    if (!heap)
        mm_exhausted(sizeof *heap, 0);
    *heap = (struct mm_heap){ .used = 0 };
    pages_init(&heap->pages, config);
    heap->pages.limit = 0;
    events_init(&heap->events, config);
    none_reserve(heap);
    return heap;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    pages_release(&heap->pages, heap->base, heap->reserved, heap->used - heap->lost);
    free(heap);
}

struct mm_mutator *
mm_attach(struct mm_heap *heap)
{
    struct none_mutator *m = malloc(sizeof *m);
    if (!m)
        mm_exhausted(sizeof *m, 0);
    *m = (struct none_mutator){
        .fast = { .heap = heap },
        .ordinal = __atomic_fetch_add(&heap->mutators, 1, __ATOMIC_RELAXED),
    };
    return &m->fast;
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
    *out = (struct mm_stats){
        .held_bytes = heap->pages.held,
        .peak_held_bytes = heap->pages.peak,
        .live_bytes = MM_UNKNOWN,
        .collections = 0,
        MM_STATS_NOT_COUNTED,
    };
}

bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    return (const char *)obj >= heap->base && (const char *)obj < heap->base + heap->used;
}

void
mm_verify(struct mm_heap *heap)
{
    mm_assert(heap->used - heap->lost <= heap->reserved);
    mm_assert(heap->pages.held == heap->used - heap->lost);
}
