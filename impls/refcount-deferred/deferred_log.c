/* deferred_log.c -- what mutators overwrite in counted objects, so that a round's end need look
 * only at the first old value of a place and the last new one (coalescing; Levanoni and Petrank
 * 2001).
 *
 * A small object goes into the log as a whole, at the first write to it in a round: all that it
 * refers to, and itself, so that what it refers to at the end can be counted; its mark byte says
 * so. Who logs it reads its references first and swaps the mark byte then: if another thread was
 * faster what was read is thrown away, and as nobody writes before the byte says so, what the
 * faster one read was still what is counted.
 *
 * An object with a long tail goes into the log by the place, at every write: the old value, to be
 * taken off, and the new one, to be counted.  The counts in between come and go in pairs.
 *
 * When the log (parts/object_log.h) is lost, everything is counted at the end of the round.
 *
 * Cost: for an object a word for it and for each reference, once a round; two words for a place. */
#include "deferred.h"
#include "parts/assert.h"

enum { REFS_MAX = 64 + LOG_WHOLE }; /* of an object that is logged as a whole */

/* -- The barrier ------------------------------------------------------------------------ */

static size_t
deferred_log_words(uintptr_t *values, size_t n, const char *base, uint64_t refs)
{
    for (; refs; refs &= refs - 1) {
        const mm_ref *place = (const mm_ref *)(const void *)base + __builtin_ctzll(refs);
        values[n] = (uintptr_t)MM_LOAD_ACQUIRE(&place->ptr_);
        n += values[n] != 0;
    }
    return n;
}

/* Reads all that a small object refers to. */
static size_t
deferred_log_read(uintptr_t *values, const char *obj, const struct kind *kind)
{
    size_t n = deferred_log_words(values, 0, obj, kind->refs);
    if (kind->unit_refs)
        for (size_t at = kind->fixed_bytes; at + kind->unit_bytes <= kind->bytes;
             at += kind->unit_bytes)
            n = deferred_log_words(values, n, obj + at, kind->unit_refs);
    return n;
}

static void
deferred_log_object(struct mm_mutator *m, char *obj, const struct kind *kind, uint8_t *byte)
{
    uintptr_t values[REFS_MAX];
    size_t n = deferred_log_read(values, obj, kind);
    uint8_t old = m->old;
    if (!__atomic_compare_exchange_n(byte, &old, (uint8_t)(old | MARK_LOGGED), false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return;
    object_log_put(m, (uintptr_t)obj | LOG_OBJECT);
    for (size_t i = 0; i < n; i++)
        object_log_put(m, values[i]);
}

static bool
deferred_is_whole(const struct kind *kind)
{
    if (!kind->unit_refs)
        return true;
    size_t units = (kind->bytes - kind->fixed_bytes) / kind->unit_bytes;
    return units * (size_t)__builtin_popcountll(kind->unit_refs) <= LOG_WHOLE;
}

/* Sees to it that an object that is counted, or large, is in the log as a whole, if that is its
 * way; true: the places must be logged one by one. */
static bool
deferred_log_by_place(struct mm_mutator *m, char *obj)
{
    const struct block_heap *blocks = m->heap;
    uint8_t *byte = block_mark_byte(blocks, obj);
    size_t offset = block_heap_offset(blocks, obj);
    if (MM_LOAD_ACQUIRE(byte) != m->old)
        return false;
    if (offset >= blocks->cells_bytes)
        return true;
    const struct kind *kind = &blocks->kinds[blocks->blocks[offset >> BLOCK_SHIFT].kind];
    if (!deferred_is_whole(kind))
        return true;
    deferred_log_object(m, obj, kind, byte);
    return false;
}

static void
deferred_log_place(struct mm_mutator *m, const void *old, const void *fresh)
{
    if (old == fresh)
        return;
    if (old)
        object_log_put(m, (uintptr_t)old);
    if (fresh)
        object_log_put(m, (uintptr_t)fresh | LOG_NEW);
}

void
deferred_store(struct mm_mutator *m, void *obj, mm_ref *place, void *value)
{
    if (deferred_log_by_place(m, obj))
        deferred_log_place(m, MM_LOAD_RELAXED(&place->ptr_), value);
    MM_STORE_RELEASE(&place->ptr_, value);
}

/* Whether another thread may be reading the object in order to log it, so that each place must be
 * written atomically. */
static bool
deferred_is_read(const struct mm_mutator *m, const void *obj, bool by_place)
{
    return !by_place && block_heap_offset(m->heap, obj) < m->cells_bytes;
}

static void
deferred_move(mm_ref *to, const mm_ref *from, size_t n)
{
    if ((uintptr_t)to <= (uintptr_t)from)
        for (size_t i = 0; i < n; i++)
            MM_STORE_RELEASE(&to[i].ptr_, MM_LOAD_ACQUIRE(&from[i].ptr_));
    else
        for (size_t i = n; i-- > 0;)
            MM_STORE_RELEASE(&to[i].ptr_, MM_LOAD_ACQUIRE(&from[i].ptr_));
}

void
deferred_copy(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from, size_t n)
{
    bool by_place = deferred_log_by_place(m, obj);
    for (size_t i = 0; by_place && i < n; i++)
        deferred_log_place(m, to[i].ptr_, from[i].ptr_);
    if (deferred_is_read(m, obj, by_place))
        deferred_move(to, from, n);
    else
        memmove(to, from, n * sizeof *to);
}

void
deferred_clear(struct mm_mutator *m, void *obj, mm_ref *places, size_t n)
{
    bool by_place = deferred_log_by_place(m, obj);
    for (size_t i = 0; by_place && i < n; i++)
        deferred_log_place(m, places[i].ptr_, NULL);
    if (!deferred_is_read(m, obj, by_place))
        memset(places, 0, n * sizeof *places);
    else
        for (size_t i = 0; i < n; i++)
            MM_STORE_RELAXED(&places[i].ptr_, NULL);
}

bool
deferred_cas(struct mm_mutator *m, void *obj, mm_ref *field, void *expected, void *value)
{
    bool by_place = deferred_log_by_place(m, obj);
    void *old = expected;
    if (!__atomic_compare_exchange_n(&field->ptr_, &old, value, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return false;
    if (by_place)
        deferred_log_place(m, expected, value);
    return true;
}

/* -- Rounds ------------------------------------------------------------------------------- */

/* All new values are counted before any old one is taken off, so no count falls too low in between.
 */
void
deferred_log_replay(struct mm_heap *heap)
{
    const struct object_log *log = &heap->log;
    mm_assert(!log->lost);
    for (size_t i = 0; i < log->used; i++) {
        uintptr_t word = log->words[i];
        void *obj = (void *)(word & ~(uintptr_t)LOG_TAGS);
        if (word & LOG_OBJECT) {
            *block_mark_byte(&heap->blocks, obj) = heap->blocks.live;
            deferred_count_fields(heap, obj);
        } else if (word & LOG_NEW) {
            deferred_count(heap, obj);
        } else if (word) {
            (void)deferred_words_push(heap, &heap->owed, word);
        }
    }
}
