/* deferred_check.c -- asserts the invariants of deferred.h: counts all references again, into a
 * table of its own, by a walk through all objects that are counted, reachable or not. */
#include "deferred.h"

#include "parts/assert.h"

#include <stdlib.h>

struct deferred_recount {
    struct mm_heap *heap;
    int64_t *cells, *pages; /* expected counts, by granule and by page of large objects */
    size_t logged;          /* objects found by their mark bytes */
};

static int64_t *
deferred_recount_entry(const struct deferred_recount *recount, const void *obj)
{
    const struct block_heap *blocks = &recount->heap->blocks;
    size_t offset = block_heap_offset(blocks, obj);
    if (offset < blocks->cells_bytes)
        return &recount->cells[offset >> GRANULE_SHIFT];
    return &recount->pages[block_large_entry(blocks, obj) - blocks->large.table];
}

static void
deferred_recount_words(const struct deferred_recount *recount, const char *base, uint64_t refs)
{
    for (; refs; refs &= refs - 1) {
        const mm_ref *place = (const mm_ref *)(const void *)base + __builtin_ctzll(refs);
        if (place->ptr_)
            ++*deferred_recount_entry(recount, place->ptr_);
    }
}

/* The tail of an object from this unit on. */
static void
deferred_recount_tail(const struct deferred_recount *recount, const char *obj, size_t unit)
{
    size_t bytes;
    const struct kind *kind = block_heap_kind(&recount->heap->blocks, obj, &bytes);
    if (kind->unit_refs)
        for (size_t at = kind->fixed_bytes + unit * kind->unit_bytes;
             at + kind->unit_bytes <= bytes; at += kind->unit_bytes)
            deferred_recount_words(recount, obj + at, kind->unit_refs);
}

/* -- What counts references ------------------------------------------------------------------ */

/* A counted object.  One whose count is 0 waits in `owed`, with what is left of its tail. */
static void
deferred_recount_object(struct deferred_recount *recount, const char *obj, unsigned count)
{
    const struct block_heap *blocks = &recount->heap->blocks;
    size_t bytes;
    if (*block_mark_byte(blocks, obj) & MARK_LOGGED) {
        recount->logged++;
    } else if (count) {
        deferred_recount_words(recount, obj, block_heap_kind(blocks, obj, &bytes)->refs);
        deferred_recount_tail(recount, obj, 0);
    }
}

static void
deferred_recount_owed(const struct deferred_recount *recount)
{
    const struct deferred_words *owed = &recount->heap->owed;
    for (size_t i = owed->used; i-- > 0;) {
        if (owed->words[i] & 1) {
            size_t unit = owed->words[i] >> 1;
            const char *obj = (const char *)owed->words[--i];
            mm_assert(block_mark_is(*block_mark_byte(&recount->heap->blocks, obj),
                                    recount->heap->blocks.live));
            deferred_recount_tail(recount, obj, unit);
        } else {
            ++*deferred_recount_entry(recount, (const void *)owed->words[i]);
        }
    }
    for (size_t i = 0; i < recount->heap->roots.used; i++)
        ++*deferred_recount_entry(recount, (const void *)recount->heap->roots.words[i]);
}

static void
deferred_recount_log(struct deferred_recount *recount)
{
    const struct mm_heap *heap = recount->heap;
    const struct object_log *log = &heap->log;
    size_t objects = 0;
    for (size_t i = 0; i < log->used; i++) {
        uintptr_t word = log->words[i];
        const void *obj = (const void *)(word & ~(uintptr_t)LOG_TAGS);
        if (word & LOG_OBJECT) {
            objects++;
            mm_assert(*block_mark_byte(&heap->blocks, obj) ==
                      (heap->blocks.live | MARK_LOGGED)); /* 3 */
        } else if (word) {
            *deferred_recount_entry(recount, obj) += word & LOG_NEW ? -1 : 1;
        }
    }
    mm_assert(objects == recount->logged); /* 3 */
    object_log_check(log);
}

/* -- Walks ------------------------------------------------------------------------------------- */

typedef void deferred_visitor(struct deferred_recount *recount, const char *obj, unsigned count);

static void
deferred_walk_block(struct deferred_recount *recount, size_t block, deferred_visitor *visit)
{
    const struct block_heap *blocks = &recount->heap->blocks;
    const struct kind *kind = &blocks->kinds[blocks->blocks[block].kind];
    unsigned counted = 0;
    for (size_t cell = 0; cell < kind->cells; cell++) {
        const char *obj = block_address(blocks, block) + cell * kind->bytes;
        unsigned count = *deferred_count_byte(blocks, obj);
        if (block_mark_is(*block_mark_byte(blocks, obj), blocks->live)) {
            visit(recount, obj, count);
            counted++;
        } else {
            mm_assert(count == 0); /* 2 */
        }
    }
    mm_assert(counted == blocks->links[block].counted); /* 4 */
}

static void
deferred_walk_large(struct deferred_recount *recount, const struct large_list *list,
                    deferred_visitor *visit)
{
    const struct large_space *space = &recount->heap->blocks.large;
    for (uint32_t at = list->first; at != LARGE_NONE; at = space->table[at].next) {
        const struct large *large = &space->table[at];
        if (block_mark_is(large->mark, recount->heap->blocks.live))
            visit(recount, space->base + (size_t)at * PAGES_BYTES, large->count);
        else
            mm_assert(large->count == 0); /* 2 */
    }
}

static void
deferred_walk(struct deferred_recount *recount, deferred_visitor *visit)
{
    const struct block_heap *blocks = &recount->heap->blocks;
    for (size_t block = 0; block < blocks->blocks_top; block++)
        if (blocks->blocks[block].kind >= CELL_CLASSES)
            deferred_walk_block(recount, block, visit);
    deferred_walk_large(recount, &blocks->large.unswept, visit);
    deferred_walk_large(recount, &blocks->large.swept, visit);
    deferred_walk_large(recount, &blocks->large.fresh, visit);
}

static void
deferred_compare(struct deferred_recount *recount, const char *obj, unsigned count)
{
    const struct block_heap *blocks = &recount->heap->blocks;
    bool small = block_heap_offset(blocks, obj) < blocks->cells_bytes;
    unsigned stuck = small ? (unsigned)COUNT_STUCK : (unsigned)LARGE_COUNT_STUCK;
    int64_t expected = *deferred_recount_entry(recount, obj);
    if (count == stuck)
        return;
    if (recount->heap->imprecise)
        mm_assert(count >= expected); /* 1 */
    else
        mm_assert(count == expected); /* 1 */
}

void
deferred_check(struct mm_heap *heap)
{
    const struct block_heap *blocks = &heap->blocks;
    struct deferred_recount recount = { .heap = heap };
    if (heap->log.lost)
        return;
    recount.cells = calloc((size_t)blocks->blocks_top * BLOCK_MARKS + 1, sizeof *recount.cells);
    recount.pages = calloc(blocks->large.top + 1, sizeof *recount.pages);
    mm_assert(recount.cells && recount.pages);
    deferred_walk(&recount, deferred_recount_object);
    deferred_recount_owed(&recount);
    deferred_recount_log(&recount);
    deferred_walk(&recount, deferred_compare);
    free(recount.pages);
    free(recount.cells);
}
