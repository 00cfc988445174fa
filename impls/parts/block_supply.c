/* block_supply.c -- how blocks come from the system and go back to it.
 *
 * The mark bytes and the table entries of a block stay when it goes: it comes back later, or its
 * address space is not used again.
 *
 * Cost: a request to the system for BLOCK_COMMIT blocks; one to give back a run of neighbours. */
#include "parts/block_heap_books.h"

static bool
block_supply_commit(struct block_heap *heap, uint32_t from, uint32_t count)
{
    size_t top = (size_t)from + count;
    if (top > heap->blocks_max ||
        !block_heap_extend(heap, heap->marks, &heap->marks_committed, top * BLOCK_MARKS) ||
        !block_heap_extend(heap, heap->blocks, &heap->blocks_committed,
                           top * sizeof(struct block)) ||
        !block_heap_extend(heap, heap->links, &heap->links_committed,
                           top * sizeof(struct block_link)) ||
        !pages_commit(&heap->pages, block_address(heap, from), (size_t)count << BLOCK_SHIFT))
        return false;
    heap->cells_committed += (size_t)count << BLOCK_SHIFT;
    for (uint32_t block = from; block < top; block++)
        block_list_push(heap, &heap->free, block);
    heap->blocks_top = heap->blocks_top < top ? (uint32_t)top : heap->blocks_top;
    return true;
}

/* What `count` new blocks take at most, tables included. */
static size_t
block_supply_cost(size_t count)
{
    return count * (BLOCK_BYTES + BLOCK_MARKS + sizeof(struct block) + sizeof(struct block_link)) +
           3 * PAGES_BYTES;
}

/* Takes up to `count` neighbours off the list of blocks that went back; says how many. */
static uint32_t
block_supply_take_gone(struct block_heap *heap, uint32_t first, uint32_t count)
{
    uint32_t taken = 0;
    while (taken < count && heap->gone.first == first + taken)
        block_list_unlink(heap, &heap->gone, first + taken++);
    return taken;
}

static bool
block_supply_again(struct block_heap *heap, uint32_t count)
{
    uint32_t first = heap->gone.first;
    count = block_supply_take_gone(heap, first, count);
    bool done = block_supply_commit(heap, first, count);
    for (uint32_t block = first; block < first + count; block++)
        if (done)
            heap->blocks[block].kind = KIND_FREE;
        else
            block_list_push(heap, &heap->gone, block);
    return done;
}

bool
block_supply_fresh(struct mm_mutator *m)
{
    struct block_heap *heap = m->heap;
    uint32_t count = BLOCK_COMMIT;
    if (block_heap_headroom(heap) < block_supply_cost(1)) {
        (void)block_large_sweep(heap, SIZE_MAX);
        block_large_return(m, block_supply_cost(BLOCK_COMMIT));
    }
    while (count && block_heap_headroom(heap) < block_supply_cost(count))
        count /= 2;
    if (!count)
        return false;
    uint64_t begin = events_begin(&heap->events);
    size_t before = heap->cells_committed;
    bool done = heap->gone.first != BLOCK_NONE ? block_supply_again(heap, count)
                                               : block_supply_commit(heap, heap->blocks_top, count);
    events_end(&heap->events, MM_EVENT_PAGE_REQUEST, m->ordinal, begin,
               heap->cells_committed - before);
    return done;
}

static void
block_supply_return_run(struct block_heap *heap, uint32_t from, uint32_t to)
{
    if (from == to)
        return;
    pages_return(&heap->pages, block_address(heap, from), (size_t)(to - from) << BLOCK_SHIFT);
    heap->cells_committed -= (size_t)(to - from) << BLOCK_SHIFT;
    for (uint32_t block = from; block < to; block++) {
        heap->blocks[block].kind = KIND_GONE;
        block_list_push(heap, &heap->gone, block);
    }
}

void
block_supply_return(struct mm_mutator *m, size_t bytes)
{
    struct block_heap *heap = m->heap;
    uint32_t to = heap->blocks_top, from = to; /* a run to be returned */
    uint64_t begin = events_begin(&heap->events);
    size_t before = heap->cells_committed;
    while (from && heap->free.count + heap->dead_blocks > 0 &&
           block_heap_excess(heap, bytes) > (size_t)(to - from) << BLOCK_SHIFT) {
        uint32_t block = from - 1;
        if (block_is_dead(heap, &heap->blocks[block]))
            block_holes_free(heap, block);
        else if (heap->blocks[block].kind != KIND_FREE) {
            block_supply_return_run(heap, from, to);
            to = from = block;
            continue;
        } else
            block_list_unlink(heap, &heap->free, block);
        from = block;
    }
    block_supply_return_run(heap, from, to);
    if (before != heap->cells_committed)
        events_end(&heap->events, MM_EVENT_PAGE_RETURN, m->ordinal, begin,
                   before - heap->cells_committed);
}
