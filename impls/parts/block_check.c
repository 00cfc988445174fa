/* block_check.c -- asserts that the books agree with what a walk through the heap finds.
 *
 * Numbers in remarks are the invariants of block_holes.c (H), block_large.c (L) and marker.h (M).
 */
#include "parts/block_heap_books.h"

#include "parts/assert.h"

#include <stdlib.h>

/* -- Blocks ----------------------------------------------------------------------------- */

struct block_check {
    struct block_heap *heap;
    size_t listed, dead; /* blocks found */
};

static void
block_check_list(struct block_check *check, const struct block_list *list, size_t kind, bool swept)
{
    const struct block_heap *heap = check->heap;
    uint32_t count = 0, previous = BLOCK_NONE;
    for (uint32_t block = list->first; block != BLOCK_NONE; block = heap->links[block].next) {
        mm_assert(heap->links[block].previous == previous);
        mm_assert(heap->blocks[block].kind == kind); /* H1 */
        mm_assert(kind < CELL_CLASSES ||
                  (heap->blocks[block].swept == heap->live) == swept); /* H2 */
        mm_assert(!heap->links[block].unscanned);                      /* M1 */
        check->dead += block_is_dead(heap, &heap->blocks[block]);
        previous = block;
        count++;
    }
    mm_assert(list->last == previous);
    mm_assert(list->count == count);
    check->listed += count;
}

static void
block_check_blocks(struct block_heap *heap)
{
    struct block_check check = { .heap = heap };
    for (size_t kind = CELL_CLASSES; kind < heap->kinds_count; kind++) {
        block_check_list(&check, &heap->books[kind].unswept, kind, false);
        block_check_list(&check, &heap->books[kind].swept, kind, true);
        block_check_list(&check, &heap->books[kind].partial, kind, true);
        block_check_list(&check, &heap->books[kind].full, kind, true);
    }
    mm_assert(check.listed == heap->used_blocks);
    mm_assert(check.dead == heap->dead_blocks); /* H4 */
    block_check_list(&check, &heap->free, KIND_FREE, false);
    block_check_list(&check, &heap->gone, KIND_GONE, false);
    mm_assert(check.listed == heap->blocks_top); /* H1 */
    mm_assert(heap->cells_committed == (size_t)(heap->blocks_top - heap->gone.count)
                                           << BLOCK_SHIFT);
}

/* Between cycles: a hole's mark bytes are 0 wherever a cell begins (H3). */
static void
block_check_holes(const struct block_heap *heap, const struct mm_mutator *m)
{
    for (uint32_t i = 0; i < m->bumps; i++)
        for (const char *cell = m->bump[i].next; cell != m->bump[i].limit;
             cell += heap->kinds[i].bytes)
            mm_assert(heap->marks[block_heap_offset(heap, cell) / GRANULE_BYTES] == 0);
}

/* -- Large objects ------------------------------------------------------------------------- */

static size_t
block_check_large_list(const struct large_space *space, const struct large_list *list)
{
    size_t pages = 0;
    uint32_t previous = LARGE_NONE;
    for (uint32_t at = list->first; at != LARGE_NONE; at = space->table[at].next) {
        mm_assert(space->table[at].state == LARGE_USED);
        mm_assert(space->table[at].previous == previous);
        pages += space->table[at].pages;
        previous = at;
    }
    mm_assert(list->last == previous);
    return pages;
}

static void
block_check_large(const struct block_heap *heap)
{
    const struct large_space *space = &heap->large;
    size_t pages[3] = { 0 }, before = 0;
    uint8_t state = LARGE_USED;
    for (uint32_t at = 0; at < space->top; at += space->table[at].pages) {
        const struct large *extent = &space->table[at];
        mm_assert(extent->pages > 0);                                     /* L5 */
        mm_assert(extent->before == before);                              /* L1 */
        mm_assert(extent->state == LARGE_USED || extent->state != state); /* L2 */
        mm_assert(at + extent->pages < space->top || space->last == at);  /* L1 */
        pages[extent->state] += extent->pages;
        before = extent->pages;
        state = extent->state;
    }
    mm_assert(pages[LARGE_FREE] == space->free_pages);
    mm_assert(pages[LARGE_USED] == space->used_pages);
    mm_assert(block_check_large_list(space, &space->unswept) +
                  block_check_large_list(space, &space->swept) +
                  block_check_large_list(space, &space->fresh) ==
              space->used_pages); /* L3 */
    mm_assert(space->grey == LARGE_NONE);
    size_t dead = 0;
    for (uint32_t at = space->unswept.first; at != LARGE_NONE; at = space->table[at].next)
        dead += block_mark_is(space->table[at].mark, heap->live) ? 0 : space->table[at].pages;
    mm_assert(dead == space->dead_pages); /* L3 */
}

/* -- Sums ------------------------------------------------------------------------------------ */

/* Right after a cycle: what was counted while marking is what a walk finds. */
static void
block_check_live(const struct block_heap *heap)
{
    uint64_t live = (heap->large.marked_pages + heap->large.black_pages) * PAGES_BYTES;
    for (size_t block = 0; block < heap->blocks_top; block++) {
        const struct kind *kind = &heap->kinds[heap->blocks[block].kind];
        for (size_t cell = 0; cell < kind->cells; cell++) {
            size_t granule = block * BLOCK_MARKS + cell * kind->bytes / GRANULE_BYTES;
            live += block_mark_is(heap->marks[granule], heap->live) ? kind->bytes : 0;
        }
    }
    mm_assert(live == heap->live_bytes);
}

static void
block_check_held(const struct block_heap *heap)
{
    mm_assert(!heap->pages.limit || MM_LOAD_RELAXED(&heap->pages.peak) <= heap->pages.limit);
}

void
block_check(struct block_heap *heap)
{
    mm_assert(!block_heap_is_marking(heap));
    mm_assert(heap->marker.greys.depth == 0);
    mm_assert(heap->marker.greys.ring_fill == 0);
    mm_assert(heap->marker.unscanned_blocks == 0);
    block_check_blocks(heap);
    block_check_large(heap);
    block_check_held(heap);
    for (const struct mm_mutator *m = heap->world.mutators; m; m = m->following)
        block_check_holes(heap, m);
    if (!heap->handed_bytes)
        block_check_live(heap);
}

/* -- Marking again ------------------------------------------------------------------------------
 */

/* What was seen, a bit a granule of all address space that was ever used; and a stack that cannot
 * overflow.  Both are the C library's: a debug build's own. */
struct block_again {
    const struct block_heap *heap;
    uint64_t *seen_cells, *seen_pages;
    char **stack;
    size_t depth, capacity;
};

static bool
block_again_is_new(struct block_again *again, char *obj)
{
    const struct block_heap *heap = again->heap;
    size_t offset = block_heap_offset(heap, obj);
    bool small = offset < heap->cells_bytes;
    size_t at = small ? offset / GRANULE_BYTES
                      : (size_t)(block_large_entry(heap, obj) - heap->large.table);
    uint64_t *word = &(small ? again->seen_cells : again->seen_pages)[at / 64];
    uint64_t bit = UINT64_C(1) << at % 64;
    bool is_new = !(*word & bit);
    *word |= bit;
    return is_new;
}

static void
block_again_push(struct block_again *again, const mm_ref *place)
{
    const struct block_heap *heap = again->heap;
    char *obj = place->ptr_;
    if (!obj)
        return;
    mm_assert(block_heap_owns(heap, obj));
    if (!block_again_is_new(again, obj))
        return;
    mm_assert(*block_mark_byte(heap, obj) == heap->mark);
    if (again->depth == again->capacity) {
        again->capacity = again->capacity ? 2 * again->capacity : 1024;
        again->stack = realloc(again->stack, again->capacity * sizeof *again->stack);
        mm_assert(again->stack);
    }
    again->stack[again->depth++] = obj;
}

static void
block_again_words(struct block_again *again, const char *base, uint64_t refs)
{
    for (; refs; refs &= refs - 1)
        block_again_push(again, (const mm_ref *)(const void *)base + __builtin_ctzll(refs));
}

static void
block_again_scan(struct block_again *again, const char *obj)
{
    const struct block_heap *heap = again->heap;
    size_t offset = block_heap_offset(heap, obj);
    bool small = offset < heap->cells_bytes;
    const struct large *large = small ? NULL : block_large_entry(heap, obj);
    const struct kind *kind =
        &heap->kinds[small ? heap->blocks[offset >> BLOCK_SHIFT].kind : large->kind];
    size_t bytes = small ? kind->bytes : large->bytes;
    block_again_words(again, obj, kind->refs);
    if (kind->unit_refs)
        for (size_t at = kind->fixed_bytes; at + kind->unit_bytes <= bytes; at += kind->unit_bytes)
            block_again_words(again, obj + at, kind->unit_refs);
}

void
block_check_marking(struct block_heap *heap)
{
    struct block_again again = {
        .heap = heap,
        .seen_cells = calloc((size_t)heap->blocks_top * BLOCK_MARKS / 64 + 1, sizeof(uint64_t)),
        .seen_pages = calloc(heap->large.top / 64 + 1, sizeof(uint64_t)),
    };
    mm_assert(again.seen_cells && again.seen_pages);
    for (const struct mm_mutator *m = heap->world.mutators; m; m = m->following)
        for (const mm_ref *slot = m->roots.bottom; slot < m->roots.top; slot++)
            block_again_push(&again, slot);
    for (size_t i = 0; i < heap->globals_count; i++)
        block_again_push(&again, heap->globals[i]);
    while (again.depth)
        block_again_scan(&again, again.stack[--again.depth]);
    free(again.stack);
    free(again.seen_cells);
    free(again.seen_pages);
}
