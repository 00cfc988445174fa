/* snapshot.c -- see snapshot_books.h, and snapshot.h for the barrier. */
#include "parts/block_heap_books.h"

#include "parts/assert.h"

#include <sched.h>

enum {
    INBOX_BYTES = SNAPSHOT_INBOX * sizeof(void *),
    BUFFER_BYTES = SNAPSHOT_BUFFER * sizeof(void *),
    RANGE_PLACES = 64, /* that are overwritten at once without an event */
    SWEEP_SHARE = 4    /* blocks that are cleaned in the time in which a large object is freed */
};

void
snapshot_create(struct block_heap *heap)
{
    struct snapshot *snapshot = &heap->snapshot;
    mm_assert(pthread_mutex_init(&snapshot->lock, NULL) == 0);
    mm_assert(pthread_mutex_init(&snapshot->inbox_lock, NULL) == 0);
    size_t committed = 0;
    snapshot->inbox = pages_reserve(&heap->pages, INBOX_BYTES);
    if (!snapshot->inbox || !block_heap_extend(heap, snapshot->inbox, &committed, INBOX_BYTES))
        mm_exhausted(INBOX_BYTES, heap->pages.limit);
}

static size_t
snapshot_whole_pages(size_t bytes)
{
    return (bytes + PAGES_BYTES - 1) & ~(size_t)(PAGES_BYTES - 1);
}

void
snapshot_destroy(struct block_heap *heap)
{
    struct snapshot *snapshot = &heap->snapshot;
    pages_release(&heap->pages, snapshot->inbox, INBOX_BYTES, snapshot_whole_pages(INBOX_BYTES));
    pthread_mutex_destroy(&snapshot->inbox_lock);
    pthread_mutex_destroy(&snapshot->lock);
}

/* -- The marker's lock -------------------------------------------------------------------- */

static void
snapshot_lock(struct snapshot *snapshot)
{
    (void)MM_ADD_RELAXED(&snapshot->waiting, 1);
    pthread_mutex_lock(&snapshot->lock);
    (void)MM_ADD_RELAXED(&snapshot->waiting, -UINT32_C(1));
}

/* The same for who marks in portions: lets those go first who wait already.  A mutex alone would be
 * taken again before any of them has woken up. */
static void
snapshot_lock_in_turn(struct snapshot *snapshot)
{
    while (MM_LOAD_RELAXED(&snapshot->waiting))
        sched_yield();
    snapshot_lock(snapshot);
}

static void
snapshot_unlock(struct snapshot *snapshot)
{
    pthread_mutex_unlock(&snapshot->lock);
}

/* -- Old values ----------------------------------------------------------------------------- */

/* Greys what is in the inbox.  With the marker's lock held. */
static void
snapshot_empty_inbox(struct block_heap *heap)
{
    struct snapshot *snapshot = &heap->snapshot;
    if (!MM_LOAD_RELAXED(&snapshot->filled))
        return;
    pthread_mutex_lock(&snapshot->inbox_lock);
    for (uint32_t i = 0; i < snapshot->filled; i++)
        marker_grey(heap, snapshot->inbox[i]);
    MM_STORE_RELAXED(&snapshot->filled, 0);
    pthread_mutex_unlock(&snapshot->inbox_lock);
}

/* Drops what is marked already from the buffer.  The mark bytes are fetched all at once. */
static void
snapshot_filter(struct mm_mutator *m)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < m->kept; i++)
        marker_prefetch(m->heap, m->kept_values[i]);
    for (uint32_t i = 0; i < m->kept; i++) {
        void *obj = m->kept_values[i];
        m->kept_values[kept] = obj;
        kept += !marker_is_marked(m->heap, obj);
    }
    m->kept = kept;
}

static bool
snapshot_put_into_inbox(const struct mm_mutator *m)
{
    struct snapshot *snapshot = &m->heap->snapshot;
    pthread_mutex_lock(&snapshot->inbox_lock);
    bool fits = snapshot->filled + m->kept <= SNAPSHOT_INBOX;
    if (fits) {
        memcpy(snapshot->inbox + snapshot->filled, m->kept_values, m->kept * sizeof(void *));
        MM_STORE_RELAXED(&snapshot->filled, snapshot->filled + m->kept);
    }
    pthread_mutex_unlock(&snapshot->inbox_lock);
    return fits;
}

static MM_SLOW void
snapshot_flush(struct mm_mutator *m)
{
    struct block_heap *heap = m->heap;
    uint64_t begin = events_begin(&heap->events);
    world_jitter(&heap->world);
    snapshot_filter(m);
    if (m->kept && !snapshot_put_into_inbox(m)) {
        snapshot_lock(&heap->snapshot);
        for (uint32_t i = 0; i < m->kept; i++)
            marker_mark(heap, m->kept_values[i]);
        snapshot_unlock(&heap->snapshot);
    }
    m->kept = 0;
    block_heap_event(m, MM_EVENT_MARK_SLICE, begin, 0);
}

MM_INLINE void
snapshot_keep(struct mm_mutator *m, void *old)
{
    if (!old)
        return;
    m->kept_values[m->kept++] = old;
    if (MM_UNLIKELY(m->kept == SNAPSHOT_BUFFER))
        snapshot_flush(m);
}

void
snapshot_attach(struct mm_mutator *m)
{
    struct block_heap *heap = m->heap;
    size_t committed = 0;
    m->kept_values = pages_reserve(&heap->pages, BUFFER_BYTES);
    if (!m->kept_values || !block_heap_extend(heap, m->kept_values, &committed, BUFFER_BYTES))
        mm_exhausted(BUFFER_BYTES, heap->pages.limit);
    m->marking = block_heap_is_marking(heap);
}

void
snapshot_detach(struct mm_mutator *m)
{
    if (m->kept)
        snapshot_flush(m);
    pages_release(&m->heap->pages, m->kept_values, BUFFER_BYTES,
                  snapshot_whole_pages(BUFFER_BYTES));
}

/* -- The barrier ------------------------------------------------------------------------------ */

void
snapshot_store(struct mm_mutator *m, void *obj, mm_ref *field, void *value)
{
    (void)obj;
    snapshot_keep(m, MM_LOAD_ACQUIRE(&field->ptr_));
    MM_STORE_RELEASE(&field->ptr_, value);
}

static void
snapshot_keep_range(struct mm_mutator *m, const mm_ref *places, size_t n)
{
    for (size_t i = 0; i < n; i++)
        snapshot_keep(m, MM_LOAD_ACQUIRE(&places[i].ptr_));
}

static uint64_t
snapshot_range_begin(const struct mm_mutator *m, size_t n)
{
    return n > RANGE_PLACES ? events_begin(&m->heap->events) : 0;
}

static void
snapshot_range_end(const struct mm_mutator *m, uint64_t begin, size_t n)
{
    if (n > RANGE_PLACES)
        events_end(&m->heap->events, MM_EVENT_MARK_SLICE, m->ordinal, begin, n);
}

void
snapshot_copy(struct mm_mutator *m, mm_ref *to, const mm_ref *from, size_t n)
{
    uint64_t begin = snapshot_range_begin(m, n);
    snapshot_keep_range(m, to, n);
    if ((uintptr_t)to <= (uintptr_t)from)
        for (size_t i = 0; i < n; i++)
            MM_STORE_RELEASE(&to[i].ptr_, MM_LOAD_ACQUIRE(&from[i].ptr_));
    else
        for (size_t i = n; i-- > 0;)
            MM_STORE_RELEASE(&to[i].ptr_, MM_LOAD_ACQUIRE(&from[i].ptr_));
    snapshot_range_end(m, begin, n);
}

void
snapshot_clear(struct mm_mutator *m, mm_ref *places, size_t n)
{
    uint64_t begin = snapshot_range_begin(m, n);
    snapshot_keep_range(m, places, n);
    for (size_t i = 0; i < n; i++)
        MM_STORE_RELAXED(&places[i].ptr_, NULL);
    snapshot_range_end(m, begin, n);
}

bool
snapshot_cas(struct mm_mutator *m, mm_ref *field, void *expected, void *value)
{
    void *old = expected;
    if (!__atomic_compare_exchange_n(&field->ptr_, &old, value, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return false;
    snapshot_keep(m, expected);
    return true;
}

/* -- Cycles --------------------------------------------------------------------------------------
 */

bool
snapshot_prepare(struct block_heap *heap, uint32_t blocks)
{
    mm_assert(!block_heap_is_marking(heap));
    bool more = block_cycle_clean(heap, blocks);
    return block_large_sweep(heap, blocks / SWEEP_SHARE + 1) || more;
}

static void
snapshot_set_marking(struct block_heap *heap, bool marking)
{
    for (struct mm_mutator *m = heap->world.mutators; m; m = m->following)
        m->marking = marking;
    heap->marker.beside = marking;
}

void
snapshot_start(struct block_heap *heap)
{
    snapshot_lock(&heap->snapshot);
    block_cycle_begin(heap);
    block_cycle_blacken(heap);
    block_cycle_roots(heap);
    snapshot_set_marking(heap, true);
    snapshot_unlock(&heap->snapshot);
}

/* Marks until neither the marker nor the aide has anything grey (true), or until the deadline. */
static bool
snapshot_run(struct block_heap *heap, uint64_t steps, uint64_t deadline_ns)
{
    while (marker_run(heap, steps, deadline_ns)) {
        enum aide_answer answer = heap->aide.ready ? aide_regain(heap, deadline_ns) : AIDE_DONE;
        if (answer != AIDE_GAVE || (deadline_ns && events_clock() >= deadline_ns))
            return answer == AIDE_DONE;
    }
    return false;
}

bool
snapshot_mark(struct block_heap *heap, uint64_t steps, uint64_t deadline_ns, uint64_t *ran)
{
    struct snapshot *snapshot = &heap->snapshot;
    world_jitter(&heap->world);
    snapshot_lock_in_turn(snapshot);
    bool done = true;
    if (heap->marker.beside) {
        snapshot_empty_inbox(heap);
        uint64_t before = heap->marker.steps;
        done = snapshot_run(heap, steps, deadline_ns) && !MM_LOAD_RELAXED(&snapshot->filled);
        *ran += heap->marker.steps - before;
    }
    snapshot_unlock(snapshot);
    return done;
}

/* The marker's lock is taken as well: a collector's own thread does not stand still. */
bool
snapshot_finish(struct block_heap *heap, uint64_t deadline_ns)
{
    snapshot_lock(&heap->snapshot);
    snapshot_empty_inbox(heap);
    for (struct mm_mutator *m = heap->world.mutators; m; m = m->following) {
        for (uint32_t i = 0; i < m->kept; i++)
            marker_grey(heap, m->kept_values[i]);
        m->kept = 0;
    }
    heap->marker.beside = false;
    bool done = snapshot_run(heap, UINT64_MAX, deadline_ns);
    heap->marker.beside = true;
    if (done && heap->aide.ready)
        aide_settle(heap);
    if (done)
        snapshot_set_marking(heap, false);
    snapshot_unlock(&heap->snapshot);
    return done;
}
