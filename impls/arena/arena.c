/* arena.c -- where an arena's ranges come from, and what goes back when memory is short.
 *
 * The idea and the invariants are in arena_level.h.  Regions of this kind: Hanson 1990, "Fast
 * Allocation and Deallocation of Memory Based on Object Lifetimes".
 *
 * Cost: a request to the system each time that a level grows beyond what it ever had, in steps
 * that double from 64 KiB to 2 MiB; a page fault at the first touch of a page. */
#include "mm.h"

#include "parts/books.h"
#include "parts/events.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_STEP_MIN = 64 << 10, ARENA_STEP_MAX = 2 << 20 };
#define ARENA_RESERVE_MAX ((size_t)64 << 30)
#define ARENA_RESERVE_MIN ((size_t)1 << 30)

struct mm_heap {
    struct pages pages;
    struct events events;
    struct books books;
    pthread_mutex_t lock;    /* of the lists and the books */
    struct mm_mutator *all;  /* every mutator there ever was */
    struct mm_mutator *idle; /* those without a thread; what they made may still be in use */
    uint32_t mutators;
};

const struct mm_manager MM_MANAGER = {
    .name = "arena",
    .summary = "bump allocation in nested scopes, each reclaimed at once when it ends",
    .max_threads = MM_ANY_THREADS,
    .obeys_limit = true,
    .emits_events = true,
};

void
arena_too_deep(void)
{
    fprintf(stderr, "arena: more than %d scopes are nested; end some, or raise ARENA_LEVELS\n",
            ARENA_LEVELS - 1);
    exit(4);
}

/* How much of an open level is in use; the innermost one's next must be up to date. */
static size_t
arena_used(const struct mm_mutator *m, const struct arena_level *level)
{
    return level <= m->level ? (size_t)(level->next - level->range.base) : 0;
}

/* Returns what the levels of a mutator, but `growing`, hold beyond what is in use. */
static void
arena_relieve(struct mm_mutator *m, const struct arena_level *growing)
{
    struct mm_heap *heap = m->heap;
    uint64_t begin = events_begin(&heap->events);
    size_t returned = 0;
    for (struct arena_level *level = m->levels; level < m->levels + ARENA_LEVELS; level++) {
        if (level == growing || !level->range.base)
            continue;
        returned += growing_shrink(&level->range, &heap->pages, arena_used(m, level));
        level->limit = level->range.base + level->range.committed;
    }
    if (returned)
        events_end(&heap->events, MM_EVENT_PAGE_RETURN, m->ordinal, begin, returned);
    m->limit = m->level->limit;
}

/* Where the system grants less address space than is asked for, a level has less. */
static bool
arena_reserve(struct mm_heap *heap, struct arena_level *level)
{
    size_t bytes = ARENA_RESERVE_MAX;
    while (!growing_init(&level->range, &heap->pages, bytes))
        if ((bytes /= 2) < ARENA_RESERVE_MIN)
            return false;
    level->next = level->limit = level->range.base;
    return true;
}

static bool
arena_commit(struct mm_mutator *m, struct arena_level *level, size_t need)
{
    struct mm_heap *heap = m->heap;
    size_t had = level->range.committed, step = had;
    if (step < ARENA_STEP_MIN)
        step = ARENA_STEP_MIN;
    if (step > ARENA_STEP_MAX)
        step = ARENA_STEP_MAX;
    uint64_t begin = events_begin(&heap->events);
    if (!growing_ensure(&level->range, &heap->pages, need, need + step))
        return false;
    level->limit = level->range.base + level->range.committed;
    if (level->range.committed > had)
        events_end(&heap->events, MM_EVENT_PAGE_REQUEST, m->ordinal, begin,
                   level->range.committed - had);
    return true;
}

uintptr_t
arena_more(struct mm_mutator *m, struct arena_level *level, size_t bytes, size_t align)
{
    struct mm_heap *heap = m->heap;
    m->level->next = m->next;
    if (bytes > ARENA_RESERVE_MAX || (!level->range.base && !arena_reserve(heap, level)))
        mm_exhausted(bytes, heap->pages.limit);
    if (level == m->level)
        m->next = level->next; /* it may be new */
    uintptr_t base = (uintptr_t)level->range.base;
    uintptr_t at = size_aligned((uintptr_t)level->next, align ? align : MM_ALIGN_DEFAULT);
    if (!arena_commit(m, level, at - base + bytes)) {
        arena_relieve(m, level);
        if (!arena_commit(m, level, at - base + bytes))
            mm_exhausted(bytes, heap->pages.limit);
    }
    m->limit = m->level->limit;
    return at;
}

void *
arena_resize(struct mm_mutator *m, void *obj, size_t old_bytes, size_t new_bytes, size_t align)
{
    char *old = obj;
    size_t kept = old_bytes < new_bytes ? old_bytes : new_bytes;
    if (old + old_bytes == m->next) {
        if (new_bytes > old_bytes && new_bytes - old_bytes > (size_t)(m->limit - m->next))
            (void)arena_more(m, m->level, new_bytes - old_bytes, MM_ALIGN_DEFAULT);
        m->next = old + new_bytes;
    } else if (new_bytes > old_bytes) {
        uintptr_t at = size_aligned((uintptr_t)m->next, align ? align : MM_ALIGN_DEFAULT);
        if (at + new_bytes > (uintptr_t)m->limit)
            at = arena_more(m, m->level, new_bytes, align);
        obj = memcpy((void *)at, old, old_bytes); /* NOLINT(performance-no-int-to-ptr) */
        m->next = (char *)obj + new_bytes;
        debug_fill(old, DEBUG_FILL_DEAD, old_bytes);
    }
    debug_fill((char *)obj + kept, DEBUG_FILL_FRESH, new_bytes - kept);
    return obj;
}

/* -- the slow half of the contract -- */

struct mm_heap *
mm_heap_create(const struct mm_config *config)
{
    struct pages pages;
    struct books books;
    pages_init(&pages, config);
    struct mm_heap *heap = books_open(&books, &pages, sizeof *heap);
    if (!heap)
        mm_exhausted(sizeof *heap, config->heap_bytes);
    heap->pages = pages;
    heap->books = books;
    events_init(&heap->events, config);
    pthread_mutex_init(&heap->lock, NULL);
    return heap;
}

void
mm_heap_destroy(struct mm_heap *heap)
{
    for (struct mm_mutator *m = heap->all; m; m = m->all)
        for (struct arena_level *level = m->levels; level < m->levels + ARENA_LEVELS; level++)
            growing_release(&level->range, &heap->pages);
    pthread_mutex_destroy(&heap->lock);
    books_close(&heap->books, &heap->pages);
}

struct mm_mutator *
mm_attach(struct mm_heap *heap)
{
    pthread_mutex_lock(&heap->lock);
    struct mm_mutator *m = heap->idle;
    if (m) {
        heap->idle = m->idle;
    } else if ((m = books_add(&heap->books, &heap->pages, sizeof *m)) != NULL) {
        m->heap = heap;
        m->level = m->levels;
        m->ordinal = heap->mutators++;
        m->all = heap->all;
        heap->all = m;
    }
    pthread_mutex_unlock(&heap->lock);
    if (!m)
        mm_exhausted(sizeof *m, heap->pages.limit);
    return m;
}

/* What the thread made outside all scopes stays; another thread that attaches goes on behind. */
void
mm_detach(struct mm_mutator *m)
{
    struct mm_heap *heap = m->heap;
    mm_assert(m->level == m->levels);
    m->level->next = m->next;
    arena_relieve(m, NULL);
    pthread_mutex_lock(&heap->lock);
    m->idle = heap->idle;
    heap->idle = m;
    pthread_mutex_unlock(&heap->lock);
}

/* Nothing is known to be dead but what no scope uses. */
void
mm_collect(struct mm_mutator *m)
{
    m->level->next = m->next;
    arena_relieve(m, NULL);
}

void
mm_stats(struct mm_heap *heap, struct mm_stats *out)
{
    uint64_t live = 0;
    for (struct mm_mutator *m = heap->all; m; m = m->all) {
        m->level->next = m->next;
        for (struct arena_level *level = m->levels; level <= m->level; level++)
            live += arena_used(m, level);
    }
    *out = (struct mm_stats){
        .held_bytes = MM_LOAD_RELAXED(&heap->pages.held),
        .peak_held_bytes = MM_LOAD_RELAXED(&heap->pages.peak),
        .live_bytes = live,
        MM_STATS_NOT_COUNTED,
    };
}

bool
mm_owns(const struct mm_heap *heap, const void *obj)
{
    const char *at = obj;
    for (const struct mm_mutator *m = heap->all; m; m = m->all)
        for (const struct arena_level *level = m->levels; level <= m->level; level++)
            if (level->range.base && at >= level->range.base &&
                at < (level == m->level ? m->next : level->next))
                return true;
    return false;
}

void
mm_verify(struct mm_heap *heap)
{
    size_t committed = heap->books.memory.committed;
    for (struct mm_mutator *m = heap->all; m; m = m->all) {
        m->level->next = m->next;
        mm_assert(m->limit == m->level->limit); /* A2 */
        for (struct arena_level *level = m->levels; level < m->levels + ARENA_LEVELS; level++) {
            if (level <= m->level) {
                mm_assert(level->next >= level->range.base); /* A1 */
                mm_assert(level->next <= level->limit);      /* A1 */
            }
            mm_assert(!level->range.base ||
                      level->limit == level->range.base + level->range.committed); /* A2 */
            committed += level->range.committed;
        }
    }
    mm_assert(committed == MM_LOAD_RELAXED(&heap->pages.held)); /* A3 */
}
