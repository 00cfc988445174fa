/* arena.c -- where an arena's ranges come from, and what goes back when memory is short.
 *
 * The idea and the invariants are in arena_level.h.  Regions of this kind: Hanson 1990, "Fast
 * Allocation and Deallocation of Memory Based on Object Lifetimes".
 *
 * Cost: a request to the system each time that a level grows beyond what it has, in steps that
 * double from 64 KiB to 2 MiB; a page fault at the first touch of a page; a look at the levels
 * every ARENA_WINDOW scopes; and a hundredth of the time for what goes back. */
#include "mm.h"

#include "parts/books.h"
#include "parts/events.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ARENA_STEP_MIN = 64 << 10,
    ARENA_STEP_MAX = 2 << 20,
    ARENA_HUGE_MIN = 512 << 10,     /* a level that wants so much takes whole huge pages */
    ARENA_AHEAD = 16 << 10,         /* the limit runs so far ahead of small objects */
    ARENA_WINDOW = 64,              /* scopes of a depth between two looks at it */
    ARENA_WARM = 64 << 10,          /* a level keeps so much, however little it uses */
    ARENA_RETURN_BYTES = 512 << 10, /* a step of what goes back */
    ARENA_RETURN_TIMES = 100,       /* as long as it took to return a step, none is returned */
};
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

/* How much of an open level is in use; the innermost one's next must be up to date. */
static size_t
arena_used(const struct mm_mutator *m, const struct arena_level *level)
{
    return level <= m->level ? (size_t)(level->next - level->range.base) : 0;
}

/* Where what is returned may begin: on the axis of huge pages, none of them is split. */
static size_t
arena_whole(const struct mm_heap *heap, size_t bytes)
{
    return size_aligned(bytes, heap->pages.huge ? PAGES_ALIGN : PAGES_BYTES);
}

/* Returns what a level has committed behind the first `keep` bytes; says how much that was. */
static size_t
arena_shrink(struct mm_heap *heap, struct arena_level *level, size_t keep)
{
    size_t returned = growing_shrink(&level->range, &heap->pages, keep);
    char *end = level->range.base + level->range.committed;
    if (level->zero > end)
        level->zero = end;
    if (level->limit > end)
        level->limit = end;
    return returned;
}

/* Returns what the levels of a mutator, but `growing`, hold beyond what is in use. */
static void
arena_relieve(struct mm_mutator *m, const struct arena_level *growing)
{
    struct mm_heap *heap = m->heap;
    uint64_t begin = events_begin(&heap->events);
    size_t returned = 0;
    for (struct arena_level *level = m->levels; level < m->levels + ARENA_LEVELS; level++)
        if (level != growing && level->range.base)
            returned += arena_shrink(heap, level, arena_used(m, level));
    if (returned)
        events_end(&heap->events, MM_EVENT_PAGE_RETURN, m->ordinal, begin, returned);
    m->limit = m->level->limit;
}

/* -- between scopes -- */

/* A step of what a level holds beyond `keep` bytes goes back, when it is time: who is wrong about
 * what is needed loses little by it, however often. */
static void
arena_return_step(struct mm_mutator *m, struct arena_level *level, size_t keep)
{
    struct mm_heap *heap = m->heap;
    size_t committed = level->range.committed, step = arena_whole(heap, ARENA_RETURN_BYTES);
    if (keep + step < committed)
        keep = committed - step;
    keep = arena_whole(heap, keep);
    if (keep >= committed)
        return;
    uint64_t begin = events_clock();
    if (begin < m->return_ns)
        return;
    uint64_t event_begin = events_begin(&heap->events);
    size_t returned = arena_shrink(heap, level, keep);
    events_end(&heap->events, MM_EVENT_PAGE_RETURN, m->ordinal, event_begin, returned);
    uint64_t end = events_clock();
    m->return_ns = end + ARENA_RETURN_TIMES * (end - begin);
}

/* How far the scopes of a level reached is noted, and what they did not reach in two windows
 * is not needed. */
static void
arena_end_window(struct mm_mutator *m, struct arena_level *level)
{
    size_t reach = (size_t)(level->limit - level->range.base), before = level->reach;
    level->reach = reach;
    level->countdown = ARENA_WINDOW;
    if (reach > ARENA_WARM)
        level->limit = level->range.base + ARENA_WARM;
    if (reach < before)
        reach = before;
    arena_return_step(m, level, reach > ARENA_WARM ? reach : ARENA_WARM);
}

/* Deeper levels are looked at too, since nobody may come by them any more. */
void
arena_look(struct mm_mutator *m)
{
    struct arena_level *end = m->levels + ARENA_LEVELS;
    if (m->level == end) {
        fprintf(stderr, "arena: more than %d scopes are nested; end some, or raise ARENA_LEVELS\n",
                ARENA_LEVELS - 1);
        exit(4);
    }
    m->level->countdown = ARENA_WINDOW;
    for (struct arena_level *level = m->level; level < end && level->range.base; level++)
        arena_end_window(m, level);
    m->limit = m->level->limit;
}

/* -- growing -- */

/* Where the system grants less address space than is asked for, a level has less. */
static bool
arena_reserve(struct mm_heap *heap, struct arena_level *level)
{
    size_t bytes = ARENA_RESERVE_MAX;
    while (!growing_init(&level->range, &heap->pages, bytes))
        if ((bytes /= 2) < ARENA_RESERVE_MIN)
            return false;
    level->next = level->limit = level->zero = level->range.base;
    return true;
}

/* What a level that needs more than it has asks for: steps that double. */
static size_t
arena_want(const struct mm_heap *heap, const struct arena_level *level, size_t need)
{
    size_t step = level->range.committed;
    if (step < ARENA_STEP_MIN)
        step = ARENA_STEP_MIN;
    if (step > ARENA_STEP_MAX)
        step = ARENA_STEP_MAX;
    /* A huge page comes only where all of it was committed before its first touch. */
    if (heap->pages.huge && need + step >= ARENA_HUGE_MIN)
        return size_aligned(need + step, PAGES_ALIGN);
    return need + step;
}

static bool
arena_commit(struct mm_mutator *m, struct arena_level *level, size_t need)
{
    struct mm_heap *heap = m->heap;
    size_t had = level->range.committed;
    if (need <= had)
        return true;
    uint64_t begin = events_begin(&heap->events);
    if (!growing_ensure(&level->range, &heap->pages, need, arena_want(heap, level, need)))
        return false;
    events_end(&heap->events, MM_EVENT_PAGE_REQUEST, m->ordinal, begin,
               level->range.committed - had);
    return true;
}

/* The limit goes up for an object that ends at `need`.  It stays close to large ones, so that what
 * is behind them is still known to be zero when another follows; where all was used before, it
 * goes ahead by a quarter. */
static void
arena_raise(struct arena_level *level, size_t need, size_t bytes)
{
    size_t reach = bytes < PAGES_BYTES ? need + ARENA_AHEAD : need;
    size_t used = (size_t)(level->zero - level->range.base);
    if (reach < used) {
        reach = need + (need / 4 > ARENA_AHEAD ? need / 4 : ARENA_AHEAD);
        reach = reach < used ? reach : used;
    }
    if (reach > level->range.committed)
        reach = level->range.committed;
    level->limit = level->range.base + reach;
    if (level->zero < level->limit)
        level->zero = level->limit;
}

MM_INLINE uintptr_t
arena_make_room(struct mm_mutator *m, struct arena_level *level, size_t bytes, size_t align)
{
    struct mm_heap *heap = m->heap;
    m->level->next = m->next;
    if (bytes > ARENA_RESERVE_MAX || (!level->range.base && !arena_reserve(heap, level)))
        mm_exhausted(bytes, heap->pages.limit);
    if (level == m->level)
        m->next = level->next; /* it may be new */
    uintptr_t base = (uintptr_t)level->range.base;
    uintptr_t at = size_aligned((uintptr_t)level->next, align ? align : MM_ALIGN_DEFAULT);
    size_t need = at - base + bytes;
    if (!arena_commit(m, level, need)) {
        arena_relieve(m, level);
        if (!arena_commit(m, level, need))
            mm_exhausted(bytes, heap->pages.limit);
    }
    arena_raise(level, need, bytes);
    m->limit = m->level->limit;
    return at;
}

uintptr_t
arena_more(struct mm_mutator *m, struct arena_level *level, size_t bytes, size_t align)
{
    return arena_make_room(m, level, bytes, align);
}

/* -- nulling -- */

/* Nulls so many bytes, but what lies from `zero` on. */
static void
arena_null(char *from, size_t bytes, const char *zero)
{
    size_t used = zero > from ? (size_t)(zero - from) : 0;
    memset(from, 0, used < bytes ? used : bytes);
}

MM_INLINE bool
arena_is_null(const char *from, size_t bytes)
{
    while (bytes > 0 && from[bytes - 1] == 0)
        bytes--;
    return bytes == 0;
}

uintptr_t
arena_more_nulled(struct mm_mutator *m, struct arena_level *level, size_t bytes, size_t align)
{
    const char *zero = level->zero;
    uintptr_t at = arena_make_room(m, level, bytes, align);
    char *obj = (char *)at; /* NOLINT(performance-no-int-to-ptr) */
    arena_null(obj, bytes, zero);
    mm_assert_slow(arena_is_null(obj, bytes));
    return at;
}

/* Where the object is now, with what it had. */
static char *
arena_place(struct mm_mutator *m, const struct mm_type *type, char *old, size_t old_bytes,
            size_t new_bytes)
{
    if (old + old_bytes == m->next) {
        if (new_bytes > old_bytes && new_bytes - old_bytes > (size_t)(m->limit - m->next))
            (void)arena_make_room(m, m->level, new_bytes - old_bytes, MM_ALIGN_DEFAULT);
        m->next = old + new_bytes;
        return old;
    }
    if (new_bytes <= old_bytes)
        return old;
    uintptr_t at = size_aligned((uintptr_t)m->next, type->align ? type->align : MM_ALIGN_DEFAULT);
    if (at + new_bytes > (uintptr_t)m->limit)
        at = arena_make_room(m, m->level, new_bytes, type->align);
    char *obj = memcpy((void *)at, old, old_bytes); /* NOLINT(performance-no-int-to-ptr) */
    m->next = obj + new_bytes;
    debug_fill(old, DEBUG_FILL_DEAD, old_bytes);
    return obj;
}

void *
arena_resize(struct mm_mutator *m, const struct mm_type *type, void *obj, size_t old_n,
             size_t new_n)
{
    size_t old_bytes = arena_bytes(type, old_n), new_bytes = arena_bytes(type, new_n);
    const char *zero = m->level->zero;
    char *now = arena_place(m, type, obj, old_bytes, new_bytes);
    if (new_n <= old_n)
        return now;
    debug_fill(now + old_bytes, DEBUG_FILL_FRESH, new_bytes - old_bytes);
    if (MM_DEBUG)
        null_refs_grown(type, now, old_n, new_n);
    else if (arena_has_ref_tail(type))
        arena_null(now + mm_size(type, old_n), (new_n - old_n) * mm_unit(type), zero);
    return now;
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
        for (unsigned depth = 0; depth < ARENA_LEVELS; depth++)
            m->levels[depth].countdown = ARENA_WINDOW;
        m->levels[ARENA_LEVELS].countdown = 1; /* see arena_look */
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

static void
arena_verify_level(const struct arena_level *level)
{
    const char *end = level->range.base + level->range.committed;
    mm_assert(level->limit <= level->zero && level->zero <= end);            /* A2 */
    mm_assert_slow(arena_is_null(level->zero, (size_t)(end - level->zero))); /* A4 */
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
            arena_verify_level(level);
            committed += level->range.committed;
        }
    }
    mm_assert(committed == MM_LOAD_RELAXED(&heap->pages.held)); /* A3 */
}
