/* block_cycle.c -- what a cycle of any manager on the block heap begins and ends with. */
#include "parts/block_heap_books.h"

#include "parts/assert.h"

void
block_cycle_begin(struct block_heap *heap)
{
    mm_assert(!block_heap_is_marking(heap));
    while (block_cycle_clean(heap, UINT32_MAX))
        ;
    block_large_cycle_begin(heap);
    heap->mark = (uint8_t)(heap->live % (2 * MARK_VALUES) + 2);
    heap->marker.steps = 0;
    for (size_t i = 0; i < heap->kinds_count; i++)
        heap->kinds[i].marked = heap->kinds[i].blocks_touched = heap->books[i].black_bytes = 0;
}

void
block_cycle_roots(struct block_heap *heap)
{
    for (const struct mm_mutator *m = heap->world.mutators; m; m = m->following)
        for (const mm_ref *slot = m->roots.bottom; slot < m->roots.top; slot++)
            if (slot->ptr_)
                marker_grey(heap, slot->ptr_);
    for (size_t i = 0; i < heap->globals_count; i++)
        if (heap->globals[i]->ptr_)
            marker_grey(heap, heap->globals[i]->ptr_);
}

/* What was handed out before the cycle is told first, so that what is told while it runs is black.
 * A block in hand counts as touched from the start: what is made in it is marked. */
void
block_cycle_blacken(struct block_heap *heap)
{
    for (struct mm_mutator *m = heap->world.mutators; m; m = m->following)
        for (uint32_t i = 0; i < m->bumps; i++) {
            uint64_t black = heap->books[i].black_bytes;
            block_holes_tell(m, i);
            heap->books[i].black_bytes = black;
            if (m->bump[i].block == BLOCK_NONE)
                continue;
            block_touch(heap, m->bump[i].block, &heap->kinds[i]);
            block_holes_colour(m, i, heap->mark);
        }
}

void
block_cycle_drop_holes(struct block_heap *heap)
{
    for (struct mm_mutator *m = heap->world.mutators; m; m = m->following) {
        for (uint32_t i = 0; i < m->bumps; i++) {
            block_holes_whiten(m, i);
            block_holes_tell(m, i);
            m->bump[i] = (struct bump){ NULL, NULL, BLOCK_NONE, 0, 0 };
        }
        m->handed_bytes = 0;
    }
}

uint64_t
block_cycle_handed_bytes(const struct block_heap *heap)
{
    uint64_t bytes = heap->handed_bytes;
    for (const struct mm_mutator *m = heap->world.mutators; m; m = m->following)
        bytes += m->handed_bytes;
    return bytes;
}

uint64_t
block_cycle_black_bytes(const struct block_heap *heap)
{
    uint64_t bytes = heap->large.black_pages * PAGES_BYTES;
    for (size_t i = CELL_CLASSES; i < heap->kinds_count; i++)
        bytes += heap->books[i].black_bytes;
    return bytes;
}

static void
block_cycle_count(struct block_heap *heap)
{
    uint64_t touched = 0;
    heap->live_bytes = (heap->large.marked_pages + heap->large.black_pages) * PAGES_BYTES;
    for (size_t i = CELL_CLASSES; i < heap->kinds_count; i++) {
        const struct kind *kind = &heap->kinds[i];
        uint64_t live = kind->marked * kind->bytes + heap->books[i].black_bytes;
        heap->live_bytes += live;
        touched += kind->blocks_touched;
        heap->books[i].holes_bytes = kind->blocks_touched * kind->cells * kind->bytes - live;
    }
    heap->born_bytes = block_cycle_black_bytes(heap);
    heap->dead_blocks = (uint32_t)(heap->used_blocks - touched);
    heap->handed_bytes = 0;
}

void
block_cycle_end(struct block_heap *heap)
{
    if (MM_DEBUG)
        block_check_marking(heap);
    heap->between_bytes = block_cycle_handed_bytes(heap);
    block_cycle_drop_holes(heap);
    for (size_t i = CELL_CLASSES; i < heap->kinds_count; i++) {
        struct kind_books *books = &heap->books[i];
        books->recent_bytes = books->recent_bytes / 2 + books->handed_bytes;
        books->handed_bytes = 0;
    }
    heap->live = heap->mark;
    heap->cycles++;
    heap->dead_cursor = 0;
    heap->clean_next = (uint32_t)(heap->cycles % CLEAN_CYCLES);
    for (size_t i = CELL_CLASSES; i < heap->kinds_count; i++) {
        struct kind_books *books = &heap->books[i];
        block_list_append(heap, &books->unswept, &books->full);
        block_list_append(heap, &books->unswept, &books->partial);
        block_list_append(heap, &books->unswept, &books->swept);
    }
    block_large_cycle_end(heap);
    block_cycle_count(heap);
    marker_settle(heap);
    if (MM_DEBUG)
        block_check(heap);
}

void
block_cycle_begin_young(struct block_heap *heap)
{
    mm_assert(!block_heap_is_marking(heap));
    block_cycle_drop_holes(heap);
    heap->marker.steps = 0;
}

/* The blocks in this list become free, or are to be looked at before all others. */
static void
block_cycle_settle_young(struct block_heap *heap, struct kind_books *books, struct block_list *list)
{
    for (uint32_t block = list->first, next; block != BLOCK_NONE; block = next) {
        next = heap->links[block].next;
        if (heap->blocks[block].touched != heap->live) {
            block_holes_free_young(heap, list, block);
            continue;
        }
        block_list_unlink(heap, list, block);
        if (block_holes_are_few(heap, block)) {
            block_list_push(heap, &books->full, block);
            continue;
        }
        heap->blocks[block].swept = 0;
        block_list_push_front(heap, &books->unswept, block);
    }
}

void
block_cycle_end_young(struct block_heap *heap)
{
    if (MM_DEBUG)
        block_check_marking(heap);
    heap->young_cycles++;
    for (size_t i = CELL_CLASSES; i < heap->kinds_count; i++) {
        struct kind_books *books = &heap->books[i];
        books->handed_bytes = 0;
        block_cycle_settle_young(heap, books, &books->swept);
        block_cycle_settle_young(heap, books, &books->partial);
    }
    block_large_cycle_end_young(heap);
    block_cycle_count(heap);
    if (MM_DEBUG)
        block_check(heap);
}

static void
block_cycle_clean_block(struct block_heap *heap, uint32_t number)
{
    struct block *block = &heap->blocks[number];
    block->swept = 0;
    if (block->touched != heap->live)
        block->touched = 0;
    block_holes_clean(heap, number);
}

void
block_cycle_clean_entered(struct block_heap *heap, uint32_t number)
{
    if (!block_heap_is_marking(heap) && number % CLEAN_CYCLES == heap->cycles % CLEAN_CYCLES)
        block_cycle_clean_block(heap, number);
}

/* Which block is cleaned in which cycle depends on its number alone, so none is left out between
 * two uses of a value, MARK_VALUES cycles apart.  A block that was gone through since the last
 * cycle may be in a mutator's hand; it was cleaned when it was entered. */
bool
block_cycle_clean(struct block_heap *heap, uint32_t count)
{
    for (; count && heap->clean_next < heap->blocks_top; count--, heap->clean_next += CLEAN_CYCLES)
        if (heap->blocks[heap->clean_next].swept != heap->live)
            block_cycle_clean_block(heap, heap->clean_next);
    return heap->clean_next < heap->blocks_top;
}
