/* generational_log.c -- the remembered set: which old objects and places may refer to young ones.
 *
 * A small object is remembered whole, once between two collections: its mark byte says so (object
 * remembering; Hudson and Diwan 1990).  A large one by the place that was written, for an array may
 * be as long as all that is young; or whole, if many places are written at once.
 *
 * When the log (parts/object_log.h) is lost, the next collection looks at everything.
 *
 * Cost: about 20 instructions for each place, an atomic exchange for each object. */
#include "generational.h"

#include "parts/assert.h"

/* -- The barrier ------------------------------------------------------------------------ */

static bool
generational_is_young(const struct mm_mutator *m, const void *obj)
{
    return (MM_LOAD_RELAXED(block_mark_byte(m->heap, obj)) | MARK_LOGGED) != (m->old | MARK_LOGGED);
}

/* Remembers an old object whole; of two threads one does it. */
static void
generational_log_object(struct mm_mutator *m, void *obj)
{
    uint8_t logged = m->old | MARK_LOGGED;
    if (MM_SWAP_RELAXED(block_mark_byte(m->heap, obj), logged) != logged)
        object_log_put(m, (uintptr_t)obj);
}

void
generational_remember(struct mm_mutator *m, void *obj, mm_ref *place, const void *value)
{
    if ((m->old & MARK_LOGGED) || !generational_is_young(m, value))
        return;
    if (block_heap_offset(m->heap, obj) < m->cells_bytes)
        generational_log_object(m, obj);
    else if (MM_LOAD_RELAXED(block_mark_byte(m->heap, obj)) == m->old)
        object_log_put(m, (uintptr_t)place | LOG_PLACE);
}

void
generational_remember_range(struct mm_mutator *m, void *obj, mm_ref *to, const mm_ref *from,
                            size_t n)
{
    if (MM_LOAD_RELAXED(block_mark_byte(m->heap, obj)) != m->old)
        return;
    if (n > LOG_WORDS) {
        generational_log_object(m, obj);
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (from[i].ptr_)
            generational_remember(m, obj, to + i, from[i].ptr_);
}

/* -- Collections ------------------------------------------------------------------------- */

/* An object is made white again, so that the marker looks at it as at any other. */
static void
generational_log_whiten(struct block_heap *blocks, void *obj)
{
    size_t offset = block_heap_offset(blocks, obj);
    if (offset < blocks->cells_bytes) {
        blocks->kinds[blocks->blocks[offset >> BLOCK_SHIFT].kind].marked--;
        return;
    }
    struct large *large = block_large_entry(blocks, obj);
    blocks->large.marked_pages -= large->pages;
}

void
generational_log_replay(struct mm_heap *heap)
{
    struct block_heap *blocks = &heap->blocks;
    const struct object_log *log = &heap->log;
    mm_assert(!log->lost);
    for (size_t i = 0; i < log->used; i++) {
        uintptr_t word = log->words[i];
        void *obj = (void *)word;
        if (word & LOG_PLACE)
            obj = ((mm_ref *)(word - LOG_PLACE))->ptr_;
        else if (obj)
            generational_log_whiten(blocks, obj);
        if (obj)
            marker_grey(blocks, obj);
    }
}
