/* object_log.c -- see object_log.h. */
#include "parts/object_log.h"

#include "parts/assert.h"

enum { LOG_SHARE = 128 }; /* this part of the limit, at most */

void
object_log_create(struct object_log *log, struct block_heap *heap)
{
    log->reserved = (heap->cells_bytes / LOG_SHARE + 2 * PAGES_BYTES) & ~(size_t)(PAGES_BYTES - 1);
    log->words = pages_reserve(&heap->pages, log->reserved);
    if (!log->words)
        mm_exhausted(log->reserved, heap->pages.limit);
    log->max = log->reserved / sizeof *log->words;
    if (log->max > LOG_WORDS_MAX)
        log->max = LOG_WORDS_MAX;
}

void
object_log_destroy(struct object_log *log, struct block_heap *heap)
{
    pages_release(&heap->pages, log->words, log->reserved, log->committed);
}

void
object_log_attach(struct mm_mutator *m, uint8_t old)
{
    m->cells = m->heap->cells;
    m->cells_bytes = m->heap->cells_bytes;
    m->marks = m->heap->marks;
    m->old = old;
}

bool
object_log_refill(struct mm_mutator *m)
{
    struct block_heap *heap = m->heap;
    struct object_log *log = object_log_of(heap);
    world_lock(&heap->world);
    size_t end = log->used + LOG_WORDS;
    if (log->lost || end > log->max ||
        !block_heap_extend(heap, log->words, &log->committed, end * sizeof *log->words)) {
        log->lost = true;
    } else {
        m->log_next = log->words + log->used;
        m->log_end = log->words + end;
        log->used = end;
    }
    bool lost = log->lost;
    world_unlock(&heap->world);
    return !lost;
}

void
object_log_forget(struct object_log *log, struct block_heap *heap, uint8_t old)
{
    if (log->used)
        memset(log->words, 0, log->used * sizeof *log->words);
    log->used = 0;
    log->lost = false;
    for (struct mm_mutator *m = heap->world.mutators; m; m = m->following) {
        m->log_next = m->log_end = NULL;
        m->old = old;
    }
}

void
object_log_check(const struct object_log *log)
{
    for (size_t i = log->used; i < log->committed / sizeof *log->words; i++)
        mm_assert(log->words[i] == 0); /* O1 */
}
