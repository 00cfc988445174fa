/* refcount_shared.c -- counts with several mutators: each object has an owner, who counts in its
 * header without atomics; everybody else notes what he would count in a log of his own.
 *
 * The idea is biased reference counting (Choi, Shull and Torrellas 2018), with the shared half of a
 * count kept in the threads' logs instead of the header, as deferred counting keeps it (Bacon et
 * al. 2001); so the header stays one word.  The owner of an object is the thread that owns the slab
 * of its cell (slabs.h); a large object, and one whose maker's thread left, has none.  When a log
 * is full, or its thread has taken cells often enough, the world is stopped, all logs are applied,
 * increments first, and counts are what they say; then nobody is several for a moment, and all that
 * one mutator does alone can be done, such as a portion of a search.
 *
 *   L1  The header of an object is read and written by its owner alone, or while the world stands.
 *       While a heap has one mutator, that one owns all objects.  At the limit slabs change
 *       hands, while the world stands and after all logs have been applied.
 *   L2  The places of an object are its count, and the increments in logs, less the decrements.
 *   L3  Whoever logs an increment has set the note of the object's slab before; only applying it
 *       clears the note.
 *   L4  Where the owner counts to zero and the note is set, the object is logged as perhaps dead:
 *       it is dead if its count is zero when all logs have been applied.  Else it dies at once.
 *
 * Why what dies at once is dead.  Its count is zero; by L2 it has as many places as there are
 * increments for it in logs, less the decrements.  An increment is made by a thread that
 * looks at the object, and the contract (mm.h) lets nobody do so whose view may have lost its last
 * place: so some place keeps the object until the increment was made, and whoever overwrites that
 * place does so after it, in the order of happens-before.  The owner that counts the last place off
 * comes after all of them, and sees the note, which is written before the increment (L3).  It was
 * not set: there is no increment, so no decrement either, and no place.
 *
 * Why nothing dead is missed.  The count of a live object is above zero when the logs are empty. To
 * fall to zero or below by its owner's hand it comes by zero and is logged as perhaps dead or dies;
 * else a logged decrement brings it to zero, and it is buried there.
 *
 * So what one thread alone uses dies at once and in parallel, and what others count too dies at the
 * next stop.  A stop applies at most what fills the logs and what their owners add until they
 * come by a safepoint, and takes no object apart: each is buried with the owner of its cell.
 *
 * Cost: a look into the table of spans, then a count or an entry of 8 bytes. */
#include "refcount.h"

#include "parts/assert.h"

/* What is noted of an object, in the low bits of its address. */
enum entry { ENTRY_INCREMENT, ENTRY_DECREMENT, ENTRY_ZERO, ENTRY_SUSPECT, ENTRY_MASK = 3 };

/* -- the log -- */

static bool
refcount_log_try(struct mm_mutator *m, void *obj, enum entry entry)
{
    size_t need = (m->logged + 1) * sizeof(uintptr_t);
    if (MM_UNLIKELY(need > m->log.committed) &&
        !growing_ensure(&m->log, &refcount_heap(m)->slabs.spans.pages, need, 2 * need))
        return false;
    ((uintptr_t *)(void *)m->log.base)[m->logged++] = (uintptr_t)obj | (uintptr_t)entry;
    if (MM_UNLIKELY(m->logged >= m->log_limit))
        MM_STORE_RELAXED(&m->stop, 1);
    return true;
}

static void
refcount_log(struct mm_mutator *m, void *obj, enum entry entry)
{
    if (MM_UNLIKELY(!refcount_log_try(m, obj, entry)))
        refcount_give_up(m, sizeof(uintptr_t));
}

static struct span *
refcount_slab(const struct mm_mutator *m, void *obj)
{
    struct span *span = spans_entry(m->cells.bias, refcount_header(obj));
    return span - span->offset;
}

static bool
refcount_is_own(const struct mm_mutator *m, const struct span *slab)
{
    return MM_LOAD_RELAXED(&slab->owner) == &m->cells;
}

/* -- counting -- */

void
refcount_retain_shared(struct mm_mutator *m, void *obj)
{
    struct span *slab = refcount_slab(m, obj);
    if (refcount_is_own(m, slab)) {
        refcount_header(obj)->count++;
        return;
    }
    if (!MM_LOAD_RELAXED(&slab->note))
        MM_STORE_RELAXED(&slab->note, 1);
    refcount_log(m, obj, ENTRY_INCREMENT);
}

bool
refcount_drop_shared(struct mm_mutator *m, void *obj)
{
    const struct span *slab = refcount_slab(m, obj);
    if (!refcount_is_own(m, slab)) {
        refcount_log(m, obj, ENTRY_DECREMENT);
        return false;
    }
    union refcount_header *header = refcount_header(obj);
    if (--header->count == 0) {
        if (!MM_LOAD_RELAXED(&slab->note))
            return true;
        refcount_log(m, obj, ENTRY_ZERO);
        return false;
    }
    if (!(header->tag & REFCOUNT_QUIET))
        refcount_suspect_shared(m, obj);
    return false;
}

void
refcount_release_shared(struct mm_mutator *m, void *obj)
{
    if (refcount_drop_shared(m, obj))
        refcount_died(m, obj);
}

void
refcount_retract(struct mm_mutator *m, void *obj)
{
    if (!obj)
        return;
    if (!m->several || refcount_is_own(m, refcount_slab(m, obj)))
        refcount_header(obj)->count--;
    else
        refcount_log(m, obj, ENTRY_DECREMENT);
}

void
refcount_suspect_shared(struct mm_mutator *m, void *obj)
{
    if (refcount_log_try(m, obj, ENTRY_SUSPECT))
        refcount_header(obj)->tag |= REFCOUNT_SUSPECT;
    else
        m->lost = true;
}

/* -- places -- */

static void
refcount_land_shared(struct mm_mutator *m, mm_ref *place, void *value)
{
    void *old = MM_LOAD_ACQUIRE(&place->ptr_);
    MM_STORE_RELEASE(&place->ptr_, value);
    if (old)
        refcount_release_shared(m, old);
}

void
refcount_store_shared(struct mm_mutator *m, mm_ref *place, void *value)
{
    if (value)
        refcount_retain_shared(m, value);
    refcount_land_shared(m, place, value);
}

/* Of another's object the header must not be read: counted to and fro it becomes a suspect when
 * that is applied, unless it is green. */
void
refcount_store_new_shared(struct mm_mutator *m, mm_ref *field, void *value)
{
    if (value && !refcount_is_own(m, refcount_slab(m, value))) {
        refcount_retain_shared(m, value);
        refcount_log(m, value, ENTRY_DECREMENT);
    } else if (value && !(refcount_header(value)->tag & REFCOUNT_QUIET) &&
               refcount_is_used(refcount_heap(m), value)) {
        refcount_suspect_shared(m, value);
    }
    refcount_land_shared(m, field, value);
}

/* -- applying -- */

/* A suspect's cell stays until it leaves the log or the buffer. */
static void
refcount_apply_suspect(struct mm_mutator *m, void *obj)
{
    if (refcount_suspect_now(refcount_heap(m), obj))
        return;
    if (refcount_colour(obj) == REFCOUNT_DEAD)
        refcount_forget(m, obj);
    else
        refcount_header(obj)->tag &= ~(uint32_t)REFCOUNT_SUSPECT;
}

static void
refcount_apply_first(struct mm_mutator *m, void *obj, enum entry entry)
{
    if (entry == ENTRY_SUSPECT)
        refcount_apply_suspect(m, obj);
    if (entry != ENTRY_INCREMENT)
        return;
    refcount_header(obj)->count++;
    MM_STORE_RELAXED(&refcount_slab(m, obj)->note, 0);
}

static void
refcount_apply_second(struct mm_mutator *m, void *obj, enum entry entry)
{
    if (entry != ENTRY_DECREMENT)
        return;
    union refcount_header *header = refcount_header(obj);
    if (--header->count == 0)
        refcount_bury_for(m, obj);
    else if (!(header->tag & REFCOUNT_QUIET))
        (void)refcount_suspect_now(refcount_heap(m), obj);
}

/* It may be there twice, and what a decrement brought to zero too.  What lives has lost a place. */
static void
refcount_apply_third(struct mm_mutator *m, void *obj, enum entry entry)
{
    if (entry != ENTRY_ZERO || refcount_colour(obj) == REFCOUNT_DEAD)
        return;
    const union refcount_header *header = refcount_header(obj);
    if (header->count == 0)
        refcount_bury_for(m, obj);
    else if (!(header->tag & REFCOUNT_QUIET))
        (void)refcount_suspect_now(refcount_heap(m), obj);
}

static void
refcount_apply_pass(struct mm_mutator *m,
                    void (*apply)(struct mm_mutator *m, void *obj, enum entry entry))
{
    for (struct mm_mutator *o = refcount_heap(m)->world.mutators; o; o = o->following) {
        const uintptr_t *log = (const uintptr_t *)(void *)o->log.base;
        for (size_t i = 0; i < o->logged; i++)
            apply(m, (void *)(log[i] & ~(uintptr_t)ENTRY_MASK), /* NOLINT */
                  (enum entry)(log[i] & ENTRY_MASK));
    }
}

void
refcount_apply(struct mm_mutator *m)
{
    struct mm_heap *heap = refcount_heap(m);
    refcount_apply_pass(m, refcount_apply_first);
    refcount_apply_pass(m, refcount_apply_second);
    refcount_apply_pass(m, refcount_apply_third);
    for (struct mm_mutator *o = heap->world.mutators; o; o = o->following) {
        o->logged = o->owed = 0;
        if (o->lost)
            refcount_lose_suspect(heap);
        o->lost = false;
    }
}

/* -- stops -- */

/* With the lock, from world_pause, and with several mutators. */
static void
refcount_stop(struct mm_mutator *m)
{
    m->stop_begin_ns = events_begin(&refcount_heap(m)->slabs.spans.events);
    world_stop(m);
    m->several = 0;
    m->stops_world = true;
    refcount_apply(m);
}

/* While a search goes on, stops come as often as it must get on: there are four new suspects at
 * most for each object that it reaches, and five steps. */
static void
refcount_plan_stops(struct mm_heap *heap)
{
    bool searches = heap->search.phase != REFCOUNT_IDLE || refcount_search_due(heap);
    size_t log_limit = searches ? heap->search_steps / REFCOUNT_STEPS_OF_SUSPECT : REFCOUNT_LOG;
    for (struct mm_mutator *o = heap->world.mutators; o; o = o->following) {
        o->several = heap->world.mutators->following != NULL;
        o->owed_limit = searches ? REFCOUNT_HALVES_OF_SEARCH : REFCOUNT_HALVES;
        o->log_limit = log_limit > 0 && log_limit < REFCOUNT_LOG ? log_limit : REFCOUNT_LOG;
    }
}

static void
refcount_start(struct mm_mutator *m)
{
    struct mm_heap *heap = refcount_heap(m);
    m->stops_world = false;
    refcount_plan_stops(heap);
    world_start(m);
    events_end(&heap->slabs.spans.events, MM_EVENT_STOP, m->cells.ordinal, m->stop_begin_ns, 0);
}

void
refcount_open(struct mm_mutator *m)
{
    world_lock(&refcount_heap(m)->world);
    world_pause(m);
    if (m->several)
        refcount_stop(m);
}

void
refcount_close(struct mm_mutator *m)
{
    if (m->stops_world)
        refcount_start(m);
    world_unlock(&refcount_heap(m)->world);
}

/* How many mutators make work for a search. */
static size_t
refcount_running(const struct mm_heap *heap)
{
    size_t n = 0;
    for (const struct mm_mutator *o = heap->world.mutators; o; o = o->following)
        n += !o->is_away;
    return n;
}

void
refcount_settle(struct mm_mutator *m, size_t steps)
{
    struct mm_heap *heap = refcount_heap(m);
    world_jitter(&heap->world);
    world_lock(&heap->world);
    world_pause(m);
    /* Another's stop may have done it meanwhile. */
    if (m->several && (m->owed >= m->owed_limit || m->logged >= m->log_limit)) {
        refcount_stop(m);
        refcount_search_if_due(m, steps * refcount_running(heap));
        if (!m->dead)
            (void)refcount_adopt_dead(m, false);
    }
    refcount_close(m);
}

void
refcount_safepoint(struct mm_mutator *m)
{
    refcount_settle(m, refcount_heap(m)->search_steps);
}

/* The dead of one that is away are others'. */
void
refcount_park(struct mm_mutator *m)
{
    struct mm_heap *heap = refcount_heap(m);
    world_lock(&heap->world);
    m->is_away = true;
    if (m->dead)
        MM_STORE_RELAXED(&heap->left_dead, true);
    world_park(m);
    world_unlock(&heap->world);
}

void
refcount_unpark(struct mm_mutator *m)
{
    struct mm_heap *heap = refcount_heap(m);
    world_jitter(&heap->world);
    world_lock(&heap->world);
    world_unpark(m);
    m->is_away = false;
    world_unlock(&heap->world);
}

bool
refcount_adopt_dead(struct mm_mutator *m, bool all)
{
    struct mm_heap *heap = refcount_heap(m);
    mm_assert(!m->dead);
    for (struct slab_cache *cache = heap->slabs.caches; cache; cache = cache->all) {
        struct mm_mutator *o = (struct mm_mutator *)cache;
        if (!o->dead || !(all || o->is_away))
            continue;
        m->dead = o->dead;
        o->dead = NULL;
        return true;
    }
    MM_STORE_RELAXED(&heap->left_dead, false);
    return false;
}

/* -- mutators that come and go -- */

static void
refcount_be_several(struct mm_mutator *m)
{
    struct pages *pages = &refcount_heap(m)->slabs.spans.pages;
    struct pages plain = *pages;
    plain.huge = false;
    if ((!m->log.base && !growing_init(&m->log, &plain, REFCOUNT_LOG_RESERVE)) ||
        !growing_ensure(&m->log, pages, 1, REFCOUNT_LOG * sizeof(uintptr_t)))
        refcount_give_up(m, REFCOUNT_LOG * sizeof(uintptr_t));
    m->mixed = true;
}

struct mm_mutator *
mm_attach(struct mm_heap *heap)
{
    struct world *world = &heap->world;
    world_lock(world);
    struct slab_cache *cache = slabs_attach(&heap->slabs, sizeof(struct mm_mutator));
    if (!cache)
        mm_exhausted(sizeof(struct mm_mutator), heap->slabs.spans.pages.limit);
    struct mm_mutator *m = (struct mm_mutator *)cache;
    world_attach(world, m);
    m->ordinal = cache->ordinal;
    m->several = 0;
    m->is_away = false;
    MM_STORE_RELAXED(&m->stop, 0);
    m->mixed = heap->slabs.caches->all != NULL;
    if (m->following) {
        refcount_stop(m);
        for (struct mm_mutator *o = world->mutators; o; o = o->following)
            refcount_be_several(o);
    }
    refcount_close(m);
    return m;
}

void
mm_detach(struct mm_mutator *m)
{
    struct mm_heap *heap = refcount_heap(m);
    refcount_open(m);
    m->is_away = true;
    if (m->dead)
        MM_STORE_RELAXED(&heap->left_dead, true);
    uint64_t begin = events_begin(&heap->slabs.spans.events);
    size_t returned = growing_shrink(&m->log, &heap->slabs.spans.pages, 0);
    if (returned)
        events_end(&heap->slabs.spans.events, MM_EVENT_PAGE_RETURN, m->cells.ordinal, begin,
                   returned);
    slabs_detach(&m->cells);
    /* Nobody goes on before the lock is let go. */
    if (m->stops_world) {
        refcount_start(m);
        m->several = 0;
    }
    world_detach(&heap->world, m);
    if (heap->world.mutators && !heap->world.mutators->following)
        heap->world.mutators->several = 0;
    world_unlock(&heap->world);
}
